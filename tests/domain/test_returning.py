"""A cohort that went back and is added to its packet again: through its lane, or after its watch, on new evidence."""

from typing import Any

import pytest

from builders import PACKET, World, cohorts, in_shadow
from govern.domain.binding import current
from govern.domain.document import digest_of
from govern.domain.lane import context_of
from govern.domain.policy import Actor
from govern.domain.rollback.execution import Rollback
from govern.domain.rollback.unfreezing import Unfreeze
from govern.domain.rollout.advance import Advance
from govern.domain.rollout.extension import Extend
from govern.domain.rollout.promotion import border_to, judge
from govern.domain.rollout.rehearsing import HoldRehearsal
from lanes import lane

REASON = "operator-judgement"
OUT = "2026-11-21T09:00:00Z"


def gone_back(policy: str = "each_cohort") -> World:
    """`a` and `b` in canary at 5 percent, then `a` back; its lane is open where policy enters one."""
    made = in_shadow({
        **cohorts("a", "b"), "govern": {"policy.enter_mitigation": policy},
        f"packets/{PACKET}": {"cohort_coverage": ["a", "b"], "canary": {"allowlist": ["a", "b"], "percent": 5}},
    })  # fmt: skip
    made.pairs({"a": 200, "b": 200})
    made.do(Advance(PACKET, "canary"))
    made.now = "2026-11-20T15:00:00Z"
    made.do(Rollback(PACKET, REASON, ("a",)))
    return made


def leave(made: World) -> None:
    """`a` leaves its lane and stays where it is, past every control."""
    there = lane(made, "a")
    body: dict[str, Any] = {
        **context_of(there), "candidate": {"build": "b-7"}, "evaluator": "ana", "confidence": 0.95,
        "label": "eligible_high_confidence", "decision": f"{there.stream}#2",
        "packet": {"id": "re-a-01", "evidence_hash": digest_of(b"")}, "signed_off_by": "ben", "gate": [], "binds": [],
        "watched_until": "2026-11-24T00:00:00Z",
    }  # fmt: skip
    made.fact("mitigation_exited/1", body, there.stream, by="ana")


def prepared(made: World) -> None:
    """Everything else that the border asks: no freeze, the way back rehearsed, pairs."""
    made.do(Unfreeze("chat", root_cause="INC-7"))
    made.do(HoldRehearsal(PACKET, same=True, seconds=0.1))
    made.pairs({"a": 200, "b": 200})


def test_cohort_in_its_lane_is_not_added_and_its_lane_is_named() -> None:
    made = gone_back()
    refused = made.refused(Extend(PACKET, ("a",)))
    assert refused.reasons == (f"a was rolled back in {PACKET} and is in mitigation: a-01",)
    assert refused.type_line == "govern mitigation board a"


def test_cohort_that_left_its_lane_is_added_on_what_was_measured_since() -> None:
    made = gone_back()
    leave(made)
    made.do(Unfreeze("chat", root_cause="INC-7"))
    failing = {
        verdict.check for verdict in made.refused(Extend(PACKET, ("a",))).verdicts if not verdict.passes
    }
    assert "shadow_pairs" in failing
    made.pairs({"a": 200})
    added, _ = made.do(Extend(PACKET, ("a",)))
    assert (added.body["cohorts"], added.body["new"]) == (["a"], ["a"])
    assert made.packet().stages == {"a": "canary", "b": "canary"}
    assert current(made.state.surfaces["chat"], "a").percent == 5


def test_lane_that_was_left_before_the_last_rollback_opens_nothing() -> None:
    made = gone_back()
    leave(made)
    prepared(made)
    made.do(Extend(PACKET, ("a",)))
    made.do(Rollback(PACKET, REASON, ("a",)))
    assert "is in mitigation: a-02" in made.refused(Extend(PACKET, ("a",))).reasons[0]


def test_cohort_that_was_only_watched_is_added_once_the_watch_is_over() -> None:
    made = gone_back("critical_only")
    assert made.state.open_lanes() == []
    rollback = made.packet().rollbacks[-1]
    until = rollback.body["watched"]["until"]
    prepared(made)
    made.now = "2026-11-22T23:59:59Z"
    refused = made.refused(Extend(PACKET, ("a",)))
    assert refused.reasons == (f"a was rolled back in {PACKET}: ben watches it until {until}",)
    assert (until, refused.type_line) == ("2026-11-23T00:00:00Z", f"govern show {rollback.name}")
    made.now = until
    made.state.duties.clear()  # what the rollback left behind is settled by then
    made.do(Extend(PACKET, ("a",)))
    assert made.packet().on_next == ("a", "b")


def test_cohort_that_went_back_before_there_were_lanes_comes_back_by_one() -> None:
    made = gone_back()
    made.state.lanes.clear()
    refused = made.refused(Extend(PACKET, ("a",)))
    assert refused.reasons == (f"a was rolled back in {PACKET}: it comes back by re-entry only",)
    assert refused.type_line == "govern mitigation enter a --reason CODE"


@pytest.mark.parametrize("left", [False, True])
def test_those_who_may_be_added_are_those_whom_the_command_takes(left: bool) -> None:
    made = gone_back()
    if left:
        leave(made)
    border = border_to(made.state, made.documents, made.packet(), Actor("ben"), made.now, "canary")
    assert border.cohorts == (("a", "b") if left else ("b",))


def test_what_is_shown_of_the_border_is_judged_as_the_command_judges_it() -> None:
    made = gone_back()
    leave(made)
    asked = [made.state, made.documents, made.packet(), Actor("ben"), made.now, "canary"]
    for only, passes in ((("a",), False), (("b",), True)):
        (pairs,) = [v for v in judge(border_to(*asked, only)) if v.check == "shadow_pairs"]
        assert pairs.passes is passes
    assert made.packet().counting_from < made.packet().rollbacks[-1].n  # nothing of it reaches the state
