"""Open mitigation lanes in a line each, for screens that are about more than lanes."""

from collections.abc import Iterator
from dataclasses import dataclass

from govern.domain.decision import Refusal
from govern.domain.lane import end_of
from govern.domain.mitigation.reentry import assess
from govern.operations.reading import MissingInputError
from govern.operations.workspace import Workspace


@dataclass(frozen=True)
class LaneRow:
    """`label` None: it has none, or what it is held to cannot be read."""

    cohort: str
    lane: str
    label: str | None
    expires: str


def lane_rows(workspace: Workspace, now: str) -> Iterator[LaneRow]:
    """Every open lane, with the label that a decision would be held to now."""
    for lane in workspace.state.open_lanes():
        try:
            label = assess(workspace.state, workspace.documents(), lane, now).label
        except (Refusal, MissingInputError):
            label = None
        yield LaneRow(lane.cohort, lane.id, label, end_of(lane.expiry))
