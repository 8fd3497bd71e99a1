"""What the baseline of a metric was when it was last measured: the figure of prev in the newest evidence, else what
another card of the package says."""

from collections.abc import Iterable, Mapping
from typing import Any

from govern.errors import GovernError
from govern.operations.context import Context
from govern.operations.workspace import Workspace, open_workspace


def baselines(
    context: Context, package: str, kpis: Mapping[str, Mapping[str, Any]], cards: Iterable[Mapping[str, Any]]
) -> dict[str, float]:
    """By metric; one that nobody has measured is not there."""
    own = [card["metrics"] for card in cards if card["package_id"] == package]
    said = {name: each["baseline"] for metrics in own for name, each in metrics.items()}
    return said | _measured(context, kpis)


def _measured(context: Context, kpis: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """By name of a measure, where some evidence has a figure of it; nothing where no ledger can be read."""
    try:
        workspace = open_workspace(context, fetch=False)
    except GovernError:
        return {}
    measures = {name: kpi["measure"] for name, kpi in kpis.items() if isinstance(kpi.get("measure"), str)}
    found: dict[str, float] = {}
    for row in _rows(workspace):
        measure = measures.get(str(row["kpi"]))
        if measure is not None and row["value"] is not None:
            found.setdefault(measure, row["value"])
    return found


def _rows(workspace: Workspace) -> list[dict[str, Any]]:
    """Figures of prev, the newest first, those over all cohorts before the others."""
    documents = workspace.documents()
    records = [record for packet in workspace.state.packets.values() for record in packet.evidence]
    rows = []
    for record in sorted(records, key=lambda record: -record.n):
        table = [row for row in documents.table(record.body["table"]["sha256"]) if row.get("arm") == "prev"]
        rows += sorted(table, key=lambda row: (row.get("window") or "", row["cohort"] is None), reverse=True)
    return rows
