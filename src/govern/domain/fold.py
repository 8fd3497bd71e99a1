"""Records become state: command by command, in ledger order, with cheap guards and without a document.

A command that a guard refuses is void: it has no effect and drives no time, its numbers and its place in the
chain stay. Gates are decided again elsewhere; what that found comes in as `void`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from govern.domain.binding import current
from govern.domain.capabilities import FOLDS, WRITERS
from govern.domain.lane import stream_of
from govern.domain.policy import Actor
from govern.domain.records import Record
from govern.domain.state import State

VOID = "GOV-AUD-022"


def fold(
    commands: Iterable[Sequence[Record]], state: State | None = None, void: Mapping[str, str] | None = None
) -> State:
    """State after `commands`, each the records of one command in order. `state` is extended in place."""
    state = State() if state is None else state
    for records in commands:
        code = (void or {}).get(records[0].command) or guard(state, records)
        if code:
            state.void[records[0].command] = code
        for record in records:
            if not code:
                FOLDS[record.event](state, record)
                state.at, state.main = record.at, record.main
            state.tips[record.stream] = (record.seq, record.digest)
            state.n = record.n
    return state


def guard(state: State, records: Sequence[Record]) -> str:
    """Why these records cannot stand, as a finding code; empty where they can."""
    lead = records[0]
    writer = WRITERS.get((lead.asked or {}).get("do", ""))
    if writer is None or not _in_order([r.event for r in records], writer.events):
        return VOID
    if not state.opened:
        return "" if lead.event == "ledger_opened/1" else VOID
    policy, actor = state.in_force, Actor(lead.actor, lead.claimed)
    if lead.event == "ledger_opened/1" or lead.actor not in policy.view["people"]:
        return VOID
    if lead.claimed and not writer.claimed:
        return VOID
    glass = writer.glass and (lead.asked or {}).get("break_glass") and not lead.claimed
    if writer.role and not glass and not policy.holds(actor, writer.role):
        return VOID
    if any(record.actor != lead.actor for record in records):
        return VOID
    if policy.kind(lead.actor) == "automation" and not writer.automation:
        return VOID
    return "" if _fits(state, records) else VOID


def _in_order(events: Sequence[str], allowed: Sequence[str]) -> bool:
    """The first event leads; the others come from the command's list."""
    return events[0] == allowed[0] and all(event in allowed and event in FOLDS for event in events)


def _fits(state: State, records: Sequence[Record]) -> bool:
    """Phase, attempt and cohorts are those of the packet as it stands, lane and attempt those of the lane."""
    asked = records[0].asked or {}
    if not _in_lanes(state, asked, records):
        return False
    if "packet" not in asked:
        return True
    packet = state.packet(asked["packet"])
    if "attempt" in asked and asked["attempt"] != packet.attempt:
        return False
    named = {f"packets/{packet_id}" for packet_id in _packets(asked)}
    for record in records:
        if record.event.startswith("rolled_back/") and record.stream not in named:
            return False
        if record.event == "phase_advanced/1" and record.body["from"] != packet.phase:
            return False
        if record.event == "binding_changed/1" and not _in_scope(state, records, record):
            return False
    return True


def _in_lanes(state: State, asked: Mapping[str, Any], records: Sequence[Record]) -> bool:
    """A lane is entered where none is open; whatever else is written of one is of the open lane that was asked for."""
    for record in records:
        if not record.stream.startswith("lanes/"):
            continue
        lane = state.lane(record.body["cohort_key"])
        if record.event.startswith("mitigation_entered/"):
            if lane is not None or record.stream != stream_of(record.body["cohort_key"]):
                return False
        elif lane is None or (lane.stream, lane.id) != (record.stream, asked.get("lane")):
            return False
    return "lane" not in asked or all(_moves_alone(asked["cohort"], record) for record in records)


def _moves_alone(cohort: str, record: Record) -> bool:
    """A command of a lane moves its own cohort, and no default."""
    if record.event != "binding_changed/1":
        return True
    return "default" not in record.body and {move["cohort"] for move in record.body["moves"]} <= {cohort}


def _packets(asked: Mapping[str, Any]) -> list[str]:
    """The packets that a command is about: one, or for a rollback several."""
    return [asked["packet"], *(part["packet"] for part in asked.get("also", ()))]


def _in_scope(state: State, records: Sequence[Record], record: Record) -> bool:
    """A packet's command moves only cohorts it covers or adds, on its own surface; adoption pins whoever is left."""
    packets = [state.packet(packet_id) for packet_id in _packets(records[0].asked or {})]
    here = [packet for packet in packets if record.stream == f"surfaces/{packet.surface}"]
    covered = {cohort for packet in here for cohort in packet.stages} | set(records[0].body.get("new", ()))
    moved = [move for move in record.body["moves"] if move["cohort"] not in covered]
    return bool(here) and all(record.body["cause"] == "adopt" and _stays(state, record, m) for m in moved)


def _stays(state: State, record: Record, move: Mapping[str, Any]) -> bool:
    """It names what the cohort has already."""
    surface = state.surfaces[record.stream.partition("/")[2]]
    now = current(surface, move["cohort"])
    return (move["to"], move["percent"]) == (now.to.digest, now.percent)
