"""KPIs on decisions over review cycles as a picture shows them: for each KPI the cohorts, the worst first.

Every cycle that is recorded, also those that do not count for the cohort any more, since it moved after they began;
beside them the complete ones that wait to be collected, and the moves of the cohort. The verdict is the gate's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from govern.domain.bands import judge
from govern.domain.evidence.cycles import complete, window_bounds
from govern.domain.evidence.references import reference
from govern.domain.evidence.window_bands import standing
from govern.domain.evidence.windows import Key, row_of, rows_by_key, sources
from govern.domain.gates import Border
from govern.operations.evidence.plot_axes import Axis, axis_of

MOST = 8  # cohorts of a KPI
NEWEST = 60  # cycles of a cohort
LAST = 6  # moves of a cohort
ORDER = ("failed", "error", "inconclusive", "back", "not_asked", "passed")


@dataclass(frozen=True, slots=True)
class WindowPoint:
    """One cycle. `zone`: passed, warning, failed, not judged (""), or missing where nothing is recorded yet."""

    window: str
    since: str
    until: str
    n: int
    value: float | None
    prev: float | None  # of the decisions on prev in the same cycle
    zone: str
    counts: bool  # for the next border


@dataclass(frozen=True, slots=True)
class Move:
    """What began then: a phase, a larger share (extend), a rollback, change_control. `percent` is the share on next."""

    at: str
    what: str
    percent: float | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """`cohort` None is all of them together; `cluster` None the whole of it."""

    cohort: str | None
    cluster: str | None
    points: tuple[WindowPoint, ...]
    moves: tuple[Move, ...]
    outcome: str
    warning: bool
    limit: str
    why: str
    flip: str


@dataclass(frozen=True, slots=True)
class WindowsPanel:
    axis: Axis
    series: tuple[Series, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class BandsOverWindows:
    """`records` are those that the figures come from, newest first; `at` is when the newest was recorded."""

    packet: str
    border: str
    records: tuple[str, ...]
    at: str
    panels: tuple[WindowsPanel, ...]


def measured(border: Border) -> list[str]:
    """The cohorts on next, and those that anything by cycle is recorded of."""
    return sorted(
        {*border.packet.on_next} | {key.cohort for key in rows_by_key(border) if key.cohort is not None}
    )


def over_windows(border: Border, kpis: Sequence[Mapping[str, Any]]) -> BandsOverWindows:
    """What is drawn of the border's cohorts; something is recorded by cycle."""
    records = sources(border)
    panels = tuple(_panel(border, kpi) for kpi in kpis)
    names = tuple(record.name for record in records)
    return BandsOverWindows(border.packet.id, border.to, names, records[0].at, panels)


def _panel(border: Border, kpi: Mapping[str, Any]) -> WindowsPanel:
    """The worst by their verdict, then by their newest value; of these alone every cycle is read."""
    axis = axis_of(kpi)
    rows: dict[str | None, list[Mapping[str, Any]]] = {}
    for row in standing(border, [kpi], _cycles(border)).rows:
        rows.setdefault(row["cohort"], []).append(row)
    keys: dict[str | None, list[Key]] = {}
    for key in rows_by_key(border):
        if (key.kpi, key.arm) == (kpi["id"], "next"):
            keys.setdefault(key.cohort, []).append(key)
    charts: list[tuple[Any, _Chart]] = []
    for cohort in (None,) if kpi["scope"] == "all" else border.cohorts:
        verdict = _verdict(border, kpi, cohort, rows.get(cohort, ()))
        for cluster, mine in _clusters(kpi, keys.get(cohort, [])).items():
            chart = _Chart(cohort, cluster, mine, verdict)
            charts.append((_place(border, axis, chart), chart))
    charts.sort(key=lambda each: each[0])
    series = tuple(_series(border, kpi, chart) for _, chart in charts[:MOST])
    return WindowsPanel(axis, series, len(charts[MOST:]))


@dataclass(frozen=True, slots=True)
class _Chart:
    """What a series is made of: the keys of its rows on next, and the verdict of its cohort."""

    cohort: str | None
    cluster: str | None
    keys: Sequence[Key]
    verdict: Mapping[str, Any]


def _clusters(kpi: Mapping[str, Any], keys: Sequence[Key]) -> dict[str | None, list[Key]]:
    """The whole of a cohort, or with scope `cluster` each cluster that was measured."""
    found: dict[str | None, list[Key]] = {}
    for key in keys:
        if (key.cluster is not None) is (kpi["scope"] == "cluster"):
            found.setdefault(key.cluster, []).append(key)
    return found or {None: list(keys)}


def _place(border: Border, axis: Axis, chart: _Chart) -> tuple[int, bool, float, str, str]:
    newest = max(
        chart.keys, key=lambda key: key.window, default=None
    )  # of one grid, so that texts sort by time
    row = None if newest is None else row_of(border, newest)
    bad = axis.badness(row["value"] if row else None)
    name = chart.cohort or "", chart.cluster or ""
    return ORDER.index(chart.verdict["outcome"]), not chart.verdict["warning"], -bad, *name


def _cycles(border: Border) -> int:
    """How many in a row the gate of the border asks for."""
    policy = int(border.policy.numbers["review_cycles_in_band"])
    return max(policy, int(border.setting("kpi_bands", "cycles", 0))) if border.to == "wide" else policy


def _series(border: Border, kpi: Mapping[str, Any], chart: _Chart) -> Series:
    counting = complete(border, chart.cohort, kpi["warm_up"])
    windows = sorted({key.window for key in chart.keys} | set(counting), key=window_bounds)[-NEWEST:]
    places = [Key(kpi["id"], chart.cohort, window, cluster=chart.cluster) for window in windows]
    points = tuple(_point(border, kpi, key, key.window in counting) for key in places)
    return Series(chart.cohort, chart.cluster, points, _moves(border, chart.cohort), **chart.verdict)


def _point(border: Border, kpi: Mapping[str, Any], key: Key, counts: bool) -> WindowPoint:
    row, beside = row_of(border, key), row_of(border, replace(key, arm="prev"))
    since, until = window_bounds(key.window)
    zone = "missing"
    if row is not None:
        judged = (
            judge(kpi, row, reference=partial(reference, border, key)) if kpi["method"] == "point" else None
        )
        zone = "" if judged is None else "warning" if judged.warning else judged.outcome
    n, value = (row["n"], row["value"]) if row is not None else (0, None)
    return WindowPoint(key.window, since, until, n, value, beside["value"] if beside else None, zone, counts)


def _verdict(
    border: Border, kpi: Mapping[str, Any], cohort: str | None, rows: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The worst of what the gate says of the cohort; one that went back is asked no more."""
    told: dict[str, Any] = {"outcome": "not_asked", "warning": False, "limit": "", "why": "", "flip": ""}
    if cohort is not None and border.packet.stages.get(cohort) == "back":
        return told | {"outcome": "back"}
    if border.to == "adopted" and kpi["method"] != "point":
        return told
    if not rows:
        return told
    worst = min(rows, key=lambda row: (ORDER.index(row["outcome"]), not row["warning"]))
    return {name: worst[name] for name in told}


def _moves(border: Border, cohort: str | None) -> tuple[Move, ...]:
    """Since the packet first bound the cohort: every move of it, and each change of what is frozen."""
    history = border.packet.history
    phases = {r.when: r.body["to"] for r in history if r.event.startswith("phase_advanced/")}
    moves = [Move(at, phase) for at, phase in phases.items() if phase != "shadow"]
    moves += [Move(r.when, "rollback") for r in history if r.event.startswith("rolled_back/")]
    if cohort is not None:
        own = border.next.digest if border.next is not None else None
        timeline = border.surface.cohorts.get(cohort, [])
        first = next((n for n, each in enumerate(timeline) if each.packet == border.packet.id), len(timeline))
        moves = [
            Move(each.at, phases.get(each.at, each.cause), each.percent if each.to.digest == own else None)
            for each in timeline[first:]
        ]
    if moves:
        changes = (record for record in history if record.event.startswith("change_control_applied/"))
        moves += [Move(record.when, "change_control") for record in changes]
    return tuple(sorted(moves, key=lambda move: move.at)[-LAST:])
