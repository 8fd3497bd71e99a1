"""What would have to be recorded for a packet to have every covered cohort on next: for rehearsals only."""

from typing import Any

from govern.domain.binding import Move, changed
from govern.domain.gates import Border
from govern.domain.records import Event

Hypothesis = tuple[dict[str, Any], tuple[Event, ...]]  # asked, events


def put_on_next(border: Border) -> list[Hypothesis]:
    """One entry a command, in order, from where the packet stands; gates are not asked, guards hold."""
    packet = border.packet
    stream = f"packets/{packet.id}"
    surface = border.value["surface"]
    assert border.prev is not None and border.next is not None
    moves = [Move(cohort, border.next, border.prev) for cohort in border.cohorts]
    bound = changed(surface, "advance", moves, packet=packet.id)
    shared = {
        "surface": surface,
        "prev": border.prev.as_value(),
        "next": border.next.as_value(),
        "cohorts": list(border.cohorts),
        "left": [],
        "dossier": border.dossier_digest,
        "verdicts": [],
        "rows": [],
    }
    attempt, phase = packet.attempt, packet.phase
    steps: list[Hypothesis] = []
    if phase == "draft":
        asked = {"do": "advance", "packet": packet.id, "to": "shadow", "attempt": attempt}
        body = {"from": "draft", "to": "shadow", "attempt": attempt, **shared, "frozen": dict(border.frozen)}
        steps.append((asked, (Event(stream, "phase_advanced/1", body),)))
        attempt, phase = attempt + 1, "shadow"
    if phase == "shadow":
        asked = {"do": "advance", "packet": packet.id, "to": "canary", "attempt": attempt}
        body = {"from": "shadow", "to": "canary", "attempt": attempt, **shared}
        steps.append((asked, (Event(stream, "phase_advanced/1", body), bound)))
    else:
        asked = {"do": "extend", "packet": packet.id, "attempt": attempt}
        new = sorted(set(border.cohorts) - set(packet.on_next))
        widened = {
            "new": new,
            "attempt": attempt,
            "dossier": border.dossier_digest,
            "verdicts": [],
            "rows": [],
        }
        body = {"cohorts": list(border.cohorts), **widened}
        steps.append((asked, (Event(stream, "cohorts_added/1", body), bound)))
    return steps
