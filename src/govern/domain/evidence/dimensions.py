"""Which dimensions of an answer moved from prev to next, and by how much, in the items that are listed of pairs.

An item holds the dimensions that differ, each with its value on both sides. A number moved by the difference of the
two; a text, or a value that one side lacks, moved and has no amount. Means are over listed items, flips and largest
losses, not over all pairs; a dimension that did not move in an item moved by nothing there.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

FARTHEST = 1e300  # beyond it two numbers have no difference that is one


@dataclass(frozen=True, slots=True)
class Change:
    """One dimension of one item; `by` is None where it has no amount."""

    dimension: str
    prev: Any
    next: Any
    by: float | None


@dataclass(frozen=True, slots=True)
class Moved:
    """One dimension over several items: in how many of them it moved, and the mean of how far."""

    dimension: str
    items: int
    of: int
    mean: float | None  # absolute, in the dimension's own unit; None where it has no amount


def changes(item: Mapping[str, Any]) -> list[Change]:
    """What moved in an item, the farthest first; what has no amount comes last."""
    found = []
    for dimension, sides in item["dimensions"].items():
        prev, new = sides if isinstance(sides, list) and len(sides) == 2 else (None, None)
        found.append(Change(dimension, prev, new, _by(prev, new)))
    return sorted(found, key=lambda each: (each.by is None, -abs(each.by or 0.0), each.dimension))


def moved(items: Iterable[Mapping[str, Any]]) -> list[Moved]:
    """What moved in any of these items, the farthest on average first; what has no amount comes last."""
    each = [changes(item) for item in items]
    by_name: dict[str, list[Change]] = {}
    for change in (change for found in each for change in found):
        by_name.setdefault(change.dimension, []).append(change)
    found = [Moved(name, len(mine), len(each), _mean(mine, len(each))) for name, mine in by_name.items()]
    return sorted(found, key=lambda m: (m.mean is None, -(m.mean or 0.0), -m.items, m.dimension))


def _mean(mine: list[Change], of: int) -> float | None:
    """Over all items but those in which it moved without an amount."""
    amounts = [abs(change.by) for change in mine if change.by is not None]
    counted = of - (len(mine) - len(amounts))
    return _rounded(math.fsum(amounts) / counted) if amounts else None


def _by(prev: Any, new: Any) -> float | None:
    numbers = all(isinstance(side, int | float) and not isinstance(side, bool) for side in (prev, new))
    return _rounded(new - prev) if numbers and max(abs(prev), abs(new)) <= FARTHEST else None


def _rounded(value: float) -> float:
    """To 12 significant digits, as all figures are kept."""
    return float(f"{value:.12g}")
