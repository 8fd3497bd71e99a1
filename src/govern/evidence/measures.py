"""The measures that are shipped, run: a SQL file each, whose value is shown in the unit of a KPI.

The SQL gives plain numbers (a difference in score, a share from 0 to 1, a count); the unit is a matter of the
KPI and is applied here. Whether a value is good or bad is not known in this room.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from govern.domain.findings import nearest
from govern.domain.measures import KINDS, MEASURES, UNITS
from govern.errors import DocumentError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FACTORS = {("milliseconds", "s"): 0.001, ("seconds", "ms"): 1000.0, ("incidence", "per_1000"): 1000.0}


@dataclass(frozen=True, slots=True)
class KpiSpec:
    """What a KPI says about its measurement. `range` is that of the score, lowest and highest."""

    id: str
    measure: str
    unit: str
    range: tuple[float, float] | None = None
    sample_unit: str = "item"  # or cluster


def require(kpi: KpiSpec, there: Mapping[str, str] = MEASURES, on: str = "pairs") -> None:
    """DocumentError unless the measure is shipped `on` such data and can be shown in the KPI's unit."""
    if kpi.measure not in there:
        close = nearest(kpi.measure, there)
        raise DocumentError(
            f"KPI {kpi.id}: no measure `{kpi.measure}` on {on}" + (f"; nearest: {close}" if close else ""),
            notes=(f"shipped: {', '.join(there)}",),
        )
    units = UNITS[there[kpi.measure]]
    if kpi.unit not in units:
        said = f"{kpi.measure} has no unit `{kpi.unit}`; it has {' or '.join(units)}"
        raise DocumentError(f"KPI {kpi.id}: {said}")
    if kpi.range is not None and not kpi.range[0] < kpi.range[1]:
        raise DocumentError(f"KPI {kpi.id}: range goes from the lowest score to the highest")
    if there[kpi.measure] == "score" and kpi.unit == "points" and kpi.range is None:
        raise DocumentError(f"KPI {kpi.id}: points are hundredths of `range`, and it has none")


def in_unit(value: float | int | None, kpi: KpiSpec) -> float | int | None:
    """A value of the SQL in the unit of the KPI: points and percent are hundredths of the range or of all."""
    if value is None or isinstance(value, int):
        return value
    if kpi.unit not in ("points", "percent"):
        return rounded(value * FACTORS.get((KINDS[kpi.measure], kpi.unit), 1.0))
    width = 1.0
    if KINDS[kpi.measure] == "score" and kpi.range is not None:
        width = kpi.range[1] - kpi.range[0]
    return rounded(value * 100 / width)


def rounded(value: float | Decimal) -> float:
    """To 12 significant digits: what machines and engines may differ in lies beyond."""
    return float(f"{value:.12g}")


def sql(name: str) -> str:
    return (files(__package__) / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def run(connection: "DuckDBPyConnection", name: str, **parameters: object) -> list[dict[str, Any]]:
    """The rows that the SQL file `name` gives, as mappings in its order."""
    return rows_of(connection, sql(name), parameters)


def rows_of(
    connection: "DuckDBPyConnection", query: str, parameters: Mapping[str, object]
) -> list[dict[str, Any]]:
    """The rows that a query gives, as mappings in its order."""
    cursor = connection.execute(query, dict(parameters))
    columns = [column[0] for column in cursor.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
