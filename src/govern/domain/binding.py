"""Who is served by what: bindings in time, moves, and the way back.

A move names targets by digest; the record carries each target once. Exactly one binding holds for every
surface, cohort and instant: the newest one by name, else the surface's default.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from govern.domain.baseline import Target
from govern.domain.records import Event, Record
from govern.domain.state import Binding, Packet, State, Surface


@dataclass(frozen=True, slots=True)
class Move:
    """`cohort` gets `to` at `percent`; the rest of it stays on `rest` (None: nothing was bound before)."""

    cohort: str
    to: Target
    rest: Target
    percent: float = 100
    attributes: Mapping[str, Any] = field(default_factory=dict)
    packet: str | None = None  # where it is another than the event's


def current(surface: Surface, cohort: str) -> Binding:
    """The binding of a cohort now; a key nobody bound is on the default."""
    return (surface.cohorts.get(cohort) or surface.default)[-1]


def at(surface: Surface, cohort: str | None, when: str) -> Binding | None:
    """The binding in force at the instant `when`; None before the ledger knew the surface."""
    for timeline in (surface.cohorts.get(cohort, []) if cohort is not None else [], surface.default):
        place = bisect_right(timeline, when, key=lambda binding: binding.at)
        if place:
            return timeline[place - 1]
    return None


def changed(
    surface: str,
    cause: str,
    moves: Iterable[Move],
    *,
    packet: str | None = None,
    default: tuple[Target | None, Target] | None = None,
    uses: tuple[str, ...] = (),
) -> Event:
    """The one event that moves a binding."""
    ordered = sorted(moves, key=lambda move: move.cohort)
    targets = {t.digest: t.as_value() for move in ordered for t in (move.rest, move.to)}
    body: dict[str, Any] = {
        "cause": cause,
        "targets": targets,
        "moves": [_entry(move, packet) for move in ordered],
    }
    if packet is not None:
        body["packet"] = packet
    if default is not None:
        before, to = default
        targets |= {target.digest: target.as_value() for target in (before, to) if target is not None}
        body["default"] = {"from": before.digest if before else None, "to": to.digest}
    return Event(f"surfaces/{surface}", "binding_changed/1", body, uses)


def _entry(move: Move, packet: str | None) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "cohort": move.cohort,
        "attributes": dict(move.attributes),
        "from": move.rest.digest,
        "to": move.to.digest,
        "percent": move.percent,
    }
    return entry | ({"packet": move.packet} if move.packet not in (None, packet) else {})


def evolve(state: State, record: Record) -> None:
    """Fold `binding_changed`. A move that changes nothing has no effect."""
    name = record.stream.partition("/")[2]
    surface = state.surfaces.setdefault(name, Surface())
    targets = {digest: Target.of(value) for digest, value in record.body["targets"].items()}

    def binding(entry: Mapping[str, Any], since: Sequence[Binding]) -> Binding:
        return Binding(
            at=max(record.when, since[-1].at) if since else record.when,
            record=record.name,
            to=targets[entry["to"]],
            otherwise=targets[entry["from"]] if entry.get("from") else None,
            percent=entry.get("percent", 100),
            cause=record.body["cause"],
            packet=entry.get("packet", record.body.get("packet")),
            actor=record.actor,
            attributes=entry.get("attributes", {}),
        )

    for move in record.body["moves"]:
        timeline = surface.cohorts.setdefault(move["cohort"], [])
        new = binding(move, timeline)
        if timeline and (timeline[-1].to, timeline[-1].percent) == (new.to, new.percent):
            continue
        timeline.append(new)
    if "default" in record.body:
        surface.default.append(binding(record.body["default"], surface.default))
    for packet in state.packets.values():
        if packet.surface == name and packet.next is not None:
            _follow(packet, packet.next.digest, record.body["moves"])


def _follow(packet: Packet, own: str, moves: Iterable[Mapping[str, Any]]) -> None:
    """Who is taken on from a packet's next by a later packet, and who comes back to it."""
    for move in moves:
        if move["to"] == own:
            packet.elsewhere.discard(move["cohort"])
        elif packet.stages.get(move["cohort"]) in ("canary", "wide"):
            packet.elsewhere.add(move["cohort"])


def way_back(
    state: State, packet: Packet, cohorts: Iterable[str], to: Target | None = None
) -> tuple[Move, ...]:
    """The moves that take `cohorts` of a packet back, all of each: to `to`, or to what is known to be good.

    Needs no document and never fails: there is always a default.
    """
    surface = state.surfaces[packet.surface]
    target = to or known_good(state, packet)
    moves = []
    for cohort in sorted(cohorts):
        now = current(surface, cohort)
        if now.to.digest != target.digest or now.percent != 100:
            moves.append(Move(cohort, target, now.to, 100, now.attributes, packet.id))
    return tuple(moves)


def known_good(state: State, packet: Packet, ending: Collection[str] = ()) -> Target:
    """The packet's prev, as rehearsed. Where that was itself taken back, or is by the packets `ending` in the same
    command: the newest default of the surface that was not; the packet's own next only where there is no other.
    """
    surface = state.surfaces[packet.surface]
    first = packet.prev or surface.default[-1].to
    bad, adopted = set(), set()
    for other in state.packets.values():
        if other.next is not None and (other.phase == "rolled_back" or other.id in ending):
            bad.add(other.next.digest)
        elif other.next is not None and other.phase == "adopted":
            adopted.add(other.next.digest)  # a later packet made it good
    defaults = [bound.to for bound in reversed(surface.default)]
    others = [target for target in defaults if target != packet.next]
    return next(
        (target for target in (first, *others, *defaults) if target.digest not in bad - adopted), first
    )


def datafile(state: State) -> dict[str, Any]:
    """What an application reads to serve: defaults, cohorts bound by name, and each baseline once."""
    surfaces: dict[str, Any] = {}
    baselines: dict[str, Any] = {}

    def name(target: Target) -> str:
        baselines[target.baseline] = {
            "digest": target.digest,
            "components": target.components,
            "model_version": target.model_version,
        }
        return target.baseline

    for surface_id, surface in sorted(state.surfaces.items()):
        cohorts = {}
        for cohort, timeline in sorted(surface.cohorts.items()):
            binding = timeline[-1]
            packet = state.packets.get(binding.packet or "")
            cohorts[cohort] = {
                "to": name(binding.to),
                "percent": binding.percent,
                "else": name(binding.otherwise or binding.to),
                "packet": binding.packet,
                "phase": packet.phase if packet else None,
                "calibration": binding.to.calibration,
                "else_calibration": (binding.otherwise or binding.to).calibration,
            }
        default = surface.default[-1].to
        surfaces[surface_id] = {
            "default": name(default),
            "calibration": default.calibration,
            "cohorts": cohorts,
        }
    return {
        "format": "govern-bindings/1",
        "ledger": state.ledger,
        "n": state.n,
        "surfaces": surfaces,
        "baselines": dict(sorted(baselines.items())),
    }
