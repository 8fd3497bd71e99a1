"""What happened, said after a rollback: whom it settles a duty for, and who reviews a broken glass."""

from typing import Any

import pytest

from builders import PACKET, World, cohorts, in_canary
from govern.domain.records import Record
from govern.domain.rollback.execution import Rollback
from govern.domain.rollback.incident_note import NoteIncident
from govern.errors import ExitCode

PEOPLE = {
    "govern": {
        "people.cy": {"email": "cy@example.com"},
        "people.bot": {"email": "bot@example.com", "kind": "automation"},
        "roles.rollback_execute": ["ana", "ben", "bot"],
    }
}
WHAT = "users of the canary got refusals"


def canary(**edits: Any) -> World:
    return in_canary({**cohorts("a", "b"), **PEOPLE, **edits})


def back(by: str = "ben", glass: str | None = None, *cohorts: str) -> tuple[World, Record]:
    made = canary()
    return made, made.do(Rollback(PACKET, "trigger", cohorts, break_glass=glass), by)[0]


def owed(made: World, *kinds: str) -> list[tuple[str, str]]:
    return [(duty.kind, duty.record) for duty in made.state.duties if duty.kind in kinds]


def test_note_settles_the_note_that_is_owed_and_nothing_else() -> None:
    made, rollback = back()
    assert owed(made, "note") == [("note", rollback.name)]
    (record,) = made.do(NoteIncident(PACKET, f" {WHAT} "), "cy")
    assert record.body == {"rollback": rollback.name, "note": WHAT, "reviewed": False}
    assert (record.uses, made.packet().notes) == ((rollback.name,), [record])
    assert (owed(made, "note"), len(owed(made, "relabel", "calibration_review"))) == ([], 2)


def test_another_note_may_follow_and_is_about_the_newest_rollback() -> None:
    made, first = back("ben", None, "a")
    made.now = "2026-11-20T10:00:00Z"
    second = made.do(Rollback(PACKET, "trigger", ("b",)))[0]
    said = [made.do(NoteIncident(PACKET, WHAT))[0].body["rollback"] for _ in range(3)]
    assert said == [first.name, second.name, second.name]
    assert made.do(NoteIncident(PACKET, WHAT, rollback=first.name))[0].body["rollback"] == first.name


def test_what_the_first_decision_meant_is_pinned() -> None:
    made, rollback = back()
    decision = made.decide(NoteIncident(PACKET, WHAT))
    assert decision.asked["rollback"] == rollback.name  # type: ignore[union-attr]


def test_review_of_a_broken_glass_is_for_another_person_of_the_role() -> None:
    made, rollback = back("cy", "nobody answered")
    assert owed(made, "break_glass_review") == [("break_glass_review", rollback.name)]
    for person in ("cy",):
        refused = made.refused(NoteIncident(PACKET, "it was right", reviewed=True), person)
        assert refused.turn == "ana" and refused.reasons[0].endswith("broke the glass; ana, ben may")
        assert refused.type_line == f'govern rollback note {PACKET} --note "..." --reviewed'
    (record,) = made.do(NoteIncident(PACKET, "it was right", reviewed=True), "ben")
    assert record.body["reviewed"] and owed(made, "break_glass_review") == []
    assert owed(made, "note") == [("note", rollback.name)]  # what happened is still to be said
    again = made.refused(NoteIncident(PACKET, "once more", reviewed=True), "ana")
    assert again.exit == ExitCode.YES and record.name in again.reasons[0]


def test_nobody_reviews_their_own_broken_glass_even_with_the_role() -> None:
    made, _ = back("ben", "my key was at home")
    assert made.refused(NoteIncident(PACKET, "fine", reviewed=True), "ben").turn == "ana"
    made.do(NoteIncident(PACKET, "fine", reviewed=True), "ana")


def test_without_a_broken_glass_there_is_nothing_to_review() -> None:
    made, _ = back()
    refused = made.refused(NoteIncident(PACKET, "fine", reviewed=True), "ana")
    assert (refused.exit, refused.type_line) == (ExitCode.NO, f'govern rollback note {PACKET} --note "..."')


@pytest.mark.parametrize(
    ("command", "by", "claimed", "code", "told"),
    [
        (NoteIncident("no-systm-prompt", WHAT), "ben", False, ExitCode.COULD_NOT, f"nearest: {PACKET}"),
        (NoteIncident(PACKET, WHAT, rollback=f"packets/{PACKET}#1"), "ben", False, ExitCode.COULD_NOT, "there are"),
        (NoteIncident(PACKET, " "), "ben", False, ExitCode.COULD_NOT, "note is blank"),
        (NoteIncident(PACKET, WHAT), "ben", True, ExitCode.NO, "is a claim"),
        (NoteIncident(PACKET, WHAT), "bot", False, ExitCode.NO, "is automation"),
    ],
)  # fmt: skip
def test_note_is_refused(command: NoteIncident, by: str, claimed: bool, code: int, told: str) -> None:
    made, _ = back()
    refused = made.refused(command, by, claimed=claimed)
    assert (refused.exit, told in refused.reasons[0]) == (code, True), refused


def test_packet_that_never_went_back_has_no_incident() -> None:
    refused = canary().refused(NoteIncident(PACKET, WHAT))
    assert refused.reasons == (f"{PACKET} was not rolled back",)
    assert (refused.exit, refused.type_line) == (ExitCode.COULD_NOT, f"govern phase show {PACKET}")
