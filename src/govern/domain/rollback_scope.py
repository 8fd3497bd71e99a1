"""Whom a rollback takes back, and where to: from the ledger alone, with the nearest name where one is misspelt."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from govern.domain.baseline import Target
from govern.domain.binding import Move, current
from govern.domain.decision import Refusal
from govern.domain.findings import nearest
from govern.domain.state import Packet, State
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


def packet_of(state: State, command: Asked) -> Packet:
    packet = state.packets.get(command.packet)
    if packet is not None and packet.prev is None:
        raise Refusal(f"{packet.id} was never in shadow: nobody is on next", exit=ExitCode.YES)
    if packet is None:
        close = nearest(command.packet, state.packets)
        raise Refusal(
            f"no packet `{command.packet}` in the ledger" + (f"; nearest: {close}" if close else ""),
            exit=ExitCode.COULD_NOT,
        )
    reasons = state.in_force.view["entry_reasons"]
    if command.reason not in reasons:
        raise Refusal(
            f"no reason `{command.reason}`; there are: {', '.join(reasons)}", exit=ExitCode.COULD_NOT
        )
    return packet


def cohorts_of(state: State, packet: Packet, command: Asked) -> list[str]:
    known = packet.on_next
    wanted = sorted(set(command.cohorts)) or list(known)
    for cohort in wanted:
        if cohort not in packet.stages:
            close = nearest(cohort, packet.stages)
            raise Refusal(
                f"no cohort `{cohort}` in {packet.id}" + (f"; nearest: {close}" if close else ""),
                exit=ExitCode.COULD_NOT,
            )
    going = [cohort for cohort in wanted if cohort in known]
    if not going and command.stale and command.cohorts and all(packet.stages[c] == "back" for c in wanted):
        return wanted
    if not going:
        where = ", ".join(f"{c} on {current(state.surfaces[packet.surface], c).to.baseline}" for c in wanted)
        raise Refusal(f"already back, nothing to do: {where or 'nobody is on next'}", exit=ExitCode.YES)
    return going


def fired_by(packet: Packet, command: Asked) -> tuple[str, ...]:
    """The trigger's record, where one is named."""
    if command.trigger is None:
        return ()
    names = [record.name for record in packet.fired]
    if command.trigger not in names:
        there = f"; there are: {', '.join(names)}" if names else ": none has fired"
        raise Refusal(f"no trigger of {packet.id} fired as {command.trigger}{there}", exit=ExitCode.COULD_NOT)
    return (command.trigger,)


def target_of_command(state: State, packet: Packet, command: Asked) -> Target | None:
    """Another baseline than prev: one that a cohort, or everybody, was on before and that no open packet leads to.

    The way back never leads forward: to what was only ever reached through a gate of a packet still in the field.
    """
    if command.to is None:
        return None
    forward = {
        other.next.digest for other in state.packets.values() if other.next and other.phase != "adopted"
    }
    surface = state.surfaces[packet.surface]
    sides = [other.prev for other in state.packets.values() if other.surface == packet.surface and other.prev]
    sides += [bound.to for line in (surface.default, *surface.cohorts.values()) for bound in line]
    barred = forward | ({packet.next.digest} if packet.next else set())
    known: dict[str, Target] = {side.baseline: side for side in sides if side.digest not in barred}
    if command.to not in known:
        there = ", ".join(sorted(known))
        raise Refusal(
            f"{packet.surface} never ran `{command.to}`; it knows: {there}", exit=ExitCode.COULD_NOT
        )
    return known[command.to]


def default_back(
    state: State, packet: Packet, cohorts: Sequence[str], moves: Sequence[Move]
) -> tuple[Target | None, Target] | None:
    """An adopted packet made its next the default: with the last of its cohorts that goes back, too."""
    if packet.phase != "adopted" or not moves or set(packet.on_next) - set(cohorts):
        return None
    return (state.surfaces[packet.surface].default[-1].to, moves[0].to)


def began(state: State, packet: Packet, command: Asked, cohorts: Sequence[str], now: str) -> str:
    """When the incident began: as it was said, yet never before the first of them was bound to next."""
    first = bound_since(state, packet, cohorts)
    if command.since is not None and command.since > now:
        raise Refusal(
            f"since {command.since}: the incident cannot begin after it ended, {now}", exit=ExitCode.COULD_NOT
        )
    return max(command.since or first, first)


def bound_since(state: State, packet: Packet, cohorts: Iterable[str]) -> str:
    """When the first of them was bound to next: the incident cannot have begun earlier."""
    assert packet.next is not None
    since = [
        binding.at
        for cohort in cohorts
        for binding in state.surfaces[packet.surface].cohorts.get(cohort, ())
        if binding.to.digest == packet.next.digest
    ]
    return min(since, default=state.at)
