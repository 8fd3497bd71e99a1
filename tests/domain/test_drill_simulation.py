"""A card under noise: counts that follow from the draws alone."""

import random
from typing import Any

import pytest

from drilled import CARD, team
from govern.domain.drills.simulation import outcome_of, simulate

VALUE: dict[str, Any] = team().documents.values[f"cards/{CARD}"]
VALUES = {"mismatch_rate": 1.8, "latency_change": 13.2}
NOISE = {"mismatch_rate": 0.1, "latency_change": 1.0}


def draws(runs: int, seed: int) -> list[tuple[float, float]]:
    chance = random.Random(seed)
    return [(chance.gauss(), chance.gauss()) for _ in range(runs)]


def test_each_draw_moves_each_metric_by_its_noise() -> None:
    found = simulate(
        VALUE, VALUES, NOISE, [(0, 0), (1.9, 0), (2, 0), (0, -3.2), (0, 1.8), (0, 1.9), (0, -3.1)]
    )
    assert found.outcomes == {"rollback": 2, "keep": 1, "tune": 4}
    assert found.deciding == {
        ("tune", "latency_change"): 4, ("rollback", "mismatch_rate"): 1, ("rollback", "latency_change"): 1,
        ("keep", "latency_change"): 1,
    }  # fmt: skip
    assert (found.runs, found.nominal.outcome, found.stable) == (7, "tune", round(4 / 7, 6))


def test_without_noise_every_run_says_the_same() -> None:
    found = simulate(VALUE, VALUES, {}, draws(50, 1))
    assert (found.outcomes, found.stable) == ({"rollback": 0, "keep": 0, "tune": 50}, 1.0)


def test_same_draws_give_the_same_counts_and_more_noise_less_stability() -> None:
    some = [simulate(VALUE, VALUES, NOISE, draws(2000, 7)) for _ in range(2)]
    assert some[0] == some[1]
    loud = simulate(VALUE, VALUES, {name: 3 * sd for name, sd in NOISE.items()}, draws(2000, 7))
    assert loud.stable < some[0].stable < 1


def test_share_of_rollbacks_is_what_the_normal_distribution_says() -> None:
    found = simulate(VALUE, VALUES, NOISE, draws(20_000, 11))
    beyond = 0.0228 + 0.0359  # mismatch over 2: two deviations; latency over 15: 1.8 of them
    assert found.outcomes["rollback"] / found.runs == pytest.approx(beyond, abs=0.005)


def test_no_run_leaves_what_the_values_say() -> None:
    found = simulate(VALUE, VALUES, NOISE, [])
    assert (found.runs, found.stable, found.nominal.outcome) == (0, 1.0, "tune")
    assert found.as_value()["deciding"] == []


def test_draw_has_a_number_for_each_metric_that_decides() -> None:
    with pytest.raises(ValueError, match="zip"):
        simulate(VALUE, VALUES, NOISE, [(1.0,)])


def test_card_foresees_its_baselines_and_the_side_effect() -> None:
    assert outcome_of(VALUE) == {"mismatch_rate": 1.3, "latency_change": 13.2}
