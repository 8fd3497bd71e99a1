"""What a trigger counts, by its counter: bad windows, or in each window the failed attempts or the clusters beyond.

`attempts` and `clusters` fill one window: its value is how many there were, and one window with as many as the trigger
asks for fires. Such a window ends with the newest of them, wherever the calendar has its borders: as many within its
length fire. A cluster counts once however often it stands there, and only where a replay reviewed it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import nan
from typing import Any

from govern.domain.firing import Grid, Rule

WITHIN = ("attempts", "clusters")  # a window


@dataclass(frozen=True, slots=True)
class Attempt:
    """One row inside a window. `cluster`, where clusters are counted, and the record of the replay that reviewed it."""

    value: float | None
    cluster: str | None = None
    replay: str | None = None


def kind_of(counter: Mapping[str, Any]) -> str:
    """`attempts`, `clusters`, or `windows`."""
    return next((name for name in WITHIN if name in counter), "windows")


def grid_of(trigger: Mapping[str, Any], anchor: object) -> Grid:
    """The windows that are counted: from the anchor on, or one for each attempt."""
    return Grid(str(anchor), trigger["window"], sliding=kind_of(trigger["counter"]) != "windows")


def rule_of(trigger: Mapping[str, Any], kpi: Mapping[str, Any]) -> Rule:
    """When windows fire."""
    condition, counter = trigger["condition"], trigger["counter"]
    kind = kind_of(counter)
    if kind != "windows":
        return Rule("at_least", counter[kind], 1, kind, kpi["on_no_data"])
    bad = counter.get("bad") or counter["consecutive"]
    return Rule(
        condition["op"], condition["threshold"], bad, condition["unit"], kpi["on_no_data"], counter.get("of")
    )


def rule_within(trigger: Mapping[str, Any], kpi: Mapping[str, Any]) -> Rule | None:
    """When one attempt failed, or one cluster lies beyond the limit; None where windows are counted."""
    if kind_of(trigger["counter"]) == "windows":
        return None
    condition = trigger["condition"]
    return Rule(condition["op"], condition["threshold"], 1, condition["unit"], kpi["on_no_data"])


def count(within: Rule, wanted: Rule, rows: Iterable[Attempt]) -> tuple[float, dict[str, str]]:
    """The value of a window, and its clusters beyond with their replays. NaN where it hangs on what nobody can say."""
    bad: list[Attempt] = []
    unsaid: list[Attempt] = []
    for row in rows:
        if wanted.unit == "clusters" and not (row.cluster and row.replay):
            continue
        said = within.is_bad(row.value)
        if said is not False:
            (bad if said else unsaid).append(row)
    if wanted.unit == "attempts":
        beyond: dict[str, str] = {}
        n, more = len(bad), len(unsaid)
    else:
        beyond = {row.cluster: row.replay for row in bad if row.cluster and row.replay}
        n, more = len(beyond), len({row.cluster for row in unsaid} - set(beyond))
    return nan if n < wanted.threshold <= n + more else n, dict(sorted(beyond.items()))
