"""`packet approve`: given to a dossier, when all else passes, never by an author, for one attempt."""

from builders import PACKET, World, ready, world
from govern.domain.checks.approvals import approvers
from govern.domain.rollout.advance import Advance
from govern.domain.rollout.approval import Approve

TEAM = {
    "govern": {
        "people.cy": {"email": "cy@example.com"},
        "people.bot": {"email": "bot@example.com", "kind": "automation"},
        "roles.rollout_approve": ["ana", "ben", "cy"],
        "policy.approvals.canary": 2,
    },
    f"packets/{PACKET}": {"owners.rollout_approve": ["ben", "cy"]},
}


def two_asked() -> World:
    return ready(TEAM)


def test_approval_and_advance_of_two_owners_are_two() -> None:
    made = two_asked()
    (given,) = made.do(Approve(PACKET), "cy")
    assert given.body["dossier"]["cohorts"] == ["public"]
    assert given.body["expires"] == "2026-11-27T09:00:00Z"
    advanced, _ = made.do(Advance(PACKET, "canary"))
    assert given.name in advanced.uses


def test_approval_pins_the_border_and_the_attempt_that_were_meant() -> None:
    made = two_asked()
    decision = made.decide(Approve(PACKET), "cy")
    pinned = {"to": "canary", "attempt": 1, "expires": "2026-11-27T09:00:00Z"}
    assert decision.asked == {"do": "approve", "packet": PACKET} | pinned  # type: ignore[union-attr]


def test_same_person_approves_once() -> None:
    made = two_asked()
    (given,) = made.do(Approve(PACKET), "cy")
    assert made.refused(Approve(PACKET), "cy").reasons == (
        f"cy approved this already ({given.name}); it takes another person",
    )
    assert "approvals: 1 of 2" in made.refused(Advance(PACKET, "canary"), "cy").reasons[0]


def test_author_and_stranger_do_not_approve() -> None:
    made = two_asked()
    assert made.refused(Approve(PACKET), "ana").reasons == (
        f"ana is an author of {PACKET}: authors do not approve",
    )
    assert "is automation" in made.refused(Approve(PACKET), "bot").reasons[0]


def test_claimed_actor_does_not_approve() -> None:
    assert (
        "is a claim: it records facts" in two_asked().refused(Approve(PACKET), "cy", claimed=True).reasons[0]
    )


def test_approval_waits_until_every_other_check_passes() -> None:
    made = world(TEAM)
    made.put("shadow")
    refused = made.refused(Approve(PACKET), "cy")
    assert any("shadow_pairs" in reason for reason in refused.reasons)
    assert not any("approvals" in reason for reason in refused.reasons)


def test_approval_is_used_up_by_the_border_it_was_given_for() -> None:
    made = two_asked()
    made.do(Approve(PACKET), "cy")
    made.do(Advance(PACKET, "canary"))
    assert approvers(made.border("canary")) == {}


def test_new_evidence_leaves_an_approval_standing_and_the_gate_asks_again() -> None:
    made = two_asked()
    made.do(Approve(PACKET), "cy")
    sick = {"public": {"n": 200, "policy-flip-rate": {"value": 9, "counts": {"worse": 18}}}}
    made.pairs(sick)
    assert "shadow_bands" in made.refused(Advance(PACKET, "canary")).reasons[0]
    made.pairs({"public": 200})
    made.do(Advance(PACKET, "canary"))


def test_automation_records_facts_and_approves_nothing() -> None:
    made = two_asked()
    record = made.pairs({"public": 210}, by="bot")
    assert (record.actor, record.body["border"]) == ("bot", "canary")
