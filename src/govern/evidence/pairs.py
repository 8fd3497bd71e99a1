"""A measurement of a file of shadow pairs: figures per cohort, rows for the ledger, items to explain.

The order of the file's rows changes no byte of the result, nor does its form. Pooled figures stand beside the
cohorts, never among them. What the figures mean for a gate is decided elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from govern.domain.evidence.pairs import figures
from govern.domain.findings import Finding
from govern.domain.measures import MEASURES
from govern.evidence import clusters, edges, faults, sources
from govern.evidence.edges import units
from govern.evidence.faults import Expected
from govern.evidence.measures import KpiSpec, in_unit, require, rounded, run, sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["Expected", "KpiSpec", "Measurement", "measure"]

FARTHEST = 1e12  # no score lies farther from zero, whatever the KPIs say
POOLED = None  # the cohort of a pooled row


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a file of pairs says. `cohorts`, `pooled`, `table` and `items` are JSON values.

    cohorts   figures by cohort key, see `govern.domain.evidence.pairs.figures`; `pooled` the same over all rows
    table     {kpi, cohort (null: pooled), window (null), arm, n, excluded, value, counts} for each KPI, with
              `unit: cluster` where n counts clusters, and one row with kpi null that holds the counts and
              exact sums behind the figures
    items     {cohort, option_id, cluster_id, delta, flip, loss, dimensions}: every flip, the largest losses
    excluded  rows left out, by reason; a row is left out for one reason
    findings  what is wrong with the file; figures are given as far as they go
    """

    sha256: str
    rows: int
    excluded: dict[str, int] = field(default_factory=dict)
    cohorts: list[dict[str, Any]] = field(default_factory=list)
    pooled: dict[str, Any] = field(default_factory=dict)
    table: list[dict[str, Any]] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def measure(
    path: Path, *, kpis: Sequence[KpiSpec], losses: int, expected: Expected | None = None, shadow: bool = True
) -> Measurement:
    """Measure the pairs in the file at `path`; `losses` largest losses of each cohort become items.

    `shadow` says that no row may be bound to next. UsageError: no such file, or a suffix that names no form;
    DocumentError: a KPI that cannot be measured here. All else that is wrong comes back as findings.
    """
    for kpi in kpis:
        require(kpi)
    source = sources.Source(path, sources.form_of(path), sources.digest(path))
    with sources.connect(path) as connection:
        try:
            source = sources.load(connection, source)
        except sources.Unreadable as reason:
            hollow = path.stat().st_size == 0
            stop = faults.empty(source) if hollow else faults.unreadable(source, str(reason))
            return Measurement(source.sha256, 0, findings=[stop])
        if not source.columns:
            return Measurement(source.sha256, 0, findings=[*faults.torn(source)] or [faults.empty(source)])
        if source.missing:
            return Measurement(source.sha256, 0, findings=[faults.missing(source)])
        return measured(connection, source, kpis, losses, expected, shadow)


def measured(
    connection: "DuckDBPyConnection",
    source: sources.Source,
    kpis: Sequence[KpiSpec],
    losses: int,
    expected: Expected | None,
    shadow: bool,
) -> Measurement:
    """The measurement of the rows in `raw`."""
    bounds = bounds_of(kpis)
    low, high = bounds
    connection.execute(f"CREATE TABLE typed AS {sql('raw_to_typed')}")
    connection.execute(f"CREATE TABLE tuples AS {sql('typed_to_pairs')}", {"low": low, "high": high})
    read_cohorts(connection)
    rows = connection.execute("SELECT COUNT(*) FROM tuples").fetchall()[0][0]
    found = faults.of_rows(connection, source, bounds, expected, shadow=shadow)
    if rows == 0:
        return Measurement(source.sha256, 0, findings=found or [faults.empty(source)])
    bases, measures = rows_of(connection, kpis, pooled=False)
    items = items_of(connection, source, losses)
    read_pooled(connection)
    pooled_bases, pooled_measures = rows_of(connection, kpis, pooled=True)
    return Measurement(
        sha256=source.sha256,
        rows=rows,
        excluded=excluded(connection, source),
        cohorts=[{"cohort_key": base["cohort"], **figures(base)} for base in bases],
        pooled=figures(pooled_bases[0]),
        table=[*bases, *measures, *pooled_bases, *pooled_measures],
        items=items,
        findings=found,
    )


def bounds_of(kpis: Sequence[KpiSpec]) -> tuple[float, float]:
    """The lowest and highest score that fit the range of every KPI on scores."""
    ranges = [kpi.range for kpi in kpis if kpi.range is not None and MEASURES[kpi.measure] == "score"]
    low = max((low for low, _ in ranges), default=-FARTHEST)
    return low, min((high for _, high in ranges), default=FARTHEST)


def read_cohorts(connection: "DuckDBPyConnection") -> None:
    connection.execute("CREATE OR REPLACE VIEW pairs AS SELECT * FROM tuples WHERE cohort_key IS NOT NULL")


def read_pooled(connection: "DuckDBPyConnection") -> None:
    """The same measures over all rows: one cohort without a key to confuse it with."""
    connection.execute("CREATE OR REPLACE VIEW pairs AS SELECT * REPLACE ('' AS cohort_key) FROM tuples")


def rows_of(
    connection: "DuckDBPyConnection", kpis: Sequence[KpiSpec], *, pooled: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The base rows and the rows of the KPIs of the view `pairs` as it is now."""
    bases = [row_of(None, row, pooled) for row in run(connection, "pairs_summary")]
    rows = []
    for kpi in kpis:
        clustered = kpi.sample_unit == "cluster"
        known = clusters.by_cohort(connection, kpi) if clustered else weights_of(connection, kpi)
        unit = {"unit": "cluster"} if clustered else {}
        for found in run(connection, kpi.measure):
            rows.append(row_of(kpi, found, pooled) | unit | known.get(found["cohort_key"], {}))
    return bases, rows


def row_of(kpi: KpiSpec | None, found: dict[str, Any], pooled: bool) -> dict[str, Any]:
    """One row of the table; what the SQL gives beyond its four fixed columns are the sufficient counts."""
    fixed = ("cohort_key", "n", "excluded", "value")
    return {
        "kpi": kpi.id if kpi else None,
        "cohort": POOLED if pooled else found["cohort_key"],
        "window": None,
        "arm": "paired",
        "n": found["n"],
        "excluded": found["excluded"],
        "value": in_unit(found["value"], kpi) if kpi else None,
        "counts": {name: exact(value) for name, value in found.items() if name not in fixed},
    }


def weights_of(connection: "DuckDBPyConnection", kpi: KpiSpec) -> dict[str, dict[str, Any]]:
    """Edge weights by cohort for a mean of continuous scores; none where worse, same and better say all."""
    if kpi.measure != "mean_score_delta" or kpi.range is None:
        return {}
    width = units(Decimal(str(kpi.range[1])) - Decimal(str(kpi.range[0])))
    times: dict[str, dict[int, int]] = {}
    for row in run(connection, "pairs_deltas"):
        times.setdefault(row["cohort_key"], {})[units(row["score_delta"])] = row["times"]
    if all(edges.is_ternary(cohort, width) for cohort in times.values()):
        return {}
    return {key: {"counts": {"edges": edges.weigh(cohort, width)}} for key, cohort in times.items()}


def items_of(connection: "DuckDBPyConnection", source: sources.Source, losses: int) -> list[dict[str, Any]]:
    """Flips and largest losses, in the order cohort, delta, option_id."""
    found = run(connection, "pairs_items", losses=losses)
    moved = dimensions_of(connection, source, [row["row_no"] for row in found])
    return [
        {
            "cohort": row["cohort_key"],
            "option_id": row["option_id"],
            "cluster_id": row["cluster_id"],
            "delta": rounded(row["score_delta"]),
            "flip": row["flip"],
            "loss": row["loss"],
            "dimensions": moved.get(row["row_no"], {}),
        }
        for row in found
    ]


def dimensions_of(
    connection: "DuckDBPyConnection", source: sources.Source, rows: list[int]
) -> dict[int, dict[str, list[Any]]]:
    """By row the dimensions that differ between prev and next: {name: [prev, next]}."""
    if not source.dimensions:
        return {}
    names = [name for dimension in source.dimensions for name in sources.columns_of(dimension)]
    columns = ", ".join(map(sources.identifier, names))
    query = f"SELECT row_no, {columns} FROM raw WHERE list_contains($rows, row_no)"
    moved: dict[int, dict[str, list[Any]]] = {}
    for row_no, *texts in connection.execute(query, {"rows": rows}).fetchall():
        values = [value_of(text) for text in texts]
        sides = zip(source.dimensions, values[::2], values[1::2], strict=True)
        moved[row_no] = {name: [prev, next_] for name, prev, next_ in sides if prev != next_}
    return moved


def excluded(connection: "DuckDBPyConnection", source: sources.Source) -> dict[str, int]:
    """Rows left out, by reason; a line that is no row counts as torn."""
    query = "SELECT excluded, COUNT(*) FROM tuples WHERE excluded IS NOT NULL GROUP BY 1 ORDER BY 1"
    reasons = dict(connection.execute(query).fetchall())
    return {**reasons, "torn": len(source.torn)} if source.torn else reasons


def value_of(text: str | None) -> float | str | None:
    """A dimension's value: a number where it reads as one (None where it is not finite), else the text."""
    try:
        number = float(text or "nan")
    except ValueError:
        return text
    return rounded(number) if abs(number) < float("inf") else None


def exact(value: int | Decimal) -> int | str:
    """A count as it is, a sum as its decimal digits: JSON that loses nothing."""
    return value if isinstance(value, int) else f"{value.normalize():f}"
