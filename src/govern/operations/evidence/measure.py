"""Measuring for a packet: the file a person points at, through the evidence room, into a command to record.

The figures are always given, also for cohorts and versions that the packet does not know; with any finding
nothing is recorded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from govern.domain.document import digest_of, lines
from govern.domain.gates import Border, open_border
from govern.domain.policy import Actor
from govern.domain.rollout.recording import RecordShadow
from govern.evidence.pairs import Expected, KpiSpec, Measurement, measure
from govern.operations.workspace import Workspace


@dataclass(frozen=True)
class ShadowMeasured:
    """A measured file and the packet's border that it is evidence for."""

    border: Border
    measurement: Measurement
    path: str

    def command(self) -> RecordShadow:
        """What is recorded of it: digests, exclusions, and the tables that they name."""
        table, items = lines(self.measurement.table), lines(self.measurement.items)
        measured: dict[str, Any] = {
            "border": "canary",
            "source": {
                "name": "shadow_pairs",
                "query": sorted({kpi["measure"] for kpi in self.border.kpis("shadow_pairs")}),
                "params": {"losses": losses(self.border)},
                "input": {
                    "path": self.path,
                    "sha256": self.measurement.sha256,
                    "rows": self.measurement.rows,
                },
                "until": None,
            },
            "windows": [],
            "excluded": self.measurement.excluded,
            "table": {"sha256": digest_of(table), "rows": len(self.measurement.table)},
            "items": {"sha256": digest_of(items), "rows": len(self.measurement.items)},
        }
        tables = {digest_of(table): table, digest_of(items): items}
        return RecordShadow(self.border.packet.id, measured, tables)


def losses(border: Border) -> int:
    """How many of the largest losses of a cohort are listed to be explained."""
    least = int(border.policy.numbers["shadow"]["losses_to_explain"])
    return max(least, int(border.setting("explained", "losses_to_explain", 0)))


def measure_shadow(workspace: Workspace, packet_id: str, path: Path, actor: Actor) -> ShadowMeasured:
    """Measure a file of pairs against the packet's shadow KPIs."""
    state = workspace.state
    border = open_border(state, workspace.documents(), packet_id, actor, workspace.now(), to="canary")
    kpis = [spec_of(kpi) for kpi in border.kpis("shadow_pairs")]
    expected = Expected(
        frozenset(border.packet.covered or border.cohorts)
        | (border.dictionary if border.packet.on_next else {}).keys(),
        border.value["model_version_prev"],
        border.value["model_version_next"],
    )
    shadow = border.packet.phase in ("draft", "shadow")
    measurement = measure(path, kpis=kpis, losses=losses(border), expected=expected, shadow=shadow)
    return ShadowMeasured(border, measurement, kept_name(workspace, path))


def spec_of(kpi: Mapping[str, Any]) -> KpiSpec:
    limits = tuple(kpi["range"]) if "range" in kpi else None
    return KpiSpec(kpi["id"], kpi["measure"], kpi["unit"], limits, kpi.get("sample_unit", "item"))


def kept_name(workspace: Workspace, path: Path) -> str:
    """Repository-relative where the file lies in the repository; else its name alone: no machine path is kept."""
    root = workspace.repository.root
    resolved = path.resolve()
    return resolved.relative_to(root).as_posix() if root and resolved.is_relative_to(root) else path.name
