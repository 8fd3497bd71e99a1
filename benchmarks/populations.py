"""What replays draw from: the pairs of real cohorts, and the same pairs made into nulls or into exact losses.

A population is drawn from with replacement, so its own mean is the truth of a replay. Differences are kept as
govern records them, as weights on edges; what is said of them is `replays`' business.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from math import fsum
from pathlib import Path
from random import Random
from typing import Self

from govern.domain.statistics.differences import TIE, WHOLE
from govern.evidence.edges import weigh

COLUMNS = {
    "score": ("score_prev", "score_next"),
    "policy": ("policy_pass_prev", "policy_pass_next"),
}
BILLIONTHS = 10**9
DRAWN = 300  # pairs of an A/A null: two draws of prev each

Pair = tuple[float, float]  # score on prev, on next


@dataclass(frozen=True)
class Population:
    """Pairs of one cohort and how likely each is."""

    cohort: str
    shares: Mapping[Pair, float]

    @classmethod
    def of(cls, cohort: str, pairs: Iterable[Pair]) -> Self:
        counted = Counter(pairs)
        whole = counted.total()
        return cls(cohort, {pair: times / whole for pair, times in sorted(counted.items())})

    @cached_property
    def pairs(self) -> Sequence[Pair]:
        return list(self.shares)

    @cached_property
    def reaches(self) -> Sequence[float]:
        return list(accumulate(self.shares.values()))

    @cached_property
    def weights(self) -> Sequence[Sequence[tuple[int, int]]]:
        """By pair the edges it lies between, and how many millionths of it lie on each."""
        found = (weigh({round((new - prev) * BILLIONTHS): 1}, BILLIONTHS) for prev, new in self.pairs)
        return [[(int(edge), weight) for edge, weight in each.items()] for each in found]

    @cached_property
    def values(self) -> Sequence[float]:
        """By pair its difference."""
        return [fsum(w * (edge - TIE) for edge, w in each) / (WHOLE * TIE) for each in self.weights]

    @cached_property
    def squares(self) -> Sequence[float]:
        """By pair its mean square on the edges, which is its square or somewhat more."""
        return [fsum(w * (edge - TIE) ** 2 for edge, w in each) / (WHOLE * TIE**2) for each in self.weights]

    @cached_property
    def ranks(self) -> tuple[list[int], list[int], int]:
        """By pair the ranks of its two scores among all scores of the cohort, and how many ranks there are."""
        scores = sorted({score for pair in self.pairs for score in pair})
        ranks = {score: rank for rank, score in enumerate(scores)}
        prevs, news = ([ranks[pair[side]] for pair in self.pairs] for side in (0, 1))
        return prevs, news, len(scores)

    @cached_property
    def mean(self) -> float:
        return fsum(share * (new - prev) for (prev, new), share in self.shares.items())

    @cached_property
    def variance(self) -> float:
        square = fsum(share * (new - prev) ** 2 for (prev, new), share in self.shares.items())
        return square - self.mean**2

    @property
    def differing(self) -> float:
        """The share of pairs that differ at all."""
        return fsum(share for (prev, new), share in self.shares.items() if prev != new)

    def draw(self, random: Random, n: int) -> list[int]:
        """So many pairs, by their number."""
        return random.choices(range(len(self.pairs)), cum_weights=self.reaches, k=n)

    def weights_of(self, drawn: Iterable[int]) -> tuple[tuple[int, int], ...]:
        """The weights of what was drawn, as `Differences` holds them."""
        weights: dict[int, int] = {}
        for pair, times in Counter(drawn).items():
            for edge, weight in self.weights[pair]:
                weights[edge] = weights.get(edge, 0) + weight * times
        return tuple(sorted(weights.items()))

    def swapped(self) -> Self:
        """Sides exchanged in half of the draws: nothing changed, whatever the pairs were."""
        return self._mixed(0.5, exchanged)

    def to(self, mean: float, how: str) -> Self:
        """With exactly this mean: thinned by pairs with sides exchanged at random ("swapped"), or by ties ("tied")."""
        kept = mean / self.mean
        return self._mixed((1 + kept) / 2, exchanged) if how == "swapped" else self._mixed(kept, tied)

    def independent(self, random: Random) -> Self:
        """A/A: pairs of two draws of prev, both ways round."""
        prevs = [self.pairs[number][0] for number in self.draw(random, 2 * DRAWN)]
        pairs = list(zip(prevs[:DRAWN], prevs[DRAWN:], strict=True))
        return type(self).of(self.cohort, [*pairs, *map(exchanged, pairs)])

    def _mixed(self, kept: float, into: Callable[[Pair], Pair]) -> Self:
        shares = {pair: kept * share for pair, share in self.shares.items()}
        for pair, share in self.shares.items():
            shares[into(pair)] = shares.get(into(pair), 0.0) + (1 - kept) * share
        return type(self)(self.cohort, shares)


def exchanged(pair: Pair) -> Pair:
    return pair[1], pair[0]


def tied(pair: Pair) -> Pair:
    return pair[0], pair[0]


def read(path: Path, column: str) -> list[Population]:
    """The cohorts of a file of pairs, by score or by policy; those whose column is empty are left out."""
    prev, new = COLUMNS[column]
    pairs: dict[str, list[Pair]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row[prev] and row[new]:
                pairs.setdefault(row["cohort_key"], []).append((float(row[prev]), float(row[new])))
    return [Population.of(cohort, each) for cohort, each in sorted(pairs.items())]
