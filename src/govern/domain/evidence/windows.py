"""Reading what was measured by window: the newest row of a (KPI, cohort, window, arm) replaces older ones.

Which windows count is said in `cycles`, and what a row means for a border in `window_bands`. Rows recorded for the
border to wide may lie in windows that count for adoption, where one cohort went wide after another.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from govern.domain.evidence.newest import Row, table
from govern.domain.gates import Border
from govern.domain.records import Record

PAIRS, REPLAYED = "shadow_pairs", "replay_pack"
WITHOUT_WINDOWS = (PAIRS, "stamps", REPLAYED)
BORDERS = ("wide", "adopted")


@dataclass(frozen=True, slots=True)
class Key:
    """One row; `cohort` None is all cohorts together, `cluster` None the whole of it."""

    kpi: str
    cohort: str | None
    window: str
    arm: str = "next"
    cluster: str | None = None


def kpis_by_window(border: Border) -> list[Mapping[str, Any]]:
    """The packet's KPIs that decide the borders after canary: every one that is not measured on pairs."""
    named = [border.parts.get(f"kpis/{kpi}") for kpi in border.value["monitoring"]["kpis"]]
    return [kpi.value for kpi in named if kpi is not None and kpi.value["source"] != PAIRS]


def sources(border: Border) -> list[Record]:
    """What was recorded by window since what is frozen last changed, newest first."""
    return [
        record
        for record in reversed(border.packet.evidence)
        if record.n > border.packet.counting_from
        and record.body["border"] in BORDERS
        and record.body["source"]["name"] not in WITHOUT_WINDOWS
    ]


def rows_by_key(border: Border) -> dict[Key, Row]:
    """Every newest row; read once within an evaluation."""
    known: dict[Key, Row] | None = border.judged.get("windows")
    if known is None:
        known = border.judged["windows"] = {}
        for record in sources(border):
            for row in table(border, record.body["table"]["sha256"]):
                key = Key(row["kpi"], row["cohort"], row["window"], row["arm"], row.get("cluster"))
                known.setdefault(key, row)
    return known


def row_of(border: Border, key: Key) -> Row | None:
    return rows_by_key(border).get(key)


def clusters_in(border: Border, kpi: str, cohort: str | None, window: str) -> list[str]:
    """The clusters that a KPI was measured for in one window of a cohort."""
    return sorted(
        key.cluster
        for key in rows_by_key(border)
        if (key.kpi, key.cohort, key.window, key.arm) == (kpi, cohort, window, "next")
        and key.cluster is not None
    )
