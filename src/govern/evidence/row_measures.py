"""One KPI on decisions in windows of one length in a row, as triggers count them: what next decided in each.

A window without a decision has no figure: what that means is decided elsewhere, as is how few are too few. Built-in
measures are computed for all windows in one question; a query of the team's own is told the windows one by one, as for
evidence.
"""

from collections.abc import Iterator
from typing import NamedTuple

from govern.domain.measures import ON_DECISIONS
from govern.evidence.custom_measures import measure_by_query
from govern.evidence.decision_measures import STAMPS, Asked, figures_of, require_columns, require_readable
from govern.evidence.decisions import Log
from govern.evidence.measures import KpiSpec, in_unit, require
from govern.evidence.windowed import Served, WindowRow, lay_row


class Figure(NamedTuple):
    """`place` is that of the window in its row, from 0; the value is in the KPI's unit."""

    cohort: str | None
    place: int
    n: int
    value: float


def measure_row(log: Log, served: Served, kpi: KpiSpec, row: WindowRow) -> Iterator[Figure]:
    """By a built-in measure. DocumentError names the KPI and the column that cannot be read."""
    require(kpi, ON_DECISIONS, "decisions")
    asked = Asked(kpi, {})
    require_columns(log, asked)
    lay_row(log, served, row, stamps=kpi.measure == STAMPS)
    require_readable(log, served, asked, own=row.count * len(row.lines))
    lines = list(row.lines)
    for found in figures_of(log, asked):
        value = in_unit(found["value"], kpi)
        if found["arm"] == "next" and value is not None:
            line, place = divmod(found["span"], row.count)
            yield Figure(lines[line], place, found["n"], value)


def query_row(log: Log, served: Served, kpi: str, query: str, row: WindowRow) -> Iterator[Figure]:
    """By a query of the team's own. DocumentError names the KPI and what is wrong with the answer."""
    texts = row.texts()
    places = {text: place for place, text in enumerate(texts)}
    windows = dict.fromkeys(row.lines, texts)
    since = {cohort: at for line in row.lines.values() for cohort, at in line.items()}
    for found in measure_by_query(log, served, kpi, query, windows, since):
        if found["arm"] == "next" and found["n"]:
            yield Figure(found["cohort"], places[found["window"]], found["n"], found["value"])
