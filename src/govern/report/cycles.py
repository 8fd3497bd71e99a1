"""What was measured of decisions, cycle by cycle, as `phase check` shows it: a table for each KPI."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from govern.domain.verdict import Verdict
from govern.report.wrap import table, wrapped

JUDGING = ("kpi_bands", "effectiveness")
UNITS = {"percent": " %", "ratio": "", "count": ""}
FEW = 12  # rows that are shown without being asked for
HEADER = ["cohort", "cycle", "n", "value", "verdict"]


def cycle_lines(verdicts: Sequence[Verdict], *, every: bool) -> list[str]:
    """Every row where they are few or asked for; else those that keep a cohort back."""
    rows = [row for verdict in verdicts if verdict.check in JUDGING for row in verdict.rows]
    if len(rows) > FEW and not every:
        rows = [row for row in rows if row["outcome"] != "passed"]
    lines: list[str] = []
    for kpi, mine in groupby(rows, key=lambda row: row["kpi"]):
        cells = [_cells(row) for row in mine]
        lines += [*wrapped(str(kpi)), *(f" {line}" for line in table(HEADER, cells, frozenset({2, 3})))]
    return lines


def _cells(row: Mapping[str, Any]) -> list[str]:
    value = row["value"]
    return [
        row["cohort"] or "all together",
        row["window"] or "-",
        f"{row['n']:,}" if row["window"] else "-",
        "-" if value is None else f"{value:.3g}{UNITS.get(row['unit'], ' ' + row['unit'])}",
        _word(row),
    ]


def _word(row: Mapping[str, Any]) -> str:
    """Short where a limit decided; else why nobody can say, with when or how many more."""
    if row["outcome"] == "passed":
        return "in band, excused" if row["warning"] else "in band"
    if row["outcome"] == "failed":
        return f"FAILED, {row['limit'] or row['why']}"
    return row["flip"] if row["why"] == "too early" else str(row["why"])
