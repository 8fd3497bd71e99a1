"""The laws of a workspace over random histories; what is drawn and what holds stands in `histories`."""

import pytest
from hypothesis.stateful import run_state_machine_as_test

from histories import DEEP, FAST, Ledger


def test_laws_hold_over_short_histories() -> None:
    run_state_machine_as_test(Ledger, settings=FAST)


@pytest.mark.deep
def test_laws_hold_over_long_histories() -> None:
    run_state_machine_as_test(Ledger, settings=DEEP)
