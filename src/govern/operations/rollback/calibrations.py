"""The calibration that a review is about: found by packet or by its own name, with what a reviewer has to look at."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from govern.domain.findings import nearest
from govern.domain.rollback.calibration_review import KIND, open_reviews
from govern.domain.rollback.incidents import owed, packet_known
from govern.domain.state import Duty, State
from govern.errors import UsageError
from govern.operations.workspace import Workspace


@dataclass(frozen=True)
class Agenda:
    """What one review has before it. `document` is the calibration as frozen; None where next had none.

    `labels` are the relabellings that it waits for.
    """

    packet: str
    calibration: str | None
    document: Mapping[str, Any] | None
    reviews: tuple[Duty, ...]
    labels: tuple[Duty, ...]


def agenda(workspace: Workspace, packet_id: str) -> Agenda:
    """What the review of a packet looks at. Refusal where none is owed."""
    state = workspace.state
    packet = packet_known(state, packet_id)
    reviews = tuple(open_reviews(state, packet))
    name = packet.next.calibration if packet.next else None
    key = f"calibrations/{name}"
    frozen = workspace.documents().frozen(key, packet.frozen[key]) if key in packet.frozen else None
    labels = tuple(owed(state, "relabel", packet_id))
    return Agenda(packet_id, name, frozen.value if frozen else None, reviews, labels)


def packet_meant(state: State, name: str) -> str:
    """The packet with this name, or the one whose calibration it is. UsageError where it is none, or several."""
    if name in state.packets:
        return name
    packets = [p for p in state.packets.values() if p.next is not None and p.next.calibration == name]
    waiting = {duty.packet for duty in state.duties if duty.kind == KIND}
    found = [p.id for p in packets if p.id in waiting] or [p.id for p in packets]
    if len(found) == 1:
        return found[0]
    if found:
        lines = tuple(f"govern calibration review {packet}" for packet in sorted(found))
        raise UsageError(f"{name} is the calibration of several packets", notes=lines, type_line=lines[0])
    calibrations = {p.next.calibration for p in state.packets.values() if p.next and p.next.calibration}
    close = nearest(name, [*state.packets, *calibrations])
    said = f"no packet or calibration `{name}` in the ledger" + (f"; nearest: {close}" if close else "")
    raise UsageError(said, type_line=f"govern calibration review {close}" if close else "govern status")
