"""`packet on-call`: a person who may roll back says to be reachable, for themselves and for hours, not days."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from govern.domain.capability import Capability, Writer
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Documents
from govern.domain.gates import packet_in_force
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.state import State
from govern.domain.windows import duration, instant, spoken, written


@dataclass(frozen=True)
class DeclareOnCall:
    """`until` is an instant; `since` an instant, now where it is not given."""

    do: ClassVar[str] = "on-call"
    packet: str
    until: str
    since: str | None = None


def decide(state: State, documents: Documents, command: DeclareOnCall, actor: Actor, now: str) -> Decision:
    owners = packet_in_force(state, documents, command.packet).value["owners"]["rollback_execute"]
    packet = state.packet(command.packet)
    if packet.ended:
        raise Refusal(
            f"{packet.id} is {packet.phase.replace('_', ' ')}: it has ended", type_line="govern status"
        )
    if actor.person not in owners:
        raise Refusal(f"{actor.person} may not roll back {command.packet}; {', '.join(owners)} may")
    since = max(command.since or now, now)
    at_most = duration(state.in_force.numbers["change_window"]["on_call_at_most"])
    length = instant(command.until) - instant(since)
    if not timedelta(0) < length <= at_most:
        last = written(instant(since) + at_most)
        raise Refusal(
            f"on call for {spoken(at_most)} at most, so until {last}",
            type_line=f"govern packet on-call {command.packet} --until {last}",
        )
    event = Event(f"packets/{command.packet}", "on_call_declared/1", {"since": since, "until": command.until})
    return Accepted((event,), asked(command), next=f"govern phase check {command.packet}")


def fold(state: State, record: Record) -> None:
    state.touch(record.stream.partition("/")[2]).on_call.append(record)


CAPABILITY = Capability(
    writers=(Writer(DeclareOnCall, decide, ("on_call_declared/1",), "rollback_execute"),),
    folds={"on_call_declared/1": fold},
)
