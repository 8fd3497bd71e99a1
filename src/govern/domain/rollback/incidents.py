"""The rollbacks of a packet, found for those who write about one afterwards: which is meant, and what began it."""

from collections.abc import Sequence

from govern.domain.decision import Refusal
from govern.domain.findings import nearest
from govern.domain.records import Record
from govern.domain.state import Duty, Packet, State
from govern.errors import ExitCode


def packet_known(state: State, packet_id: str) -> Packet:
    """A packet of the ledger; a Refusal with the nearest name where there is none."""
    if packet_id in state.packets:
        return state.packets[packet_id]
    close = nearest(packet_id, state.packets)
    said = f"no packet `{packet_id}` in the ledger" + (f"; nearest: {close}" if close else "")
    raise Refusal(said, exit=ExitCode.COULD_NOT)


def rollbacks_of(packet: Packet) -> list[Record]:
    """Its rollbacks, oldest first. Refusal where it never went back."""
    if packet.rollbacks:
        return packet.rollbacks
    said = f"{packet.id} was not rolled back"
    raise Refusal(said, type_line=f"govern phase show {packet.id}", exit=ExitCode.COULD_NOT)


def rollback_named(packet: Packet, name: str) -> Record:
    """The rollback that a record's name means."""
    records = {record.name: record for record in rollbacks_of(packet)}
    if name not in records:
        raise Refusal(
            f"no rollback of {packet.id} is recorded as {name}; there are: {', '.join(records)}",
            exit=ExitCode.COULD_NOT,
        )
    return records[name]


def trigger_of(packet: Packet, rollback: Record) -> Record | None:
    """The trigger that it answered."""
    name = rollback.body.get("trigger")
    return next((record for record in packet.fired if record.name == name), None)


def owed(state: State, kind: str, packet_id: str) -> list[Duty]:
    """What a packet's rollbacks are still owed of one kind, first due first."""
    due = [duty for duty in state.duties if (duty.kind, duty.packet) == (kind, packet_id)]
    return sorted(due, key=lambda duty: duty.due)


def settled(duties: Sequence[Duty], kind: str, records: Sequence[str]) -> list[Duty]:
    """What is left once the duties of one kind that these records opened are done."""
    return [duty for duty in duties if duty.kind != kind or duty.record not in records]
