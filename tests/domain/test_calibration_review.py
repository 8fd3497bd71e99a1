"""The review of a calibration: what it waits for, who closes it, and what it may say."""

from dataclasses import replace
from typing import Any

import pytest

from builders import PACKET, World, cohorts, in_canary
from govern.domain.records import Record
from govern.domain.rollback.calibration_review import ReviewCalibration
from govern.domain.rollback.execution import Rollback
from govern.domain.rollback.incidents import settled
from govern.errors import ExitCode

FOUND = "errors of the incident lie in no class more often than before"
KEPT = ReviewCalibration(PACKET, "kept", FOUND)
ANEW = replace(KEPT, outcome="recalibrate")
OTHER = {"calibrations/second": {"like": "calibrations/initial"}}


def back(**edits: Any) -> World:
    made = in_canary({**cohorts("a", "b"), **OTHER, **edits})
    made.do(Rollback(PACKET, "trigger", ("a",)))
    return made


def relabelled(made: World) -> World:
    """As relabelling leaves it, once it is proved: that duty is gone."""
    names = [record.name for record in made.packet().history]
    made.state.duties = settled(made.state.duties, "relabel", names)
    return made


def reviews(made: World) -> list[str]:
    return [duty.record for duty in made.state.duties if duty.kind == "calibration_review"]


def test_review_closes_what_the_rollback_asked_for() -> None:
    made = relabelled(back())
    (asked,) = reviews(made)
    (record,) = made.do(KEPT)
    assert record.body == {"calibration": "initial", "reviews": [asked], "outcome": "kept", "finding": FOUND}
    assert (record.uses, reviews(made)) == ((asked,), [])
    again = made.refused(KEPT)
    assert again.exit == ExitCode.YES and again.reasons[0].startswith("closed already by ben: packets/")


def test_review_waits_until_the_decisions_are_relabelled() -> None:
    made = back()
    refused = made.refused(KEPT)
    assert (refused.exit, refused.type_line) == (ExitCode.NO, f"govern relabel apply {PACKET}")
    assert "a review reads relabelled decisions" in refused.reasons[0]
    relabelled(made).do(KEPT)


def test_one_review_closes_all_that_were_asked_for_when_it_was_given() -> None:
    made = back()
    (first,) = reviews(made)
    pinned = replace(KEPT, reviews=(first,))
    made.now = "2026-11-20T10:00:00Z"
    made.do(Rollback(PACKET, "trigger", ("b",)))
    (_, second) = reviews(made)
    relabelled(made).do(pinned)
    assert reviews(made) == [second]  # asked for in between
    made.do(KEPT)
    assert reviews(made) == []


@pytest.mark.parametrize(
    ("successor", "next_"), [(None, "govern new calibration ID"), ("second", "govern status")]
)
def test_calibration_that_is_made_anew_may_name_its_successor(successor: str | None, next_: str) -> None:
    made = relabelled(back())
    decision = made.decide(replace(ANEW, successor=successor))
    assert decision.next == next_  # type: ignore[union-attr]
    (record,) = made.do(replace(ANEW, successor=successor))
    assert record.body.get("successor") == successor and record.body["outcome"] == "recalibrate"


REFUSED: list[tuple[ReviewCalibration, str, ExitCode, str, str | None]] = [
    (replace(KEPT, packet="no-systm-prompt"), "ben", ExitCode.COULD_NOT, f"nearest: {PACKET}", None),
    (replace(KEPT, outcome="keep"), "ben", ExitCode.COULD_NOT, "no outcome `keep`", "--outcome kept"),
    (replace(KEPT, finding=" "), "ben", ExitCode.COULD_NOT, "finding is blank", None),
    (replace(KEPT, successor="second"), "ben", ExitCode.COULD_NOT, "has no successor", "--outcome recalibrate"),
    (replace(ANEW, successor="initial"), "ben", ExitCode.COULD_NOT, "another takes its place",
     "govern new calibration ID"),
    (replace(ANEW, successor="third"), "ben", ExitCode.COULD_NOT, "no calibration `third` is merged",
     "govern new calibration third"),
    (KEPT, "cy", ExitCode.NO, "it takes monitoring_review", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("command", "by", "code", "told", "line"), REFUSED, ids=[case[3] for case in REFUSED]
)
def test_review_is_refused(
    command: ReviewCalibration, by: str, code: ExitCode, told: str, line: str | None
) -> None:
    made = relabelled(back(govern={"people.cy": {"email": "cy@example.com"}}))
    refused = made.refused(command, by)
    assert (refused.exit, refused.type_line, told in refused.reasons[0]) == (code, line, True), refused


def test_nobody_owes_a_review_where_nobody_went_back() -> None:
    made = in_canary(cohorts("a"))
    assert made.refused(KEPT).reasons == (f"no calibration review of {PACKET} is owed",)


def test_record_that_asked_stays_readable() -> None:
    made = relabelled(back())
    record: Record = made.do(KEPT)[0]
    assert made.packet().calibration_reviews == [record]
