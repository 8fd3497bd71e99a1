"""`calibration review`: the look at the calibration of what went back, closed with a finding.

It reads relabelled outcomes, so it waits for them. What the calibration becomes is a document of its own, reviewed
like any other: here it is kept, or to be made anew, and the one that takes its place may be named.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from govern.domain.capability import Capability, Writer
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Documents
from govern.domain.duties import closing
from govern.domain.findings import nearest
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.rollback.incidents import owed, packet_known, settled
from govern.domain.state import Duty, Packet, State
from govern.errors import ExitCode

KIND = "calibration_review"
OUTCOMES = ("kept", "recalibrate")


@dataclass(frozen=True)
class ReviewCalibration:
    """`successor` is the calibration that takes its place. `reviews` are the records that asked for this review,
    pinned by the first decision: one that is asked for in between stays open."""

    do: ClassVar[str] = "review-calibration"
    packet: str
    outcome: str
    finding: str
    successor: str | None = None
    reviews: tuple[str, ...] = ()


def decide(
    state: State, documents: Documents, command: ReviewCalibration, actor: Actor, now: str
) -> Decision:
    packet = packet_known(state, command.packet)
    reviews = tuple(duty.record for duty in open_reviews(state, packet, command.reviews))
    require_outcome(command.outcome)
    if labels := owed(state, "relabel", packet.id):
        said = f"a review reads relabelled decisions, and those of {labels[0].record} are not, or not proved"
        raise Refusal(said, type_line=closing(labels[0]))
    calibration = packet.next.calibration if packet.next else None
    body = {
        "calibration": calibration,
        "reviews": list(reviews),
        "outcome": command.outcome,
        "finding": command.finding.strip(),
    }
    if command.successor is not None:
        _require_successor(documents, command, calibration)
        body["successor"] = command.successor
    event = Event(f"packets/{packet.id}", "calibration_review_closed/1", body, reviews)
    return Accepted((event,), asked(replace(command, reviews=reviews)), next=_next(command))


def require_outcome(outcome: str) -> None:
    """Refusal where no review ends so."""
    if outcome not in OUTCOMES:
        close = nearest(outcome, OUTCOMES) or OUTCOMES[0]
        raise Refusal(
            f"no outcome `{outcome}`; there are: {', '.join(OUTCOMES)}; nearest: {close}",
            type_line=f"--outcome {close}",
            exit=ExitCode.COULD_NOT,
        )


def open_reviews(state: State, packet: Packet, pinned: Sequence[str] = ()) -> list[Duty]:
    """The reviews that are owed of a packet's calibration. Refusal where there is none, or none any more."""
    found = [duty for duty in owed(state, KIND, packet.id) if not pinned or duty.record in pinned]
    if found:
        return found
    if packet.calibration_reviews:
        last = packet.calibration_reviews[-1]
        raise Refusal(
            f"closed already by {last.actor}: {last.name}",
            type_line=f"govern show {last.name}",
            exit=ExitCode.YES,
        )
    raise Refusal(f"no calibration review of {packet.id} is owed", type_line="govern status")


def _require_successor(documents: Documents, command: ReviewCalibration, calibration: str | None) -> None:
    """Another calibration, merged, where one is to take the place."""
    name = command.successor
    if command.outcome != "recalibrate":
        said = f"a calibration that is {command.outcome} has no successor"
        raise Refusal(said, type_line="--outcome recalibrate", exit=ExitCode.COULD_NOT)
    if name == calibration:
        said = f"{name} is the calibration that is reviewed: another takes its place"
        raise Refusal(said, type_line="govern new calibration ID", exit=ExitCode.COULD_NOT)
    if name is not None and documents.get("calibration", name) is None:
        said = f"no calibration `{name}` is merged"
        raise Refusal(said, type_line=f"govern new calibration {name}", exit=ExitCode.COULD_NOT)


def _next(command: ReviewCalibration) -> str:
    waits = command.outcome == "recalibrate" and command.successor is None
    return "govern new calibration ID" if waits else "govern status"


def fold(state: State, record: Record) -> None:
    state.touch(record.stream.partition("/")[2]).calibration_reviews.append(record)
    state.duties = settled(state.duties, KIND, record.body["reviews"])


CAPABILITY = Capability(
    writers=(Writer(ReviewCalibration, decide, ("calibration_review_closed/1",), "monitoring_review"),),
    folds={"calibration_review_closed/1": fold},
)
