"""Waivers and accepted risks: written, owned, bound to what they waive, fourteen days at most."""

import pytest

from builders import DAY_ONE, PACKET, in_shadow, ready, world
from govern.domain.rollout.advance import Advance
from govern.domain.rollout.waiver import AcceptRisk, Waive
from govern.errors import ExitCode

SICK = {"public": {"n": 200, "policy-flip-rate": {"value": 9, "counts": {"worse": 18}}}}
LAST = "2026-12-04T09:00:00Z"  # fourteen days after the first morning


def test_waiver_passes_over_what_was_measured_and_is_named_by_the_record() -> None:
    made = in_shadow()
    made.pairs(SICK)
    (waived,) = made.do(Waive(PACKET, "shadow_bands", "a known artefact of the sample", LAST))
    assert (waived.body["owner"], waived.body["outcome"], waived.body["expires"]) == ("ben", "failed", LAST)
    advanced, _ = made.do(Advance(PACKET, "canary"))
    told = {v["check"]: v for v in advanced.body["verdicts"]}
    assert told["shadow_bands"] == {"check": "shadow_bands", "outcome": "failed", "waiver": waived.name}
    assert waived.name in advanced.uses


@pytest.mark.parametrize("expires", [DAY_ONE, "2026-12-04T09:00:01Z", "2027-01-01", "2026-11-19"])
def test_expiry_now_past_or_beyond_fourteen_days_is_refused(expires: str) -> None:
    made = in_shadow()
    made.pairs(SICK)
    refused = made.refused(Waive(PACKET, "shadow_bands", "why", expires))
    assert "between now and 2026-12-04 (P14D at most)" in refused.reasons[0]


def test_expiry_that_is_no_time_is_refused() -> None:
    refused = in_shadow().refused(Waive(PACKET, "shadow_bands", "why", "next week"))
    assert (refused.reasons, refused.exit) == (
        ("expires `next week` is no time: write 2026-11-20T10:00:00Z, or a date",),
        ExitCode.COULD_NOT,
    )


def test_blank_reason_is_refused() -> None:
    made = in_shadow()
    made.pairs(SICK)
    refused = made.refused(Waive(PACKET, "shadow_bands", "  ", LAST))
    assert refused.reasons == ("reason is blank: say it in words",)


def test_check_that_passes_has_nothing_to_waive() -> None:
    refused = ready().refused(Waive(PACKET, "shadow_bands", "why", LAST))
    assert refused.reasons == ("shadow_bands passes: there is nothing to waive",)


def test_check_of_another_border_or_a_slip_is_refused_with_the_nearest() -> None:
    refused = ready().refused(Waive(PACKET, "shadow_band", "why", LAST))
    assert refused.reasons == ("shadow -> canary has no check `shadow_band`; nearest: shadow_bands",)


@pytest.mark.parametrize("check", ["triggers", "packet_complete"])
def test_final_checks_cannot_be_waived(check: str) -> None:
    made = world({"triggers/policy-dislocation": None})
    assert f"{check} cannot be waived" in made.refused(Waive(PACKET, check, "why", LAST)).reasons[0]


def test_no_pairs_at_all_take_a_risk_in_writing_and_no_waiver() -> None:
    made = in_shadow()
    refused = made.refused(Waive(PACKET, "shadow_pairs", "why", LAST))
    assert refused.type_line == f'govern packet accept-risk {PACKET} --reason "..." --expires 2026-12-04'
    made.do(AcceptRisk(PACKET, "a typing error in the footer", LAST))
    advanced, _ = made.do(Advance(PACKET, "canary"))
    told = {v["check"]: v["outcome"] for v in advanced.body["verdicts"]}
    assert (told["shadow_pairs"], told["shadow_bands"]) == ("passed", "not_applicable")


def test_pairs_that_next_decided_lead_to_no_risk() -> None:
    made = in_shadow()
    made.pairs({"public": {"n": 200, "bound_next": 3}})
    refused = made.refused(Waive(PACKET, "shadow_pairs", "why", LAST))
    assert (refused.type_line, "bound to next in shadow" in refused.reasons[0]) == (None, True)


def test_risk_of_no_shadow_is_taken_in_shadow_by_an_owner() -> None:
    assert "is accepted in shadow" in world().refused(AcceptRisk(PACKET, "why", LAST)).reasons[0]
    assert "may not take this risk" in in_shadow().refused(AcceptRisk(PACKET, "why", LAST), "ana").reasons[0]


def test_author_waives_nothing() -> None:
    made = in_shadow()
    made.pairs(SICK)
    assert "ben may, no author" in made.refused(Waive(PACKET, "shadow_bands", "why", LAST), "ana").reasons[0]


def test_claimed_actor_waives_nothing() -> None:
    made = in_shadow()
    made.pairs(SICK)
    refused = made.refused(Waive(PACKET, "shadow_bands", "why", LAST), claimed=True)
    assert "is a claim: it records facts" in refused.reasons[0]
