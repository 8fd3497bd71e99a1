"""A rollback is served when what was seen fits it; how long that took is measured from the trigger."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from builders import PACKET, World, cohorts, in_canary
from govern.domain.document import digest_of
from govern.domain.records import Record
from govern.domain.rollback.execution import Rollback
from govern.domain.rollback.served import VerifyServed, outgrown, slower
from govern.errors import ExitCode

FIRED, BACK, LATER = "2026-11-20T09:05:00Z", "2026-11-20T09:09:21Z", "2026-11-20T10:00:00Z"
LOG = {"path": "logs/a.csv", "sha256": digest_of(b"log"), "rows": 99, "last": "2026-11-20T09:30:00Z"}
ESTIMATE = "surfaces.chat.rollback.time_to_rollback"


def back(*, fired: bool = True, **edits: Any) -> World:
    """b went back at 09:09:21, four minutes and 21 seconds after a trigger fired; a stays on next."""
    made = in_canary({**cohorts("a", "b"), **edits})
    trigger = None
    if fired:
        made.now = FIRED
        trigger = made.fact("trigger_fired/1", firing(made)).name
    made.now = BACK
    made.do(Rollback(PACKET, "trigger", ("b",), trigger=trigger))
    made.now = LATER
    return made


def firing(made: World) -> dict[str, Any]:
    next_ = made.packet().next
    assert next_ is not None
    window = "2026-11-20T09:00:00Z/PT5M"
    return {
        "trigger": "policy-dislocation", "action": "rollback", "window": "PT5M", "windows": [window],
        "condition": {"op": "above", "threshold": 3.0, "unit": "percent"}, "counter": {"consecutive": 1},
        "on_no_data": "inconclusive", "first": "2026-11-20T09:00:00Z", "last": FIRED, "cohorts": ["b"],
        "values": [{"cohort": "b", "window": window, "value": 7.4}], "baseline": next_.baseline,
        "model_version": next_.model_version, "calibration": next_.calibration,
        "source": {"path": "kpi.csv", "sha256": digest_of(b"kpi"), "rows": 1},
    }  # fmt: skip


def rolled_back(made: World) -> Record:
    return made.packet().history[-1]


def seen(**other: Any) -> dict[str, Any]:
    """Next decided until 09:09:55, so that the second minute is the first without it."""
    row = {"cohort": "b", "n": 41, "back": 40, "no_version": 1}
    window = "2026-11-20T09:10:21Z/PT1M"
    return {"window": window, "cohorts": [row], "last": "2026-11-20T09:09:55Z", "log": LOG} | other


def command(made: World, measured: Mapping[str, Any] | None = None) -> VerifyServed:
    return VerifyServed(PACKET, rolled_back(made).name, seen() if measured is None else measured)


def test_served_is_recorded_with_the_seconds_from_the_trigger_beside_the_estimate() -> None:
    made = back()
    (record,) = made.do(command(made))
    assert record.body["seconds"] == {"to_recorded": 261, "to_served": 321}
    assert record.body["estimate"] == "PT5M"
    assert record.uses == (rolled_back(made).name, made.packet().fired[-1].name)
    assert made.packet().served == {rolled_back(made).name: record}


def test_without_a_trigger_the_seconds_count_from_the_rollback() -> None:
    made = back(fired=False)
    (record,) = made.do(command(made))
    assert record.body["seconds"] == {"to_recorded": 0, "to_served": 60}
    assert record.uses == (rolled_back(made).name,)


@pytest.mark.parametrize(
    ("edits", "estimate"),
    [
        ({"govern": {ESTIMATE: "PT7M"}}, "PT7M"),
        ({"govern": {ESTIMATE: "PT7M"}, "baselines/chat-b2": {"rollback": {"time_to_rollback": "PT2M"}}}, "PT2M"),
        ({"govern": {"surfaces.chat.rollback": {"procedure": "ask ana"}},
          "baselines/chat-b2": {"rollback": {"time_to_rollback": "PT4M"}}}, "PT4M"),
    ],
)  # fmt: skip
def test_the_estimate_is_that_of_nexts_frozen_baseline_else_of_its_surface(
    edits: dict[str, Any], estimate: str
) -> None:
    made = back(**edits)
    made.documents.edit("baselines/chat-b2", {"rollback": {"time_to_rollback": "PT50M"}})  # no force any more
    assert made.do(command(made))[0].body["estimate"] == estimate


@pytest.mark.parametrize(
    ("measured", "told"),
    [
        ({"window": "2026-11-20T09:59:21Z/PT1M"}, "is not over"),
        ({"window": "2026-11-20T09:10:21Z/PT0S"}, "is not over"),
        ({"window": "2026-11-20T09:10:22Z/PT1M"}, "is not counted from"),
        ({"window": "2026-11-20T09:08:21Z/PT1M"}, "is not counted from"),
        ({"last": "2026-11-20T09:10:21Z"}, "is not between"),
        ({"last": "2026-11-20T09:09:20Z"}, "is not between"),
        ({"cohorts": [{"cohort": "a", "n": 1, "back": 1, "no_version": 0}]}, "not for the cohorts of"),
        ({"log": LOG | {"last": "2026-11-20T10:00:01Z"}}, "lies ahead of the clock"),
        ({"log": LOG | {"last": "2026-11-20T09:11:20Z"}}, "before the window"),
        ({"log": LOG | {"rows": 40}}, "more is counted of its cohorts than the 40"),
        ({"cohorts": []}, "not for the cohorts of"),
        ({"cohorts": [{"cohort": "b", "n": 0, "back": 0, "no_version": 0}]}, "its decisions show nothing"),
        ({"cohorts": [{"cohort": "b", "n": 3, "back": 0, "no_version": 3}]}, "its decisions show nothing"),
        ({"cohorts": [{"cohort": "b", "n": 3, "back": 3, "no_version": 1}]}, "its decisions show nothing"),
    ],
)
def test_what_does_not_fit_the_rollback_is_refused(measured: dict[str, Any], told: str) -> None:
    made = back()
    assert told in made.refused(command(made, seen(**measured))).reasons[0]


def test_the_same_window_is_recorded_once_and_a_later_one_again() -> None:
    made = back()
    (first,) = made.do(command(made))
    again = made.refused(command(made))
    assert (again.exit, again.reasons[0].endswith(first.name)) == (ExitCode.YES, True)
    (second,) = made.do(command(made, seen(window="2026-11-20T09:20:21Z/PT1M", last="2026-11-20T09:19:30Z")))
    assert made.packet().served[rolled_back(made).name] == second


def test_packet_and_rollback_have_to_be_known() -> None:
    made = back()
    assert made.refused(VerifyServed("nobody", "packets/nobody#1", seen())).exit == ExitCode.COULD_NOT
    wrong = made.refused(VerifyServed(PACKET, f"packets/{PACKET}#1", seen()))
    assert wrong.exit == ExitCode.COULD_NOT and rolled_back(made).name in wrong.reasons[0]


def test_a_claim_may_record_it_for_it_is_a_fact() -> None:
    made = back()
    assert not hasattr(made.decide(command(made), "ana", claimed=True), "reasons")


def test_slower_than_estimated_asks_for_a_new_estimate_until_there_is_one() -> None:
    made = back()
    (record,) = made.do(command(made))
    assert slower(record.body) and list(outgrown(made.state)) == [(made.packet(), record)]
    swift = back(fired=False)
    (record,) = swift.do(command(swift))
    assert not slower(record.body) and list(outgrown(swift.state)) == []


@pytest.mark.parametrize(("said", "asks"), [("PT5M", True), ("PT320S", True), ("PT321S", False)])
def test_the_surface_has_outgrown_its_estimate_while_the_policy_says_less(said: str, asks: bool) -> None:
    made = back(
        **{"baselines/chat-b2": {"rollback": {"time_to_rollback": "PT5M"}}, "govern": {ESTIMATE: said}}
    )
    made.do(command(made))
    assert bool(list(outgrown(made.state))) is asks


def test_when_it_was_published_is_known_of_a_rollback_that_was_recorded_while_the_remote_was_away() -> None:
    made = back()
    late = replace(rolled_back(made), at="2026-11-20T09:40:00Z", happened_at=BACK)
    made.packet().history[-1] = late
    (record,) = made.do(command(made))
    assert record.body["seconds"] == {"to_recorded": 261, "to_published": 2100, "to_served": 321}
