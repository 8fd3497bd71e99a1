"""`rollback rehearse`: what is recorded of it, whether it came back or not."""

import pytest

from builders import PACKET, cohorts, in_canary, in_shadow, world
from govern.domain.rollback.execution import Rollback
from govern.domain.rollout.rehearsing import HoldRehearsal


@pytest.mark.parametrize("same", [True, False])
def test_rehearsal_is_recorded_also_when_it_did_not_come_back(same: bool) -> None:
    made = in_shadow(cohorts("a", "b"))
    records = made.do(HoldRehearsal(PACKET, same, 0.7))
    assert records[0].body == {"form": "clone", "cohorts": ["a", "b"], "same": same, "seconds": 0.7}
    assert [r.event for r in records[1:]] == (["baseline_verified/1"] if same else [])


def test_rehearsal_of_a_draft_takes_the_coverage_of_the_branch() -> None:
    (held,) = world(cohorts("a", "b")).do(HoldRehearsal(PACKET, True, 0.7))
    assert held.body["cohorts"] == ["a", "b"]


def test_rehearsal_of_a_packet_that_has_ended_is_refused() -> None:
    made = in_canary()
    made.do(Rollback(PACKET, "trigger"))
    assert "it has ended" in made.refused(HoldRehearsal(PACKET, True, 0.1)).reasons[0]
