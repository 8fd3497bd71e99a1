"""What the criteria of a drill say: their limits, and which values each outcome takes in.

Rollback needs any of its conditions, keep and tune need all of theirs. Each limit cuts its metric into what lies
below, at and above it, so a few cells stand for all values. Since a condition is about one metric, keep and tune are
each a box, and what rolls nothing back is one too: a few sets of cells for each metric say all there is to say.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

ORDER = ("rollback", "keep", "tune")  # the earlier one wins a shared border
HOLDS: Mapping[str, Callable[[float, float], bool]] = {
    "above": lambda value, limit: value > limit,
    "at_least": lambda value, limit: value >= limit,
    "below": lambda value, limit: value < limit,
    "at_most": lambda value, limit: value <= limit,
}

UP, DOWN = ("above", "at_least"), ("below", "at_most")

Cells = frozenset[int]  # of one metric; odd: exactly at a limit, even: between two
Edges = Mapping[str, list[int | float]]  # by metric, in order


@dataclass(frozen=True, slots=True)
class Limit:
    """One operator of one condition; `item` is its place in the list of its outcome."""

    outcome: str
    item: int
    metric: str
    operator: str
    limit: int | float

    def holds(self, value: float) -> bool:
        return HOLDS[self.operator](value, self.limit)


def limits_of(criteria: Any) -> list[Limit]:
    """All limits of well-formed conditions, in the order of `ORDER`; what has another form is left out."""
    found = []
    for outcome in ORDER:
        conditions = criteria.get(outcome) if isinstance(criteria, Mapping) else None
        for place, item in enumerate(conditions if isinstance(conditions, list) else ()):
            metric = item.get("metric") if isinstance(item, Mapping) else None
            if isinstance(metric, str) and metric:
                limits = ((op, item[op]) for op in HOLDS if op in item)
                found += [Limit(outcome, place, metric, op, limit) for op, limit in limits if _number(limit)]
    return found


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def worse_than(limits: Iterable[Limit], metric: str, value: float, rest: float) -> bool:
    """Whether `value` lies on the bad side of `rest`: the side on which the criteria roll back, else the one that they
    do not keep; either side, where they bound both or neither.
    """
    own = [limit for limit in limits if limit.metric == metric]
    back = [limit.operator for limit in own if limit.outcome == "rollback"]
    bad = back or [UP[0] if limit.operator in DOWN else DOWN[0] for limit in own if limit.outcome == "keep"]
    return any(value > rest if operator in UP else value < rest for operator in bad or (*UP, *DOWN))


def edges_of(limits: Iterable[Limit]) -> Edges:
    found: dict[str, set[int | float]] = {}
    for limit in limits:
        found.setdefault(limit.metric, set()).add(limit.limit)
    return {metric: sorted(edges) for metric, edges in found.items()}


@dataclass(frozen=True, slots=True)
class Regions:
    """By metric: the cells that roll back whatever the others are, and those that keep and that tune ask for."""

    rollback: Mapping[str, Cells]
    keep: Mapping[str, Cells]
    tune: Mapping[str, Cells]
    free: Mapping[str, Cells]  # that do not roll back

    def of(self, outcome: str) -> Mapping[str, Cells]:
        return {"rollback": self.rollback, "keep": self.keep, "tune": self.tune}[outcome]


def regions_of(limits: Iterable[Limit], edges: Edges) -> Regions:
    every = {metric: frozenset(range(2 * len(cuts) + 1)) for metric, cuts in edges.items()}
    found: dict[str, dict[str, Cells]] = {
        "rollback": dict.fromkeys(every, frozenset()), "keep": {**every}, "tune": {**every},
    }  # fmt: skip
    for (outcome, _, metric), cells in conditions_of(limits, edges).items():
        before = found[outcome][metric]
        found[outcome][metric] = before | cells if outcome == "rollback" else before & cells
    free = {metric: cells - found["rollback"][metric] for metric, cells in every.items()}
    return Regions(**found, free=free)


def conditions_of(limits: Iterable[Limit], edges: Edges) -> dict[tuple[str, int, str], Cells]:
    """The cells in which each condition holds: all of its limits. Cells are in the order of what they stand for."""
    found: dict[tuple[str, int, str], Cells] = {}
    for limit in limits:
        at, last = 2 * edges[limit.metric].index(limit.limit) + 1, 2 * len(edges[limit.metric])
        first, end = {
            "above": (at + 1, last),
            "at_least": (at, last),
            "below": (0, at - 1),
            "at_most": (0, at),
        }[limit.operator]
        key = (limit.outcome, limit.item, limit.metric)
        cells = frozenset(range(first, end + 1))
        found[key] = found[key] & cells if key in found else cells
    return found


def runs(cells: Cells) -> Iterator[Cells]:
    """The stretches without a hole, lowest first."""
    run: list[int] = []
    for cell in sorted(cells):
        if run and cell != run[-1] + 1:
            yield frozenset(run)
            run = []
        run.append(cell)
    if run:
        yield frozenset(run)


def span(cells: Cells, edges: list[int | float]) -> str:
    """The first stretch of cells in words: `= 2`, `up to 15`, `between 12 and 15`."""
    run = next(runs(cells))
    first, last = min(run), max(run)
    if first == last and first % 2:
        return f"= {edges[first // 2]}"
    low = None if first == 0 else edges[(first - 1) // 2]
    high = None if last == 2 * len(edges) else edges[last // 2]
    if low is not None and high is not None and not first % 2 and not last % 2:
        return f"between {low} and {high}"
    words = [] if low is None else [f"{'from' if first % 2 else 'above'} {low}"]
    if high is not None:
        below = "to below" if words else "below"
        words.append(f"{'up to' if last % 2 else below} {high}")
    return " ".join(words) or "at any value"
