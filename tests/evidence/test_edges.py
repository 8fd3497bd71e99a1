"""Edge weights keep the number, the sum and the order-free exactness of score differences."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.evidence.edges import STEPS, WHOLE, is_ternary, weigh

WIDTH = 10**12
DELTAS = st.dictionaries(st.integers(-WIDTH, WIDTH), st.integers(1, 50), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("times", "weights"),
    [
        ({}, {}),
        ({-WIDTH: 2, 0: 3, WIDTH: 1}, {"0": 2_000_000, "20": 3_000_000, "40": 1_000_000}),
        ({WIDTH // 20: 1}, {"21": 1_000_000}),
        ({WIDTH // 40: 1}, {"20": 500_000, "21": 500_000}),
        ({-WIDTH // 80: 4}, {"19": 1_000_000, "20": 3_000_000}),
        ({1: 1}, {"20": 1_000_000}),  # below half a millionth of a step: on the edge
        ({WIDTH - 1: 1}, {"40": 1_000_000}),
    ],
)
def test_weights_when_the_difference_lies_on_or_between_edges(times, weights):
    assert weigh(times, WIDTH) == weights


@given(DELTAS)
def test_weights_keep_the_pairs_and_their_sum(times):
    weights = weigh(times, WIDTH)
    pairs = sum(times.values())
    assert sum(weights.values()) == pairs * WHOLE
    total = sum(
        Fraction(weight, WHOLE) * Fraction(2 * int(edge) - STEPS, STEPS) for edge, weight in weights.items()
    )
    exact = Fraction(sum(delta * count for delta, count in times.items()), WIDTH)
    assert abs(total - exact) <= pairs * Fraction(1, STEPS * WHOLE)  # half a millionth of a step each


@given(DELTAS, DELTAS)
def test_weights_of_two_windows_add_up_exactly(one, other):
    both = {delta: one.get(delta, 0) + other.get(delta, 0) for delta in one.keys() | other.keys()}
    parts = [weigh(one, WIDTH), weigh(other, WIDTH)]
    summed = {edge: sum(part.get(edge, 0) for part in parts) for edge in parts[0].keys() | parts[1].keys()}
    assert weigh(both, WIDTH) == summed


@pytest.mark.parametrize("delta", [WIDTH + 1, -WIDTH - 1])
def test_error_when_a_difference_is_beyond_the_range(delta):
    with pytest.raises(ValueError, match="beyond the range"):
        weigh({delta: 1}, WIDTH)


@pytest.mark.parametrize(("deltas", "ternary"), [([], True), ([-4, 0, 4], True), ([0, 2], False)])
def test_ternary_when_all_is_won_lost_or_tied(deltas, ternary):
    assert is_ternary(deltas, 4) is ternary
