"""`trigger ack`: somebody has taken note that a trigger fired. How long that took is a measure of its own.

A rollback that answers the trigger says so by itself; how it folds stands in `rollback`.
"""

from dataclasses import dataclass
from typing import ClassVar

from govern.domain.capability import Capability, Writer
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Documents
from govern.domain.policy import Actor
from govern.domain.records import Event
from govern.domain.state import State
from govern.domain.windows import instant, spoken
from govern.errors import ExitCode


@dataclass(frozen=True)
class Acknowledge:
    """`trigger` is the record of a trigger that fired."""

    do: ClassVar[str] = "acknowledge"
    packet: str
    trigger: str


def decide(state: State, documents: Documents, command: Acknowledge, actor: Actor, now: str) -> Decision:
    packet = state.packet(command.packet)
    fired = {record.name: record for record in packet.fired}
    if command.trigger not in fired:
        there = f"; there are: {', '.join(fired)}" if fired else ": none has fired"
        raise Refusal(f"no trigger of {packet.id} fired as {command.trigger}{there}", exit=ExitCode.COULD_NOT)
    if taken := packet.acknowledged.get(command.trigger):
        raise Refusal(f"{taken.actor} took note of {command.trigger} at {taken.when}", exit=ExitCode.YES)
    took = spoken(instant(now) - instant(fired[command.trigger].when))
    event = Event(
        f"packets/{packet.id}", "incident_acknowledged/1", {"trigger": command.trigger}, (command.trigger,)
    )
    said = (f"acknowledged {took} after {fired[command.trigger].body['trigger']} fired",)
    return Accepted((event,), asked(command), say=said, next=f"govern phase show {packet.id}")


CAPABILITY = Capability(
    writers=(Writer(Acknowledge, decide, ("incident_acknowledged/1",), offline=True),), folds={}
)
