"""The week of drills: what is owed, what was held, and Friday's figures."""

import json
from typing import Any

import pytest

from builders import World
from drilled import CARD, PACKAGE, answers, drill, edited, team
from govern.domain.drills.confidence import trend
from govern.domain.drills.package_update import UpdatePackage
from govern.domain.drills.publishing import PublishConfidence
from govern.domain.drills.week import week_of

EVENT = [{"id": "winter-event", "from": "2026-11-22", "to": "2026-12-02", "risk": "high"}]
FRIDAY = "2026-11-20T09:00:00Z"


def held(made: World, day: str = "2026-11-18", **edits: Any) -> None:
    """The example's drill on some day; each day was read to its end at a second of its own."""
    moved = json.loads(json.dumps(answers()).replace("2026-11-18T", f"{day}T"))
    moved["readout"]["done_at"] = f"{day}T14:04:{day[-2:]}Z"
    made.do(drill(made, edited(moved, {name.replace("__", "."): v for name, v in edits.items()})), "mara")


@pytest.mark.parametrize(
    ("now", "owed", "risk"),
    [
        ("2026-11-15T23:59:59Z", 1, None),
        ("2026-11-16T00:00:00Z", 2, "winter-event"),  # its Sunday is in it
        ("2026-11-23T12:00:00Z", 2, "winter-event"),
        ("2026-12-01T23:59:59Z", 2, "winter-event"),
        ("2026-12-07T00:00:00Z", 1, None),
    ],
)
def test_week_that_touches_a_time_of_high_risk_owes_two_rehearsals(
    now: str, owed: int, risk: str | None
) -> None:
    found = week_of(team().state, EVENT, now)
    assert (found.owed, found.risk) == (owed, risk)


def test_week_after_the_last_day_of_risk_owes_one() -> None:
    calendar = [
        {"id": "sale", "from": "2026-11-16", "to": "2026-11-23", "risk": "high"}
    ]  # `to` is the day after
    assert week_of(team().state, calendar, "2026-11-23T00:00:00Z").owed == 1


def test_ordinary_entry_of_the_calendar_owes_nothing_more() -> None:
    calendar = [{**EVENT[0], "risk": "normal"}]
    assert week_of(team().state, calendar, "2026-11-25T00:00:00Z").owed == 1


def test_week_says_what_is_missing_until_it_is_done() -> None:
    made = team()
    assert week_of(made.state, [], made.now).missing == ("rehearsals", "mixed_signal", "published")
    held(made)
    assert week_of(made.state, [], made.now).missing == ("published",)
    assert week_of(made.state, EVENT, made.now).missing == ("rehearsals", "published")
    made.now = FRIDAY
    made.do(PublishConfidence(), "mara")
    assert week_of(made.state, [], made.now).missing == ()
    assert week_of(made.state, [], "2026-11-23T00:00:00Z").missing == (
        "rehearsals",
        "mixed_signal",
        "published",
    )


def test_drill_after_publication_is_to_be_published_too() -> None:
    made = team({f"cards/{CARD}": {"scenario": "straightforward"}})
    held(made)
    made.do(PublishConfidence(), "mara")
    made.now = "2026-11-19T15:00:00Z"
    held(made, "2026-11-19", evidence=None)
    assert week_of(made.state, [], made.now).missing == ("mixed_signal", "published")


def test_published_is_what_counts_and_what_holds_it_down() -> None:
    made = team()
    held(made)
    made.now = FRIDAY
    (record,) = made.do(PublishConfidence(), "mara")
    assert record.asked == {"do": "publish-confidence", "week": "2026-11-16/P7D", "packages": [PACKAGE]}
    body = record.body
    assert (body["score"], body["drilled"], body["status"]) == (
        77,
        77,
        "draft",
    )  # its owners were of two minds
    assert (body["caps"], body["delta"], body["drill"]) == (
        ["handoff", "not_passed"],
        None,
        f"packages/{PACKAGE}#1",
    )


def test_delta_is_published_beside_the_week_before() -> None:
    made = team()
    held(made)
    made.documents.edit(f"packages/{PACKAGE}", {"actions.1.do": "Hold templates by route"})
    made.now = FRIDAY
    made.do(UpdatePackage(PACKAGE, "Strict snapshot gate", "By route"), "mara")
    made.now = "2026-11-27T09:00:00Z"
    held(made, "2026-11-25", decisions__jo__decision="tune", evidence=None)
    (record,) = made.do(PublishConfidence(), "mara")
    assert (record.body["score"], record.body["delta"], record.body["status"]) == (84, 16, "conditional")


def test_score_that_was_lost_is_published_as_lost() -> None:
    made = team()
    held(made)
    made.documents.edit(f"packages/{PACKAGE}", {"recovery_window": "PT9M"})
    made.now = FRIDAY
    (record,) = made.do(PublishConfidence(), "mara")
    assert (record.body["score"], record.body["drilled"], record.body["caps"]) == (0, 77, ["changed"])


def test_same_figures_are_published_once() -> None:
    made = team()
    held(made)
    made.do(PublishConfidence(), "mara")
    assert made.refused(PublishConfidence(), "jo").reasons == ("published already in the week of 2026-11-16",)


def test_week_that_is_over_is_not_published_any_more() -> None:
    made = team()
    held(made)
    made.now = "2026-11-23T00:00:00Z"
    late = PublishConfidence("2026-11-16/P7D", (PACKAGE,))
    assert made.refused(late, "mara").reasons == ("the week 2026-11-16/P7D is over",)


def test_nothing_is_published_before_the_first_drill_or_of_what_is_gone() -> None:
    made = team()
    refused = made.refused(PublishConfidence(), "mara")
    assert refused.reasons == ("no package was drilled yet, and no trigger leads to one",)
    held(made)
    made.documents.edit(f"packages/{PACKAGE}", None)
    assert made.refused(PublishConfidence(), "mara").reasons == refused.reasons


def test_package_that_is_led_to_and_was_never_drilled_is_published_as_a_draft() -> None:
    made = team()
    (record,) = made.do(PublishConfidence(packages=(PACKAGE,)), "mara")
    body = record.body
    assert (body["score"], body["status"], body["caps"]) == (0, "draft", ["never"])
    assert (body["drill"], body["drilled"], body["delta"], body["targets"]) == (None, None, None, {})
    assert trend(made.state.package(PACKAGE)) == ()
    held(made)
    (record,) = made.do(PublishConfidence(), "mara")
    assert (record.body["score"], record.body["drilled"]) == (77, 77)


def test_next_targets_are_published_until_a_drill_measured_them() -> None:
    made = team()
    held(made)
    (record,) = made.do(PublishConfidence(), "mara")
    assert record.body["targets"] == {"latency_change": 10}
    made.now = "2026-11-27T09:00:00Z"
    held(made, "2026-11-25", evidence=None, closeout__next_targets={"mismatch_rate": 1.5})
    (record,) = made.do(PublishConfidence(), "mara")
    assert record.body["targets"] == {"mismatch_rate": 1.5}
