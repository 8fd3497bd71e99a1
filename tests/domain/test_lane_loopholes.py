"""Ways round a lane that are closed: what it is held to, what is shown twice, who is typed into a shell."""

from typing import Any

import pytest

from builders import GONE, PACKET, World, branch, cohorts, in_canary
from govern.domain.document import digest_of
from govern.domain.gates import open_border
from govern.domain.mitigation.by_hand import EnterMitigation
from govern.domain.mitigation.lane_health import ObserveInteraction, ObserveStartup
from govern.domain.mitigation.lane_replays import RecordReplay
from govern.domain.mitigation.reentry import LOW, assess
from govern.domain.mitigation.reentry_decision import AssessReentry, DecideReentry
from govern.domain.policy import Actor
from govern.domain.rollback.execution import Rollback
from govern.domain.rollout import adoption
from govern.domain.rollout.advance import Advance
from govern.domain.rollout.change_control import ApplyChange, OpenChange
from govern.domain.rollout.reentry_exit import ExitMitigation
from lanes import COHORT, in_lane, lane, replay, watched

SIGNAL = "side-effect-emergence"
ENTER = EnterMitigation(COHORT, "trigger")
OWED = {"owner": "ben", "due": "2026-11-25", "required": "two windows of replays"}


def with_set(text: str) -> World:
    """Criteria whose replay set is a file with this text."""
    made = branch({"criteria/minimum": {"criteria.route-match.replay_set": "replays/required.yaml"}})
    made.write("replays/required.yaml", text)
    return World(made).opened()


@pytest.mark.parametrize("text", ["packs: []\n", "packets: [a]\n", "packs: [a, 1]\n", "a\n"])
def test_replay_set_without_packs_is_refused_before_anybody_is_held_to_it(text: str) -> None:
    """Else nobody could be judged: neither could the cohort ever leave, nor a board or a review be shown."""
    made = with_set(text)
    for command in (ENTER, Advance(PACKET, "shadow", rehearsal={"same": True, "seconds": 0.1})):
        refusal = made.refused(command)
        assert "replays/required.yaml names no replay packs" in refusal.reasons[0]
        assert refusal.type_line == "govern validate"


def test_entry_brings_the_text_that_it_froze() -> None:
    """Also where the file has other line ends than the text."""
    made = with_set("packs: [a, b]\n")
    decision: Any = made.decide(ENTER)
    frozen = decision.events[0].body["frozen"]["replay_sets/minimum"]
    assert decision.inputs == {frozen: b"packs: [a, b]\n"} and frozen == digest_of(b"packs: [a, b]\n")


def gone_back(*settings: dict[str, Any], first: bool) -> World:
    """`a` of two cohorts in canary went back; the change was applied `first`, or in the lane."""
    edits = watched(SIGNAL)
    del edits["criteria/minimum"]
    strict = {"criteria/strict": {"like": "criteria/minimum", "signals": [SIGNAL]}}
    made = in_canary({**cohorts("a", "b"), **edits, **strict})
    made.now = "2026-11-20T15:00:00Z"
    steps = [lambda: changed(made, *settings), lambda: made.do(Rollback(PACKET, "trigger", ("a",)))]
    for step in steps if first else reversed(steps):
        step()
    return made


def changed(made: World, *settings: dict[str, Any]) -> None:
    made.do(OpenChange(PACKET, settings, "INC-1"), "ana")
    made.do(ApplyChange(PACKET))


def test_signal_that_a_change_names_is_frozen_with_it() -> None:
    setting = {"document": "criteria/minimum", "field": "signals", "value": [SIGNAL]}
    made = gone_back(setting, first=False)
    found = assess(made.state, made.documents, lane(made, "a"), made.now)
    assert [(row.criterion, row.limit) for row in found.signals] == [(SIGNAL, "not observed in this window")]


def test_lane_is_held_to_the_criteria_that_its_packet_names_now() -> None:
    setting = {"document": f"packets/{PACKET}", "field": "criteria", "value": "strict"}
    made = gone_back(setting, first=True)
    assert lane(made, "a").criteria == "strict"
    found = assess(made.state, made.documents, lane(made, "a"), made.now)
    assert [row.criterion for row in found.signals] == [SIGNAL]


def test_cohort_in_a_lane_stays_where_it_is_when_the_default_moves() -> None:
    """It was never bound by name, and the dictionary no longer has it."""
    edits = cohorts("a", "b")
    edits["cohorts"]["cohorts"]["gone"] = {"critical": True}
    made = in_canary(edits)
    made.do(EnterMitigation("gone", "trigger", surface="chat"))
    made.documents.edit("cohorts", {"cohorts.gone": GONE})
    border = open_border(made.state, made.documents, PACKET, Actor("ben"), made.now, to="adopted")
    body = adoption.moved(border).body
    assert [(move["cohort"], move["to"]) for move in body["moves"]] == [("gone", body["default"]["from"])]


def approved() -> World:
    made = in_lane()
    made.do(RecordReplay(COHORT, "p", "b1", replay("a", n=60, passed=60)))
    made.now = "2026-11-21T10:00:00Z"
    made.do(RecordReplay(COHORT, "p", "b1", replay("b", n=61, passed=61)))
    for event in (ObserveStartup, ObserveInteraction):
        made.do(event(COHORT, "b1"))
    made.do(AssessReentry(COHORT), "ana")
    made.do(DecideReentry(COHORT, "approved"), "ana")
    return made


def test_results_that_let_a_cohort_in_are_no_evidence_in_its_next_lane() -> None:
    made = approved()
    made.do(ExitMitigation(COHORT, stay=True))
    made.do(ENTER)
    refusal = made.refused(RecordReplay(COHORT, "p", "b2", replay("a", n=60, passed=60)))
    assert refusal.reasons[0].startswith("recorded already as lanes/public#")


def test_approval_that_later_replays_contradict_is_not_signed_off() -> None:
    made = approved()
    made.do(RecordReplay(COHORT, "p", "b1", replay("c", n=600, passed=100)))
    assert assess(made.state, made.documents, lane(made), made.now).label == LOW
    refusal = made.refused(ExitMitigation(COHORT, stay=True))
    assert (
        LOW in refusal.reasons[0] and refusal.type_line == f"govern mitigation decide {COHORT} --outcome kept"
    )
    made.do(DecideReentry(COHORT, "kept", (OWED,)), "ana")
    assert lane(made).approved is None


def test_approval_holds_while_nothing_new_was_shown() -> None:
    made = approved()
    made.now = "2026-11-23T10:00:00Z"
    assert assess(made.state, made.documents, lane(made), made.now).label is None
    assert made.do(ExitMitigation(COHORT, stay=True))


def test_batch_of_a_provisional_decision_is_a_pack_that_the_lane_is_held_to() -> None:
    """A pack that nobody may replay could never be done, and an easy one would prove nothing."""
    made = in_lane()
    for place, hour in enumerate(("2026-11-20T16:00:00Z", "2026-11-21T10:00:00Z")):
        made.now = hour
        made.do(RecordReplay(COHORT, "p", "b1", replay(str(place), n=30, passed=29)))
    for event in (ObserveStartup, ObserveInteraction):
        made.do(event(COHORT, "b1"))
    made.do(AssessReentry(COHORT), "ana")
    refusal = made.refused(DecideReentry(COHORT, "provisional", batch="Easy One"), "ana")
    assert "no pack is called" in refusal.reasons[0] and refusal.type_line == "--batch ID"
    assert made.do(DecideReentry(COHORT, "provisional", batch="p"), "ana")


@pytest.mark.parametrize("key", ["$(reboot)", "a;b", "`id`", "a|b", "-dash", "#x", "~root", "*"])
def test_line_to_paste_names_the_lane_where_a_shell_would_read_the_key(key: str) -> None:
    edits = cohorts("a", "b")
    edits["cohorts"]["cohorts"][key] = {"critical": False}
    made = in_canary(edits)
    decision: Any = made.decide(EnterMitigation(key, "trigger", surface="chat"))
    made.do(EnterMitigation(key, "trigger", surface="chat"))
    found = lane(made, key)
    assert found.word == found.id and decision.next == f"govern mitigation board {found.id}"
    for command in (ExitMitigation(key), DecideReentry(key, "approved"), AssessReentry(key)):
        assert key not in (made.refused(command, "ana").type_line or "").split()


def test_build_in_a_line_to_paste_is_one_word() -> None:
    decision: Any = in_lane().decide(ObserveStartup(COHORT, "b1; reboot"))
    assert decision.next == f"govern mitigation observe {COHORT} --stable interaction --build 'b1; reboot'"
