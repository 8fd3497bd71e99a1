"""What named people owe: duties after a rollback, and in mitigation lanes open work, a look, a replay, a decision."""

from collections.abc import Iterator
from dataclasses import dataclass

from govern.domain import duties
from govern.domain.decision import Refusal
from govern.domain.document import Documents
from govern.domain.lane import Lane
from govern.domain.mitigation import lane_debt
from govern.domain.state import Duty, State

WORDS = {  # what a lane is owed, by its fault; open work is told action by action
    lane_debt.UNCONTAINED: "containment",
    lane_debt.NO_PLAN: "corrective plan",
    lane_debt.PAST_DUE: "replay",
    lane_debt.REPEATED: "more replays",
    lane_debt.LOW_DEBT: "more confidence",
    lane_debt.NEAR_EXPIRY: "decision",
    lane_debt.EXPIRED: "decision",
}
DATED = (lane_debt.UNCONTAINED, lane_debt.PAST_DUE, lane_debt.NEAR_EXPIRY, lane_debt.EXPIRED)


@dataclass(frozen=True, slots=True)
class Owed:
    """`of` is a packet, a package, a card or a lane, `line` settles it, `about` what it is to be. `due` None: no
    instant is set, and promotions wait for it."""

    what: str
    of: str
    owner: str
    due: str | None
    line: str
    about: str = ""


def owed(state: State, now: str, documents: Documents | None = None) -> Iterator[Owed]:
    """Everything, in no order. `documents`: what is asked of a package or a card that is not there is told so."""
    for duty in state.duties:
        gone = documents is not None and _gone(documents, duty)
        line = duties.closing(duty, gone=gone)
        about = "it is gone" if gone else duty.text
        yield Owed(duties.name_of(duty), duty.packet, duty.owner, duty.due, line, about)
    for lane in state.open_lanes():
        yield from _of_lane(state, lane, now)


def _gone(documents: Documents, duty: Duty) -> bool:
    try:
        return duties.gone(documents, duty)
    except Refusal:  # it is there, and faulty
        return False


def _of_lane(state: State, lane: Lane, now: str) -> Iterator[Owed]:
    for action in lane.open_actions:
        line = lane_debt.closing(lane, action.id)
        yield Owed(f"corrective action {action.id}", lane.id, action.owner, action.due, line)
    for fault in (*lane_debt.faults(state, lane, now), *lane_debt.expiring(state, lane, now)):
        if fault.kind != lane_debt.OVERDUE:
            due = fault.at if fault.kind in DATED else None
            yield Owed(WORDS[fault.kind], lane.id, fault.owner, due, fault.line)
