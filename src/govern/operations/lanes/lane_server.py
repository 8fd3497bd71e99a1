"""Signals of a lane that are PromQL: the value of each whole window since entry.

A query looks back over the window's whole length, so that a window in which the cohort entered, or that is not over,
would take in what does not count.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from govern.domain.binding import current
from govern.domain.lane import Lane
from govern.domain.queries import promql
from govern.domain.windows import duration, instant
from govern.errors import DocumentError
from govern.evidence import prometheus
from govern.evidence.measures import rounded
from govern.operations.evidence.sources import declared, secret
from govern.operations.lanes.lane_spans import Kpi, Span, Spans
from govern.operations.workspace import Workspace


class Taken(Protocol):
    """Where the figures go."""

    lane: Lane
    spans: Spans
    left_out: list[str]

    def take(
        self, source: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], *, query: str | None = None
    ) -> None: ...


def on_server(workspace: Workspace, taken: Taken, source: str, kpis: Sequence[Kpi]) -> None:
    """Ask the server for each KPI. UsageError where the environment names none."""
    place = declared(workspace, source, instead="govern validate")
    url = secret(source, place["url_from_env"])
    version = _version(workspace, taken.lane)
    for kpi in kpis:
        spans = [span for span in taken.spans.of(kpi) if span.complete]
        if not spans:
            if not any(name == kpi["id"] for name, _ in taken.spans.newest):
                taken.left_out.append(f"{kpi['id']}: no whole window since entry is over")
            continue
        try:
            _ask(taken, source, url, kpi, spans, version)
        except DocumentError as error:
            taken.left_out.append("; ".join((f"{kpi['id']}: {error.message}", *error.notes)))


def _ask(taken: Taken, source: str, url: str, kpi: Kpi, spans: Sequence[Span], version: str) -> None:
    query = promql(kpi)
    if query is None:
        raise DocumentError(f"{source} is a Prometheus server, which has not the measure {kpi['measure']}")
    length = spans[0].window.partition("/")[2]
    count = (instant(spans[-1].begin) - instant(spans[0].begin)) // duration(length) + 1
    answered = prometheus.ask(source, url, query, prometheus.Windows(spans[0].begin, length, count))
    values = _line(source, answered, taken.lane.cohort, version)
    rows = []
    for span in spans:
        value = (
            values[(instant(span.begin) - instant(spans[0].begin)) // duration(length)] if values else None
        )
        known = value is not None and math.isfinite(value)
        n = 1 if known else 0
        rows.append(
            {
                "kpi": kpi["id"],
                "window": span.window,
                "n": n,
                "value": rounded(value) if value is not None and known else None,
                "counts": {"n": n},
            }
        )
    named = {"name": source, "digest": answered.sha256, "rows": answered.samples}
    taken.take(named, rows, query=answered.query)


def _line(
    source: str, answered: prometheus.Answered, cohort: str, version: str
) -> Sequence[float | None] | None:
    """The values of the cohort, on what it is served now where the answer is by version; None without any."""
    mine = [line for line in answered.lines if line.cohort == cohort and line.version in (None, version)]
    if not mine and any(line.cohort is None for line in answered.lines):
        raise DocumentError(f"source {source}: the answer has no {prometheus.COHORT}")
    if len(mine) > 1:
        raise DocumentError(f"source {source}: the answer has two series for {cohort}")
    return mine[0].values if mine else None


def _version(workspace: Workspace, lane: Lane) -> str:
    return current(workspace.state.surfaces[lane.surfaces[0]], lane.cohort).to.model_version
