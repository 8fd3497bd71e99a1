"""`mitigation observe`: what was seen of a cohort in mitigation, its first stable startup and interaction, its signals.

A signal is a KPI that the lane's criteria name, measured in a window of the workspace. What it means is judged here by
the KPI's own bands, as they were frozen, and stands in the record with what lies beyond the critical one. How it was
measured is not known here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from shlex import quote
from typing import Any, ClassVar

from govern.domain import bands
from govern.domain.capability import Capability, Decide, Writer
from govern.domain.commands import PAYLOAD, asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Documents
from govern.domain.evidence.kpi_windows import follows
from govern.domain.evidence.rows import is_count, is_number
from govern.domain.findings import nearest
from govern.domain.firing import Grid
from govern.domain.lane import CANDIDATE, INTERACTION, STARTUP, Lane, context_of, name_of, windows_of
from govern.domain.mitigation.criteria import Criteria, criteria_of
from govern.domain.mitigation.lane_facts import confidence, contain_line, next_line, require_build
from govern.domain.mitigation.lanes import lane_meant, noted, require_coming
from govern.domain.mitigation.reentry import TREND
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.state import State
from govern.errors import ExitCode

EVENT = "health_observed"
AFTER = {STARTUP: INTERACTION, INTERACTION: CANDIDATE}
MEASURED = ("kpi", "window", "n", "value", "counts")
Signal = Mapping[str, Any]


@dataclass(frozen=True)
class ObserveStartup:
    """The first stable startup of a candidate build; `evidence` and its `digest` name what shows it."""

    do: ClassVar[str] = "observe-startup"
    event: ClassVar[str] = STARTUP
    cohort: str
    build: str
    evidence: str | None = None
    digest: str | None = None
    lane: str | None = None
    attempt: int | None = None


@dataclass(frozen=True)
class ObserveInteraction(ObserveStartup):
    """The same of its first stable interaction."""

    do: ClassVar[str] = "observe-interaction"
    event: ClassVar[str] = INTERACTION


@dataclass(frozen=True)
class ObserveHealth:
    """`measured` is the body of `health_observed` as far as it comes from outside: `signals` and `source`.

    `more` are the bodies of other sources, recorded with it.
    """

    do: ClassVar[str] = "observe-health"
    cohort: str
    measured: Mapping[str, Any] = field(metadata=PAYLOAD)
    build: str | None = None
    more: tuple[Mapping[str, Any], ...] = ()
    lane: str | None = None


def _require_same_build(lane: Lane, event: str, build: str) -> None:
    """One candidate an attempt: what was used stably is what started stably."""
    started = next((record for record in lane.reached if name_of(record) == STARTUP), None)
    if event == INTERACTION and started and started.body["candidate"]["build"] != build:
        there = started.body["candidate"]["build"]
        raise Refusal(
            f"attempt {lane.attempt} of {lane.id} started with build {there} ({started.name})",
            type_line=f"--build {quote(there)}",
        )


def decide_stable(
    state: State, documents: Documents, command: ObserveStartup, actor: Actor, now: str
) -> Decision:
    lane, event = lane_meant(state, command.cohort, command.lane, command.attempt), command.event
    require_build(command.build)
    require_coming(lane, event, command.build)
    _require_same_build(lane, event, command.build)
    body = {
        **context_of(lane, event),
        "candidate": {"build": command.build},
        "evaluator": actor.person,
        "confidence": confidence(lane, command.build),
    }
    if command.evidence is not None:
        body["source"] = {"name": command.evidence, "digest": command.digest}
    pinned = replace(command, cohort=lane.cohort, lane=lane.id, attempt=lane.attempt)
    written = Event(lane.stream, f"{event}/1", body, (lane.latest.name,))
    return Accepted((written,), asked(pinned), next=next_line(lane, AFTER[event], command.build))


def decide_health(
    state: State, documents: Documents, command: ObserveHealth, actor: Actor, now: str
) -> Decision:
    lane = lane_meant(state, command.cohort, command.lane)
    criteria = criteria_of(documents, lane)
    windows = windows_of(state.in_force)
    if command.build is not None:
        require_build(command.build)
    events, seen = [], set[tuple[str, str]]()
    for measured in (command.measured, *command.more):
        for signal in measured["signals"]:
            require_named(lane, criteria, signal["kpi"])
            _require_window(lane, windows, signal["window"], now)
            if (place := (signal["kpi"], signal["window"])) in seen:
                raise Refusal(f"{place[0]} of {place[1]} stands there twice")
            seen.add(place)
        judged = [_judged(criteria.signals[signal["kpi"]], signal) for signal in measured["signals"]]
        body = {
            **context_of(lane),
            "candidate": {"build": command.build},
            "evaluator": actor.person,
            "signals": [signal for signal, _ in judged],
            "source": dict(measured["source"]),
            "regressive": [worse for _, worse in judged if worse],
        }
        events.append(Event(lane.stream, f"{EVENT}/1", body, (lane.entered.name,)))
    if not all(event.body["signals"] for event in events):
        raise Refusal("no signal was observed", type_line=f"govern mitigation observe {lane.word}")
    regressive = any(event.body["regressive"] for event in events)
    pinned = replace(command, cohort=lane.cohort, lane=lane.id)
    following = contain_line(lane.word) if regressive else next_line(lane, lane.coming)
    return Accepted(tuple(events), asked(pinned), next=following)


def require_named(lane: Lane, criteria: Criteria, kpi: str) -> None:
    """A Refusal unless the criteria name the KPI, and it is observed rather than computed from the replays."""
    named = [name for name, value in criteria.signals.items() if value["measure"] != TREND]
    if kpi in named:
        return
    if kpi in criteria.signals:
        raise Refusal(
            f"{kpi} is computed from the replays: nobody observes it",
            type_line=f"govern mitigation replay {lane.word} --results FILE",
        )
    close = nearest(kpi, named)
    there = f"they name {', '.join(named)}" if named else "they name none"
    raise Refusal(
        f"the criteria of {lane.id} name no KPI `{kpi}`; {there}" + (f"; nearest: {close}" if close else ""),
        type_line=f"govern mitigation observe {lane.word}" + (f" --signal {close}=VALUE" if close else ""),
        exit=ExitCode.COULD_NOT,
    )


def _require_window(lane: Lane, windows: Grid, window: str, now: str) -> None:
    """A window of the workspace, since the lane was entered and not of the future."""
    first, last = windows.place_at(lane.entered.when), windows.place_at(now)
    try:
        place = windows.place_of(window)
    except ValueError:
        place = first - 1
    if not first <= place <= last:
        raise Refusal(
            f"{window} is no window of {lane.id}: they go from {windows.text(first)} to {windows.text(last)}",
            exit=ExitCode.COULD_NOT,
        )


def _judged(kpi: Mapping[str, Any], signal: Signal) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The signal as it is recorded, and how far it lies beyond its critical band.

    That there is no data is a failure for some KPIs, and nothing that got worse.
    """
    if wrong := _wrong(kpi, signal):
        raise Refusal(f"{signal['kpi']} of {signal['window']} cannot be what was measured: `{wrong}`")
    row = {name: signal[name] for name in MEASURED}
    found = bands.judge(kpi, row)
    outcome = "warning" if found.outcome == "passed" and found.warning else found.outcome
    beyond = found.outcome == "failed" and found.limit
    worse = {"kpi": row["kpi"], "value": row["value"], "limit": found.limit} if beyond else None
    return row | {"outcome": "inconclusive" if outcome == "error" else outcome}, worse


def _wrong(kpi: Mapping[str, Any], signal: Signal) -> str:
    n, value, counts = signal["n"], signal["value"], signal["counts"]
    if not is_count(n):
        return "n"
    if not isinstance(counts, Mapping) or counts.get("n") != n:
        return "counts"
    if (value is None) != (n == 0) or not (value is None or is_number(value)):
        return "value"
    return "" if follows(signal, kpi) else "value"


def fold_stable(state: State, record: Record) -> None:
    lane = noted(state, record)
    lane.reach(record)


def fold_health(state: State, record: Record) -> None:
    lane = noted(state, record)
    if record.body["regressive"]:
        lane.regressive.append(record)


def _fact(command: type[Any], decides: Decide, event: str) -> Writer:
    """A fact: any person or automation may state it, and it may wait in a clone."""
    return Writer(command, decides, (f"{event}/1",), automation=True, claimed=True, offline=True)


CAPABILITY = Capability(
    writers=(
        _fact(ObserveStartup, decide_stable, STARTUP),
        _fact(ObserveInteraction, decide_stable, INTERACTION),
        _fact(ObserveHealth, decide_health, EVENT),
    ),
    folds={f"{STARTUP}/1": fold_stable, f"{INTERACTION}/1": fold_stable, f"{EVENT}/1": fold_health},
)
