"""`rollback note`: what happened, said afterwards; and the review of a rollback for which somebody broke the glass.

A note may always be added, the newest is the one that is shown. The first settles the note that is owed. A review is
owed to somebody who holds the role and is not the person who went back without it.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

from govern.domain.capability import Capability, Writer
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Documents
from govern.domain.duties import LINES
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.rollback.incidents import owed, packet_known, rollback_named, rollbacks_of, settled
from govern.domain.state import Packet, State
from govern.errors import ExitCode

ROLE = "rollback_execute"
NOTE, REVIEW = "note", "break_glass_review"  # the duties


@dataclass(frozen=True)
class NoteIncident:
    """`rollback` is the record of a rollback, pinned by the first decision: without it, the first that is owed the
    note or the review, else the newest."""

    do: ClassVar[str] = "note-incident"
    packet: str
    note: str
    reviewed: bool = False
    rollback: str | None = None


def decide(state: State, documents: Documents, command: NoteIncident, actor: Actor, now: str) -> Decision:
    packet = packet_known(state, command.packet)
    rollback = _meant(state, packet, command)
    if command.reviewed:
        _require_review(state, packet, rollback, actor)
    body = {"rollback": rollback.name, "note": command.note.strip(), "reviewed": command.reviewed}
    event = Event(f"packets/{packet.id}", "incident_noted/1", body, (rollback.name,))
    pinned = replace(command, rollback=rollback.name)
    return Accepted((event,), asked(pinned), next=f"govern rollback show {packet.id} --format markdown")


def _meant(state: State, packet: Packet, command: NoteIncident) -> Record:
    """The rollback that it is about."""
    known = rollbacks_of(packet)
    if command.rollback is not None:
        return rollback_named(packet, command.rollback)
    waiting = owed(state, REVIEW if command.reviewed else NOTE, packet.id)
    if waiting:
        return rollback_named(packet, waiting[0].record)
    broken = [record for record in known if "break_glass" in record.body]
    return broken[-1] if command.reviewed and broken else known[-1]


def _require_review(state: State, packet: Packet, rollback: Record, actor: Actor) -> None:
    """It is owed, and by nobody who broke the glass."""
    if "break_glass" not in rollback.body:
        raise Refusal(
            f"{rollback.actor} broke no glass to go back ({rollback.name}): there is nothing to review",
            type_line=LINES[NOTE].format(packet=packet.id),
        )
    for record in packet.notes:
        if record.body["reviewed"] and record.body["rollback"] == rollback.name:
            raise Refusal(
                f"reviewed already by {record.actor}: {record.name}",
                exit=ExitCode.YES,
            )
    policy = state.in_force
    others = [p for p in policy.holders(ROLE) if policy.kind(p) == "person" and p != rollback.actor]
    if actor.person not in others:
        who = f"{', '.join(others)} may" if others else f"nobody else holds {ROLE}"
        raise Refusal(
            f"{actor.person} may not review that {rollback.actor} broke the glass; {who}",
            type_line=LINES[REVIEW].format(packet=packet.id) if others else "govern policy diff",
            turn=others[0] if others else None,
        )


def fold(state: State, record: Record) -> None:
    body = record.body
    state.touch(record.stream.partition("/")[2]).notes.append(record)
    state.duties = settled(state.duties, REVIEW if body["reviewed"] else NOTE, [body["rollback"]])


CAPABILITY = Capability(
    writers=(Writer(NoteIncident, decide, ("incident_noted/1",), offline=True),),
    folds={"incident_noted/1": fold},
)
