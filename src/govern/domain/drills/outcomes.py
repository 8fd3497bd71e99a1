"""Which outcome a set of criteria gives at every combination of values: the arithmetic of gaps and overlaps.

Rollback needs any of its conditions, keep and tune need all of theirs. Each limit cuts its metric into what
lies below, at and above it, so a few cells stand for all values.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import Any

ORDER = ("rollback", "keep", "tune")  # the earlier one wins a shared border
HOLDS = {
    "above": lambda value, limit: value > limit,
    "at_least": lambda value, limit: value >= limit,
    "below": lambda value, limit: value < limit,
    "at_most": lambda value, limit: value <= limit,
}
INCLUSIVE = {"above": "at_least", "below": "at_most"}
CELLS_AT_MOST = 20_000

Cells = tuple[int, ...]  # one cell index for each metric; odd: exactly at a limit, even: between two


@dataclass(frozen=True, slots=True)
class Limit:
    """One operator of one condition; `item` is its place in the list of its outcome."""

    outcome: str
    item: int
    metric: str
    operator: str
    limit: int | float


@dataclass(frozen=True, slots=True)
class Fault:
    """`outcomes` is empty for a gap. `limit` is where to mend it, `write` what to write there."""

    outcomes: tuple[str, ...]
    values: str
    limit: Limit
    write: str | None


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


def fault_in(limits: list[Limit]) -> Fault | None:
    """The first gap, else the first overlap; None where every value has one outcome."""
    if {limit.outcome for limit in limits} != set(ORDER):
        return None
    grid = _Grid(limits)
    if prod(len(cells) for cells in grid.samples.values()) > CELLS_AT_MOST:
        return None
    decided = grid.decided()
    gaps = {cells for cells, outcomes in decided.items() if not outcomes}
    if gaps:
        return _fault(grid, limits, gaps, ())
    for pair in (("rollback", "keep"), ("rollback", "tune"), ("keep", "tune")):
        both = {cells for cells, outcomes in decided.items() if set(pair) <= outcomes and _inner(cells)}
        if both:
            return _fault(grid, limits, both, pair)
    return None


def _inner(cells: Cells) -> bool:
    return all(cell % 2 == 0 for cell in cells)


class _Grid:
    """The cells of every metric, with a value that stands for each."""

    def __init__(self, limits: Iterable[Limit]) -> None:
        self.limits = list(limits)
        self.edges: dict[str, list[int | float]] = {}
        for limit in self.limits:
            self.edges.setdefault(limit.metric, []).append(limit.limit)
        self.edges = {metric: sorted(set(edges)) for metric, edges in self.edges.items()}
        self.samples = {metric: list(_samples(edges)) for metric, edges in self.edges.items()}
        self.metrics = list(self.samples)

    def decided(self, limits: list[Limit] | None = None) -> dict[Cells, set[str]]:
        """The outcomes that each combination of cells has."""
        conditions: dict[tuple[str, int], list[Limit]] = {}
        for limit in limits or self.limits:
            conditions.setdefault((limit.outcome, limit.item), []).append(limit)
        found = {}
        for cells in product(*(range(len(self.samples[metric])) for metric in self.metrics)):
            values = {m: self.samples[m][cell] for m, cell in zip(self.metrics, cells, strict=True)}
            found[cells] = _outcomes(conditions, values)
        return found


def _samples(edges: list[int | float]) -> Iterator[float]:
    before = edges[0] - 1
    yield before
    for edge, following in zip(edges, [*edges[1:], edges[-1] + 2], strict=True):
        yield edge
        yield (edge + following) / 2


def _outcomes(conditions: Mapping[tuple[str, int], list[Limit]], values: Mapping[str, float]) -> set[str]:
    met: dict[str, list[bool]] = {}
    for (outcome, _), limits in conditions.items():
        holds = all(HOLDS[each.operator](values[each.metric], each.limit) for each in limits)
        met.setdefault(outcome, []).append(holds)
    return {outcome for outcome, each in met.items() if (any(each) if outcome == "rollback" else all(each))}


def _fault(grid: _Grid, limits: list[Limit], cells: set[Cells], outcomes: tuple[str, ...]) -> Fault:
    """Tell the cells by the metric in which they are narrowest."""
    spread = {metric: {cell[place] for cell in cells} for place, metric in enumerate(grid.metrics)}
    metric = min(grid.metrics, key=lambda name: len(spread[name]))
    run = _first_run(spread[metric])
    inside = {cell for cell in cells if cell[grid.metrics.index(metric)] in run}
    text_of = [f"{metric} {_span(grid.edges[metric], run)}"]
    for place, other in enumerate(grid.metrics):
        others = _first_run({cell[place] for cell in inside})
        if other != metric and len(others) < len(grid.samples[other]):
            text_of.append(f"{other} {_span(grid.edges[other], others)}")
    values = text_of[0] + (f" (with {', '.join(text_of[1:])})" if text_of[1:] else "")
    limit, write = _mend(grid, limits, metric, run, inside, outcomes)
    return Fault(outcomes, values, limit, write)


def _first_run(cells: set[int]) -> list[int]:
    run = [min(cells)]
    while run[-1] + 1 in cells:
        run.append(run[-1] + 1)
    return run


def _span(edges: list[int | float], run: list[int]) -> str:
    """Cells in words: `= 2`, `up to 15`, `between 12 and 15`."""
    first, last = run[0], run[-1]
    if first == last and first % 2:
        return f"= {edges[first // 2]}"
    low = None if first == 0 else edges[first // 2] if first % 2 else edges[first // 2 - 1]
    high = None if last == 2 * len(edges) else edges[last // 2]
    if low is not None and high is not None and first % 2 == 0 and last % 2 == 0:
        return f"between {low} and {high}"
    words = [] if low is None else [f"{'from' if first % 2 else 'above'} {low}"]
    words += [] if high is None else [f"{'up to' if last % 2 else 'below'} {high}"]
    return " ".join(words) or "at any value"


def _mend(
    grid: _Grid,
    limits: list[Limit],
    metric: str,
    run: list[int],
    inside: set[Cells],
    outcomes: tuple[str, ...],
) -> tuple[Limit, str | None]:
    """The smallest change of one limit that leaves neither the gap nor an overlap there, the safe side first."""
    edges = grid.edges[metric]
    ends = [edges[cell // 2] for cell in (run[0], run[-1]) if cell % 2]
    ends += [edges[run[0] // 2 - 1]] if run[0] % 2 == 0 and run[0] else []
    ends += [edges[run[-1] // 2]] if run[-1] % 2 == 0 and run[-1] < 2 * len(edges) else []
    own = [limit for limit in limits if limit.metric == metric]
    own = own if not outcomes else [limit for limit in reversed(own) if limit.outcome in outcomes]
    for limit in own:
        operators = (INCLUSIVE.get(limit.operator, limit.operator), limit.operator)
        for new in (replace(limit, operator=o, limit=e) for e in (limit.limit, *ends) for o in operators):
            if new != limit and _clean(grid, limits, limit, new, inside):
                return limit, f"{new.operator}: {new.limit}"
    return own[0], None


def _clean(grid: _Grid, limits: list[Limit], old: Limit, new: Limit, inside: set[Cells]) -> bool:
    changed = [new if limit == old else limit for limit in limits]
    decided = grid.decided(changed)
    return all(decided[cells] for cells in inside) and not any(
        len(outcomes) > 1 and _inner(cells) for cells, outcomes in decided.items()
    )
