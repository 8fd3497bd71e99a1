"""Time for a lane: how far, how often, and not once it is over. Windows are days; `public-01` expires with the 22nd."""

from dataclasses import replace

import pytest

from govern.domain.decision import Accepted
from govern.domain.mitigation.carry_forward import CarryForward
from lanes import COHORT, EVALUATOR, LANE, in_lane, lane

CODE = "REENTRY_REPLAY_INSUFFICIENT"
CARRY = CarryForward(COHORT, "ana", CODE, "2026-11-25")
KEPT = "govern mitigation decide public --outcome kept"


def test_lane_expires_later_with_a_new_owner_and_a_reason() -> None:
    made = in_lane()
    (record,) = made.do(replace(CARRY, cohort=LANE, note=" the machines are back then "), EVALUATOR)
    wanted = {
        "from_window": "2026-11-22/P1D",
        "to_window": "2026-11-24/P1D",
        "owner": "ana",
        "reason_code": CODE,
    }
    wanted |= {"number": 1, "note": "the machines are back then", "evaluator": EVALUATOR}
    assert {name: record.body[name] for name in wanted} == wanted
    after = lane(made)
    assert (after.expiry, after.owner, after.attempt, after.history[-1]) == (
        "2026-11-24/P1D",
        "ana",
        1,
        record,
    )


@pytest.mark.parametrize(
    ("until", "window"),
    [
        ("2026-11-24", "2026-11-23/P1D"),
        ("2026-11-24T23:59:59Z", "2026-11-23/P1D"),
        ("2026-11-25T00:00:00Z", "2026-11-24/P1D"),
        ("2026-11-25T23:59:59Z", "2026-11-24/P1D"),
    ],
)
def test_window_is_the_last_that_ends_by_then(until: str, window: str) -> None:
    (record,) = in_lane().do(replace(CARRY, until=until), EVALUATOR)
    assert record.body["to_window"] == window


@pytest.mark.parametrize(
    "until", ["2026-11-20", "2026-11-23", "2026-11-23T23:59:59Z", "2026-11-26", "9999-12-31"]
)
def test_expiry_that_is_no_later_or_too_far_is_refused_with_the_last_one_that_is_not(until: str) -> None:
    made = in_lane()
    refused = made.refused(replace(CARRY, until=until), EVALUATOR)
    assert (
        "public-01 expires 2026-11-23, and is carried by 2 windows at most, to 2026-11-25"
        in refused.reasons[0]
    )
    assert refused.type_line == "--until 2026-11-25"
    made.do(replace(CARRY, until="2026-11-25"), EVALUATOR)


def test_lane_is_carried_twice_and_then_decided() -> None:
    made = in_lane()
    made.do(CARRY, EVALUATOR)
    (second,) = made.do(replace(CARRY, until="2026-11-27", owner="ben"), EVALUATOR)
    assert (second.body["number"], second.body["from_window"], lane(made).owner) == (
        2,
        "2026-11-24/P1D",
        "ben",
    )
    refused = made.refused(replace(CARRY, until="2026-11-29"), EVALUATOR)
    assert refused.reasons[0] == "public-01 was carried forward 2 times: it is decided by 2026-11-27"
    assert refused.type_line == KEPT


@pytest.mark.parametrize(
    ("at_most", "said"), [(0, "policy carries no lane forward"), (1, "public-01 was carried forward once")]
)
def test_policy_may_give_less(at_most: int, said: str) -> None:
    made = in_lane({"govern": {"policy.lane.carry_forward_at_most": at_most}})
    if at_most:
        made.do(CARRY, EVALUATOR)
    refused = made.refused(replace(CARRY, until="2026-11-27"), EVALUATOR)
    assert refused.reasons[0].startswith(said) and refused.type_line == KEPT


def test_expired_lane_is_decided_not_carried() -> None:
    made = in_lane()
    made.now = "2026-11-22T23:59:59Z"
    assert isinstance(made.decide(CARRY, EVALUATOR), Accepted)
    made.now = "2026-11-23T00:00:00Z"
    refused = made.refused(CARRY, EVALUATOR)
    assert refused.reasons == ("public-01 expired 2026-11-23: an expired lane is decided, not carried",)
    assert refused.type_line == KEPT


@pytest.mark.parametrize(
    ("command", "told", "line"),
    [
        (replace(CARRY, owner="zoe"), "no person `zoe` in the policy", "--owner ana"),
        (replace(CARRY, code="too busy"), "no code `too busy`", "--code REENTRY_ROUTE_MISMATCH"),
        (replace(CARRY, lane="public-02"), "changed meanwhile", "govern mitigation board public"),
        (replace(CARRY, until="soon"), "until `soon` is no time", None),
    ],
    ids=["owner", "code", "another lane", "no time"],
)
def test_refusal_says_what_to_type(command: CarryForward, told: str, line: str | None) -> None:
    refused = in_lane().refused(command, EVALUATOR)
    assert told in refused.reasons[0] and refused.type_line == line


def test_second_carrying_is_not_taken_for_a_retry_of_the_first() -> None:
    made = in_lane()
    (first,) = made.do(CARRY, EVALUATOR)
    refused = made.refused(replace(CARRY, until="2026-11-27", number=1), EVALUATOR)
    assert (
        refused.reasons[0].startswith("public-01 was carried forward meanwhile by ana")
        and first.name in refused.reasons[0]
    )


def test_time_is_an_evaluator_s_to_give() -> None:
    made = in_lane({"govern": {"roles.evaluator": ["ana"]}})
    assert "it takes evaluator" in made.refused(CARRY, "ben").reasons[0]
