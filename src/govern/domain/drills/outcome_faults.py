"""Where criteria decide nothing, or two things at once: all gaps and overlaps, each as a box of values, and one limit
that would mend it.

It is exact for any number of metrics and limits, and takes no combination of values one by one: a gap needs one
metric, or two, in which keep and tune both fail; an overlap needs cells in common in every metric. A border that two
outcomes share is none: it belongs to the earlier one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import permutations

from govern.domain.drills.outcomes import (
    ORDER,
    Cells,
    Edges,
    Limit,
    Regions,
    conditions_of,
    edges_of,
    regions_of,
    runs,
    span,
)

INCLUSIVE = {"above": "at_least", "below": "at_most"}

Box = Mapping[str, Cells]  # of every metric; the one that it is told by stands first
Found = tuple[tuple[str, ...], Box]
BESIDE = 3  # other metrics that are told with it


@dataclass(frozen=True, slots=True)
class Fault:
    """`values` are told, and one more stretch of them if there is one. `outcomes` is empty for a gap. `limit` is
    where to mend it, `write` what to write there.
    """

    outcomes: tuple[str, ...]
    values: tuple[str, ...]
    limit: Limit
    write: str | None


def never_holds(limits: list[Limit]) -> tuple[Limit, ...]:
    """The limits of the first condition that no value meets, or of conditions that no value meets together."""
    edges = edges_of(limits)
    regions = regions_of(limits, edges)
    for (outcome, item, metric), cells in conditions_of(limits, edges).items():
        alone = outcome == "rollback"  # of which any condition is enough
        if not (cells if alone else regions.of(outcome)[metric]):
            alike = (each for each in limits if (each.outcome, each.metric) == (outcome, metric))
            return tuple(each for each in alike if not alone or each.item == item)
    return ()


def fault_in(limits: list[Limit]) -> Fault | None:
    """The first gap, else the first overlap; None where every value has one outcome.

    Criteria that lack an outcome, or ask what no value meets, are for others to tell.
    """
    if {limit.outcome for limit in limits} != set(ORDER) or never_holds(limits):
        return None
    edges = edges_of(limits)
    faults = list(_faults(regions_of(limits, edges)))
    if not faults:
        return None
    outcomes = faults[0][0]
    boxes = [box for pair, box in faults if pair == outcomes]
    told = tuple(dict.fromkeys(_told(box, edges) for box in boxes))
    return Fault(outcomes, told[:2], *_mend(limits, edges, boxes[0], outcomes))


def _faults(regions: Regions) -> Iterator[Found]:
    """Gaps and overlaps; a gap has no outcomes."""
    yield from (((), box) for box in _gaps(regions))
    yield from _overlaps(regions)


def _gaps(regions: Regions) -> Iterator[Box]:
    """Boxes that roll nothing back and are neither kept nor tuned; together they are all there are."""
    free, keep, tune = regions.free, regions.keep, regions.tune
    if not all(free.values()):
        return
    for metric in free:
        for run in runs(free[metric] - keep[metric] - tune[metric]):
            yield {metric: run, **_others(free, metric)}
    for one, other in permutations(free, 2):  # one value is as tune alone asks, another as keep alone does
        for run in runs(free[one] & tune[one] - keep[one]):
            for beside in runs(free[other] & keep[other] - tune[other]):
                yield {one: run, other: beside, **_others(free, one, other)}


def _overlaps(regions: Regions) -> Iterator[Found]:
    for outcome in ("keep", "tune"):
        box = regions.of(outcome)
        for metric in box:
            for run in _shared(regions.rollback[metric], box[metric]):
                yield ("rollback", outcome), {metric: run, **_others(box, metric)}
    both = {m: frozenset[int]().union(*_shared(regions.keep[m], regions.tune[m])) for m in regions.keep}
    if all(both.values()):
        alike = {metric for metric in both if regions.keep[metric] == regions.tune[metric]}
        order = sorted(both, key=lambda metric: (metric in alike, len(both[metric])))
        yield ("keep", "tune"), {metric: both[metric] for metric in order}


def _shared(one: Cells, other: Cells) -> Iterator[Cells]:
    """What two outcomes have in common, but for a border at which one ends and the other begins."""
    for run in runs(one & other):
        around = {min(run) - 1, max(run) + 1}
        if len(run) > 1 or not min(run) % 2 or around <= one or around <= other:
            yield run


def _others(box: Mapping[str, Cells], *named: str) -> Box:
    return {metric: cells for metric, cells in box.items() if metric not in named}


def _told(box: Box, edges: Edges) -> str:
    (metric, cells), *rest = box.items()
    beside = [f"{name} {span(each, edges[name])}" for name, each in rest if len(each) <= 2 * len(edges[name])]
    more = f" and {len(beside) - BESIDE} more" if len(beside) > BESIDE else ""
    told = f"{metric} {span(cells, edges[metric])}"
    return f"{told} (with {', '.join(beside[:BESIDE])}{more})" if beside else told


def _mend(limits: list[Limit], edges: Edges, box: Box, outcomes: tuple[str, ...]) -> tuple[Limit, str | None]:
    """The smallest change of one limit that leaves neither the gap nor an overlap there, the safe side first."""
    tried: list[Limit] = []
    before = list(_faults(regions_of(limits, edges)))
    for metric, cells in box.items():
        own = [limit for limit in limits if limit.metric == metric]
        own = own if not outcomes else [limit for limit in reversed(own) if limit.outcome in outcomes]
        tried += own
        ends = _ends(next(runs(cells)), edges[metric])
        for limit in own:
            operators = (limit.operator, INCLUSIVE.get(limit.operator, limit.operator))
            for new in (replace(limit, operator=o, limit=e) for e in (limit.limit, *ends) for o in operators):
                changed = [new if each == limit else each for each in limits]
                if new != limit and _clean(changed, edges, box, before):
                    return limit, f"{new.operator}: {new.limit}"
    return tried[0], None


def _ends(run: Cells, edges: list[int | float]) -> list[int | float]:
    """The limits between which the cells lie: those that belong to them first."""
    first, last = min(run), max(run)
    inside = [edges[cell // 2] for cell in (first, last) if cell % 2]
    outside = [edges[first // 2 - 1]] if first and not first % 2 else []
    outside += [edges[last // 2]] if not last % 2 and last < 2 * len(edges) else []
    return inside + outside


def _clean(limits: list[Limit], edges: Edges, box: Box, before: list[Found]) -> bool:
    """Whether the changed limits decide the box, by one outcome, and no other values worse than before."""
    return not never_holds(limits) and not any(
        _meet(fault, box) or not any(pair == was and _within(fault, one) for was, one in before)
        for pair, fault in _faults(regions_of(limits, edges))
    )


def _meet(one: Box, other: Box) -> bool:
    return all(one[metric] & cells for metric, cells in other.items())


def _within(one: Box, other: Box) -> bool:
    return all(one[metric] <= cells for metric, cells in other.items())
