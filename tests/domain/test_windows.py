"""Instants stay inside the calendar, whatever is added to them."""

import pytest

from govern.domain.windows import FIRST, LAST, after, before, instant, written


@pytest.mark.parametrize("length", ["PT5M", "P7D", "P9999999W", "P99999999999999999999W"])
def test_instants_stop_at_the_ends_of_the_calendar(length: str) -> None:
    assert (after(LAST, length), before(FIRST, length)) == (LAST, FIRST)


@pytest.mark.parametrize("text", [FIRST, "0999-01-01T00:00:00Z", "2026-11-20T10:00:00Z", LAST])
def test_instant_is_written_as_it_was_read(text: str) -> None:
    assert written(instant(text)) == text
