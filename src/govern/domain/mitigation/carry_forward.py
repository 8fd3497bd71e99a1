"""`mitigation carry-forward`: a lane expires later, with an owner, a reason and a date; so often as policy allows.

It is the only way in which time is given to a lane, and it is given before the time is over. Nothing else is decided
by it: criteria, open work and signals stay as they are.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

from govern.domain.capability import Capability, Writer
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Documents
from govern.domain.lane import Lane, context_of, end_of, windows_of
from govern.domain.mitigation.corrective_work import require_code, require_owner, said_end
from govern.domain.mitigation.lanes import lane_meant, noted
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.state import State
from govern.domain.windows import before
from govern.errors import ExitCode

EVENT = "lane_carried_forward"


@dataclass(frozen=True)
class CarryForward:
    """`until`: the lane expires with the last window that ends by then. `code` says why the cohort is not in."""

    do: ClassVar[str] = "carry-forward"
    cohort: str
    owner: str
    code: str
    until: str
    note: str | None = None
    lane: str | None = None
    attempt: int | None = None
    number: int | None = None


def decide(state: State, documents: Documents, command: CarryForward, actor: Actor, now: str) -> Decision:
    lane = lane_meant(state, command.cohort, command.lane, command.attempt)
    number = _number(state, lane, command, now)
    require_code(command.code)
    require_owner(state, command.owner)
    to = _window(state, lane, command.until)
    body = {
        **context_of(lane),
        "from_window": lane.expiry,
        "to_window": to,
        "owner": command.owner,
        "reason_code": command.code,
        **({"note": command.note.strip()} if command.note else {}),
        "evaluator": actor.person,
        "number": number,
    }
    event = Event(lane.stream, f"{EVENT}/1", body)
    pinned = replace(command, cohort=lane.cohort, lane=lane.id, attempt=lane.attempt, number=number)
    return Accepted((event,), asked(pinned), next=f"govern mitigation board {lane.word}")


def _number(state: State, lane: Lane, command: CarryForward, now: str) -> int:
    """Which carrying forward of the lane it is. A Refusal where it comes too late, or too often."""
    keeping = f"govern mitigation decide {lane.word} --outcome kept"
    if lane.expired(now):
        said = f"{lane.id} expired {said_end(lane.expiry)}: an expired lane is decided, not carried"
        raise Refusal(said, type_line=keeping)
    earlier = lane.records(EVENT)
    if command.number not in (None, len(earlier) + 1):
        last = earlier[-1]
        said = f"{lane.id} was carried forward meanwhile by {last.actor} at {last.at} ({last.name})"
        raise Refusal(said, type_line=f"govern mitigation board {lane.word}")
    at_most = int(state.in_force.numbers["lane"]["carry_forward_at_most"])
    if len(earlier) >= at_most:
        times = {0: "policy carries no lane forward", 1: f"{lane.id} was carried forward once"}
        said = times.get(at_most, f"{lane.id} was carried forward {at_most} times")
        raise Refusal(f"{said}: it is decided by {said_end(lane.expiry)}", type_line=keeping)
    return len(earlier) + 1


def _window(state: State, lane: Lane, until: str) -> str:
    """The last window that ends by then: later than the present expiry, by as many windows as policy gives at most."""
    windows = windows_of(state.in_force)
    more = int(state.in_force.numbers["lane"]["expires_after_windows"])
    now_at = windows.place_at(before(end_of(lane.expiry), "PT1S"))
    place = windows.place_at(until) - 1
    if now_at < place <= now_at + more:
        return windows.text(place)
    last = windows.text(now_at + more)
    raise Refusal(
        f"until {until}: {lane.id} expires {said_end(lane.expiry)}, and is carried by {more} windows at most,"
        f" to {said_end(last)}",
        type_line=f"--until {said_end(last)}",
        exit=ExitCode.COULD_NOT,
    )


def fold(state: State, record: Record) -> None:
    lane = noted(state, record)
    lane.expiry, lane.owner = record.body["to_window"], record.body["owner"]


CAPABILITY = Capability(
    writers=(Writer(CarryForward, decide, (f"{EVENT}/1",), "evaluator"),), folds={f"{EVENT}/1": fold}
)
