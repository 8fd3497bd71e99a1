"""A KPI names a measure that is shipped for its source, and a unit in which that can be shown.

What the team's own queries give is not known before they are run.
"""

from collections.abc import Iterator

from govern.domain.document import Document
from govern.domain.findings import Finding, nearest
from govern.domain.measures import KINDS, ON_DECISIONS, SOURCES, UNITS
from govern.domain.rules.view import Explanation, View, finding, text

CODES = {
    "GOV-KPI-010": Explanation(
        "no such measure",
        "A KPI that cannot be measured never has a value, and every border that reads it waits for one.",
        "Take a measure that is shipped for the source of the KPI, or write a query: measure: {sql: FILE}.",
    ),
    "GOV-KPI-011": Explanation(
        "no unit of the measure",
        "A share is no time, and a count no share: the bands would be compared with another kind of number.",
        "Write a unit in which the measure can be shown.",
    ),
}


def check(view: View) -> Iterator[Finding]:
    for kpi in view.of("kpi"):
        measure, source = text(kpi.value, "measure"), text(kpi.value, "source")
        if measure is None or source is None:
            continue
        there = SOURCES.get(source, ON_DECISIONS)
        if measure in there:
            yield from _unit(kpi, measure, UNITS[there[measure]])
        else:
            hint = _instead(measure, source)
            yield finding(kpi, ("measure",), "GOV-KPI-010", "no such measure", hint)


def _instead(measure: str, source: str) -> str:
    there = SOURCES.get(source, ON_DECISIONS)
    elsewhere = [name for name, shipped in SOURCES.items() if measure in shipped]
    if elsewhere:
        return f"{measure} is measured on {elsewhere[0]}. Write: source: {elsewhere[0]}"
    close = nearest(measure, there)
    if close:
        return f"nearest: {close}"
    far = nearest(measure, KINDS)
    return f"on {source} there are: {', '.join(there)}" + (f"; nearest elsewhere: {far}" if far else "")


def _unit(kpi: Document, measure: str, units: tuple[str, ...]) -> Iterator[Finding]:
    unit = text(kpi.value, "unit")
    if unit is not None and unit not in units:
        hint = f"{measure} is shown in {' or '.join(units)}. Write: unit: {units[0]}"
        yield finding(kpi, ("unit",), "GOV-KPI-011", "no unit of the measure", hint)
