"""A new policy: approved by a quorum of the policy before it, one epoch higher, and nothing legalises itself."""

from typing import Any

import pytest

from builders import PACKET, World, ready, world
from govern.domain.binding import current
from govern.domain.policy_change import AdoptPolicy, ApprovePolicy
from govern.domain.rollout.pause import Pause

NEXT: dict[str, Any] = {"policy.epoch": 2, "policy.waiver_at_most": "P7D"}


def proposed(edits: dict[str, Any], before: dict[str, Any] | None = None) -> World:
    made = world({"govern": before} if before else None)
    made.documents.edit("govern", edits)
    return made


def test_adopted_policy_is_in_force_and_stamped_on_what_follows() -> None:
    made = proposed(NEXT)
    made.do(AdoptPolicy())
    assert (made.state.in_force.epoch, made.state.in_force.numbers["waiver_at_most"]) == (2, "P7D")
    (paused,) = made.do(Pause(PACKET, "a look at it"))
    assert paused.policy == made.state.in_force.stamp


def test_edit_of_the_file_alone_has_no_force() -> None:
    made = ready()
    made.documents.edit("govern", {"policy.epoch": 2, "policy.shadow.pairs_per_cohort": 1})
    assert made.border("canary").policy.numbers["shadow"]["pairs_per_cohort"] == 20


def test_quorum_of_the_old_policy_decides_when_the_new_one_asks_for_less() -> None:
    made = proposed({"policy.epoch": 2, "policy.approvals.policy": 0}, {"policy.approvals.policy": 2})
    refused = made.refused(AdoptPolicy())
    assert refused.reasons == ("1 of 2 have approved epoch 2; may approve: ana",)
    assert refused.type_line == "govern policy approve"
    (given,) = made.do(ApprovePolicy(), "ana")
    changed, *_ = made.do(AdoptPolicy())
    assert changed.body["approvals"] == [given.name]


def test_role_of_the_new_policy_is_not_held_before_it_is_in_force() -> None:
    edits = {"policy.epoch": 2, "people.cy": {"email": "cy@example.com"}, "roles.policy_change": ["cy"]}
    made = proposed(edits)
    assert "it takes policy_change, which ana, ben hold" in made.refused(AdoptPolicy(), "cy").reasons[0]
    made.do(AdoptPolicy(), "ana")
    assert "which cy hold" in made.refused(AdoptPolicy(), "ana").reasons[0]


def test_same_person_counts_once_towards_the_quorum() -> None:
    made = proposed(NEXT, {"policy.approvals.policy": 2})
    made.do(ApprovePolicy())
    assert "ben approved this policy already" in made.refused(ApprovePolicy()).reasons[0]
    assert "1 of 2" in made.refused(AdoptPolicy()).reasons[0]


def test_approval_of_other_text_does_not_count() -> None:
    made = proposed(NEXT, {"policy.approvals.policy": 2})
    made.do(ApprovePolicy(), "ana")
    made.documents.edit("govern", {"policy.waiver_at_most": "P3D"})
    assert "1 of 2" in made.refused(AdoptPolicy()).reasons[0]


def test_approval_that_has_expired_does_not_count() -> None:
    made = proposed(NEXT, {"policy.approvals.policy": 2})
    made.do(ApprovePolicy(), "ana")
    made.now = "2026-11-27T09:00:00Z"
    assert "1 of 2" in made.refused(AdoptPolicy()).reasons[0]


def test_file_that_changed_after_it_was_looked_at_is_refused() -> None:
    made = proposed(NEXT)
    refused = made.refused(AdoptPolicy("sha256:" + "0" * 64))
    assert (refused.reasons, refused.type_line) == (
        ("govern.yaml has changed since: look again",),
        "govern policy diff",
    )


@pytest.mark.parametrize(
    ("edits", "told"),
    [
        ({}, "is the policy in force (epoch 1)"),
        ({"policy.waiver_at_most": "P7D"}, "policy.epoch is 1: write `epoch: 2` under `policy`"),
        ({"policy.epoch": 3}, "policy.epoch is 3: write `epoch: 2` under `policy`"),
        ({"policy.epoch": 2, "policy.rules": 2}, "policy.rules 2 is not in this version"),
        ({"policy.epoch": 2, "surfaces": {}}, "surface chat is bound and cannot leave"),
        ({"policy.epoch": 2, "roles.rollback_execute": []}, "nobody would hold rollback_execute"),
        ({"policy.epoch": 2, "roles.policy_change": []}, "nobody would hold policy_change"),
        ({"policy.epoch": 2, "policy.approvals.policy": 3}, "asks for 3 approvals and 2 could give one"),
    ],
    ids=["nothing new", "same epoch", "an epoch too far", "unknown rules", "a surface gone", "no way back",
         "no further change", "a quorum out of reach"],
)  # fmt: skip
def test_policy_that_cannot_be_is_refused(edits: dict[str, Any], told: str) -> None:
    for command in (AdoptPolicy(), ApprovePolicy()):
        assert told in proposed(edits).refused(command).reasons[0]


def test_people_moved_into_another_mailbox_are_a_change_and_their_contacts_are_none() -> None:
    made = proposed({"people.ana.contact": "+49 30 1"})
    assert "is the policy in force" in made.refused(AdoptPolicy()).reasons[0]


def test_new_surface_is_bound_by_the_same_commit() -> None:
    made = proposed(
        {"policy.epoch": 2, "surfaces.search": {"baseline": "search-b1", "calibration": "initial"}}
    )
    made.documents.edit("baselines/search-b1", {"like": "baselines/chat-b1", "surface": "search"})
    changed, bound = made.do(AdoptPolicy())
    assert (changed.event, bound.stream) == ("policy_changed/1", "surfaces/search")
    assert current(made.state.surfaces["search"], "anybody").to.baseline == "search-b1"


@pytest.mark.parametrize("baseline", ["search-b1", "chat-b2"])
def test_new_surface_without_a_baseline_of_its_own_is_refused(baseline: str) -> None:
    made = proposed({"policy.epoch": 2, "surfaces.search": {"baseline": baseline}})
    assert f"surface search: no baseline `{baseline}`" in made.refused(AdoptPolicy()).reasons[0]
