"""The look at what got worse in a lane: nothing goes on before it, and an attempt ends with it."""

from dataclasses import replace

import pytest

from govern.domain.decision import Refusal
from govern.domain.lane import STARTUP
from govern.domain.mitigation.containment import Contain
from govern.domain.mitigation.lanes import require_coming
from govern.domain.records import Record
from lanes import COHORT, EVALUATOR, LANE, in_lane, lane, worse

FOUND = Contain(COHORT, "one headset took an old route table")


def test_look_names_what_was_seen_and_ends_the_attempt_in_which_it_came() -> None:
    made = in_lane()
    signals = (worse(made).name, worse(made).name)
    with pytest.raises(Refusal, match="is contained first"):
        require_coming(lane(made), STARTUP)
    (record,) = made.do(replace(FOUND, cohort=LANE), EVALUATOR)
    assert (record.body["signals"], record.uses) == (list(signals), signals)
    assert (record.body["attempt"], record.body["evaluator"]) == (1, EVALUATOR)
    after = lane(made)
    assert (after.regressive, after.attempt, after.reached, after.began) == ([], 2, [], record.n)
    assert after.history[-1] == record
    require_coming(after, STARTUP)


def test_look_at_what_came_before_the_attempt_ends_no_other() -> None:
    made = in_lane()
    lane(made).end_attempt(worse(made))
    made.do(FOUND, EVALUATOR)
    assert (lane(made).attempt, lane(made).regressive) == (2, [])


def test_what_comes_in_while_somebody_looks_stays_open() -> None:
    made = in_lane()
    first = worse(made)
    later: Record = worse(made)
    (record,) = made.do(replace(FOUND, signals=(first.name,)), EVALUATOR)
    assert record.body["signals"] == [first.name] and lane(made).regressive == [later]


def test_nothing_to_look_at_is_refused() -> None:
    made = in_lane()
    refused = made.refused(FOUND, EVALUATOR)
    assert refused.reasons == ("nothing in public-01 is regressive",)
    assert refused.type_line == "govern mitigation board public"
    worse(made)
    (record,) = made.do(FOUND, EVALUATOR)
    again = made.refused(FOUND, EVALUATOR)
    assert again.reasons[0].endswith(f"the last was contained by ana at {record.at}")


def test_look_is_an_evaluator_s_and_says_something() -> None:
    made = in_lane({"govern": {"roles.evaluator": ["ana"]}})
    worse(made)
    assert "it takes evaluator" in made.refused(FOUND, "ben").reasons[0]
    assert "finding is blank" in made.refused(replace(FOUND, finding="  "), "ana").reasons[0]
    assert lane(made).regressive
