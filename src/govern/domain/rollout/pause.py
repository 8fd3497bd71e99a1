"""Holding a packet: pause stops every border until it is resumed, withdraw ends it. No binding moves."""

from dataclasses import dataclass, replace
from typing import ClassVar

from govern.domain.capability import Capability, Writer
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Documents
from govern.domain.gates import packet_in_force
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.state import Packet, State


@dataclass(frozen=True)
class Pause:
    do: ClassVar[str] = "pause"
    packet: str
    reason: str


@dataclass(frozen=True)
class Resume:
    do: ClassVar[str] = "resume"
    packet: str
    reason: str | None = None


@dataclass(frozen=True)
class Withdraw:
    do: ClassVar[str] = "withdraw"
    packet: str
    reason: str
    attempt: int | None = None


def pause(state: State, documents: Documents, command: Pause, actor: Actor, now: str) -> Decision:
    packet = _existing(state, documents, command.packet)
    if packet.paused_by:
        raise Refusal(f"{packet.id} is paused already ({packet.paused_by})")
    event = Event(f"packets/{packet.id}", "packet_paused/1", {"reason": command.reason})
    return Accepted((event,), asked(command), next=f"govern packet resume {packet.id}")


def resume(state: State, documents: Documents, command: Resume, actor: Actor, now: str) -> Decision:
    packet = _existing(state, documents, command.packet)
    if not packet.paused_by:
        raise Refusal(f"{packet.id} is not paused", type_line=f"govern phase check {packet.id}")
    _owner(state, documents, packet, actor, "resume")
    body = {"reason": command.reason} if command.reason else {}
    event = Event(f"packets/{packet.id}", "packet_resumed/1", body, (packet.paused_by,))
    return Accepted((event,), asked(command), next=f"govern phase check {packet.id}")


def withdraw(state: State, documents: Documents, command: Withdraw, actor: Actor, now: str) -> Decision:
    packet = _existing(state, documents, command.packet)
    if packet.on_next:
        raise Refusal(
            f"{packet.id} has {', '.join(packet.on_next)} on next: they go back by a rollback first",
            type_line=f"govern rollback execute {packet.id}",
        )
    if packet.phase == "adopted":
        raise Refusal(f"{packet.id} is adopted: a new packet takes it back")
    if command.attempt is not None and command.attempt != packet.attempt:
        raise Refusal(f"{packet.id} was advanced meanwhile", type_line=f"govern phase show {packet.id}")
    value = packet_in_force(state, documents, packet.id).value
    if actor.person not in value.get("authors", ()):
        _owner(state, documents, packet, actor, "withdraw")
    event = Event(f"packets/{packet.id}", "withdrawn/1", {"reason": command.reason})
    return Accepted((event,), asked(replace(command, attempt=packet.attempt)), next="govern status")


def _existing(state: State, documents: Documents, packet_id: str) -> Packet:
    packet_in_force(state, documents, packet_id)
    packet = state.packet(packet_id)
    if packet.ended:
        raise Refusal(
            f"{packet.id} is {packet.phase.replace('_', ' ')}: it has ended", type_line="govern status"
        )
    return packet


def _owner(state: State, documents: Documents, packet: Packet, actor: Actor, what: str) -> None:
    value = packet_in_force(state, documents, packet.id).value
    owners = value["owners"]["rollout_approve"]
    if actor.person not in owners or actor.person in value.get("authors", ()):
        raise Refusal(f"{actor.person} may not {what} {packet.id}; {', '.join(owners)} may, no author")
    if not state.in_force.holds(actor, "rollout_approve"):
        raise Refusal(f"{actor.person} does not hold rollout_approve under policy {state.in_force.epoch}")


def fold_paused(state: State, record: Record) -> None:
    state.touch(record.stream.partition("/")[2]).paused_by = record.name


def fold_resumed(state: State, record: Record) -> None:
    state.touch(record.stream.partition("/")[2]).paused_by = None


def fold_withdrawn(state: State, record: Record) -> None:
    packet = state.touch(record.stream.partition("/")[2])
    packet.phase = "withdrawn"
    packet.history.append(record)


CAPABILITY = Capability(
    writers=(
        Writer(Pause, pause, ("packet_paused/1",), automation=True, claimed=True, offline=True),
        Writer(Resume, resume, ("packet_resumed/1",), "rollout_approve"),
        Writer(Withdraw, withdraw, ("withdrawn/1",)),
    ),
    folds={
        "packet_paused/1": fold_paused,
        "packet_resumed/1": fold_resumed,
        "withdrawn/1": fold_withdrawn,
    },
)
