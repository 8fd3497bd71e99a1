"""KPIs measured on an open log, as the body of a record: which versions, which windows, which queries.

A query of the team's own is the text that the packet froze. Where none was frozen it is read from the published
documents, and kept in the ledger with what it gave.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from govern.domain.document import digest_of, lines
from govern.domain.evidence.kpi_windows import Windows
from govern.domain.gates import Border
from govern.domain.queries import frozen_name, parameter, sql_file
from govern.errors import DocumentError
from govern.evidence.custom_measures import measure_by_query
from govern.evidence.decision_measures import Asked, measure
from govern.evidence.decisions import Log
from govern.evidence.measures import KpiSpec
from govern.evidence.windowed import Served
from govern.operations.evidence.decision_log import input_of
from govern.operations.evidence.timelines import intervals, lags
from govern.operations.workspace import Workspace

Kpi = Mapping[str, Any]


@dataclass(frozen=True)
class Body:
    """The body of an `evidence_recorded`, the rows of its table, and the bytes that it names."""

    measured: Mapping[str, Any]
    rows: list[dict[str, Any]]
    tables: Mapping[str, bytes]


def body_of(
    border: Border,
    source: str,
    query: Sequence[str],
    params: Mapping[str, Any],
    read: Mapping[str, Any],
    excluded: Mapping[str, int],
    rows: list[dict[str, Any]],
    kept: Mapping[str, bytes] | None = None,
) -> Body:
    data = lines(rows)
    measured = {
        "border": border.to,
        "source": {
            "name": source,
            "query": sorted(set(query)),
            "params": dict(params),
            "input": dict(read),
            "until": None,
        },
        "windows": sorted({row["window"] for row in rows}),
        "excluded": dict(excluded),
        "table": {"sha256": digest_of(data), "rows": len(rows)},
    }
    return Body(measured, rows, {digest_of(data): data, **(kept or {})})


def measure_log(
    workspace: Workspace, border: Border, source: str, log: Log, wanted: Mapping[str, tuple[Kpi, Windows]]
) -> Body:
    """Every KPI of a source that is a decision log. DocumentError names a KPI that cannot be measured."""
    assert border.next is not None and border.prev is not None, "somebody is on next"
    served = Served(
        surface=border.packet.surface,
        next=border.next.model_version,
        prev=border.prev.model_version,
        together=border.packet.on_next,
        intervals=tuple(each for each in intervals(workspace.state) if each.surface == border.packet.surface),
        lag=lags(workspace.state),
    )
    shipped = [
        Asked(_spec(kpi), windows, kpi["scope"] == "cluster")
        for kpi, windows in wanted.values()
        if isinstance(kpi["measure"], str)
    ]
    found = measure(log, served, shipped)
    rows, kept = list(found.rows), dict[str, bytes]()
    params: dict[str, Any] = {"next": served.next, "prev": served.prev}
    for kpi, windows in wanted.values():
        if not isinstance(kpi["measure"], str):
            text = query_text(workspace, border.frozen, kpi)
            rows += measure_by_query(log, served, kpi["id"], text, windows)
            params[parameter(kpi["id"])] = digest_of(text.encode())
            kept[digest_of(text.encode())] = text.encode()
    query = [kpi["measure"] if isinstance(kpi["measure"], str) else "sql" for kpi, _ in wanted.values()]
    return body_of(border, source, query, params, input_of(workspace, log), found.excluded, rows, kept)


def _spec(kpi: Kpi) -> KpiSpec:
    limits = tuple(kpi["range"]) if "range" in kpi else None
    return KpiSpec(kpi["id"], kpi["measure"], kpi["unit"], limits)


def query_text(workspace: Workspace, frozen: Mapping[str, str], kpi: Kpi) -> str:
    """The text of a KPI's query: as it is frozen, else as it is published."""
    path = sql_file(kpi)
    if path is None:
        raise DocumentError(
            f"KPI {kpi['id']}: a PromQL query is asked of a Prometheus source, not of {kpi['source']}"
        )
    documents = workspace.documents()
    digest = frozen.get(frozen_name(kpi["id"]))
    if digest is not None:
        return documents.kept(digest).decode()
    text = documents.text(path)
    if text is None:
        branch = workspace.state.branch
        raise DocumentError(
            f"KPI {kpi['id']}: its query {path} is not on {branch}", type_line=f"git log {branch} -- {path}"
        )
    return text
