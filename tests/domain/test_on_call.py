"""`packet on-call`: for oneself, for hours, for a packet that may still go back."""

import pytest

from builders import DAY_ONE, PACKET, in_canary
from govern.domain.rollback.execution import Rollback
from govern.domain.rollout.on_call import DeclareOnCall


def test_on_call_holds_for_twelve_hours_at_most_and_offers_the_last_instant() -> None:
    made = in_canary()
    (declared,) = made.do(DeclareOnCall(PACKET, "2026-11-20T21:00:00Z"))
    assert declared.body == {"since": DAY_ONE, "until": "2026-11-20T21:00:00Z"}
    refused = made.refused(DeclareOnCall(PACKET, "2026-11-20T21:00:01Z"))
    assert refused.type_line == f"govern packet on-call {PACKET} --until 2026-11-20T21:00:00Z"


@pytest.mark.parametrize("until", [DAY_ONE, "2026-11-20T08:00:00Z", "2026-11-19"])
def test_on_call_that_is_over_already_is_refused(until: str) -> None:
    assert "on call for 12 h at most" in in_canary().refused(DeclareOnCall(PACKET, until)).reasons[0]


def test_on_call_never_begins_in_the_past() -> None:
    (declared,) = in_canary().do(DeclareOnCall(PACKET, "2026-11-20T12:00:00Z", since="2026-11-20T01:00:00Z"))
    assert declared.body["since"] == DAY_ONE


def test_on_call_is_for_who_may_roll_this_packet_back() -> None:
    made = in_canary({f"packets/{PACKET}": {"owners.rollback_execute": ["ana"]}})
    assert "ana may" in made.refused(DeclareOnCall(PACKET, "2026-11-20T12:00:00Z")).reasons[0]


def test_on_call_for_a_packet_that_has_ended_is_refused() -> None:
    made = in_canary()
    made.do(Rollback(PACKET, "trigger"))
    assert "it has ended" in made.refused(DeclareOnCall(PACKET, "2026-11-20T12:00:00Z")).reasons[0]
