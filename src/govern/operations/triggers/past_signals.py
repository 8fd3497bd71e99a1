"""The signal of a trigger as Prometheus remembers it: a value for every window of a stretch of the past."""

from collections.abc import Mapping
from typing import Any

from govern.domain.firing import POOLED, Grid
from govern.domain.windows import instant
from govern.errors import DocumentError, UsageError
from govern.evidence import prometheus
from govern.evidence.series import AGAIN, Point, Series
from govern.operations.evidence.sources import PROMETHEUS, secret


def asked(
    kpi: Mapping[str, Any], sources: Mapping[str, Any], grid: Grid, since: str | None, until: str
) -> tuple[Series, dict[str, Any]]:
    """The series and where it comes from. UsageError where the KPI has no Prometheus, or nothing says how far back."""
    name, measure = kpi["source"], kpi["measure"]
    source = sources.get(name)
    if not (isinstance(measure, Mapping) and "promql" in measure and source and source["type"] == PROMETHEUS):
        raise UsageError(f"{kpi['id']} has no Prometheus to ask: give its past as a file", type_line=AGAIN)
    if since is None:
        raise UsageError(f"how far back is {name} to be asked?", type_line="--since 2026-11-01T00:00:00Z")
    first = grid.first_from(since)
    windows = prometheus.Windows(grid.start(first), grid.length, grid.place_at(until) - first)
    if windows.count < 1:
        raise UsageError(
            f"no window of {grid.length} lies between {since} and {until}", type_line="--since TIME"
        )
    answered = prometheus.ask(name, secret(name, source["url_from_env"]), measure["promql"], windows)
    columns = _by_cohort(name, answered)
    starts = [instant(grid.start(first + place)) for place in range(windows.count)]
    points = tuple(
        Point(row, at, cohort, value)
        for cohort, values in columns.items()
        for row, (at, value) in enumerate(zip(starts, values, strict=True), start=1)
    )
    if not points:
        raise DocumentError(f"source {name}: has no sample in these windows; no data is never a pass")
    keyed = any(cohort is not POOLED for cohort in columns)
    series = Series(name, answered.sha256, points, starts=True, keyed=keyed, zoned=True)
    return series, {
        "name": name,
        "query": answered.query,
        "sha256": answered.sha256,
        "rows": answered.samples,
    }


def _by_cohort(name: str, answered: prometheus.Answered) -> dict[str | None, list[float | None]]:
    """What each cohort had, on whichever version; two versions in one window are no value."""
    columns: dict[str | None, list[float | None]] = {}
    for line in answered.lines:
        column = columns.setdefault(line.cohort, [None] * len(line.values))
        for place, value in enumerate(line.values):
            if value is None:
                continue
            if column[place] is not None:
                raise DocumentError(
                    f"source {name}: {line.cohort or 'all'} has two versions in one window",
                    type_line=AGAIN,
                )
            column[place] = value
    return columns
