"""Triggers of a packet in the field: that one fired, and what its action does by itself.

A firing names the windows with their values; deciding it again counts them by the frozen trigger. Where the values
come from, and the rollback that may follow, are not decided here.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from govern.domain.capability import Capability, Writer
from govern.domain.commands import PAYLOAD, asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Documents
from govern.domain.duties import review_scheduled
from govern.domain.findings import nearest
from govern.domain.firing import POOLED, Grid, Line, Row, Rule, firing_runs, stretches
from govern.domain.gates import packet_in_force
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.state import Packet, State
from govern.domain.triggers.counts import grid_of, rule_of, rule_within
from govern.domain.triggers.replayed import require_reviewed
from govern.domain.triggers.stays import gone_since, on_next_since
from govern.errors import ExitCode

__all__ = ["FireTrigger", "Watch", "fired_already", "firing_runs", "watch"]

VALUE = ("cohort", "window", "value", "unjudged", "clusters")  # of the body, for each window


@dataclass(frozen=True)
class FireTrigger:
    """`measured` is the body of `trigger_fired`; of it only `values` and `source` are taken, the rest is derived."""

    do: ClassVar[str] = "fire-trigger"
    packet: str
    trigger: str
    cohorts: tuple[str, ...]
    measured: Mapping[str, Any] = field(metadata=PAYLOAD)


@dataclass(frozen=True)
class Watch:
    """One trigger of a packet: what it counts, and for whom since when.

    `since` holds every cohort of its scope that is on next, with the instant from which its windows count; `signal`
    is the KPI that is watched; `within` judges one attempt or cluster where the windows count those.
    """

    packet: Packet
    trigger: Mapping[str, Any]
    rule: Rule
    grid: Grid
    since: Mapping[str, str]
    signal: Mapping[str, Any]
    within: Rule | None = None

    @property
    def begin(self) -> str:
        """From when on the first of them is counted."""
        return min(self.since.values())


def watch(state: State, documents: Documents, packet_id: str, trigger_id: str) -> Watch:
    """The trigger as frozen, and the cohorts that it can speak for. Refusal where it cannot be counted."""
    packet = state.packet(packet_id)
    if not packet.frozen:
        packet_in_force(state, documents, packet_id)  # an id that nobody knows is said there
        raise Refusal(
            f"{packet_id} is in draft: nobody is on next", type_line=f"govern phase show {packet_id}"
        )
    known = [key.partition("/")[2] for key in packet.frozen if key.startswith("triggers/")]
    if trigger_id not in known:
        close = nearest(trigger_id, known)
        there = f"; nearest: {close}" if close else f"; it has: {', '.join(known) or 'none'}"
        raise Refusal(f"{packet_id} has no trigger `{trigger_id}`{there}", exit=ExitCode.COULD_NOT)
    key = f"triggers/{trigger_id}"
    trigger = documents.frozen(key, packet.frozen[key]).value
    signal = _signal(documents, packet, trigger["signal"])
    grid = grid_of(trigger, state.in_force.view["windows"]["anchor"])
    since = on_next_since(state, packet, trigger)
    if not since:
        raise Refusal(
            f"nobody in the scope of {trigger_id} is on next by {packet_id}: it has nothing to say",
            type_line=f"govern phase show {packet_id}",
        )
    rule, within = rule_of(trigger, signal), rule_within(trigger, signal)
    return Watch(packet, trigger, rule, grid, since, signal, within)


def _signal(documents: Documents, packet: Packet, kpi_id: str) -> Mapping[str, Any]:
    """The KPI that is watched: frozen where the packet monitors it, else from the branch."""
    key = f"kpis/{kpi_id}"
    kpi = documents.frozen(key, packet.frozen[key]) if key in packet.frozen else documents.get("kpi", kpi_id)
    if kpi is None:
        raise Refusal(
            f"the signal {kpi_id} is not there", type_line="govern validate", exit=ExitCode.COULD_NOT
        )
    return kpi.value


def decide_fired(
    state: State, documents: Documents, command: FireTrigger, actor: Actor, now: str
) -> Decision:
    watched = watch(state, documents, command.packet, command.trigger)
    rows = [_row(watched.grid, value) for value in command.measured["values"]]
    newest = sorted(rows, key=lambda row: row.place)
    seen = {row.cohort: watched.grid.decisive(row.place) for row in newest if row.cohort is not None}
    gone = gone_since(state, watched.packet, watched.trigger, seen)
    watched = replace(watched, since={**watched.since, **gone})
    lines = list(stretches(watched.trigger["scope"], rows, watched.grid.width))
    if len({(line.name, row.place) for line in lines for row in line.rows}) != len(rows) or not lines:
        raise Refusal(f"{command.trigger}: a firing names windows, each of them once")
    for line in lines:
        _require_bound(watched, line, now)
        _require_fired(watched, line)
        if record := fired_already(watched, line):
            raise Refusal(
                f"{command.trigger} fired already for these windows: {record.name}", exit=ExitCode.YES
            )
    require_reviewed(watched.packet, watched.rule, command.measured["values"])
    cohorts = named(watched, rows)
    if command.cohorts != cohorts:
        raise Refusal(f"the windows are of {', '.join(cohorts)}, not of {', '.join(command.cohorts)}")
    body = _body(watched, cohorts, rows, command.measured)
    event = Event(f"packets/{command.packet}", "trigger_fired/1", body, (watched.packet.frozen_by,))
    return Accepted(
        (event, *_consequences(state, watched, actor, now)),
        asked(command),
        next=f"govern trigger ack {command.packet}",
    )


def _consequences(state: State, watched: Watch, actor: Actor, now: str) -> list[Event]:
    """What the action does by itself: no border is passed, or the calibration is looked at. No binding moves."""
    packet, action = watched.packet, watched.trigger["action"]
    if action == "pause" and not packet.paused_by:
        reason = f"{watched.trigger['id']} fired"
        return [Event(f"packets/{packet.id}", "packet_paused/1", {"reason": reason})]
    return [review_scheduled(state, packet, actor, now)] if action == "recalibrate" else []


def named(watched: Watch, rows: Iterable[Row]) -> tuple[str, ...]:
    """The cohorts that a firing speaks for: theirs are the bad windows. A value over all speaks for everybody who
    was on next by then.
    """
    rows = list(rows)
    if any(row.cohort is POOLED for row in rows):
        last = watched.grid.decisive(max(row.place for row in rows))
        return tuple(sorted(cohort for cohort, at in watched.since.items() if at <= last))
    return tuple(sorted({row.cohort for row in rows if row.cohort and watched.rule.is_bad(row.value)}))


def _row(grid: Grid, value: Mapping[str, Any]) -> Row:
    figure = math.nan if value.get("unjudged") else value["value"]
    return Row(value["cohort"], grid.place_of(value["window"]), figure)


def _require_bound(watched: Watch, line: Line, now: str) -> None:
    """Every window is over, and counts for a cohort that was on next already."""
    pooled = watched.trigger["scope"] == "all"
    for row in line.rows:
        if (row.cohort is POOLED) != pooled:
            raise Refusal(
                f"the scope of {watched.trigger['id']} asks for values {'over all' if pooled else 'by cohort'}"
            )
        since = watched.begin if row.cohort is None else watched.since.get(row.cohort)
        if since is None or watched.grid.decisive(row.place) < since:
            who = row.cohort or "nobody"
            raise Refusal(
                f"{watched.grid.text(row.place)}: {who} was not on next by {watched.packet.id}, or not yet"
            )
        if watched.grid.end(row.place) > now:
            raise Refusal(f"{watched.grid.text(row.place)} is not over")


def _require_fired(watched: Watch, line: Line) -> None:
    """The stretch is one firing and nothing else: from its first bad window to its last, and enough of them."""
    rule = watched.rule
    extents = [(firing.begin, firing.end) for firing in rule.firings(line.values)]
    if extents != [(0, len(line.rows) - 1)]:
        first = watched.grid.text(line.rows[0].place)
        wanted = f"{rule.bad} bad of {rule.of}" if rule.of else f"{rule.bad} bad in a row"
        raise Refusal(f"{watched.trigger['id']} has not fired: from {first} on there are not {wanted}")


def fired_already(watched: Watch, line: Line) -> Record | None:
    """The record of the same firing: one that shares a window with it, or ends where it begins. What fired before
    the cohort came to next again is another.
    """
    since = watched.begin if line.name is None else watched.since[line.name]
    width = watched.grid.width
    for record in reversed(watched.packet.fired):
        body = record.body
        if (body["trigger"], body["window"]) != (watched.trigger["id"], watched.grid.length):
            continue
        if body["last"] <= since:
            continue
        rows = [_row(watched.grid, value) for value in body["values"]]
        for other in stretches(watched.trigger["scope"], rows, width):
            earlier, later = sorted((other, line), key=lambda each: each.rows[0].place)
            if other.name == line.name and later.rows[0].place <= earlier.rows[-1].place + width:
                return record
    return None


def _body(
    watched: Watch, cohorts: Sequence[str], rows: Sequence[Row], measured: Mapping[str, Any]
) -> dict[str, Any]:
    grid, trigger, bound = watched.grid, watched.trigger, watched.packet.next
    assert bound is not None, "somebody is on it"
    places = sorted({row.place for row in rows})
    ordered = sorted(
        measured["values"], key=lambda value: (value["cohort"] or "", grid.place_of(value["window"]))
    )
    return {
        "trigger": trigger["id"],
        "action": trigger["action"],
        "condition": dict(trigger["condition"]),
        "counter": dict(trigger["counter"]),
        "on_no_data": watched.rule.on_no_data,
        "window": grid.length,
        "windows": [grid.text(place) for place in places],
        "first": max(grid.start(places[0]), min(watched.since[cohort] for cohort in cohorts)),
        "last": grid.end(places[-1]),
        "cohorts": list(cohorts),
        "values": [{name: value[name] for name in VALUE if name in value} for value in ordered],
        "baseline": bound.baseline,
        "model_version": bound.model_version,
        "calibration": bound.calibration,
        "source": dict(measured["source"]),
    }


def fold(state: State, record: Record) -> None:
    state.touch(record.stream.partition("/")[2]).fired.append(record)


CAPABILITY = Capability(
    writers=(
        Writer(
            FireTrigger,
            decide_fired,
            ("trigger_fired/1", "packet_paused/1", "calibration_review_scheduled/1"),
            automation=True,
            claimed=True,
            offline=True,
        ),
    ),
    folds={"trigger_fired/1": fold},
)
