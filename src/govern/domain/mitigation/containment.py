"""`mitigation contain`: somebody looked at what got worse in a lane, and said what keeps it from going on.

Until then nothing in the lane goes on and every promotion of its surfaces waits. What got worse in an attempt ends
that attempt: whoever comes back is judged on what is replayed after the look.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from govern.domain.capability import Capability, Writer
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Documents
from govern.domain.lane import Lane, context_of
from govern.domain.mitigation.lanes import lane_meant, noted
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.state import State


@dataclass(frozen=True)
class Contain:
    """`signals` are the records that were looked at, pinned by the first decision: what comes in between stays."""

    do: ClassVar[str] = "contain"
    cohort: str
    finding: str
    signals: tuple[str, ...] = ()
    lane: str | None = None
    attempt: int | None = None


def decide(state: State, documents: Documents, command: Contain, actor: Actor, now: str) -> Decision:
    lane = lane_meant(state, command.cohort, command.lane, command.attempt)
    signals = tuple(record.name for record in _seen(lane, command.signals))
    body = {
        **context_of(lane),
        "signals": list(signals),
        "finding": command.finding.strip(),
        "evaluator": actor.person,
    }
    event = Event(lane.stream, "containment_reviewed/1", body, signals)
    pinned = replace(command, cohort=lane.cohort, signals=signals, lane=lane.id, attempt=lane.attempt)
    return Accepted((event,), asked(pinned), next=f"govern mitigation board {lane.word}")


def _seen(lane: Lane, pinned: Sequence[str]) -> list[Record]:
    """What got worse and nobody looked at yet. A Refusal where there is nothing, or nothing any more."""
    found = [record for record in lane.regressive if not pinned or record.name in pinned]
    if found:
        return found
    last = lane.records("containment_reviewed")[-1:]
    before = f"; the last was contained by {last[0].actor} at {last[0].at}" if last else ""
    raise Refusal(
        f"nothing in {lane.id} is regressive{before}", type_line=f"govern mitigation board {lane.word}"
    )


def fold(state: State, record: Record) -> None:
    lane = noted(state, record)
    signals = record.body["signals"]
    within = any(signal.name in signals and signal.n > lane.began for signal in lane.regressive)
    lane.regressive = [signal for signal in lane.regressive if signal.name not in signals]
    if within:
        lane.end_attempt(record)


CAPABILITY = Capability(
    writers=(Writer(Contain, decide, ("containment_reviewed/1",), "evaluator"),),
    folds={"containment_reviewed/1": fold},
)
