"""Whom a rollback takes back, and where to: from the ledger alone, with the nearest name where one is misspelt."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from govern.domain.baseline import Target
from govern.domain.binding import Move, current, known_good, way_back
from govern.domain.decision import Refusal
from govern.domain.findings import nearest
from govern.domain.state import Binding, Packet, State
from govern.errors import ExitCode


class Asked(Protocol):
    """What the command says of it."""

    @property
    def packet(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def cohorts(self) -> tuple[str, ...]: ...
    @property
    def trigger(self) -> str | None: ...
    @property
    def since(self) -> str | None: ...
    @property
    def to(self) -> str | None: ...
    @property
    def stale(self) -> bool: ...
    @property
    def also(self) -> tuple[Mapping[str, Any], ...]: ...


@dataclass(frozen=True)
class Part:
    """One packet of a rollback: who of it goes where, the trigger's record, and since when the incident has been.

    `default` is from what to what the surface's default moves, where it does.
    """

    packet: Packet
    cohorts: tuple[str, ...]
    fired: Mapping[str, str]  # record of the trigger -> start of its first bad window
    to: Target
    moves: tuple[Move, ...]
    default: tuple[Target | None, Target] | None
    since: str

    @property
    def stay(self) -> tuple[str, ...]:
        going = frozenset(self.cohorts)
        return tuple(cohort for cohort in self.packet.on_next if cohort not in going)


def parts_of(state: State, command: Asked, now: str) -> list[Part]:
    """Each packet of which somebody goes back. Refusal where nobody does (exit code 0), or where a name is none."""
    named = [(command.packet, command.cohorts, command.trigger)]
    named += [(each["packet"], tuple(each["cohorts"]), each.get("trigger")) for each in command.also]
    if len({packet for packet, *_ in named}) < len(named):
        raise Refusal("one packet is named twice", exit=ExitCode.COULD_NOT)
    going: list[tuple[Packet, tuple[str, ...], Mapping[str, str]]] = []
    idle: list[str] = []
    for packet_id, wanted, trigger in named:
        packet = _packet(state, packet_id)
        fired = _fired(packet, trigger)
        if cohorts := _going(packet, wanted, stale=command.stale):
            going.append((packet, cohorts, fired))
        else:
            surface = state.surfaces[packet.surface]
            idle += [f"{c} on {current(surface, c).to.baseline}" for c in wanted or packet.on_next]
    if not going:
        said = f"already back, nothing to do: {', '.join(idle) or 'nobody is on next'}"
        raise Refusal(said, exit=ExitCode.YES)
    ending = {packet.id for packet, cohorts, _ in going if not set(packet.on_next) - set(cohorts)}
    return [_part(state, packet, cohorts, fired, ending, command, now) for packet, cohorts, fired in going]


def _part(
    state: State,
    packet: Packet,
    cohorts: tuple[str, ...],
    fired: Mapping[str, str],
    ending: set[str],
    command: Asked,
    now: str,
) -> Part:
    to = _named_target(state, packet, command.to) or known_good(state, packet, ending - {packet.id})
    moves = way_back(state, packet, cohorts, to)
    surface = state.surfaces[packet.surface]
    began = _began(state, packet, cohorts, command.since or min(fired.values(), default=None), now)
    # An adopted packet made its next the default: with the last of its cohorts that goes back, too.
    ends = packet.id in ending and packet.phase == "adopted" and packet.next is not None
    last = surface.default[-1].to
    back = (last, to) if ends and packet.next is not None and last.digest == packet.next.digest else None
    return Part(packet, cohorts, fired, to, moves, back, began)


def require_reason(state: State, command: Asked) -> None:
    reasons = state.in_force.view["entry_reasons"]
    if command.reason not in reasons:
        raise Refusal(
            f"no reason `{command.reason}`; there are: {', '.join(reasons)}", exit=ExitCode.COULD_NOT
        )


def _packet(state: State, packet_id: str) -> Packet:
    packet = state.packets.get(packet_id)
    if packet is not None and packet.prev is None:
        raise Refusal(f"{packet.id} was never in shadow: nobody is on next", exit=ExitCode.YES)
    if packet is None:
        close = nearest(packet_id, state.packets)
        raise Refusal(
            f"no packet `{packet_id}` in the ledger" + (f"; nearest: {close}" if close else ""),
            exit=ExitCode.COULD_NOT,
        )
    return packet


def _going(packet: Packet, named: Sequence[str], *, stale: bool) -> tuple[str, ...]:
    """Of those named, or of all, who is on next; where nobody can know that, also who went back before."""
    wanted = tuple(sorted(set(named))) or packet.on_next
    for cohort in wanted:
        if cohort not in packet.stages:
            close = nearest(cohort, packet.stages)
            raise Refusal(
                f"no cohort `{cohort}` in {packet.id}" + (f"; nearest: {close}" if close else ""),
                exit=ExitCode.COULD_NOT,
            )
    there = frozenset(packet.on_next)
    going = tuple(cohort for cohort in wanted if cohort in there)
    unknown = stale and named and all(packet.stages[cohort] == "back" for cohort in wanted)
    return wanted if unknown and not going else going


def _fired(packet: Packet, trigger: str | None) -> dict[str, str]:
    """The trigger's record, where one is named, with the start of its first bad window."""
    if trigger is None:
        return {}
    found = {record.name: str(record.body["first"]) for record in packet.fired}
    if trigger not in found:
        there = f"; there are: {', '.join(found)}" if found else ": none has fired"
        raise Refusal(f"no trigger of {packet.id} fired as {trigger}{there}", exit=ExitCode.COULD_NOT)
    return {trigger: found[trigger]}


def _named_target(state: State, packet: Packet, to: str | None) -> Target | None:
    """Another baseline than prev, where one is named: what a cohort, or everybody, was on before.

    The way back never leads forward: to what was only ever reached through a gate of a packet still in the field.
    """
    if to is None:
        return None
    known = targets(state, packet)
    if to not in known:
        there = ", ".join(sorted(known))
        raise Refusal(f"{packet.surface} never ran `{to}`; it knows: {there}", exit=ExitCode.COULD_NOT)
    return known[to]


def targets(state: State, packet: Packet) -> dict[str, Target]:
    """What a packet may go back to, by id."""
    forward = {
        other.next.digest for other in state.packets.values() if other.next and other.phase != "adopted"
    }
    surface = state.surfaces[packet.surface]
    sides = [other.prev for other in state.packets.values() if other.surface == packet.surface and other.prev]
    sides += [bound.to for line in (surface.default, *surface.cohorts.values()) for bound in line]
    barred = forward | ({packet.next.digest} if packet.next else set())
    return {side.baseline: side for side in sides if side.digest not in barred}


def superseded(state: State, packet: Packet, to: str) -> Binding | None:
    """The default that took the place of the baseline `to` since: whoever goes back to it may mean that one."""
    line = state.surfaces[packet.surface].default
    newest = line[-1]
    own = packet.next is not None and newest.to.digest == packet.next.digest
    if own or newest.cause == "rollback" or to == newest.to.baseline:
        return None
    return newest if any(bound.to.baseline == to for bound in line) else None


def _began(state: State, packet: Packet, cohorts: Sequence[str], said: str | None, now: str) -> str:
    """When the incident began: as it was said or seen, yet never before the first of them was bound to next."""
    first = _bound_since(state, packet, cohorts)
    if said is not None and said > now:
        raise Refusal(
            f"since {said}: the incident cannot begin after it ended, {now}", exit=ExitCode.COULD_NOT
        )
    return max(said or first, first)


def _bound_since(state: State, packet: Packet, cohorts: Iterable[str]) -> str:
    """When the first of them was bound to next, without a break since."""
    assert packet.next is not None
    since = []
    for cohort in cohorts:
        on_next = False
        for binding in reversed(state.surfaces[packet.surface].cohorts.get(cohort, ())):
            if binding.to.digest != packet.next.digest:
                if on_next:
                    break
                continue  # it went back already, as far as is known here
            on_next, start = True, binding.at
        since += [start] if on_next else []
    return min(since, default=state.at)
