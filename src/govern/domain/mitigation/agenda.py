"""The agenda of the weekly review, in values: what stands open on one day, over all surfaces.

The same answer for the screen and for the record that a review leaves, so that both can be compared a year later.
What a packet waits for is asked of its gates, and not known here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from govern.domain.document import Documents
from govern.domain.lane import Action, Lane, windows_of
from govern.domain.mitigation.failure_matrix import Match, matrix
from govern.domain.mitigation.lane_debt import OVERDUE, Fault, expiring, faults
from govern.domain.records import Record
from govern.domain.state import Duty, Packet, State


@dataclass(frozen=True)
class OpenLane:
    """`faults` without overdue work, which is told action by action; with an expiry that is near or over."""

    lane: Lane
    faults: Sequence[Fault]
    expiring: Fault | None


@dataclass(frozen=True)
class Granted:
    """A waiver, or a risk that was accepted: the check or the risk, who answers for it, and until when."""

    packet: str
    of: str
    owner: str
    expires: str
    record: str


@dataclass(frozen=True)
class Agenda:
    """Each list by date where it has one. `held` is the review of this window, `last` the one before."""

    window: str
    matrix: Sequence[Match]
    lanes: Sequence[OpenLane]
    actions: Sequence[tuple[Lane, Action]]
    waivers: Sequence[Granted]
    duties: Sequence[Duty]
    frozen: Mapping[str, Sequence[str]]  # surface -> cohorts
    packets: Sequence[Packet]  # in the field
    held: Record | None
    last: Record | None


def agenda(state: State, documents: Documents, now: str) -> Agenda:
    windows = windows_of(state.in_force)
    window = windows.text(windows.place_at(now))
    lanes = state.open_lanes()
    held = next((record for record in state.reviews if record.body["window"] == window), None)
    earlier = [record for record in state.reviews if record is not held]
    return Agenda(
        window,
        matrix(state, documents, now),
        [_open(state, lane, now) for lane in lanes],
        sorted(_work(lanes), key=lambda each: each[1].due),
        sorted(_granted(state, now), key=lambda each: each.expires),
        sorted(state.duties, key=lambda duty: duty.due),
        {name: sorted(each.frozen) for name, each in sorted(state.surfaces.items()) if each.frozen},
        [packet for _, packet in sorted(state.packets.items()) if packet.open],
        held,
        earlier[-1] if earlier else None,
    )


def _open(state: State, lane: Lane, now: str) -> OpenLane:
    told = [fault for fault in faults(state, lane, now) if fault.kind != OVERDUE]
    return OpenLane(lane, told, next(expiring(state, lane, now), None))


def _work(lanes: Sequence[Lane]) -> Iterator[tuple[Lane, Action]]:
    return ((lane, action) for lane in lanes for action in lane.open_actions)


def _granted(state: State, now: str) -> Iterator[Granted]:
    """In force: not expired, of a packet that has not ended."""
    for packet in state.packets.values():
        for record in () if packet.ended else (*packet.waivers, *packet.risks):
            body = record.body
            if body["expires"] > now:
                of = body.get("check") or body["risk"]
                yield Granted(packet.id, of, body["owner"], body["expires"], record.name)
