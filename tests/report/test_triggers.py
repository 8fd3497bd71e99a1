"""What is said of a rule over a file: in a row, or among so many."""

from datetime import UTC, datetime, timedelta

import pytest

from govern.domain.firing import Line, Row, Rule
from govern.report.triggers import series_answer

HOURS = [datetime(2026, 11, 20, tzinfo=UTC) + timedelta(hours=hour) for hour in range(9)]


def said(rule: Rule, *values: float | None) -> str:
    line = Line(None, tuple(Row(None, place, value) for place, value in enumerate(values)))
    return series_answer(rule, [line], HOURS).lines[0]


@pytest.mark.parametrize(
    ("rule", "values", "words"),
    [
        (Rule("above", 5, 2), (6, 6, 1), "FIRED once in 3 windows: 2 windows above 5 in a row"),
        (Rule("above", 5, 2, of=4), (6, 1, 6), "FIRED once in 3 windows: 2 windows above 5 among 4"),
        (Rule("above", 5, 1), (6, 1, 6), "FIRED 2 times in 3 windows: 1 window above 5"),
        (Rule("above", 5, 2), (6, 1, 6), "not fired: 1 of 2 windows above 5"),
        (Rule("above", 5, 3, of=4), (6, 6, 1, 1, 6), "not fired: 2 of 3 windows above 5 among 4"),
    ],
)
def test_rule_is_told_with_how_it_counts(rule: Rule, values: tuple[float, ...], words: str) -> None:
    assert said(rule, *values) == words
