"""May a cohort come back? The criteria of a lane met or not, the confidence, and the one label that follows.

A pure reading of what the lane recorded: replays of the newest candidate since the last containment, by window, and
the health signals of the newest of these windows. Few cases cannot be high: confidence is the lower end of an
interval. What is decided on a label stands in `reentry_decision`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from govern.domain import bands
from govern.domain.document import Documents
from govern.domain.lane import Lane, end_of, windows_of
from govern.domain.mitigation.criteria import (
    CARRY_FORWARD,
    CONFIDENCE,
    KPI,
    OWNER,
    ROUTE,
    SIDE_EFFECT,
    Criteria,
    criteria_of,
)
from govern.domain.mitigation.lane_facts import replays_of
from govern.domain.records import Record
from govern.domain.state import State
from govern.domain.statistics import wilson

Met = Literal["passed", "provisional", "failed", "open"]  # open: not enough was shown to say
HIGH, MEDIUM = "eligible_high_confidence", "eligible_medium_confidence"
LOW, BLOCKED = "ineligible_low_confidence", "blocked_regressive_signal"
CODES: Mapping[str, str] = {
    ROUTE: "REENTRY_ROUTE_MISMATCH",
    OWNER: "REENTRY_OWNER_MUTATION",
    SIDE_EFFECT: "REENTRY_SIDE_EFFECT_RISE",
    KPI: "REENTRY_SIDE_EFFECT_RISE",
    CONFIDENCE: "REENTRY_CONFIDENCE_DEBT",
    CARRY_FORWARD: "REENTRY_REPLAY_INSUFFICIENT",
}
INSUFFICIENT = "REENTRY_REPLAY_INSUFFICIENT"
TREND = "confidence_trend"  # the measure that is computed from the replays themselves


@dataclass(frozen=True, slots=True)
class Window:
    """The replays of one window: what passed of what was replayed, and which required packs are missing."""

    window: str
    n: int
    passed: int
    missing: tuple[str, ...]

    @property
    def confidence(self) -> float:
        return wilson.lower(self.passed, self.n)


@dataclass(frozen=True, slots=True)
class Judged:
    """One criterion. `value` beside `limit` is what it was judged by, None where nothing could be said."""

    criterion: str
    rule: str
    outcome: Met
    value: float | str | None
    limit: float | str
    n: int

    @property
    def code(self) -> str:
        """Why it keeps the cohort out: one of five."""
        return INSUFFICIENT if self.outcome == "open" else CODES[self.rule]


@dataclass(frozen=True)
class Assessment:
    """`label` None: something is open. `build` is the candidate that the replays were of."""

    label: str | None
    build: str | None
    windows: tuple[Window, ...]
    criteria: tuple[Judged, ...]
    signals: tuple[Judged, ...]
    regressive: tuple[str, ...]  # records
    uses: tuple[str, ...]

    @property
    def confidence(self) -> float | None:
        """The lowest of its windows; None where nothing was replayed."""
        return min((window.confidence for window in self.windows if window.n), default=None)

    @property
    def unmet(self) -> tuple[Judged, ...]:
        return tuple(each for each in self.criteria if each.outcome != "passed")

    @property
    def open(self) -> tuple[Judged, ...]:
        return tuple(each for each in (*self.criteria, *self.signals) if each.outcome == "open")


def assess(state: State, documents: Documents, lane: Lane, now: str) -> Assessment:
    """The criteria that the lane is held to, on what it recorded up to now."""
    criteria = criteria_of(documents, lane)
    replays = counted_replays(lane)
    windows = _windows(state, criteria, replays, now)
    recent = _since(replays, windows[0].window)
    observed = _observed(lane, windows[-1].window)
    missing = any(window.missing for window in windows)
    rows = [
        _criterion(name, rule, criteria, lane, windows, recent, observed, missing, now)
        for name, rule in criteria.rules.items()
    ]
    signals = [_signal(kpi, criteria.signals[kpi], replays, observed) for kpi in _named(criteria)]
    build = replays[-1].body["candidate"]["build"] if replays else None
    uses = dict.fromkeys(
        [
            lane.entered.name,
            *(
                record.name
                for record in (*recent, *(seen for seen, _ in observed.values()), *lane.regressive)
            ),
        ]
    )
    return Assessment(
        _label(lane, rows, signals, windows, criteria),
        build,
        tuple(windows),
        tuple(rows),
        tuple(signals),
        tuple(record.name for record in lane.regressive),
        tuple(uses),
    )


def _label(
    lane: Lane,
    rows: Sequence[Judged],
    signals: Sequence[Judged],
    windows: Sequence[Window],
    criteria: Criteria,
) -> str | None:
    """The first rule that fits. Aggregate success lifts nothing: each window and each criterion counts by itself."""
    threshold = criteria.of(CONFIDENCE)[1]
    if lane.regressive:
        return BLOCKED
    if any(row.outcome == "open" for row in (*rows, *signals)):
        return None
    if any(row.outcome == "failed" for row in (*rows, *signals)):
        return LOW
    if any(window.confidence < threshold["high"] for window in windows):
        return MEDIUM
    return HIGH


def counted_replays(lane: Lane) -> list[Record]:
    """Of the newest candidate, since the last containment: a repaired build is judged on its own."""
    fresh = [record for record in lane.records("replay_completed")[-1:] if record.n > lane.contained]
    return replays_of(lane, fresh[0].body["candidate"]["build"]) if fresh else []


def _windows(state: State, criteria: Criteria, replays: Iterable[Record], now: str) -> list[Window]:
    """As many as must hold, ending with this one where it was replayed in, else with the one before."""
    grid = windows_of(state.in_force)
    by_window: dict[str, list[Mapping[str, Any]]] = {}
    for record in replays:
        by_window.setdefault(record.body["window"], []).append(record.body)
    this = grid.place_at(now)
    last = this if grid.text(this) in by_window else this - 1
    found = []
    for place in range(last - criteria.windows + 1, last + 1):
        bodies = by_window.get(grid.text(place), [])
        there = {body["pack"] for body in bodies}
        missing = tuple(pack for pack in criteria.packs if pack not in there)
        if not bodies and not criteria.packs:
            missing = ("any",)
        n, passed = (sum(body[name] for body in bodies) for name in ("n", "passed"))
        found.append(Window(grid.text(place), n, passed, missing))
    return found


def _since(replays: Iterable[Record], window: str) -> list[Record]:
    """The replays from a window on."""
    start = window.partition("/")[0]
    return [record for record in replays if record.body["window"].partition("/")[0] >= start]


def _observed(lane: Lane, window: str) -> dict[str, tuple[Record, Mapping[str, Any]]]:
    """By KPI, the newest observation of the window since the last containment: the record, and the signal in it."""
    contained = lane.contained
    found: dict[str, tuple[Record, Mapping[str, Any]]] = {}
    for record in lane.records("health_observed"):
        for signal in record.body["signals"]:
            if record.n > contained and signal["window"] == window:
                found[signal["kpi"]] = record, signal
    return found


def _criterion(
    name: str,
    rule: Mapping[str, Any],
    criteria: Criteria,
    lane: Lane,
    windows: Sequence[Window],
    recent: Sequence[Record],
    observed: Mapping[str, tuple[Record, Mapping[str, Any]]],
    missing: bool,
    now: str,
) -> Judged:
    kind = rule["rule"]
    if kind == KPI:
        row = _signal(rule["kpi"], criteria.signals.get(rule["kpi"]), recent, observed, rule["band"])
        return Judged(name, kind, row.outcome, row.value, row.limit, row.n)
    if kind == CARRY_FORWARD:
        expired = lane.expired(now)
        return Judged(
            name, kind, "failed" if expired else "passed", end_of(lane.expiry), "before it expires", 1
        )
    n = sum(window.n for window in windows)
    if kind == CONFIDENCE:
        lowest = min(window.confidence for window in windows)
        seen = min((window.confidence for window in windows if window.n), default=None)
        return Judged(name, kind, _confident(lowest, rule, missing), seen, rule["high"], n)
    bad = sum(_against(kind, record.body, criteria) for record in recent)
    return Judged(name, kind, "failed" if bad else "open" if missing else "passed", bad, 0, n)


def _confident(lowest: float, rule: Mapping[str, Any], missing: bool) -> Met:
    if missing:
        return "open"
    return "passed" if lowest >= rule["high"] else "provisional" if lowest >= rule["low"] else "failed"


def _against(rule: str, body: Mapping[str, Any], criteria: Criteria) -> int:
    """How often one replay speaks against a minimum criterion."""
    if rule == ROUTE:
        return int(body["route_mismatches"]["critical"])
    if rule == OWNER:
        return int(body["owner_mutations"]["unauthorized"])
    return len(high_severity(body) - criteria.known_side_effects)


def high_severity(body: Mapping[str, Any]) -> frozenset[str]:
    """The classes of grave side effects that a replay brought."""
    return frozenset(each["class"] for each in body["side_effects"] if each["severity"] == "high")


def _named(criteria: Criteria) -> list[str]:
    """The health signals: what is a criterion of its own is judged there."""
    own = {rule["kpi"] for rule in criteria.rules.values() if "kpi" in rule}
    return [kpi for kpi in criteria.signals if kpi not in own]


def _signal(
    name: str,
    kpi: Mapping[str, Any] | None,
    replays: Sequence[Record],
    observed: Mapping[str, tuple[Record, Mapping[str, Any]]],
    band: str = "critical",
) -> Judged:
    """A health signal by its bands. Unobserved is open, never good."""
    if kpi is None:
        return Judged(name, KPI, "open", None, "its KPI was not frozen", 0)
    if kpi["measure"] == TREND:
        row: Mapping[str, Any] | None = {"value": trend(replays), "n": len(replays)} if replays else None
    else:
        _, row = observed.get(name, (None, None))
    if row is None:
        return Judged(name, KPI, "open", None, "not observed in this window", 0)
    judged = bands.judge(kpi, row)
    beyond = judged.outcome == "failed" or (judged.warning and band == "warning")
    outcome: Met = "failed" if beyond else "passed" if judged.outcome == "passed" else "open"
    return Judged(name, KPI, outcome, row["value"], judged.limit or judged.why, row["n"])


def trend(replays: Sequence[Record]) -> float:
    """Least-squares slope of the share that passed, in points a replay; level where there is but one."""
    shares = [100 * record.body["passed"] / record.body["n"] for record in replays]
    middle, mean = (len(shares) - 1) / 2, sum(shares) / len(shares)
    spread = sum((place - middle) ** 2 for place in range(len(shares)))
    rise = sum((place - middle) * (share - mean) for place, share in enumerate(shares))
    return rise / spread if spread else 0.0
