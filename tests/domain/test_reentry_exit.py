"""The sign-off of a re-entry: what it takes, whom it binds, and what stays out of its reach."""

from collections.abc import Mapping
from typing import Any

import pytest

from adopting import adopt
from builders import PACKET, World, cohorts, in_canary
from govern.domain.binding import current
from govern.domain.commands import asked
from govern.domain.decision import Refusal
from govern.domain.document import canonical, digest_of
from govern.domain.fold import guard
from govern.domain.lane import DECIDED
from govern.domain.mitigation.evidence_packet import hash_of, read_packet
from govern.domain.mitigation.lane_health import ObserveInteraction, ObserveStartup
from govern.domain.mitigation.lane_replays import RecordReplay
from govern.domain.mitigation.reentry import assess
from govern.domain.mitigation.reentry_decision import AssessReentry, DecideReentry
from govern.domain.records import Event
from govern.domain.rollback.execution import Rollback
from govern.domain.rollback.unfreezing import Unfreeze
from govern.domain.rollout.advance import Advance
from govern.domain.rollout.change_control import ApplyChange, OpenChange
from govern.domain.rollout.extension import Extend
from govern.domain.rollout.pause import Pause
from govern.domain.rollout.reentry_exit import ExitMitigation
from govern.domain.rollout.rehearsing import HoldRehearsal
from lanes import lane, replay

BACK = "2026-11-20T15:00:00Z"
EXIT = ExitMitigation("a")


def approved(edits: Mapping[str, Any] | None = None) -> World:
    """Two cohorts in canary, `a` rolled back, and its re-entry approved by ana a day later; nobody has signed off."""
    made = in_canary({**cohorts("a", "b"), **(edits or {})})
    made.now = BACK
    made.do(Rollback(PACKET, "trigger", ("a",)))
    made.do(RecordReplay("a", "p", "b1", replay(n=60, passed=60)), "ben")
    made.now = "2026-11-21T10:00:00Z"
    for command in (
        RecordReplay("a", "p", "b1", replay("b", n=61, passed=61)),
        ObserveStartup("a", "b1"),
        ObserveInteraction("a", "b1"),
    ):
        made.do(command, "ben")
    made.do(AssessReentry("a"), "ana")
    made.do(DecideReentry("a", "approved"), "ana")
    return made


def well(made: World) -> World:
    """What the gate asks beside the approval: the cause named, the way back rehearsed, fresh pairs."""
    made.do(Unfreeze("chat", "INC-4711", ("a",)))
    made.do(HoldRehearsal(PACKET, True, 0.2))
    made.pairs({"a": 200})
    return made


def on(made: World, cohort: str) -> str:
    return current(made.state.surfaces["chat"], cohort).to.baseline


def test_cohort_comes_back_in_the_commit_of_its_exit() -> None:
    made = well(approved())
    attempt = made.packet().attempt
    exited, bound = made.do(EXIT)
    assert (exited.event, bound.event, bound.body["cause"]) == (
        "mitigation_exited/1",
        "binding_changed/1",
        "reentry",
    )
    assert exited.body["binds"] == [{"packet": PACKET, "surface": "chat", "stage": "canary"}]
    assert {c: on(made, c) for c in "ab"} == {"a": "chat-b2", "b": "chat-b2"}
    assert (made.packet().stages["a"], made.packet().attempt) == ("canary", attempt + 1)
    assert made.state.lane("a") is None
    assert (exited.body["evaluator"], exited.body["signed_off_by"]) == ("ana", "ben")
    assert "no_open_lane" in {v["check"] for v in exited.body["gate"][0]["verdicts"]}


def test_what_was_measured_before_it_went_back_does_not_count() -> None:
    made = approved()
    made.do(Unfreeze("chat", "INC-4711", ("a",)))
    refusal = made.refused(EXIT)
    assert any("shadow_pairs" in reason for reason in refusal.reasons), refusal.reasons
    assert on(made, "a") == "chat-b1"


def test_freeze_holds_until_the_cause_is_named() -> None:
    made = approved()
    made.pairs({"a": 200})
    assert any("no_freeze" in reason for reason in made.refused(EXIT).reasons)


def test_lane_may_be_left_without_a_binding() -> None:
    made = approved()
    records = made.do(ExitMitigation("a", stay=True))
    assert [record.event for record in records] == ["mitigation_exited/1"]
    assert on(made, "a") == "chat-b1"
    made = well(made)
    made.do(Extend(PACKET, ("a",)))
    assert on(made, "a") == "chat-b2", "eligible: it is taken on as any other"


def test_packet_that_ended_binds_nobody() -> None:
    made = approved()
    made.do(Rollback(PACKET, "trigger"))
    assert made.packet().phase == "rolled_back"
    assert made.do(EXIT)[0].body["binds"] == []
    assert on(made, "a") == "chat-b1"


def test_paused_packet_is_resumed_first() -> None:
    made = well(approved())
    made.do(Pause(PACKET, "we look at it"))
    refusal = made.refused(EXIT)
    assert "is paused" in refusal.reasons[0] and refusal.type_line == f"govern packet resume {PACKET}"


def test_author_of_the_packet_signs_nothing_off() -> None:
    made = well(
        approved(
            {
                "govern": {
                    "people.cy": {"email": "cy@example.com"},
                    "roles.rollout_approve": ["ana", "ben", "cy"],
                }
            }
        )
    )
    assert "may not sign off" in made.refused(EXIT, "cy").reasons[0]


@pytest.mark.parametrize(
    "command",
    [
        Advance(PACKET, "wide", ("a",)), Extend(PACKET, ("a",)), Extend(PACKET, percent=50.0),
    ],
    ids=["advance", "extend", "widen"],
)  # fmt: skip
def test_nothing_but_the_exit_puts_a_cohort_in_a_lane_on_next(command: Any) -> None:
    made = well(approved())
    made.decide(command)
    decision = made.decide(command)
    moved = {
        move["cohort"]
        for event in getattr(decision, "events", ())
        if event.event == "binding_changed/1"
        for move in event.body["moves"]
    }
    assert "a" not in moved


def test_another_packet_takes_nobody_out_of_a_lane() -> None:
    edits = {
        "packets/second": {
            "like": f"packets/{PACKET}",
            "cohort_coverage": ["a"],
            "canary": {"allowlist": ["a"]},
        }
    }
    made = approved(edits)
    made.do(Unfreeze("chat", "INC-4711", ("a",)))
    made.do(Advance("second", "shadow", rehearsal={"same": True, "seconds": 0.2}))
    made.pairs({"a": 200}, "second")
    refusal = made.refused(Advance("second", "canary"))
    assert any("no_open_lane" in reason for reason in refusal.reasons)
    assert next(v for v in refusal.verdicts if v.check == "no_open_lane").final, "no waiver passes over it"


def test_evidence_packet_is_checked_again() -> None:
    made = well(approved())
    reference = lane(made, "a").records(DECIDED)[-1].body["packet"]
    packet = read_packet(made.documents, reference)
    assert hash_of(packet) == packet["evidence_hash"] == reference["evidence_hash"]
    spoilt = canonical({**packet, "criteria": []}) + b"\n"
    made.documents.kept[reference["sha256"]] = spoilt
    with pytest.raises(Refusal, match="is not the one that was decided on"):
        read_packet(made.documents, reference)
    assert "is not the one that was decided on" in made.refused(EXIT).reasons[0]


def test_evidence_packet_holds_all_that_was_decided_on() -> None:
    made = approved()
    packet = read_packet(made.documents, lane(made, "a").records(DECIDED)[-1].body["packet"])
    assert set(packet) == {
        "packet_id", "cohort_key", "mitigation_mode_id", "decision_window", "evidence_hash",
        "state", "replays", "criteria", "signals", "confidence", "decision",
    }  # fmt: skip
    assert (packet["packet_id"], packet["decision_window"]) == ("re-a-01", "2026-11-21/P1D")
    assert [row["outcome"] for row in packet["criteria"]] == ["passed"] * 5
    assert [replay["n"] for replay in packet["replays"]] == [60, 61]
    assert packet["decision"]["label"] == "eligible_high_confidence"


def test_second_rollback_joins_the_open_lane_and_ends_its_attempt() -> None:
    """Another surface goes back for a cohort that is in a lane: one lane, both surfaces, and it is contained first."""
    made = approved()
    first = lane(made, "a")
    body = {
        **made.packet().rollbacks[-1].body,
        "surface": "search",
        "joined": [{"cohort": "a", "lane": first.id}],
    }
    made.state.packet(PACKET)
    made.fact("rolled_back/1", body, stream="packets/other")
    there = lane(made, "a")
    assert (there.id, there.attempt) == (first.id, 2)
    assert [record.stream for record in there.regressive] == ["packets/other"]
    assert "regressive signal" in made.refused(EXIT).reasons[0]


FORGED = {
    "another cohort": lambda body: {**body, "moves": [{**body["moves"][0], "cohort": "b"}]},
    "the default": lambda body: {**body, "default": {"from": None, "to": body["moves"][0]["to"]}},
}


@pytest.mark.parametrize("change", FORGED.values(), ids=FORGED)
def test_exit_moves_its_own_cohort_alone(change: Any) -> None:
    """By hand: the same command with a move of somebody else is void before anything is decided again."""
    made = well(approved())
    decision = made.decide(EXIT)
    exited, bound = decision.events  # type: ignore[union-attr]
    forged = Event(bound.stream, bound.event, change(dict(bound.body)), bound.uses)
    records = made.stamped((exited, forged), decision.asked)  # type: ignore[union-attr]
    assert guard(made.state, records)
    assert not guard(made.state, made.stamped(decision.events, decision.asked))  # type: ignore[union-attr]


def test_what_was_asked_pins_lane_attempt_and_packets() -> None:
    made = well(approved())
    decision = made.decide(ExitMitigation("a-01"))
    told = decision.asked  # type: ignore[union-attr]
    assert told == asked(ExitMitigation("a", into=(PACKET,), lane="a-01", attempt=1))
    assert digest_of(canonical(told))


def test_adopted_packet_takes_a_cohort_on_for_good() -> None:
    made = approved()
    adopt(made, PACKET)
    assert on(made, "a") == "chat-b1", "adoption leaves who is in a lane where it is"
    made = well(made)
    exited, bound = made.do(EXIT)
    assert exited.body["binds"][0]["stage"] == "wide"
    assert [(move["cohort"], move["percent"]) for move in bound.body["moves"]] == [("a", 100)]
    assert made.packet().stages["a"] == "wide"


def test_change_control_alone_moves_what_a_lane_is_held_to() -> None:
    made = approved()
    made.documents.edit("criteria/minimum", {"criteria.confidence.high": 0.99})
    assert assess(made.state, made.documents, lane(made, "a"), made.now).label == "eligible_high_confidence"
    setting = {"document": "criteria/minimum", "field": "criteria.confidence.high", "value": 0.99}
    made.do(OpenChange(PACKET, (setting,), "too lax for this cohort"), "ana")
    made.do(ApplyChange(PACKET), "ben")
    assert assess(made.state, made.documents, lane(made, "a"), made.now).label == "eligible_medium_confidence"
