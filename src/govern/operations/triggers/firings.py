"""Which trigger and which firing a person means, and the line that follows a firing."""

import shlex
from collections.abc import Mapping
from typing import Any

from govern.domain.decision import Refusal
from govern.domain.findings import nearest
from govern.domain.records import Record
from govern.domain.state import Packet, State
from govern.domain.triggers.acknowledgement import Acknowledge
from govern.domain.triggers.evaluation import Watch, named
from govern.errors import ExitCode, GovernError
from govern.operations.asking import packet_of
from govern.operations.rollback.wanted import Wanted, line
from govern.operations.triggers.evaluate import Evaluated
from govern.operations.workspace import Workspace

GOING_BACK = ("rollback", "mitigate")
BY_TRIGGER = "trigger"  # the code among policy's entry_reasons


def to_watch(workspace: Workspace, packet_id: str | None, trigger_id: str | None) -> list[tuple[str, str]]:
    """Packet and trigger of everything that a watch is about: what is named, else all that somebody on next has."""
    if trigger_id is not None:
        return [find_trigger(workspace, packet_id, trigger_id)]
    packets = [packet_of(workspace, packet_id)] if packet_id else list(workspace.state.packets.values())
    found = [
        (packet.id, key.partition("/")[2])
        for packet in packets
        if packet.on_next
        for key in sorted(packet.frozen)
        if key.startswith("triggers/")
    ]
    if not found:
        who = packet_id or "any packet"
        raise Refusal(
            f"there is nothing to watch: nobody is on next by {who}, or it has no trigger",
            type_line=f"govern phase show {packet_id}" if packet_id else "govern status",
        )
    return found


def find_trigger(workspace: Workspace, packet_id: str | None, trigger_id: str | None) -> tuple[str, str]:
    """Packet and trigger that are meant, where one of them says it. Refusal that names those there are."""
    state = workspace.state
    if packet_id is None:
        assert trigger_id is not None, "one of them is given"
        return _packet_with(state, trigger_id), trigger_id
    packet = packet_of(workspace, packet_id)
    triggers = [key.partition("/")[2] for key in sorted(packet.frozen) if key.startswith("triggers/")]
    if trigger_id is None and len(triggers) > 1:
        raise Refusal(
            f"{packet_id} has several triggers, which one is to be counted: {', '.join(triggers)}?",
            type_line=f"--trigger {triggers[0]}",
            exit=ExitCode.COULD_NOT,
        )
    return packet_id, trigger_id or next(iter(triggers), "")


def _packet_with(state: State, trigger_id: str) -> str:
    """The packet in the field that has this trigger."""
    by_trigger: dict[str, list[str]] = {}
    for packet in state.packets.values():
        for key in packet.frozen:
            if key.startswith("triggers/") and packet.on_next:
                by_trigger.setdefault(key.partition("/")[2], []).append(packet.id)
    found = by_trigger.get(trigger_id, [])
    if len(found) == 1:
        return found[0]
    if found:
        raise Refusal(
            f"several packets have the trigger {trigger_id}: {', '.join(found)}",
            type_line=f"govern trigger evaluate {found[0]} --trigger {trigger_id} --series FILE.csv",
            exit=ExitCode.COULD_NOT,
        )
    close = nearest(trigger_id, by_trigger)
    raise Refusal(
        f"no packet with somebody on next has a trigger `{trigger_id}`"
        + (f"; nearest: {close}" if close else ""),
        type_line=f"--trigger {close}" if close else "govern status",
        exit=ExitCode.COULD_NOT,
    )


def to_type(state: State, evaluated: Evaluated, fired: Record | None = None) -> str:
    """The line that follows a firing, by the action that its trigger asks for; `fired` is the one just recorded.

    Who rolls back names the trigger only where another one waits for an answer too. Going back leads into a
    mitigation lane; whoever is back already is put into one.
    """
    watched, action = evaluated.watch, evaluated.watch.trigger["action"]
    packet = watched.packet
    if fired is None and evaluated.fresh:  # nothing could record it
        wanted = to_go_back(state, evaluated, action=action) if action in GOING_BACK else None
        return line(wanted) if wanted else "govern audit"
    newest = _newest(evaluated, fired)
    if action == "recalibrate":
        return f"govern calibration review {packet.id}"
    cohorts = _on_next(evaluated, newest)
    if action in GOING_BACK and cohorts:
        answered = {record.body.get("trigger") for record in packet.history}
        waiting = {record.name for record in (*packet.fired, newest)} - answered
        more = f" --trigger {newest.name}" if len(waiting) > 1 else ""
        return f"govern rollback execute {packet.id} {_who(watched, cohorts)}{more}"
    outside = [cohort for cohort in newest.body["cohorts"] if state.lane(cohort) is None]
    if action == "mitigate" and outside:
        return f"govern mitigation enter {shlex.quote(outside[0])} --reason trigger"
    return f"govern trigger ack {packet.id} --trigger {newest.name}"


def intervention(workspace: Workspace, evaluated: Evaluated) -> Mapping[str, Any] | None:
    """The package that the trigger leads to, as it is published; None where there is none, or it cannot be read."""
    name = evaluated.watch.trigger.get("package")
    try:
        found = workspace.documents().get("package", name) if name else None
    except (Refusal, GovernError):  # what is to be done now waits for no document
        return None
    return found.value if found else None


def to_go_back(
    state: State, evaluated: Evaluated, fired: Record | None = None, *, action: str = "rollback"
) -> Wanted | None:
    """The rollback that a trigger's action is; None where it asks for something else, or for nobody on next.

    What fired and could be recorded nowhere, not even here, is its reason alone: the way back waits for no record.
    """
    watched = evaluated.watch
    unrecorded = fired is None and evaluated.fresh
    newest = None if unrecorded else _newest(evaluated, fired)
    concerned = newest.body["cohorts"] if newest else named(watched, evaluated.fresh)
    cohorts = tuple(cohort for cohort in concerned if cohort in watched.packet.on_next)
    if watched.trigger["action"] != action or not cohorts:
        return None
    reasons = state.in_force.view["entry_reasons"]
    reason = BY_TRIGGER if BY_TRIGGER in reasons else reasons[0]
    return Wanted(watched.packet.id, cohorts=cohorts, trigger=newest.name if newest else None, reason=reason)


def _newest(evaluated: Evaluated, fired: Record | None) -> Record:
    records: list[Record] = [*evaluated.known, *((fired,) if fired else ())]
    return max(records, key=lambda record: record.n)


def _on_next(evaluated: Evaluated, firing: Record) -> list[str]:
    return [cohort for cohort in firing.body["cohorts"] if cohort in evaluated.watch.packet.on_next]


def _who(watched: Watch, cohorts: list[str]) -> str:
    """By attribute where that says the same, else by name."""
    scope = watched.trigger["scope"]
    where = scope["where"] if isinstance(scope, Mapping) else {}
    if where and set(cohorts) == set(watched.since) and all(isinstance(each, str) for each in where.values()):
        return "--where " + shlex.quote(",".join(f"{name}={value}" for name, value in where.items()))
    return "--cohort " + shlex.quote(",".join(cohorts))


def _require_trigger(packet: Packet, given: str | None) -> None:
    """Refusal where the packet has no trigger of that name, and none of that name has fired."""
    known = {key.partition("/")[2] for key in packet.frozen if key.startswith("triggers/")}
    known |= {record.body["trigger"] for record in packet.fired}
    if given is None or "#" in given or given in known:
        return
    close = nearest(given, sorted(known))
    there = f"; nearest: {close}" if close else f"; it has: {', '.join(sorted(known)) or 'none'}"
    line = None if close else f"govern phase show {packet.id}"
    raise Refusal(f"{packet.id} has no trigger `{given}`{there}", type_line=line, exit=ExitCode.COULD_NOT)


def open_firing(workspace: Workspace, packet_id: str, given: str | None) -> Acknowledge:
    """The firing to take note of: the one named by record or trigger, else the only one that is open."""
    packet = packet_of(workspace, packet_id)
    _require_trigger(packet, given)
    still = [record for record in packet.fired if record.name not in packet.acknowledged]
    if given is not None and "#" in given:
        return Acknowledge(packet_id, given)
    asked = [record for record in still if given in (None, record.body["trigger"])]
    if len(asked) == 1:
        return Acknowledge(packet_id, asked[0].name)
    if asked:
        listed = ", ".join(f"{record.name} ({record.body['trigger']})" for record in asked)
        raise Refusal(
            f"several triggers of {packet_id} are open: {listed}",
            type_line=f"govern trigger ack {packet_id} --trigger {asked[-1].name}",
            exit=ExitCode.COULD_NOT,
        )
    what = f"`{given}` of {packet_id}" if given else f"trigger of {packet_id}"
    raise Refusal(f"nothing to do: no {what} has fired that nobody took note of", exit=ExitCode.YES)
