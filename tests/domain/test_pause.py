"""pause, resume, withdraw: borders stop, bindings stay, and an end is an end."""

import pytest

from builders import PACKET, in_canary, in_shadow, ready, world
from govern.domain.binding import current
from govern.domain.rollback.execution import Rollback
from govern.domain.rollout.advance import Advance
from govern.domain.rollout.approval import Approve
from govern.domain.rollout.pause import Pause, Resume, Withdraw
from govern.domain.rollout.waiver import Waive


def test_pause_stops_every_border_and_moves_nobody() -> None:
    made = in_canary()
    before = current(made.state.surfaces["chat"], "public")
    made.do(Pause(PACKET, "an odd answer"), "ana")
    for command in (Advance(PACKET), Approve(PACKET), Waive(PACKET, "duties", "why", "2026-11-21")):
        refused = made.refused(command)
        assert refused.type_line == f"govern packet resume {PACKET}"
        assert "is paused" in refused.reasons[0]
    assert current(made.state.surfaces["chat"], "public") is before


def test_resume_opens_the_way_again_and_uses_the_pause() -> None:
    made = ready()
    (paused,) = made.do(Pause(PACKET, "an odd answer"))
    (resumed,) = made.do(Resume(PACKET))
    assert resumed.uses == (paused.name,)
    made.do(Advance(PACKET, "canary"))


def test_resume_is_for_an_owner_and_no_author() -> None:
    made = ready()
    made.do(Pause(PACKET, "an odd answer"))
    assert "ben may, no author" in made.refused(Resume(PACKET), by="ana").reasons[0]


def test_pause_twice_and_resume_of_a_running_packet_are_refused() -> None:
    made = ready()
    assert made.refused(Resume(PACKET)).type_line == f"govern phase check {PACKET}"
    made.do(Pause(PACKET, "an odd answer"))
    assert "paused already" in made.refused(Pause(PACKET, "again")).reasons[0]


@pytest.mark.parametrize("person", ["ana", "ben"])
def test_packet_is_withdrawn_by_its_author_or_an_owner(person: str) -> None:
    made = in_shadow()
    made.do(Withdraw(PACKET, "another way"), person)
    assert made.packet().phase == "withdrawn"
    assert made.refused(Advance(PACKET)).reasons == (f"{PACKET} is withdrawn: it has ended",)
    assert made.refused(Withdraw(PACKET, "again")).type_line == "govern status"


def test_withdrawal_is_refused_when_a_cohort_is_on_next() -> None:
    refused = in_canary().refused(Withdraw(PACKET, "another way"))
    assert "has public on next" in refused.reasons[0]
    assert refused.type_line == f"govern rollback execute {PACKET}"


def test_withdrawal_by_somebody_else_is_refused() -> None:
    made = in_shadow({"govern": {"people.cy": {"email": "cy@example.com"}}})
    assert "ben may, no author" in made.refused(Withdraw(PACKET, "why not"), by="cy").reasons[0]


def test_withdrawal_decided_on_an_older_attempt_is_refused() -> None:
    made = in_shadow()
    assert "was advanced meanwhile" in made.refused(Withdraw(PACKET, "another way", attempt=0)).reasons[0]


def test_paused_packet_goes_back_all_the_same() -> None:
    made = in_canary()
    made.do(Pause(PACKET, "an odd answer"))
    made.do(Rollback(PACKET, "operator-judgement"))
    assert made.packet().phase == "rolled_back"
    assert made.refused(Pause(PACKET, "too late")).reasons == (f"{PACKET} is rolled back: it has ended",)


def test_draft_on_the_branch_can_be_paused_before_the_ledger_met_it() -> None:
    made = world()
    made.do(Pause(PACKET, "not this week"), "ana")
    assert "is paused" in made.refused(Advance(PACKET, "shadow")).reasons[0]
