"""What may be decided on a label: the five outcomes, and which of them each label leaves open.

A decision is held to this when it is taken, and an approval again when it is signed off.
"""

from collections.abc import Mapping

from govern.domain.lane import DECIDED, Lane
from govern.domain.mitigation.reentry import BLOCKED, HIGH, LOW, MEDIUM, Assessment

APPROVED, PROVISIONAL, KEPT, CONTAINMENT, REDESIGN = OUTCOMES = (
    "approved",
    "provisional",
    "kept",
    "containment",
    "redesign",
)
# What each label leaves open; None is no label yet. After a provisional decision and its batch, medium may pass.
OPEN_TO: Mapping[str | None, tuple[str, ...]] = {
    HIGH: (APPROVED,),
    MEDIUM: (PROVISIONAL, KEPT),
    LOW: (KEPT, REDESIGN),
    BLOCKED: (CONTAINMENT, REDESIGN),
    None: (KEPT, REDESIGN),
}


def open_outcomes(lane: Lane, found: Assessment) -> tuple[str, ...]:
    """What may be decided now: what the label leaves open, and after one more batch also an approval on medium."""
    if found.label == MEDIUM and batch_done(lane, found.build):
        return (APPROVED, KEPT)
    return OPEN_TO[found.label]


def batch_done(lane: Lane, build: str | None) -> bool:
    """Whether the batch that the last provisional decision named was replayed since, of the same candidate."""
    for record in reversed(lane.records(DECIDED)):
        if record.body["outcome"] == PROVISIONAL:
            pack = record.body["provisional"]["pack"]
            return any(
                each.n > record.n and each.body["pack"] == pack and each.body["candidate"]["build"] == build
                for each in lane.records("replay_completed")
            )
        if record.body["outcome"] != APPROVED:
            return False
    return False
