"""The weekly review: once in a window, by those of its role, with what stood open as values."""

import pytest

from builders import PACKET, World, in_canary, in_shadow
from govern.domain.mitigation.reentry_decision import DecideReentry
from govern.domain.mitigation.weekly_review import HoldReview
from govern.domain.rollout.waiver import AcceptRisk
from lanes import in_lane

OWED = {"owner": "ben", "due": "2026-11-25", "required": "replays in two windows"}
NOTHING = {"matrix", "lanes", "actions", "waivers", "duties", "frozen", "packets"}


def at_risk() -> World:
    made = in_shadow()
    made.do(AcceptRisk(PACKET, "nothing to pair with", "2026-11-29"))
    return made


def with_work() -> World:
    made = in_lane()
    made.do(DecideReentry("public", "kept", (OWED,)), "ana")
    return made


OPEN = {
    "a packet in canary": (in_canary, {"packets": [{"packet": PACKET, "phase": "canary"}]}),
    "a risk that was accepted": (
        at_risk,
        {
            "packets": [{"packet": PACKET, "phase": "shadow"}],
            "waivers": [
                {"packet": PACKET, "of": "no_shadow_pairs", "owner": "ben", "expires": "2026-11-29T00:00:00Z"}
            ],
        },
    ),
}


@pytest.mark.parametrize("case", OPEN)
def test_record_holds_what_stood_open_and_nothing_else(case: str) -> None:
    build, expected = OPEN[case]
    body = build().do(HoldReview())[0].body
    assert {name: body[name] for name in NOTHING if body[name]} == expected


def test_record_holds_lane_work_duties_and_freeze() -> None:
    body = with_work().do(HoldReview("  all of it "), "ana")[0].body
    assert {name for name in NOTHING if body[name]} == {"lanes", "actions", "duties", "frozen"}
    assert [(each["action"], each["due_window"]) for each in body["actions"]] == [
        (f"c{n}", "2026-11-24/P1D") for n in range(1, 5)
    ]
    assert [each["faults"] for each in body["lanes"]] == [[]] and body["note"] == "all of it"
    assert [each["due"] for each in body["duties"]] == sorted(each["due"] for each in body["duties"])


def test_waiver_that_expired_is_not_in_force() -> None:
    made = at_risk()
    made.now = "2026-11-29T00:00:00Z"
    assert made.do(HoldReview())[0].body["waivers"] == []


def test_second_review_of_a_window_is_refused_and_the_next_window_has_its_own() -> None:
    made = in_canary()
    first = made.do(HoldReview(), "ben")[0]
    made.now = "2026-11-20T23:59:59Z"
    refusal = made.refused(HoldReview(), "ana")
    assert "ben held the review of 2026-11-20/P1D" in refusal.reasons[0]
    assert refusal.type_line == f"govern show {first.name}"
    made.now = "2026-11-21T00:00:00Z"
    assert made.do(HoldReview(), "ana")[0].body["window"] == "2026-11-21/P1D"
    assert [record.actor for record in made.state.reviews] == ["ben", "ana"]


def test_try_that_comes_after_its_window_does_not_hold_that_of_the_next() -> None:
    made = in_canary()
    made.now = "2026-11-21T00:00:00Z"
    refusal = made.refused(HoldReview(window="2026-11-20/P1D"))
    assert "is over" in refusal.reasons[0] and refusal.type_line == "govern review"


def test_nobody_else_holds_it() -> None:
    made = in_canary({"govern": {"people.cy": {"email": "cy@example.com"}}})
    assert "monitoring_review" in made.refused(HoldReview(), "cy").reasons[0]
    assert "claim" in made.refused(HoldReview(), "ana", claimed=True).reasons[0]
