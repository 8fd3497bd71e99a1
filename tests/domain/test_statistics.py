"""Statistics that hold at every look: what counts may claim, that windows add up, and that null replays stay quiet."""

import csv
import math
from itertools import accumulate
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.domain.statistics import betting, planning, unpaired
from govern.domain.statistics.differences import GAIN, TIE, WHOLE, Differences
from govern.evidence.edges import weigh

THOUSANDTHS = 1000
ALPHA = 0.05
NEED = math.log(7 / ALPHA)
counts = st.integers(0, 400)
deltas = st.lists(st.integers(-THOUSANDTHS, THOUSANDTHS), min_size=1, max_size=60)
limits = st.floats(-0.5, 0.5)


def raw(values: list[float], limit: float) -> float:
    """ln E pair by pair, as the paper writes it."""
    stakes = [
        prior * math.prod(1 - bet / (1 - limit) * (value - limit) for value in values)
        for bet, prior in zip(betting.BETS, betting.PRIOR, strict=True)
    ]
    return math.log(math.fsum(stakes))


def binned(values: list[int]) -> Differences:
    """Thousandths of the range as they are recorded."""
    times = {value: values.count(value) for value in values}
    return Differences({int(edge): weight for edge, weight in weigh(times, THOUSANDTHS).items()})


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), limits)
def test_counts_say_what_the_pairs_say(worse: int, same: int, better: int, limit: float) -> None:
    values = [-1.0] * worse + [0.0] * same + [1.0] * better
    found = Differences.counted(worse, same, better)
    assert betting.below(found, limit) == pytest.approx(raw(values, limit), abs=1e-8)
    opposite = raw([-value for value in values], -limit)
    assert betting.above(found, limit) == pytest.approx(opposite, abs=1e-8)


@given(deltas, limits)
def test_edges_never_claim_more_than_the_pairs(values: list[int], limit: float) -> None:
    """Either side: a verdict from what is recorded is one that the raw scores would give as well."""
    found, exact = binned(values), [value / THOUSANDTHS for value in values]
    assert betting.below(found, limit) <= raw(exact, limit) + 1e-8
    assert betting.above(found, limit) <= raw([-value for value in exact], -limit) + 1e-8
    assert found.n == len(values) and found.mean == pytest.approx(math.fsum(exact) / len(exact), abs=1e-12)


@given(deltas, st.randoms(use_true_random=False), st.integers(1, 59))
def test_windows_add_up_exactly_and_order_is_nothing(values: list[int], random: Random, cut: int) -> None:
    mixed = random.sample(values, len(values))
    parts = [binned(part) for part in (mixed[:cut], mixed[cut:]) if part]
    whole = binned(values)
    summed = sum(parts[1:], parts[0])
    assert dict(summed.weights) == dict(whole.weights)
    assert betting.below(summed, -0.05) == betting.below(whole, -0.05)


@given(counts, counts, counts, st.floats(-0.9, 0.9))
def test_a_limit_is_outside_of_the_interval_exactly_when_it_is_decided(
    worse: int, same: int, better: int, limit: float
) -> None:
    found = Differences.counted(worse, same, better)
    low, high = betting.interval(found, need_above=NEED, need_below=NEED)
    assert low <= found.mean <= high
    if min(abs(limit - low), abs(limit - high)) > 1e-9:
        assert (betting.above(found, limit) >= NEED) is (limit < low)
        assert (betting.below(found, limit) >= NEED) is (limit > high)


@given(counts, counts, counts)
def test_nobody_both_passes_and_fails(worse: int, same: int, better: int) -> None:
    found = Differences.counted(worse, same, better)
    assert min(betting.below(found, -0.05), betting.above(found, -0.05)) < math.log(1 / ALPHA)


FIGURES = [  # worse, same, better, margin, side, E: cohorts of real changes, worked out pair by pair elsewhere
    (6, 94, 0, 0.02, "failed", 4.0),
    (10, 40, 0, 0.02, "failed", 93.0),
    (12, 68, 0, 0.02, "failed", 200.0),
    (0, 135, 21, 0.02, "passed", 8.8e6),
    (0, 127, 2, 0.02, "passed", 15.0),
    (11, 241, 0, 0.02, "failed", 6.3),
]


@pytest.mark.parametrize(("worse", "same", "better", "margin", "side", "e"), FIGURES)
def test_known_samples_have_known_values(
    worse: int, same: int, better: int, margin: float, side: str, e: float
) -> None:
    found = Differences.counted(worse, same, better)
    ln_e = betting.below(found, -margin) if side == "failed" else betting.above(found, -margin)
    assert float(f"{math.exp(ln_e):.2g}") == e


@pytest.mark.parametrize(
    ("cohorts", "margin", "pairs"),
    [(1, 0.02, 216), (5, 0.02, 303), (5, 0.05, 120), (5, 0.1, 58), (18, 0.05, 146)],
)
def test_floor_is_the_shortest_unblemished_record_that_passes(
    cohorts: int, margin: float, pairs: int
) -> None:
    need = math.log(cohorts / ALPHA)
    assert betting.floor(margin, need) == pairs
    assert betting.above(Differences({TIE: pairs * WHOLE}), -margin) >= need
    assert betting.above(Differences({TIE: (pairs - 1) * WHOLE}), -margin) < need


NULLS = [  # shares of worse and of better; margin: the mean lies on it, so that neither verdict is true
    (0.20, 0.20, 0.0),
    (0.05, 0.00, 0.05),
    (0.12, 0.02, 0.10),
]


@pytest.mark.parametrize(("worse", "better", "margin"), NULLS)
def test_looking_twenty_times_seldom_lies_about_any_cohort(
    worse: float, better: float, margin: float
) -> None:
    """300 replays of four cohorts exactly on the margin; at every look of 25 pairs either verdict is a lie.

    Each kind may come in 5 of 100 replays. A fixed seed; a test at 5 % a look lies in more than half of them.
    """
    random = Random(20261120)
    cohorts, need = 4, math.log(4 / ALPHA)
    false = {"failed": 0, "passed": 0}
    for _ in range(300):
        lied = set()
        for _ in range(cohorts):
            draws = [random.random() for _ in range(500)]
            steps = [(draw < worse, 1 - draw < better) for draw in draws]
            sums = list(accumulate(steps, lambda a, b: (a[0] + b[0], a[1] + b[1])))
            for n in range(25, 501, 25):
                lost, won = sums[n - 1]
                found = Differences.counted(lost, n - lost - won, won)
                lied |= {"failed"} if betting.below(found, -margin) >= need else set()
                lied |= {"passed"} if betting.above(found, -margin) >= need else set()
        for kind in lied:
            false[kind] += 1
    assert max(false.values()) <= 15, false


@pytest.mark.parametrize(
    ("square", "margin", "median", "ninety"),
    [
        (0.02, 0.02, 726, 1265),
        (0.02, 0.05, 190, 300),
        (0.05, 0.02, 1484, 3080),
        (0.10, 0.05, 440, 840),
        (0.10, 0.10, 150, 250),
        (0.20, 0.05, 900, 1800),
        (0.40, 0.10, 420, 900),
    ],
)
def test_plan_is_near_what_replays_took(square: float, margin: float, median: int, ninety: int) -> None:
    """Medians and 90 % points of 300 replays in which nothing changed."""
    plan = planning.needed(0.0, square, margin, math.log(5 / ALPHA))
    assert plan.median is not None and plan.ninety is not None
    assert 1.0 <= plan.median / median < 1.3
    assert 0.85 < plan.ninety / ninety < 1.1


def test_plan_knows_what_cannot_pass_and_the_margin_that_could() -> None:
    need = math.log(5 / ALPHA)
    assert planning.needed(-0.06, 0.06, 0.05, need).median is None
    margin = planning.provable(0.0, 0.1, 900, need)
    assert margin is not None and margin == pytest.approx(0.0491, abs=0.001)
    ninety = planning.needed(0.0, 0.1, margin, need).ninety
    assert ninety is not None and ninety <= 900
    assert planning.provable(0.0, 0.1, 3, need) is None


@pytest.mark.parametrize(
    ("found", "more"),
    [
        (Differences.counted(6, 94, 0), 200),  # six losses of a hundred: some two hundred more
        (Differences.counted(10, 40, 0), 5),
        (Differences.counted(2, 96, 2), None),  # on the good side: nothing on this side grows
    ],
)
def test_more_says_about_how_many(found: Differences, more: int | None) -> None:
    assert planning.more(found, -0.02, NEED) == more


@pytest.mark.parametrize(
    ("number", "said"), [(0.2, 1), (9, 9), (14, 10), (95, 100), (1234, 1000), (1500, 2000)]
)
def test_a_forecast_has_one_digit(number: float, said: int) -> None:
    assert planning.one_digit(number) == said


Window = unpaired.Window


def windows(random: Random, shares: tuple[float, float], sizes: tuple[int, int], n: int = 20) -> list[Window]:
    def bad(share: float, size: int) -> int:
        return sum(random.random() < share for _ in range(size))

    return [Window(bad(shares[0], sizes[0]), sizes[0], bad(shares[1], sizes[1]), sizes[1]) for _ in range(n)]


@pytest.mark.parametrize("sizes", [(100, 100), (380, 20)])
@pytest.mark.parametrize("margin", [0.0, 0.02])
def test_two_groups_on_the_margin_are_seldom_told_apart(sizes: tuple[int, int], margin: float) -> None:
    """300 replays of 20 looks: at 1 in 20, a lie of one kind in 15 of them at most."""
    random = Random(11)
    false = {"worse": 0, "not worse": 0}
    for _ in range(300):
        seen = windows(random, (0.10, 0.10 + margin), sizes)
        for side in ("worse", "not worse"):
            false[side] += max(unpaired.running(seen, margin, side)) >= math.log(1 / ALPHA)
    assert max(false.values()) <= 15, false


def test_a_group_that_doubles_its_bad_outcomes_is_found() -> None:
    random = Random(3)
    found = sum(
        max(unpaired.running(windows(random, (0.10, 0.20), (200, 200)), 0.02, "worse")) >= math.log(100)
        for _ in range(20)
    )
    assert found == 20


def test_nothing_is_learnt_from_a_window_with_one_group_or_from_the_first() -> None:
    first, alone = Window(5, 100, 20, 100), Window(9, 100, 0, 0)
    assert unpaired.running([first], 0.0, "worse") == [0.0]
    after = unpaired.running([first, alone, first], 0.0, "worse")
    assert after[0] == after[1] == 0.0 and after[2] > 0


def test_windows_of_two_groups_count_in_their_order() -> None:
    """What is suggested comes from earlier windows alone: a later one never reaches back."""
    random = Random(5)
    seen = windows(random, (0.1, 0.2), (50, 50))
    assert unpaired.running(seen[:7], 0.0, "worse") == unpaired.running(seen, 0.0, "worse")[:7]


REAL = {  # (measure, margin): failed, passed of the 85 cohorts, every item seen once
    ("score", 0.02): (4, 20),
    ("policy", 0.02): (11, 23),
    ("score", 0.05): (4, 30),
    ("policy", 0.05): (8, 30),
}


@pytest.fixture(scope="module")
def packs(shared_data: Path) -> dict[str, list[dict[str, Differences]]]:
    """By column, file by file: the differences of every cohort of real changes of models and prompts."""
    columns = {"score": ("score_prev", "score_next"), "policy": ("policy_pass_prev", "policy_pass_next")}
    found: dict[str, list[dict[str, Differences]]] = {name: [] for name in columns}
    for path in sorted(shared_data.glob("pairs_*/pairs_*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        for name, (prev, new) in columns.items():
            times: dict[str, dict[int, int]] = {}
            for row in rows:
                delta = round((float(row[new]) - float(row[prev])) * 10**9)
                cohort = times.setdefault(row["cohort_key"], {})
                cohort[delta] = cohort.get(delta, 0) + 1
            weights = {cohort: weigh(each, 10**9) for cohort, each in times.items()}
            found[name].append(
                {c: Differences({int(e): w for e, w in edges.items()}) for c, edges in weights.items()}
            )
    return found


@pytest.mark.parametrize(("column", "margin"), REAL)
def test_verdicts_of_real_cohorts(
    packs: dict[str, list[dict[str, Differences]]], column: str, margin: float
) -> None:
    failed = passed = 0
    for cohorts in packs[column]:
        need = math.log(len(cohorts) / ALPHA)
        for found in cohorts.values():
            bad, good = betting.below(found, -margin) >= need, betting.above(found, -margin) >= need
            assert not (bad and good)
            assert not bad or found.mean < -margin
            assert not good or found.mean >= 0
            failed, passed = failed + bad, passed + good
    assert sum(map(len, packs[column])) == 85
    assert (failed, passed) == REAL[column, margin]
    assert GAIN == 40  # the grid that these verdicts are of


LOSSES = [  # loss, mean square, margin, cohorts: settings of their own, not those of the published replays
    (0.05, 0.08, 0.02, 3),
    (0.08, 0.30, 0.03, 12),
    (0.10, 0.10, 0.05, 7),
    (0.15, 0.60, 0.05, 20),
    (0.30, 0.35, 0.10, 1),
]


def looked_at_once(random: Random, loss: float, square: float, n: int) -> Differences:
    lost, won = (
        sum(random.random() < share / 2 for _ in range(n)) for share in (square + loss, square - loss)
    )
    return Differences.counted(lost, n - lost - won, won) if lost + won <= n else Differences.counted(n, 0, 0)


@pytest.mark.parametrize(("loss", "square", "margin", "cohorts"), LOSSES)
def test_a_loss_of_the_declared_size_is_found_nineteen_times_in_twenty(
    loss: float, square: float, margin: float, cohorts: int
) -> None:
    """At the last look alone; 300 replays, so 3 points for chance. Half of the pairs are clearly too few."""
    random, need = Random(20261122), math.log(cohorts / ALPHA)
    n = planning.findable(loss, square, margin, need)
    assert n is not None
    found = {
        pairs: sum(
            betting.below(looked_at_once(random, loss, square, pairs), -margin) >= need for _ in range(300)
        )
        for pairs in (n, n // 2)
    }
    assert found[n] >= 0.92 * 300 and found[n // 2] < 0.90 * 300, found


@given(st.floats(0.03, 0.5), st.floats(0.0, 1.0), st.sampled_from([0.01, 0.02]))
def test_a_larger_loss_and_fewer_differences_take_fewer_pairs(
    loss: float, square: float, margin: float
) -> None:
    pairs = planning.findable(loss, square, margin, NEED)
    larger = planning.findable(min(1.0, 1.5 * loss), square, margin, NEED)
    spread = planning.findable(loss, min(1.0, square + 0.2), margin, NEED)
    assert pairs is not None and larger is not None and spread is not None
    assert larger <= pairs <= spread


def test_a_loss_in_every_pair_takes_as_many_as_prove_it_without_chance() -> None:
    n = planning.findable(1.0, 1.0, 0.05, NEED)
    assert n is not None
    assert betting.below(Differences.counted(n, 0, 0), -0.05) >= NEED
    assert betting.below(Differences.counted(n - 1, 0, 0), -0.05) < NEED


def test_flips_are_planned_as_if_each_were_whole() -> None:
    """They gain nowhere, so their share is all that they differ by, however much the sample did."""
    pairs = {planning.findable(0.10, square, 0.05, NEED, gains=False) for square in (0.0, 0.05, 0.5)}
    assert pairs == {689}


@given(st.integers(-THOUSANDTHS, THOUSANDTHS), st.integers(0, 50))
def test_a_placed_difference_is_binned_as_it_is_recorded(thousandths: int, pairs: int) -> None:
    placed = Differences.placed(thousandths / THOUSANDTHS, pairs).weights
    recorded = binned([thousandths] * pairs).weights
    edges = {*placed, *recorded}
    assert all(abs(placed.get(edge, 0) - recorded.get(edge, 0)) <= pairs + 1 for edge in edges)


def test_a_first_sample_is_taken_for_somewhat_less_than_it_shows() -> None:
    small, large = (Differences.counted(5 * times, 90 * times, 5 * times) for times in (1, 100))
    assert 0.1 < planning.cautious(large) < 0.102 < planning.cautious(small) < 0.14
    assert planning.cautious(Differences.counted(50, 0, 0)) <= 1.0
