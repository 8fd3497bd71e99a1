"""What settles a duty: for every kind the line that its owner types. How it is settled stands with each command.

A calibration review is opened by more than one command, so how that is said and folded stands here.
"""

from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.state import Duty, Packet, State
from govern.domain.windows import after

LINES = {
    "relabel": "govern relabel apply {packet}",  # it says what comes after: verify
    "note": 'govern rollback note {packet} --note "..."',
    "break_glass_review": 'govern rollback note {packet} --note "..." --reviewed',
    "calibration_review": "govern calibration review {packet}",
    "root_cause": "govern binding unfreeze {surface} --root-cause REFERENCE",
    "tune": 'govern package update {packet} --retained "..." --refined "..."',  # the package
    "drill": "govern drill run {packet}",  # the card, once more
}


def closing(duty: Duty) -> str:
    """The line that settles it, or the first of those that do."""
    return LINES[duty.kind].format(packet=duty.packet, surface=duty.surface)


def review_scheduled(state: State, packet: Packet, actor: Actor, now: str) -> Event:
    """Somebody of monitoring_review owes a look at the calibration that next was served with."""
    reviewers = state.in_force.holders("monitoring_review") or (actor.person,)
    body = {
        "calibration": packet.next.calibration if packet.next else None,
        "owner": reviewers[0],
        "due": after(now, state.in_force.numbers["calibration_review_within"]),
    }
    return Event(f"packets/{packet.id}", "calibration_review_scheduled/1", body)


def fold_review_scheduled(state: State, record: Record) -> None:
    packet = state.touch(record.stream.partition("/")[2])
    owner, due = record.body["owner"], record.body["due"]
    state.duties.append(Duty("calibration_review", packet.surface, packet.id, owner, due, record.name))
