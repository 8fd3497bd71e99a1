"""Firings that still ask for something: what ends each, and the line that answers it.

A trigger that asks for the way back is answered when its cohorts are off next, by whatever rollback; a pause when it is
lifted; a notice when somebody has taken note. Taking note alone moves nobody, so it ends neither of the first two.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from govern.domain.records import Record
from govern.domain.state import Packet, State

WAY_BACK = ("rollback", "mitigate")


@dataclass(frozen=True, slots=True)
class Unanswered:
    """`taken` is who took note; `cohorts` of the firing are still on next. `role` may type `line`; None: everybody."""

    packet: str
    record: Record
    taken: Record | None
    cohorts: tuple[str, ...]
    line: str
    role: str | None

    @property
    def trigger(self) -> str:
        return str(self.record.body["trigger"])


def unanswered(state: State) -> list[Unanswered]:
    """Of every packet, those that nobody took note of first, then the oldest."""
    found = (each for packet in state.packets.values() for each in of_packet(packet))
    return sorted(found, key=lambda each: (each.taken is not None, each.record.n))


def of_packet(packet: Packet) -> list[Unanswered]:
    """The firings of one packet that still ask for something, oldest first."""
    waiting = [(record, cohorts) for record in packet.fired for cohorts in (_cohorts(packet, record),)]
    waiting = [(record, cohorts) for record, cohorts in waiting if _asks(packet, record, cohorts)]
    back = [record for record, _ in waiting if record.body["action"] in WAY_BACK]
    silent = [record for record, _ in waiting if record.name not in packet.acknowledged]
    return [
        Unanswered(
            packet.id,
            record,
            packet.acknowledged.get(record.name),
            cohorts,
            *_line(packet, record, cohorts, back if record.body["action"] in WAY_BACK else silent),
        )
        for record, cohorts in waiting
    ]


def _cohorts(packet: Packet, record: Record) -> tuple[str, ...]:
    """Those of its cohorts that are on next, and were not taken back since."""
    since = {
        cohort
        for rollback in packet.rollbacks
        if rollback.n > record.n
        for cohort in rollback.body["cohorts"]
    }
    on_next = set(packet.on_next) - since
    return tuple(cohort for cohort in record.body["cohorts"] if cohort in on_next)


def _asks(packet: Packet, record: Record, cohorts: tuple[str, ...]) -> bool:
    action = record.body["action"]
    if action in WAY_BACK:
        return bool(cohorts)
    if action == "pause":
        return packet.paused_by is not None and not packet.ended
    looked = any(review.n > record.n for review in packet.calibration_reviews)
    return record.name not in packet.acknowledged and not (action == "recalibrate" and looked)


def _line(
    packet: Packet, record: Record, cohorts: tuple[str, ...], others: Sequence[Record]
) -> tuple[str, str | None]:
    """What answers it and the role that may; the firing is named where others wait for the same."""
    named = f" --trigger {record.name}" if len(others) > 1 else ""
    action = record.body["action"]
    if action in WAY_BACK:
        who = shlex.quote(",".join(cohorts))
        return f"govern rollback execute {packet.id} --cohort {who}{named}", "rollback_execute"
    if action == "pause" and record.name in packet.acknowledged:
        return f"govern packet resume {packet.id}", "rollout_approve"
    if action == "recalibrate":
        return f"govern calibration review {packet.id}", "monitoring_review"
    return f"govern trigger ack {packet.id}{named}", None
