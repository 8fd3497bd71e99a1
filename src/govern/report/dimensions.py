"""Dimensions that moved, in words: of an item with both values, of a cohort with the mean of how far."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from govern.domain.evidence.dimensions import Change, Moved, changes, moved
from govern.report.wrap import table, wrapped

SHOWN = 8  # items of a group; all of them stand in --format json


def item_lines(items: Iterable[Mapping[str, Any]], front: str) -> list[str]:
    """A line an item: which dimensions moved from what to what, the farthest first."""
    items = list(items)
    lines: list[str] = []
    for item in items[:SHOWN]:
        said = "; ".join(map(_change, changes(item))) or "no dimension moved"
        lines += wrapped(said, f"{front}{item['option_id']}  ", f"{front}  ")
    more = len(items) - SHOWN
    return [*lines, f"{front}and {more:,} more: --format json"] if more > 0 else lines


def cohort_lines(cohort: str, items: Iterable[Mapping[str, Any]]) -> list[str]:
    """What moved in a cohort's items, the farthest first; nothing where no dimension is recorded."""
    found = moved(items)
    said = "; ".join(f"{each.dimension} {_moved(each)}" for each in found)
    return wrapped(said, f"{cohort} moved: ", "  ") if found else []


def most_lines(items: Iterable[Mapping[str, Any]]) -> list[str]:
    """Of each cohort the dimension that moved farthest, as a table; nothing where no dimension is recorded."""
    most = {cohort: found[0] for cohort, found in by_cohort(items).items() if found}
    rows = [[cohort, each.dimension, *_cells(each)] for cohort, each in most.items()]
    return (
        table(["cohort", "moved most", "mean change", "listed items"], rows, frozenset({2, 3}))
        if rows
        else []
    )


def by_cohort(items: Iterable[Mapping[str, Any]]) -> dict[str, list[Moved]]:
    cohorts: dict[str, list[Mapping[str, Any]]] = {}
    for item in items:
        cohorts.setdefault(item["cohort"], []).append(item)
    return {cohort: moved(mine) for cohort, mine in sorted(cohorts.items())}


def moved_data(items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [asdict(each) for each in moved(items)]


def _change(change: Change) -> str:
    """`tone plain -> hedged`, `length 120 -> 80 (-40)`."""
    by = "" if change.by is None else f" ({change.by:+.4g})"
    return f"{change.dimension} {_value(change.prev)} -> {_value(change.next)}{by}"


def _moved(each: Moved) -> str:
    amount, share = _cells(each)
    return f"{share} items" if each.mean is None else f"by {amount} on average, {share} items"


def _cells(each: Moved) -> tuple[str, str]:
    return "-" if each.mean is None else f"{each.mean:.4g}", f"{each.items:,} of {each.of:,}"


def _value(value: Any) -> str:
    if value is None:
        return "nothing"
    return f"{value:.6g}" if isinstance(value, int | float) else str(value)
