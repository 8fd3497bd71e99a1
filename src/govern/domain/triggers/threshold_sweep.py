"""Thresholds for a trigger, tried over history: which are worth trying, and which one keeps a budget of false alarms.

A threshold changes what fires only where it passes a value, so each stands between two values that were seen, as the
plainest number there. Near the worst values every one is tried, farther in fewer and fewer of them, and none beyond
the middle: a trigger that fires most of the time gives few alarms, and says nothing.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from statistics import median

from govern.domain.firing import Rule
from govern.domain.triggers.backtesting import Judged, Track, judge

STEP = 1.12  # from one rank that is tried to the next
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
    rule: Rule, tracks: Sequence[Track], budget: float, tell: Callable[[str], None] = lambda _: None
) -> Sweep:
    """Try thresholds in the place of the rule's own. `budget` is how many false alarms a week may bring."""
    tried = []
    for threshold in thresholds(rule, tracks):
        tell(f"trying {threshold:g}")
        tried.append(judge(replace(rule, threshold=threshold), tracks))
    return Sweep(tuple(tried), _best(tried, budget), budget)


def thresholds(rule: Rule, tracks: Iterable[Track]) -> list[float]:
    """From one that no value reaches to the middle of all: what half of the windows have is nothing to be told of."""
    values = sorted(
        abs(value) if rule.unit == "ranks" else value
        for track in tracks
        for value in track.values
        if value is not None and math.isfinite(value)
    )
    if not values:
        return []
    middle = median(values)
    seen = sorted(set(values), reverse=rule.op in RISING)
    room = (seen[0] - middle) / 2 or math.copysign(abs(seen[0]) / 10 or 1.0, 1 if rule.op in RISING else -1)
    beyond = plainest(*sorted((seen[0] + 0.9 * room, seen[0] + 1.1 * room)))
    uncommon = [value for value in seen if (value >= middle if rule.op in RISING else value <= middle)]
    between = [_parting(rule.op, uncommon[rank], uncommon[rank - 1]) for rank in _ranks(len(uncommon))]
    return [beyond, *between]


def _parting(op: str, inner: float, outer: float) -> float:
    """The plainest number between two values; where floats leave none, the one of them that `op` parts them at."""
    found = plainest(*sorted((inner, outer)))
    if found not in (inner, outer):
        return found
    return outer if op in INCLUSIVE else inner


def _ranks(count: int) -> Iterator[int]:
    """1, 2, 3 … and then ever farther apart, below `count`."""
    rank = 1
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
    """Within the budget: most incidents caught, then fewest false alarms, then least delay; of equals in a row the
    middle one. Where nothing can be caught the most patient one. None where no threshold keeps the budget.
    """
    kept = [place for place, judged in enumerate(tried) if (judged.a_week or 0.0) <= budget * (1 + ROUNDING)]
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
    longest = max(([place for _, place in run] for _, run in runs), key=len)
    return longest[len(longest) // 2]
