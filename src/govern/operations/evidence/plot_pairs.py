"""The divergence of next from prev as a picture shows it: for each KPI on pairs the cohorts, the worst first.

The same rows and verdicts as at the border to canary, from records alone. The pooled row is given apart and judged
by nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from govern.domain.checks import shadow_bands
from govern.domain.evidence.newest import newest_rows, pooled_row, sets_since
from govern.domain.gates import Border
from govern.operations.evidence.plot_axes import Axis, axis_of

MOST = 60  # cohorts of a KPI
ORDER = ("failed", "error", "inconclusive", "passed")


@dataclass(frozen=True, slots=True)
class CohortPoint:
    """`interval` only where the method proves one. `outcome` with limit, why and flip as the gate has them."""

    cohort: str
    n: int
    value: float | None
    interval: tuple[float, float] | None
    outcome: str
    warning: bool
    limit: str
    why: str
    flip: str


@dataclass(frozen=True, slots=True)
class Pooled:
    n: int
    value: float | None


@dataclass(frozen=True, slots=True)
class DivergencePanel:
    axis: Axis
    cohorts: tuple[CohortPoint, ...]
    pooled: Pooled | None
    left_out: int  # cohorts, none of them worse than those shown


@dataclass(frozen=True, slots=True)
class Divergence:
    """`records` are the sets of pairs, newest first; `at` is when the newest was recorded."""

    packet: str
    border: str
    records: tuple[str, ...]
    at: str
    panels: tuple[DivergencePanel, ...]


def measured(border: Border) -> list[str]:
    """The cohorts that pairs are recorded of."""
    return sorted(newest_rows(border, kpi=None))


def divergence(border: Border, kpis: Sequence[Mapping[str, Any]]) -> Divergence:
    """What is drawn of the border's cohorts; pairs of some cohort are recorded."""
    rows = shadow_bands.check(border).rows
    records = sets_since(border)
    panels = tuple(_panel(border, kpi, [row for row in rows if row["kpi"] == kpi["id"]]) for kpi in kpis)
    return Divergence(
        border.packet.id, border.to, tuple(record.name for record in records), records[0].at, panels
    )


def _panel(border: Border, kpi: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> DivergencePanel:
    axis = axis_of(kpi)
    points = sorted(map(_point, rows), key=lambda point: _place(axis, point))
    whole = pooled_row(border, kpi=kpi["id"]) if len(points) > 1 else None
    pooled = Pooled(whole["n"], whole["value"]) if whole is not None else None
    return DivergencePanel(axis, tuple(points[:MOST]), pooled, len(points[MOST:]))


def _point(row: Mapping[str, Any]) -> CohortPoint:
    ends = row.get("interval")
    return CohortPoint(
        row["cohort"],
        row["n"],
        row["value"],
        (ends[0], ends[1]) if ends else None,
        row["outcome"],
        row["warning"],
        row["limit"],
        row["why"],
        row["flip"],
    )


def _place(axis: Axis, point: CohortPoint) -> tuple[int, bool, float, str]:
    return ORDER.index(point.outcome), not point.warning, -axis.badness(point.value), point.cohort
