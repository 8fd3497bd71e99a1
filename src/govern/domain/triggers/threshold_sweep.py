"""Thresholds for a trigger, tried over history: which are worth trying, and which one keeps a budget of false alarms.

A threshold changes what fires only where it passes a value, so each stands between two values that were seen, as the
plainest number there. Near the worst values every one is tried, farther in fewer and fewer of them; more where two
neighbours lie far apart, or differ in what they catch or in whether they keep the budget. None is tried beyond the
middle of the windows in which nothing was wrong: a trigger that fires most of the time gives few alarms, and says
nothing.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby, pairwise
from statistics import median

from govern.domain.firing import Rule
from govern.domain.triggers.backtesting import Judged, Track, judge

STEP = 1.12  # from one rank that is tried to the next
WIDE = 0.03  # of all that the values span
DIGITS = 15
ROUNDING = 1e-9  # of what a week may bring
RISING = ("above", "at_least")
INCLUSIVE = ("at_least", "at_most")


@dataclass(frozen=True, slots=True)
class Sweep:
    """Every threshold that was tried, from the most patient to the most alert; `place` is that of the suggestion."""

    tried: tuple[Judged, ...]
    place: int | None
    budget: float

    @property
    def suggested(self) -> Judged | None:
        return None if self.place is None else self.tried[self.place]


def sweep(
    rule: Rule,
    tracks: Sequence[Track],
    budget: float,
    tell: Callable[[str], None] = lambda _: None,
    *,
    given: float | None = None,
) -> Sweep:
    """Try thresholds in the place of the rule's own, and `given` with them. `budget` is how many false alarms a week
    may bring.
    """

    def judged(threshold: float) -> Judged:
        tell(f"trying {threshold:g}")
        return judge(replace(rule, threshold=threshold), tracks)

    ladder = _ladder(rule, tracks)
    ranks = {rank: judged(ladder.threshold(rank)) for rank in _ranks(len(ladder.values))}
    gaps = list(pairwise(ranks))
    while gaps:
        low, high = gaps.pop()
        if high - low > 1 and (_differ(ranks[low], ranks[high], budget) or ladder.is_wide(low, high)):
            middle = (low + high) // 2
            ranks[middle] = judged(ladder.threshold(middle))
            gaps += [(low, middle), (middle, high)]
    tried = [ranks[rank] for rank in sorted(ranks)]
    if given is not None and given not in [each.rule.threshold for each in tried]:
        tried.append(judged(given))
        tried.sort(key=lambda each: each.rule.threshold, reverse=rule.op in RISING)
    return Sweep(tuple(tried), _best(tried, budget), budget)


def _differ(one: Judged, other: Judged, budget: float) -> bool:
    """Whether they catch other incidents, or one of them keeps the budget and the other does not."""
    return (one.hits, _keeps(one, budget)) != (other.hits, _keeps(other, budget))


def _keeps(judged: Judged, budget: float) -> bool:
    return (judged.a_week or 0.0) <= budget * (1 + ROUNDING)


@dataclass(frozen=True, slots=True)
class Ladder:
    """The values worth parting, worst first; by rank a threshold that so many of them lie beyond."""

    op: str
    values: Sequence[float]
    beyond: float

    def threshold(self, rank: int) -> float:
        return self.beyond if rank == 0 else _parting(self.op, self.values[rank], self.values[rank - 1])

    def is_wide(self, low: int, high: int) -> bool:
        """Whether much of what the values span lies between two ranks."""
        return abs(self.values[low] - self.values[high]) > WIDE * abs(self.values[0] - self.values[-1])


def thresholds(rule: Rule, tracks: Sequence[Track]) -> list[float]:
    """The first ones that are tried, from one that no value reaches."""
    ladder = _ladder(rule, tracks)
    return [ladder.threshold(rank) for rank in _ranks(len(ladder.values))]


def _ladder(rule: Rule, tracks: Sequence[Track]) -> Ladder:
    values = list(_values(rule, tracks, good=False))
    if not values:
        return Ladder(rule.op, (), 0.0)
    rising = rule.op in RISING
    middle = median(list(_values(rule, tracks, good=True)) or values)
    seen = sorted(set(values), reverse=rising)
    room = (seen[0] - middle) / 2
    if room == 0 or (room > 0) != rising:
        room = math.copysign(abs(seen[0]) / 10 or 1.0, 1 if rising else -1)
    beyond = plainest(*sorted((seen[0] + 0.9 * room, seen[0] + 1.1 * room)))
    worth = [value for value in seen if (value >= middle if rising else value <= middle)]
    return Ladder(rule.op, worth or seen[:1], beyond)


def _values(rule: Rule, tracks: Iterable[Track], *, good: bool) -> Iterator[float]:
    """Every value that is a number, or those that were known while nothing was wrong."""
    for track in tracks:
        for moment, value in zip(track.moments, track.values, strict=True):
            if value is None or not math.isfinite(value):
                continue
            if not (good and any(one.holds(moment) for one in track.incidents)):
                yield abs(value) if rule.unit == "ranks" else value


def _parting(op: str, inner: float, outer: float) -> float:
    """The plainest number between two values; where floats leave none, the one of them that `op` parts them at."""
    found = plainest(*sorted((inner, outer)))
    if found not in (inner, outer):
        return found
    return outer if op in INCLUSIVE else inner


def _ranks(count: int) -> Iterator[int]:
    """0, 1, 2, 3 … and then ever farther apart, below `count`."""
    rank = 0
    while rank < count:
        yield rank
        rank = max(rank + 1, int(rank * STEP))


def plainest(low: float, high: float) -> float:
    """The number between two others that takes the fewest digits; their middle where none fits."""
    middle = low + (high - low) / 2
    for digits in range(1, DIGITS):
        number = float(f"{middle:.{digits}g}")
        if low < number < high:
            return int(number) if number.is_integer() and abs(number) < 10**DIGITS else number
    return middle


def _best(tried: Sequence[Judged], budget: float) -> int | None:
    """Within the budget: most incidents caught, then fewest false alarms, then least delay; of equals the middle of
    the widest row. Where nothing can be caught the most patient one. None where no threshold keeps the budget.
    """
    kept = [place for place, judged in enumerate(tried) if _keeps(judged, budget)]
    if not kept:
        return None
    if not any(tried[place].hits for place in kept):
        return kept[0]

    def order(place: int) -> tuple[int, int, timedelta]:
        judged = tried[place]
        return -judged.hits, len(judged.false), judged.delay or timedelta.max

    best = order(min(kept, key=order))
    equal = (place for place in kept if order(place) == best)
    runs = groupby(enumerate(equal), key=lambda pair: pair[1] - pair[0])
    return max((_central(tried, [place for _, place in run]) for _, run in runs))[1]


def _central(tried: Sequence[Judged], run: Sequence[int]) -> tuple[float, int]:
    """How wide a run of neighbours is, and the one nearest to its middle: on both sides there is room to be wrong."""
    first, last = (tried[place].rule.threshold for place in (run[0], run[-1]))
    middle = first + (last - first) / 2
    return abs(last - first), min(run, key=lambda place: abs(tried[place].rule.threshold - middle))
