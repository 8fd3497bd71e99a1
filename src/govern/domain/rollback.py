"""The way back: which cohorts return to which baseline, and everything that follows from it in one commit.

It has no gate and reads no document: all it needs stands in the ledger. Finding packet and trigger for a
person under stress, and publishing when the remote is gone, are the command line's business.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from govern.domain.baseline import Target
from govern.domain.binding import Move, changed, way_back
from govern.domain.capability import Capability, Writer
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision
from govern.domain.document import Documents
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.rollback_scope import (
    began,
    cohorts_of,
    default_back,
    fired_by,
    packet_of,
    target_of_command,
)
from govern.domain.state import Duty, Packet, State
from govern.domain.windows import after


@dataclass(frozen=True)
class Rollback:
    """`cohorts` empty: everybody whom the packet put on next. `reason` is a code of policy's entry_reasons.

    `trigger` names the record of the trigger that fired, `to` another baseline than prev, `break_glass` why
    somebody without the role goes back. `stale`: the ledger could not be refreshed, so that "already back" is no
    answer: it is recorded, and decided again when the remote answers.
    """

    do: ClassVar[str] = "rollback"
    packet: str
    reason: str
    cohorts: tuple[str, ...] = ()
    trigger: str | None = None
    note: str | None = None
    since: str | None = None
    to: str | None = None
    break_glass: str | None = None
    stale: bool = False


def decide(state: State, documents: Documents, command: Rollback, actor: Actor, now: str) -> Decision:
    packet = packet_of(state, command)
    cohorts = cohorts_of(state, packet, command)
    fired = fired_by(packet, command)
    moves = way_back(state, packet, cohorts, target_of_command(state, packet, command))
    events = [
        Event(
            f"packets/{packet.id}",
            "rolled_back/1",
            _body(state, packet, command, actor, now, cohorts, moves),
            fired,
        ),
        *_acknowledged(packet, fired),
        _review(state, packet, actor, now),
        changed(
            packet.surface,
            "rollback",
            moves,
            packet=packet.id,
            default=default_back(state, packet, cohorts, moves),
        ),
        Event(
            f"surfaces/{packet.surface}",
            "promotions_frozen/1",
            {"cohorts": list(cohorts), "because": command.reason, "packet": packet.id},
        ),
        *_dependents(state, packet),
    ]
    line = f"govern phase show {packet.id}"
    return Accepted(tuple(events), asked(replace(command, cohorts=tuple(cohorts))), next=line)


def _body(
    state: State,
    packet: Packet,
    command: Rollback,
    actor: Actor,
    now: str,
    cohorts: Sequence[str],
    moves: Sequence[Move],
) -> dict[str, Any]:
    numbers = state.in_force.numbers
    body: dict[str, Any] = {
        "surface": packet.surface,
        "cohorts": list(cohorts),
        "stay": [cohort for cohort in packet.on_next if cohort not in cohorts],
        "to": moves[0].to.baseline if moves else _prev(packet).baseline,
        "reason": command.reason,
        "range": {"since": began(state, packet, command, cohorts, now)},
        "relabel": {
            "owner": actor.person,
            "due": after(now, numbers["relabel_within"]),
            "context": f"{packet.id}-{packet.attempt}",
        },
    }
    if command.trigger:
        body["trigger"] = command.trigger
    if command.break_glass:
        reviewers = state.in_force.holders("rollback_execute") or (actor.person,)
        due = after(now, state.in_force.view["windows"]["length"])
        body["break_glass"] = {"why": command.break_glass, "reviewer": reviewers[0], "due": due}
    return body | (
        {"note": command.note} if command.note else {"note_due": after(now, numbers["note_within"])}
    )


def _acknowledged(packet: Packet, fired: Sequence[str]) -> list[Event]:
    """Going back is taking note of the incident, where nobody had."""
    stream = f"packets/{packet.id}"
    return [
        Event(stream, "incident_acknowledged/1", {"trigger": name}, (name,))
        for name in fired
        if name not in packet.acknowledged
    ]


def _review(state: State, packet: Packet, actor: Actor, now: str) -> Event:
    reviewers = state.in_force.holders("monitoring_review") or (actor.person,)
    body = {
        "calibration": packet.next.calibration if packet.next else None,
        "owner": reviewers[0],
        "due": after(now, state.in_force.numbers["calibration_review_within"]),
    }
    return Event(f"packets/{packet.id}", "calibration_review_scheduled/1", body)


def _dependents(state: State, packet: Packet) -> list[Event]:
    """Open packets whose prev is what moved: they wait until somebody has looked."""
    assert packet.next is not None
    return [
        Event(
            f"packets/{other.id}",
            "packet_paused/1",
            {"reason": f"builds on {packet.id}, which was rolled back"},
        )
        for other in sorted(state.packets.values(), key=lambda other: other.id)
        if other.open and not other.paused_by and other.prev and other.prev.digest == packet.next.digest
    ]


def fold_rolled_back(state: State, record: Record) -> None:
    packet = state.touch(record.stream.partition("/")[2])
    body = record.body
    packet.attempt += 1
    packet.history.append(record)
    packet.stages |= dict.fromkeys(body["cohorts"], "back")
    if not packet.on_next and packet.phase != "adopted":
        packet.phase = "rolled_back"
    relabel = body["relabel"]
    owed = [Duty("relabel", body["surface"], packet.id, relabel["owner"], relabel["due"], record.name)]
    if "note_due" in body:
        owed.append(Duty("note", body["surface"], packet.id, record.actor, body["note_due"], record.name))
    if glass := body.get("break_glass"):
        owed.append(
            Duty(
                "break_glass_review", body["surface"], packet.id, glass["reviewer"], glass["due"], record.name
            )
        )
    state.duties += owed


def fold_acknowledged(state: State, record: Record) -> None:
    state.touch(record.stream.partition("/")[2]).acknowledged[record.body["trigger"]] = record


def fold_review(state: State, record: Record) -> None:
    packet = state.touch(record.stream.partition("/")[2])
    body = record.body
    state.duties.append(
        Duty("calibration_review", packet.surface, packet.id, body["owner"], body["due"], record.name)
    )


def fold_frozen(state: State, record: Record) -> None:
    surface = state.surfaces[record.stream.partition("/")[2]]
    surface.frozen |= dict.fromkeys(record.body["cohorts"], record.name)


def _prev(packet: Packet) -> Target:
    assert packet.prev is not None
    return packet.prev


CAPABILITY = Capability(
    writers=(
        Writer(
            Rollback,
            decide,
            (
                "rolled_back/1",
                "incident_acknowledged/1",
                "calibration_review_scheduled/1",
                "binding_changed/1",
                "promotions_frozen/1",
                "packet_paused/1",
            ),
            "rollback_execute",
            automation=True,
            glass=True,
        ),
    ),
    folds={
        "rolled_back/1": fold_rolled_back,
        "incident_acknowledged/1": fold_acknowledged,
        "calibration_review_scheduled/1": fold_review,
        "promotions_frozen/1": fold_frozen,
    },
)
