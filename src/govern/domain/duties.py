"""What settles a duty: for every kind the line that its owner types. How it is settled stands with each command.

A calibration review is opened by more than one command, so how that is said and folded stands here.
"""

from govern.domain.document import Documents
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.state import Duty, Packet, State
from govern.domain.windows import after

DRILLED = ("tune", "drill")  # what drills leave
LINES = {
    "relabel": "govern relabel apply {packet}",  # it says what comes after: verify
    "note": 'govern rollback note {packet} --note "..."',
    "break_glass_review": 'govern rollback note {packet} --note "..." --reviewed',
    "calibration_review": "govern calibration review {packet}",
    "root_cause": "govern binding unfreeze {surface} --root-cause REFERENCE",
    "drill": "govern drill run {packet}",  # the card, once more
}
NAMES = {"tune": "package update", "drill": "drill once more"}  # else as the kind is called


def closing(duty: Duty, *, gone: bool = False) -> str:
    """The line that settles it, or the first of those that do. `gone`: the package or card of it is not there."""
    if gone:
        return f'govern package settle {of_package(duty)} --reason "..."'
    if duty.kind == "tune":
        return update_line(duty.packet, duty.text)
    return LINES[duty.kind].format(packet=duty.packet, surface=duty.surface)


def update_line(package: str, proposed: str) -> str:
    """What a drill proposed need not be typed again."""
    refined = "" if proposed else ' --refined "..."'
    return f'govern package update {package} --retained "..."{refined}'


def name_of(duty: Duty) -> str:
    """`relabel`, `package update`."""
    return NAMES.get(duty.kind, duty.kind.replace("_", " "))


def of_package(duty: Duty) -> str | None:
    """The package that a drill left it to; None where no drill did."""
    return duty.record.partition("#")[0].partition("/")[2] if duty.kind in DRILLED else None


def gone(documents: Documents, duty: Duty) -> bool:
    """The package of it is not merged any more, or the card that is owed again is none of its cards."""
    package = of_package(duty)
    if package is None:
        return False
    if documents.get("package", package) is None:
        return True
    card = documents.get("card", duty.packet) if duty.kind == "drill" else None
    return duty.kind == "drill" and (card is None or card.value["package_id"] != package)


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
