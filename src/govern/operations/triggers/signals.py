"""The signal of a trigger, measured from the KPI's own source: a value for every window that is over.

Prometheus can be asked, and the ledger for the attempts at stamps that are recorded; any other signal is given as a
file.
"""

from collections.abc import Mapping
from typing import Any

from govern.domain.firing import POOLED
from govern.domain.triggers.evaluation import Watch
from govern.domain.windows import instant
from govern.errors import DocumentError, UsageError
from govern.evidence import prometheus
from govern.evidence.series import AGAIN, Point, Series
from govern.operations.evidence.sources import PROMETHEUS, declared, secret
from govern.operations.evidence.stamp_attempts import STAMPS, stamp_attempts
from govern.operations.workspace import Workspace


def measured(workspace: Workspace, watched: Watch) -> tuple[Series, dict[str, Any], list[str]]:
    """The series of all windows since next was bound, how a record names it, and in words what it leaves out.

    A cohort that the answer has no series for has windows without data, as many as there are.
    """
    name, measure = watched.signal["source"], watched.signal["measure"]
    if measure == STAMPS and "attempts" in watched.trigger["counter"]:
        return stamp_attempts(workspace, watched)
    if not (isinstance(measure, Mapping) and "promql" in measure):
        raise UsageError(
            f"measuring {watched.signal['id']} from its source `{name}` is not in this version:"
            " give the values by window",
            type_line=AGAIN,
        )
    source = declared(workspace, name, instead=AGAIN)
    if source["type"] != PROMETHEUS:
        raise UsageError(
            f"{watched.signal['id']} is a query of Prometheus, and its source `{name}` is of type {source['type']}",
            type_line="govern validate",
        )
    windows = _windows(watched, workspace.now())
    url = secret(name, source["url_from_env"])
    answered = prometheus.ask(name, url, measure["promql"], windows)
    points, left_out = _points(watched, windows, answered)
    series = Series(name, answered.sha256, tuple(points), starts=True, keyed=_keyed(watched), zoned=True)
    asked = {"name": name, "query": answered.query, "sha256": answered.sha256, "rows": answered.samples}
    return series, asked, left_out


def _windows(watched: Watch, now: str) -> prometheus.Windows:
    """Every window that began since next was bound and is over."""
    grid = watched.grid
    first = grid.first_from(watched.begin)
    count = grid.place_at(now) - first
    if count < 1:
        raise DocumentError(
            f"no window of {grid.length} is over that began since next was bound, {watched.begin}",
            type_line="govern status",
        )
    return prometheus.Windows(grid.start(first), grid.length, count)


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
    starts = [watched.grid.start(watched.grid.place_at(windows.first) + k) for k in range(windows.count)]
    moments = [instant(start) for start in starts]
    points = [
        Point(row, at, cohort, value)
        for cohort, values in rows.items()
        for row, (at, value) in enumerate(zip(moments, values, strict=True), start=1)
    ]
    return points, left_out
