"""A packet taken to `adopted` past every gate, in the pure domain: for what has to hold afterwards."""

from typing import Any

from builders import World
from govern.domain import binding
from govern.domain.binding import Move, current
from govern.domain.document import digest_of
from govern.domain.records import Event
from govern.domain.state import Packet


def adopt(world: World, packet_id: str) -> None:
    """From canary: all of whoever is on next goes there, next becomes the default, and every other key is pinned."""
    packet = world.packet(packet_id)
    assert packet.next is not None and packet.prev is not None
    whole = [Move(key, packet.next, packet.prev) for key in packet.on_next]
    _advance(world, packet, "wide", binding.changed(packet.surface, "advance", whole, packet=packet_id))
    surface = world.state.surfaces[packet.surface]
    pins = []
    for key in set(world.documents.values["cohorts"]["cohorts"]) - set(packet.on_next):
        now = current(surface, key)
        pins.append(Move(key, now.to, now.otherwise or now.to, now.percent, now.attributes, now.packet))
    default = (surface.default[-1].to, packet.next)
    moved = binding.changed(packet.surface, "adopt", pins, packet=packet_id, default=default)
    _advance(world, packet, "adopted", moved)


def _advance(world: World, packet: Packet, to: str, moved: Event) -> None:
    assert packet.next is not None and packet.prev is not None
    body: dict[str, Any] = {
        "from": packet.phase, "to": to, "attempt": packet.attempt, "surface": packet.surface,
        "prev": packet.prev.as_value(), "next": packet.next.as_value(), "left": [], "verdicts": [], "rows": [],
        "cohorts": list(packet.on_next) if to == "wide" else [], "dossier": digest_of(b""),
    }  # fmt: skip
    asked = {"do": "advance", "packet": packet.id, "to": to, "attempt": packet.attempt}
    world.record([Event(f"packets/{packet.id}", "phase_advanced/1", body), moved], asked)
