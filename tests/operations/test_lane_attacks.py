"""Records of lanes made by hand: each is void or a finding, and no screen, no work and no way back stops at it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from govern.cli.app import main
from govern.domain.commands import Command
from govern.domain.document import digest_of
from govern.domain.lane import DECIDED
from govern.domain.mitigation.carry_forward import CarryForward
from govern.domain.mitigation.lane_health import ObserveInteraction, ObserveStartup
from govern.domain.mitigation.lane_replays import RecordReplay
from govern.domain.mitigation.reentry_decision import AssessReentry, DecideReentry
from govern.domain.records import Event, Record
from govern.domain.rollback.execution import Rollback
from govern.domain.rollout.waiver import AcceptRisk
from lanes import replay
from operations import forging
from operations.forging import Forgery, decided, push
from operations.worlds import (
    CANARY,
    PACKET,
    World,
    advance_to_shadow,
    copied,
    make_opened,
    on_a_quiet_machine,
)

COHORT, LANE = "public", "public-01"
NOW = "2026-11-21T12:00:00Z"
WORSE = replay("worse", n=50, passed=30, route_mismatches={"critical": 20, "other": 0})
APPROVE = DecideReentry(COHORT, "approved")
SCREENS = (
    "status", "mitigation board", f"mitigation board {COHORT}", "review", "log", "audit",
    "query --views", "show lanes/public#6",
)  # fmt: skip
VIEWS = ("mitigation_events", "replays", "mitigation_state", "reentry_decisions", "records")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`public` went back, was replayed in two windows, and is one decision away from an approval."""
    with on_a_quiet_machine(tmp_path_factory.mktemp("home")):
        world = make_opened(tmp_path_factory.mktemp("lane") / "world")
        advance_to_shadow(world)
        ben = world.ben.at("2026-11-20T09:30:00Z")
        ben.done(AcceptRisk(PACKET, "nothing to pair with", "2026-11-29T00:00:00Z"))
        ben.at("2026-11-20T10:00:00Z").done(CANARY)
        ben.at("2026-11-20T11:00:00Z").done(Rollback(PACKET, "operator-judgement"))
        ben.at("2026-11-20T11:30:00Z").done(RecordReplay(COHORT, "p", "b1", replay("a", n=60, passed=60)))
        ben.at("2026-11-21T09:00:00Z").done(RecordReplay(COHORT, "p", "b1", replay("b", n=61, passed=61)))
        ben.at("2026-11-21T09:01:00Z").done(ObserveStartup(COHORT, "b1"))
        ben.at("2026-11-21T09:02:00Z").done(ObserveInteraction(COHORT, "b1"))
        world.ana.at("2026-11-21T09:03:00Z").done(AssessReentry(COHORT))
    return world.folder


@pytest.fixture
def world(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(forging, "AT", NOW)  # the attacker commits now
    return copied(made, tmp_path)


def taken(world: World, command: Command) -> Forgery:
    return decided(world.ana.at(NOW), command)


def saying(**fields: Any) -> Callable[[Record], Record]:
    """Other words in every record of a lane."""
    return lambda r: replace(r, body={**r.body, **fields}) if r.stream.startswith("lanes/") else r


def asking(asked: Mapping[str, Any]) -> Callable[[Record], Record]:
    return lambda record: replace(record, asked=asked) if record.asked else record


def by_hand(event: str, asked: Mapping[str, Any], **fields: Any) -> Forgery:
    body = {"cohort_key": COHORT, "mitigation_mode_id": LANE, "attempt": 1, "evaluator": "ana", **fields}
    pinned = {"cohort": COHORT, "lane": LANE, "attempt": 1, **asked}
    return Forgery([Event(f"lanes/{COHORT}", event, body)], pinned, at=NOW, actor="ana")


def left_unapproved(world: World) -> Forgery:
    return by_hand(
        "mitigation_exited/1", {"do": "exit-mitigation", "stay": True}, candidate={"build": "b1"},
        confidence=0.9, label="eligible_high_confidence", decision="lanes/public#5", signed_off_by="ben",
        packet={"id": "re-public-01", "evidence_hash": digest_of(b"")}, gate=[], binds=[],
        watched_until="2026-11-24T00:00:00Z",
    )  # fmt: skip


def second_lane(world: World) -> Forgery:
    lane = world.ben.workspace().state.lane(COHORT)
    assert lane is not None
    body = dict(lane.entered.body) | {"mitigation_mode_id": "public-02"}
    asked = {"do": "enter-mitigation", "cohort": COHORT, "reason": "operator-judgement", "surface": "chat"}
    return Forgery([Event(lane.stream, "mitigation_entered/1", body)], asked, at=NOW)


def bound_beside(world: World) -> Forgery:
    sound = taken(world, APPROVE)
    move = {"cause": "reentry", "packet": PACKET, "targets": {}, "moves": []}
    return replace(sound, events=[*sound.events, Event("surfaces/chat", "binding_changed/1", move)])


def contained(world: World) -> Forgery:
    asked = {"do": "contain", "finding": "x", "signals": ["lanes/public#2"]}
    return by_hand("containment_reviewed/1", asked, signals=["lanes/public#2"], finding="x")


def closed(world: World) -> Forgery:
    evidence = {"name": "x", "digest": digest_of(b"")}
    asked = {"do": "close-action", "action": "c9", "evidence": "x", "digest": digest_of(b"")}
    return by_hand("corrective_action_closed/1", asked, action="c9", evidence=evidence)


CARRY = CarryForward(COHORT, "ana", "REENTRY_CONFIDENCE_DEBT", "2026-11-24T00:00:00Z")
WORSE_REPLAY = RecordReplay(COHORT, "p", "b1", WORSE)
OTHER_PACKET = {"id": "re-public-01", "evidence_hash": digest_of(b""), "sha256": digest_of(b"{}\n")}
ODD = {
    "do": "decide-reentry",
    "cohort": COHORT,
    "outcome": ["approved"],
    "lane": {"a": 1},
    "rejections": [[1]],
}
VOID: dict[str, Callable[[World], Forgery]] = {
    "an exit without an approval": left_unapproved,
    "a regression that is left out": lambda w: replace(taken(w, WORSE_REPLAY), twist=saying(regressive=[])),
    "an attempt that jumps": lambda w: replace(taken(w, APPROVE), twist=saying(attempt=7)),
    "a decision without the role": lambda w: replace(taken(w, APPROVE), actor="cleo"),
    "a decision that is claimed": lambda w: replace(taken(w, APPROVE), claimed=True),
    "a cohort in no lane": lambda w: replace(taken(w, APPROVE), twist=saying(cohort_key="nobody")),
    "a cohort that is a list": lambda w: replace(taken(w, APPROVE), twist=saying(cohort_key=["x"])),
    "a second lane": second_lane,
    "a binding beside a decision": bound_beside,
    "another evidence packet": lambda w: replace(taken(w, APPROVE), twist=saying(packet=OTHER_PACKET)),
    "a look at what was not worse": contained,
    "work that was never opened": closed,
    "an expiry in ten years": lambda w: replace(taken(w, CARRY), twist=saying(to_window="2036-11-22/P1D")),
    "an expiry that is none": lambda w: replace(taken(w, APPROVE), twist=saying(expiry_window="soon")),
    "fewer than none": lambda w: replace(taken(w, WORSE_REPLAY), twist=saying(passed=-3)),
    "a window that is none": lambda w: replace(taken(w, WORSE_REPLAY), twist=saying(window="9999-99-99/P1D")),
    "no body at all": lambda w: replace(taken(w, WORSE_REPLAY), twist=lambda r: replace(r, body={})),
    "asked in an odd form": lambda w: replace(taken(w, APPROVE), twist=asking(ODD)),
}


@pytest.mark.parametrize("make", VOID.values(), ids=VOID.keys())
def test_lane_stands_as_it_was_when_a_record_of_it_was_made_by_hand(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], make: Any
) -> None:
    push(world, make(world))
    assert world.faults()
    state = world.ben.at(NOW).workspace().state
    lane = state.lane(COHORT)
    assert len(state.void) == 1 and lane is not None
    assert (lane.attempt, lane.approved, lane.expiry, len(lane.history)) == (1, None, "2026-11-22/P1D", 6)
    monkeypatch.chdir(world.ben.directory)
    for words in (*(line.split() for line in SCREENS), *(["query", f"SELECT * FROM {v}"] for v in VIEWS)):
        code, said = main(words), capsys.readouterr()
        assert code in (0, 1, 2, 4) and "fault of its own" not in said.out + said.err, (words, said)
    world.ana.at(NOW).done(APPROVE)


def test_exit_says_what_is_not_whole_when_the_evidence_packet_never_came(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = taken(world, APPROVE)
    packets = {event.body["packet"]["sha256"] for event in sound.events if DECIDED in event.event}
    push(world, replace(sound, inputs={d: data for d, data in sound.inputs.items() if d not in packets}))
    assert world.faults() == {"GOV-AUD-008"}
    monkeypatch.chdir(world.ben.directory)
    code, said = main(["mitigation", "exit", COHORT, "--stay", "--yes"]), capsys.readouterr()
    assert code == 2 and "not whole" in said.err and "type: govern audit" in said.err
