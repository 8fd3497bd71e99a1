"""What people saw of a cohort in mitigation and state by hand: figures of signals, a stable startup or interaction.

The file that shows it stays where it is; its digest is recorded.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from govern.domain.findings import nearest
from govern.domain.lane import windows_of
from govern.domain.mitigation.criteria import criteria_of
from govern.domain.mitigation.lane_health import (
    ObserveHealth,
    ObserveInteraction,
    ObserveStartup,
    require_named,
)
from govern.domain.mitigation.lanes import lane_meant
from govern.domain.windows import instant
from govern.errors import UsageError
from govern.evidence.sources import digest
from govern.operations.evidence.measure import kept_name
from govern.operations.workspace import Workspace

STABLE = ("startup", "interaction")


@dataclass(frozen=True)
class Seen:
    """Figures by hand as a command; `units` by KPI."""

    command: ObserveHealth
    units: Mapping[str, str]


def stable(workspace: Workspace, cohort: str, what: str, build: str, evidence: Path | None) -> ObserveStartup:
    """The command for a first stable startup or interaction. UsageError where it is none, or no such file."""
    if what not in STABLE:
        close = nearest(what, STABLE) or STABLE[0]
        said = f"no first stable `{what}` is asked for; there are: {', '.join(STABLE)}"
        raise UsageError(said, type_line=f"--stable {close}")
    name, sha256 = (kept_name(workspace, evidence), digest(evidence)) if evidence else (None, None)
    if what == STABLE[0]:
        return ObserveStartup(cohort, build, name, sha256)
    return ObserveInteraction(cohort, build, name, sha256)


def by_hand(
    workspace: Workspace,
    cohort: str,
    signals: Sequence[str],
    n: int,
    evidence: Path,
    *,
    window: str | None = None,
    build: str | None = None,
) -> Seen:
    """The command for figures `KPI=VALUE` of one window, the current one where none is named by a day in it."""
    lane = lane_meant(workspace.state, cohort)
    criteria = criteria_of(workspace.documents(), lane)
    grid = windows_of(workspace.state.in_force)
    place = grid.place(instant(window)) if window else grid.place_at(workspace.now())
    rows: list[dict[str, Any]] = []
    for text in signals:
        kpi, value = _figure(text)
        require_named(lane, criteria, kpi)
        rows.append({"kpi": kpi, "window": grid.text(place), "n": n, "value": value, "counts": {"n": n}})
    source = {"name": kept_name(workspace, evidence), "digest": digest(evidence)}
    command = ObserveHealth(lane.cohort, {"signals": rows, "source": source}, build)
    return Seen(command, {row["kpi"]: criteria.signals[row["kpi"]]["unit"] for row in rows})


def _figure(text: str) -> tuple[str, float]:
    kpi, _, said = text.partition("=")
    try:
        value = float(said)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise UsageError(f"`{text}` is no figure of a signal", type_line=f"--signal {kpi or 'KPI'}=VALUE")
    return kpi, int(value) if value.is_integer() else value
