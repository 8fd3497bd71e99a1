"""One cohort, look after look: what govern says of it, and what a threshold and a test at each look say.

Govern's verdicts are `betting` on `Differences` against the needs of `Proof`, the functions that a gate calls. Most
looks are far from any verdict; `reachable` says so without them, by an upper bound of ln E, so that a million looks
take a minute.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from operator import mul

from populations import Population

from govern.domain.evidence.anytime import Proof
from govern.domain.statistics import betting
from govern.domain.statistics.differences import Differences

ALPHA, LOOKS, LOOK, MARGIN = 0.05, 20, 25, 0.02
KINDS = ("failed", "passed")
NEAR = 1e-9  # a mean as near to the margin as this lies on it
ROUNDING = 1e-6  # of sums, in ln E
PLAIN = 1.6449  # z of a test at 5 %, one-sided
KAYENTA = 2.3263 / (1 - 0.25)  # its interval of 98 % has to leave a quarter of the estimate: as z


@dataclass(frozen=True)
class Gate:
    """All cohorts of one file, judged by one column."""

    name: str
    cohorts: Sequence[Population]

    @property
    def proof(self) -> Proof:
        return Proof(ALPHA, len(self.cohorts), 1)

    def changed(self, how: Callable[[Population], Population]) -> "Gate":
        return Gate(self.name, [how(cohort) for cohort in self.cohorts])


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The pairs seen when a verdict came, None if it never did."""

    failed: int | None
    passed: int | None

    @property
    def first(self) -> int | None:
        return min((n for n in (self.failed, self.passed) if n is not None), default=None)


def govern(
    population: Population,
    drawn: Sequence[int],
    look: int,
    margin: float,
    proof: Proof,
    *,
    first: bool = False,
) -> Verdicts:
    """Looking after every `look` pairs. A failure is the end; a pass may still be lost. `first`: stop at either."""
    to_fail, to_pass = proof.to_fail(), proof.to_pass
    totals = list(accumulate(map(population.values.__getitem__, drawn)))
    squares = list(accumulate(map(population.squares.__getitem__, drawn)))
    passed = None
    for n in range(look, len(drawn) + 1, look):
        total, square = totals[n - 1], squares[n - 1]
        near_failing = reachable(n, total, square, -margin, to_fail)
        near_passing = passed is None and reachable(n, -total, square, margin, to_pass)
        weights = population.weights_of(drawn[:n]) if near_failing or near_passing else ()
        if near_failing and ln_e(weights, -margin, below=True) >= to_fail:
            return Verdicts(n, passed)
        if near_passing and ln_e(weights, -margin, below=False) >= to_pass:
            passed = n
            if first:
                break
    return Verdicts(None, passed)


@lru_cache(maxsize=200_000)
def ln_e(weights: tuple[tuple[int, int], ...], limit: float, *, below: bool) -> float:
    """What the records of these weights prove, by the product's own bets."""
    found = Differences(dict(weights))
    return betting.below(found, limit) if below else betting.above(found, limit)


def reachable(n: int, total: float, square: float, limit: float, need: float) -> bool:
    """Whether ln E against "`limit` or more" may reach a `need` above 0, from sums of differences and their squares.

    ln(1 + y) <= y, and <= y - y^2/2 + y^3/3, where the gain of no pair is above (1 + limit)/(1 - limit).
    """
    gains = (n * limit - total) / (1 - limit)
    if betting.BETS[-1] * gains < need - ROUNDING:
        return False
    squares = (n * limit**2 - 2 * limit * total + square) / (1 - limit) ** 2
    greatest = (1 + limit) / (1 - limit)
    grown = [bet * gains - bet**2 * squares * (0.5 - bet * greatest / 3) for bet in betting.BETS]
    if max(grown) < need - ROUNDING:
        return False
    top = max(grown)
    stakes = (prior * math.exp(each - top) for prior, each in zip(betting.PRIOR, grown, strict=True))
    mixed: float = top + math.log(math.fsum(stakes))
    return mixed >= need - ROUNDING


def failing_looks(population: Population, drawn: Sequence[int], look: int, margin: float) -> list[bool]:
    """By look, whether the mean of its own pairs is below the margin."""
    values = population.values
    return [
        math.fsum(values[number] for number in drawn[n : n + look]) < -margin * look
        for n in range(0, len(drawn), look)
    ]


def mann_whitney(population: Population, drawn: Sequence[int], look: int) -> Iterator[float]:
    """By look z of all scores of prev so far against all of next, above zero where next is worse."""
    prevs, news, scores = population.ranks
    before, after = [0] * scores, [0] * scores
    for n in range(look, len(drawn) + 1, look):
        for number in drawn[n - look : n]:
            before[prevs[number]] += 1
            after[news[number]] += 1
        wins = sum(map(mul, after, accumulate(before))) - sum(map(mul, after, before)) / 2
        both = [one + other for one, other in zip(before, after, strict=True)]
        ties = sum(times**3 - times for times in both if times > 1)
        variance = n * n / 12 * (2 * n + 1 - ties / (2 * n * (2 * n - 1)))
        short = n * n / 2 - wins
        yield (
            (short - math.copysign(0.5, short)) / math.sqrt(variance)
            if variance > 1e-9 and abs(short) > 0.5
            else 0.0
        )
