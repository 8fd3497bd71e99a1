"""The replays of the benchmark: what is drawn from is what it says, and its verdicts are those of a gate."""

import math
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import decision_quality
from populations import Population
from replays import failing_looks, govern, mann_whitney, reachable

from govern.domain.evidence import anytime
from govern.domain.evidence.anytime import Looks, Proof
from govern.domain.statistics import betting
from govern.domain.statistics.differences import EDGES, WHOLE, Differences

PAIRS = [(1.0, 0.0)] * 5 + [(1.0, 1.0)] * 12 + [(0.0, 1.0)] * 2 + [(0.3, 0.45)]
COHORT = Population.of("one", PAIRS)
KPI: dict[str, Any] = {
    "id": "score",
    "measure": "mean_score_delta",
    "source": "shadow_pairs",
    "unit": "points",
    "range": [0, 1],
    "margin": 2,
    "min_sample": 1,
    "worse_when": "lower",
    "method": "anytime",
    "on_no_data": "inconclusive",
}


@pytest.mark.parametrize(
    ("changed", "mean"),
    [
        (COHORT, -0.1425),
        (COHORT.swapped(), 0.0),
        (COHORT.independent(Random(1)), 0.0),
        (COHORT.to(-0.02, "swapped"), -0.02),
        (COHORT.to(-0.02, "tied"), -0.02),
    ],
)
def test_a_population_has_the_mean_that_it_is_made_for(changed: Population, mean: float) -> None:
    assert changed.mean == pytest.approx(mean, abs=1e-12)
    assert sum(changed.shares.values()) == pytest.approx(1)
    assert sum(
        share * value for share, value in zip(changed.shares.values(), changed.values, strict=True)
    ) == pytest.approx(mean, abs=1e-12)


@given(
    st.dictionaries(st.integers(0, EDGES - 1), st.integers(1, 300), min_size=1, max_size=6),
    st.floats(-0.2, 0.2),
)
def test_no_verdict_is_left_out_as_out_of_reach(times: dict[int, int], limit: float) -> None:
    found = Differences({edge: n * WHOLE for edge, n in times.items()})
    n, total, square = found.n, found.n * found.mean, found.n * found.square
    for needed, side, sign in (
        (betting.below(found, limit), limit, 1),
        (betting.above(found, limit), -limit, -1),
    ):
        assert needed <= 0 or reachable(int(n), sign * total, square, side, needed)


def gate(drawn: list[int]) -> str:
    """The verdict of `anytime` on a row with these pairs."""
    weights = dict(COHORT.weights_of(drawn))
    found = Differences(weights)
    counts = {"edges": {str(edge): weight for edge, weight in weights.items()}}
    row = {"n": int(found.n), "value": 100 * found.mean, "counts": counts}
    return anytime.judge(KPI, Looks((row,)), Proof(0.05, 3, 1)).outcome


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("wanted", ["failed", "passed"])
def test_a_replay_says_at_each_look_what_a_gate_says(seed: int, wanted: str) -> None:
    bad = {number for number, (prev, new) in enumerate(COHORT.pairs) if new < prev}
    drawn = [n for n in COHORT.draw(Random(seed), 900) if wanted == "failed" or n not in bad]
    said = govern(COHORT, drawn, 20, 0.02, Proof(0.05, 3, 1), first=True)
    assert said.first is not None
    outcomes = [gate(drawn[:n]) for n in range(20, said.first + 1, 20)]
    assert outcomes == ["inconclusive"] * (len(outcomes) - 1) + [wanted]


def test_the_others_see_what_they_should() -> None:
    losses = [number for number, (prev, new) in enumerate(COHORT.pairs) if new < prev] * 10
    ties = [number for number, (prev, new) in enumerate(COHORT.pairs) if new == prev] * 10
    assert failing_looks(COHORT, losses + ties, 10, 0.02) == [True, False]
    z = list(mann_whitney(COHORT, losses + ties, 10))
    assert z[0] == pytest.approx(
        49.5 / math.sqrt(100 / 12 * (21 - 1980 / 380))
    )  # ten ones against ten zeros, with the correction
    assert list(mann_whitney(COHORT, ties, 10)) == [0.0]


def test_without_data_it_says_so_and_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["decision_quality.py", "--data", str(tmp_path)])
    decision_quality.main()
    assert capsys.readouterr().out == "no pairs to replay: give --data FOLDER, or set GOVERN_SHARED\n"
