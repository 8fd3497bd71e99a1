"""The signal of a trigger, measured from the KPI's own source: a value for every window that is over.

Asked are Prometheus, a decision log, and the ledger for what it knows of itself. What carries no time (shadow pairs,
replays), and clusters, of which a person says in which replay they were reviewed, are given as a file.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from govern.domain.evidence import response_times
from govern.domain.firing import POOLED
from govern.domain.queries import promql
from govern.domain.triggers.counts import kind_of
from govern.domain.triggers.evaluation import Watch
from govern.domain.windows import duration, instant
from govern.errors import DocumentError, UsageError
from govern.evidence import prometheus
from govern.evidence.series import AGAIN, Point, Series
from govern.operations.evidence.sources import PROMETHEUS, declared, secret
from govern.operations.evidence.stamp_attempts import STAMPS, stamp_attempts
from govern.operations.triggers.log_signals import on_decisions
from govern.operations.triggers.measured_windows import row_of
from govern.operations.triggers.record_signals import on_records
from govern.operations.workspace import Workspace

TIMELESS = ("shadow_pairs", "replays")


def measured(workspace: Workspace, watched: Watch) -> tuple[Series, dict[str, Any], list[str]]:
    """The series of all windows since next was bound, how a record names it, and in words what it leaves out.

    A cohort that there is nothing of has windows without data, as many as there are.
    """
    kpi, counted = watched.signal, kind_of(watched.trigger["counter"])
    name = kpi["source"]
    if kpi["measure"] == STAMPS and counted == "attempts":
        return stamp_attempts(workspace, watched)
    if name in TIMELESS:
        raise UsageError(
            f"{kpi['id']} is measured on {name.replace('_', ' ')}, which carry no time: give the values by window",
            type_line=AGAIN,
        )
    if counted != "windows" and promql(kpi) is None:
        raise UsageError(
            f"{watched.trigger['id']} counts {counted}, and {kpi['id']} is measured by window:"
            f" give each {counted[:-1]}",
            type_line=AGAIN,
        )
    if name == response_times.SOURCE:
        return on_records(workspace, watched)
    source = declared(workspace, name, instead=AGAIN)
    if source["type"] == PROMETHEUS:
        return _on_server(workspace, watched, source)
    if promql(kpi) is not None:
        raise UsageError(
            f"{kpi['id']} is a query of Prometheus, and its source `{name}` is of type {source['type']}",
            type_line="govern validate",
        )
    return on_decisions(workspace, watched)


def _on_server(
    workspace: Workspace, watched: Watch, source: Mapping[str, Any]
) -> tuple[Series, dict[str, Any], list[str]]:
    name, query = watched.signal["source"], promql(watched.signal)
    if query is None:
        raise UsageError(
            f"{name} is a Prometheus server, which has not the measure of {watched.signal['id']}",
            type_line="govern validate",
        )
    windows = _windows(watched, workspace.now())
    url = secret(name, source["url_from_env"])
    answered = prometheus.ask(name, url, query, windows)
    points, left_out = _points(watched, windows, answered)
    series = Series(name, answered.sha256, tuple(points), starts=True, keyed=_keyed(watched), zoned=True)
    asked = {"name": name, "query": answered.query, "sha256": answered.sha256, "rows": answered.samples}
    return series, asked, left_out


def _windows(watched: Watch, now: str) -> prometheus.Windows:
    """Every window that began since next was bound and is over."""
    fixed = replace(watched.grid, sliding=False)
    row = row_of(watched, fixed.first_from(watched.begin), fixed.place_at(now))
    return prometheus.Windows(row.first, row.length, row.count)


def _keyed(watched: Watch) -> bool:
    return bool(watched.trigger["scope"] != "all")


def _points(
    watched: Watch, windows: prometheus.Windows, answered: prometheus.Answered
) -> tuple[list[Point], list[str]]:
    """The lines that speak of next, as rows; those that the answer lacks, as rows without a value."""
    assert watched.packet.next is not None, "somebody is on it"
    version = watched.packet.next.model_version
    wanted = watched.since if _keyed(watched) else (POOLED,)
    lines = {}
    left_out = []
    for line in answered.lines:
        if line.version not in (None, version):
            left_out.append(f"left out: {line.cohort or 'all'} on {line.version}")
        elif line.cohort in lines:
            raise DocumentError(
                f"source {watched.signal['source']}: the answer has two series for {line.cohort or 'all'},"
                f" with a {prometheus.VERSION} and without",
                type_line="govern validate",
            )
        else:
            lines[line.cohort] = line.values
    empty: tuple[float | None, ...] = (None,) * windows.count
    rows = {**dict.fromkeys(wanted, empty), **lines}
    begin, length = instant(windows.first), duration(windows.length)
    moments = [begin + place * length for place in range(windows.count)]
    points = [
        Point(row, at, cohort, value)
        for cohort, values in rows.items()
        for row, (at, value) in enumerate(zip(moments, values, strict=True), start=1)
    ]
    return points, left_out
