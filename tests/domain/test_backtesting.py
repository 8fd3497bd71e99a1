"""A rule replayed over history: what is a hit, what is a false alarm, how late; and which threshold keeps a budget."""

import itertools
import math
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from govern.domain.firing import Rule
from govern.domain.triggers.backtesting import Incident, Track, judge, share_at
from govern.domain.triggers.threshold_sweep import plainest, sweep, thresholds

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def at(minute: float) -> datetime:
    return NOON + minute * MINUTE


def track(values: list[Any], *incidents: tuple[int, int]) -> Track:
    spans = tuple(Incident(at(begin), at(end)) for begin, end in incidents)
    return Track(None, tuple(at(place) for place in range(len(values))), tuple(values), spans)


JUDGED = [
    # what is shown, windows in a row, values, incidents, hits, false alarms, minutes of delay
    ("inside is a hit", 1, [1, 9, 1], [(1, 1)], 1, 0, 0),
    ("delay is from the begin of the incident", 2, [1, 9, 9, 1], [(0, 3)], 1, 0, 2),
    ("outside is false", 1, [9, 1, 1], [(1, 2)], 0, 1, None),
    ("later alarms of an incident say nothing new", 1, [9, 1, 9, 1, 9], [(0, 4)], 1, 0, 0),
    ("what began before is false and no hit", 1, [9, 9, 9], [(1, 2)], 0, 1, None),
    ("a row is full inside though it began outside", 2, [9, 9, 1], [(1, 2)], 1, 0, 0),
    ("one alarm in two incidents hits both", 1, [1, 9, 1], [(0, 1), (1, 2)], 2, 0, 0.5),
    ("no data is no alarm", 1, [None, math.nan, math.inf], [(0, 2)], 0, 0, None),
    ("an incident before the first window cannot be caught", 1, [1, 1], [(-5, -1)], 0, 0, None),
    ("one that began before explains an alarm all the same", 1, [9, 1], [(-5, 1)], 0, 0, None),
]


@pytest.mark.parametrize(
    ("consecutive", "values", "incidents", "hits", "false", "delay"),
    [case[1:] for case in JUDGED],
    ids=[case[0] for case in JUDGED],
)
def test_alarm_is_a_hit_or_false(
    consecutive: int, values: list[Any], incidents: list[tuple[int, int]], hits: int, false: int, delay: Any
) -> None:
    judged = judge(Rule("above", 5, consecutive), [track(values, *incidents)])
    assert (judged.hits, len(judged.false)) == (hits, false)
    assert judged.delay == (None if delay is None else delay * MINUTE)


def test_false_alarms_are_told_by_the_week() -> None:
    week = Track(None, (NOON, NOON + timedelta(days=1), NOON + timedelta(days=14)), (9, 1, 9))
    assert judge(Rule("above", 5, 1), [week]).a_week == 1.0
    assert judge(Rule("above", 5, 1), [track([9])]).a_week is None


def test_part_judges_what_begins_in_it_and_still_explains_its_alarms() -> None:
    whole = track([1, 9, 9, 1, 9, 1], (1, 2), (4, 5))
    before, after = whole.part(None, at(2)), whole.part(at(2), None)
    assert [len(judge(Rule("above", 5, 1), [part]).catches) for part in (before, after)] == [1, 1]
    assert judge(Rule("above", 5, 1), [after]).false == ()
    assert share_at([whole], 0.5) == at(3)
    assert share_at([whole], 0.01) is None


NUMBER = st.floats(-1e6, 1e6, allow_nan=False)


@given(st.lists(NUMBER, min_size=1, max_size=40), st.sampled_from(("above", "at_least", "below", "at_most")))
@example([0.0, 5e-324], "at_least")
@example([1.0, 1.0000000000000002], "at_least")
@example([1.0, 1.0000000000000002], "above")
@example([1.0, 1.0000000000000002], "at_most")
@example([1.0, 1.0000000000000002], "below")
def test_thresholds_part_the_values_as_no_other_number_would(values: list[float], op: str) -> None:
    """Each lies between two neighbours, or beyond all of them: together they fire in every way there is."""
    tried = thresholds(Rule(op, 0, 1), [track(values)])
    rule = [Rule(op, threshold, 1) for threshold in tried]
    bad = [sum(bool(each.is_bad(value)) for value in values) for each in rule]
    assert bad[0] == 0 and bad == sorted(set(bad)) and bad[-1] <= len(values) / 2
    uncommon = {value for value in values if Rule(op, median(values), 1).is_bad(value)}
    if len(uncommon) < 9:
        assert len(tried) >= len(uncommon)


@given(NUMBER, NUMBER)
def test_plainest_number_lies_between(one: float, other: float) -> None:
    low, high = sorted((one, other))
    found = plainest(low, high)
    assert low <= found <= high


@pytest.mark.parametrize(
    ("low", "high", "found"), [(44.2, 47.9, 46), (0.12, 0.4, 0.3), (99, 101, 100), (2.25, 2.26, 2.255)]
)
def test_plainest_number_takes_few_digits(low: float, high: float, found: float) -> None:
    assert plainest(low, high) == found


def test_suggestion_catches_most_within_the_budget() -> None:
    """Two incidents at 20 and at 12, and two false alarms of 14 and 10 in the 100 minutes."""
    values: list[Any] = [1.0] * 100
    values[10], values[30], values[50], values[70] = 20.0, 12.0, 14.0, 10.0
    history = [track(values, (9, 11), (29, 31))]
    a_week = timedelta(days=7) / (99 * MINUTE)
    found = {n: sweep(Rule("above", 0, 1), history, n * a_week).suggested for n in (0, 1, 2)}
    assert [(each.hits, len(each.false)) for each in found.values() if each] == [(1, 0), (2, 1), (2, 1)]
    assert found[0] and 14 < found[0].rule.threshold < 20


def test_threshold_that_was_given_is_tried_with_the_others() -> None:
    values: list[Any] = [1.0, 2.0, 9.0, 3.0]
    found = sweep(Rule("above", 0, 1), [track(values, (2, 2))], 0, given=8.123)
    assert 8.123 in [each.rule.threshold for each in found.tried]
    patient = [each.rule.threshold for each in found.tried]
    assert patient == sorted(patient, reverse=True)


def test_no_wide_gap_is_left_between_two_that_were_tried() -> None:
    """A level that rises by one in a hundred windows: by ranks alone most of the middle would be jumped over."""
    values: list[Any] = [float(place // 100) for place in range(10_000)]
    tried = [each.rule.threshold for each in sweep(Rule("above", 0, 1), [track(values)], 1).tried]
    assert max(high - low for high, low in itertools.pairwise(tried[1:])) <= 3


@given(
    st.lists(st.integers(0, 20), min_size=4, max_size=40),
    st.tuples(st.integers(0, 40), st.integers(0, 40)),
    st.integers(-1, 21),
)
def test_suggestion_is_never_worse_than_the_given(
    values: list[int], span: tuple[int, int], threshold: int
) -> None:
    history = [track(list(values), (min(span), max(span)))]
    budget = 100_000
    mine = judge(Rule("above", threshold, 1), history)
    found = sweep(Rule("above", 0, 1), history, budget, given=threshold).suggested
    assert found is not None
    if (mine.a_week or 0) <= budget:
        assert (found.hits, -len(found.false)) >= (mine.hits, -len(mine.false))


def test_middle_is_that_of_the_windows_in_which_nothing_was_wrong() -> None:
    history = [track([1.0, 9.0, 9.0, 9.0, 9.0, 1.0, 1.0], (1, 5))]
    found = sweep(Rule("above", 0, 1), history, 0).suggested
    assert found and (found.hits, found.rule.threshold) == (1, 5)


def test_suggestion_is_silent_where_nothing_can_be_caught() -> None:
    quiet = sweep(Rule("above", 0, 1), [track([1.0, 2.0, 3.0, 9.0])], 1000)
    assert quiet.suggested and quiet.suggested.rule.threshold > 9 and quiet.suggested.alarms == 0
    flat = sweep(Rule("below", 0, 1), [track([45.0] * 5)], 1)
    assert flat.suggested and flat.suggested.rule.threshold < 45


def test_there_is_no_suggestion_without_values() -> None:
    assert sweep(Rule("above", 0, 1), [track([None, math.nan])], 1).suggested is None
