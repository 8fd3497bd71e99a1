"""Paired differences as whole weights on 41 fixed edges, -1, -0.95, ..., 1: all that a verdict needs of them.

A whole loss, a tie and a whole gain lie on edges, so that counts of them are exact. A difference between two
edges puts a share on each (linear binning), which keeps n and mean; a bet gains the same or less on it than on
the difference itself. Weights are millionths of a pair: windows add up exactly, in any order.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

EDGES = 41
LOSS, TIE, GAIN = 0, 20, 40
WHOLE = 1_000_000  # millionths in one pair


@dataclass(frozen=True, slots=True)
class Differences:
    """Millionths of a pair by edge; `ends` are the edges among which every difference lies."""

    weights: Mapping[int, int] = field(default_factory=dict)
    ends: tuple[int, int] = (LOSS, GAIN)

    @classmethod
    def counted(cls, worse: int, same: int, better: int) -> Self:
        return cls({LOSS: worse * WHOLE, TIE: same * WHOLE, GAIN: better * WHOLE})

    @classmethod
    def placed(cls, difference: float, pairs: float) -> Self:
        """So many pairs with one difference, shared out between the edges that it lies between."""
        edge, upper = divmod(TIE * (1 + difference), 1)
        weights = {int(edge): round(pairs * (1 - upper) * WHOLE), int(edge) + 1: round(pairs * upper * WHOLE)}
        return cls({edge: weight for edge, weight in weights.items() if weight})

    @property
    def n(self) -> float:
        return sum(self.weights.values()) / WHOLE

    @property
    def mean(self) -> float:
        """Exact but for the last division; no pair at all has the mean 0."""
        return self._moment(1)

    @property
    def square(self) -> float:
        """Mean of the squares: of whole losses, ties and gains, the share of pairs that differ."""
        return self._moment(2)

    @property
    def mirrored(self) -> Self:
        """With losses and gains exchanged."""
        low, high = self.ends
        weights = {GAIN - edge: weight for edge, weight in self.weights.items()}
        return type(self)(weights, (GAIN - high, GAIN - low))

    def __add__(self, other: Self) -> Self:
        edges = {*self.weights, *other.weights}
        weights = {edge: self.weights.get(edge, 0) + other.weights.get(edge, 0) for edge in edges}
        return type(self)(weights, (min(self.ends[0], other.ends[0]), max(self.ends[1], other.ends[1])))

    def items(self) -> list[tuple[float, float]]:
        """(difference, pairs), from loss to gain: one order of summing on every machine."""
        return [((edge - TIE) / TIE, w / WHOLE) for edge, w in sorted(self.weights.items()) if w]

    def smoothed(self) -> "Differences":
        """With half a pair more on each end and on a tie: no sample is so small that it is sure."""
        low, high = self.ends
        return self + Differences(dict.fromkeys((low, TIE, high), WHOLE // 2), self.ends)

    @property
    def square_error(self) -> float:
        """The standard error of `square`, as pairs differ among themselves."""
        return math.sqrt(max(self._moment(4) - self.square**2, 0.0) / self.n) if self.n else 0.0

    def _moment(self, power: int) -> float:
        total = sum(self.weights.values())
        scaled = sum((edge - TIE) ** power * weight for edge, weight in self.weights.items())
        return scaled / (total * TIE**power) if total else 0.0
