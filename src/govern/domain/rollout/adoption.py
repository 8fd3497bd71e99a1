"""Adoption: next becomes what the surface serves by default, and nothing slides.

Every cohort of the dictionary, or of a packet of the surface, that was never bound by name is served by the default;
before that moves, each is pinned by name to what it has. Who is on next stays there. What had been predicted of each
cohort is recorded beside what was seen.
"""

from collections.abc import Iterable
from typing import Any, cast

from govern.domain.baseline import Target
from govern.domain.binding import Move, changed
from govern.domain.evidence.newest import table
from govern.domain.evidence.windows import PAIRS, WITHOUT_WINDOWS
from govern.domain.gates import Border
from govern.domain.records import Event, Record
from govern.domain.selection import attributes_of
from govern.domain.state import State


def moved(border: Border) -> Event:
    """The default to next, and everybody who was on the default by name on what it was."""
    name = border.value["surface"]
    served = border.surface.default[-1].to
    pins = [
        Move(cohort, served, served, 100, attributes_of(border.dictionary, cohort))
        for cohort in sorted(_everybody(border) - border.surface.cohorts.keys())
    ]
    default = (served, cast(Target, border.next))
    return changed(name, "adopt", pins, packet=border.packet.id, default=default)


def _everybody(border: Border) -> set[str]:
    """The dictionary, and who is covered or in mitigation here though the dictionary no longer names it."""
    surface = border.value["surface"]
    packets = (packet for packet in border.state.packets.values() if packet.surface == surface)
    lanes = {lane.cohort for lane in border.state.open_lanes(surface)}
    return set(border.dictionary).union(lanes, *(packet.stages for packet in packets))


def verified(border: Border) -> Event:
    """By cohort and KPI what the phase before predicted, and what was seen since."""
    rows = [
        {"cohort": cohort, "kpi": kpi, "unit": unit, "predicted": predicted, "seen": seen}
        for cohort in border.cohorts
        for kpi, unit, predicted, seen in _beside(border, cohort)
    ]
    return Event(f"packets/{border.packet.id}", "effectiveness_verified/1", {"rows": rows})


def _beside(border: Border, cohort: str) -> Iterable[tuple[str, str, Any, Any]]:
    """Pairs predict from shadow, decisions from canary; seen is what was recorded since the packet is wide."""
    wide, canary = (_entered(border, phase) for phase in ("wide", "canary"))
    for name in border.value["monitoring"]["kpis"]:
        kpi = border.parts[f"kpis/{name}"].value
        pairs = kpi["source"] == PAIRS
        before = canary if pairs else wide
        yield (
            name,
            kpi["unit"],
            _newest(border, name, cohort, [r for r in border.packet.evidence if r.n < before]),
            _newest(border, name, cohort, [r for r in border.packet.evidence if r.n > wide]),
        )


def _entered(border: Border, phase: str) -> int:
    """The place of the record that took the packet into a phase first."""
    advances = (r for r in border.packet.history if r.event.startswith("phase_advanced/"))
    return next((record.n for record in advances if record.body["to"] == phase), 0)


def _newest(border: Border, kpi: str, cohort: str, records: list[Record]) -> Any:
    """The newest value of next: the last set of pairs that has one, or the last cycle."""
    for record in reversed(records):
        source = record.body["source"]["name"]
        if source in WITHOUT_WINDOWS and source != PAIRS:
            continue
        rows = [
            row
            for row in table(border, record.body["table"]["sha256"])
            if row["kpi"] == kpi
            and row["cohort"] == cohort
            and row["arm"] in ("paired", "next")
            and row.get("cluster") is None
            and row["value"] is not None
        ]
        if rows:
            return max(rows, key=lambda row: row["window"] or "")["value"]
    return None


def fold(state: State, record: Record) -> None:
    """What was seen decides nothing further; it is kept with the packet."""
    state.touch(record.stream.partition("/")[2]).history.append(record)
