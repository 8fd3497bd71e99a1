"""What fired, and what its windows hold by now: a source may correct a value after the trigger has fired on it.

The record stays as it is, and a window that fired once fires no second time. Here it is only said.
"""

from collections.abc import Iterable
from typing import Any

from govern.domain.firing import Line
from govern.domain.triggers.evaluation import Watch

SHOWN = 3  # windows that are named of one record


def corrected(watched: Watch, lines: Iterable[Line]) -> list[str]:
    """In words the windows of each record whose value is another one now."""
    if not watched.packet.fired:
        return []
    now = {(row.cohort, watched.grid.text(row.place)): row.value for line in lines for row in line.rows}
    said = []
    for record in watched.packet.fired:
        body = record.body
        if (body["trigger"], body["window"]) != (watched.trigger["id"], watched.grid.length):
            continue
        changed = [each for each in body["values"] if _differs(each, now)]
        if changed:
            named = "; ".join(_change(each, now[each["cohort"], each["window"]]) for each in changed[:SHOWN])
            more = f"; and {len(changed) - SHOWN} more" if changed[SHOWN:] else ""
            said.append(f"corrected since {record.name} fired: {named}{more}")
    return said


def _differs(value: dict[str, Any], now: dict[tuple[str | None, str], float | None]) -> bool:
    key = (value["cohort"], value["window"])
    if key not in now or "unjudged" in value:
        return False
    then, current = value["value"], now[key]
    return bool(then != current)


def _change(value: dict[str, Any], current: float | None) -> str:
    """`public 2026-11-21T10:00:00Z 7.25, now 1.0`."""
    who, begin = value["cohort"] or "all", value["window"].partition("/")[0]
    return f"{who} {begin} {_said(value['value'])}, now {_said(current)}"


def _said(value: float | None) -> str:
    return "no data" if value is None else f"{value:g}"
