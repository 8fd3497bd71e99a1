"""What the release board says of a lane, in values: one row for every open lane.

Label and confidence are those of now, by the rule that a decision would be held to. What is wrong with a lane, and
whom that holds back, stands in `lane_debt`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from govern.domain.document import Documents
from govern.domain.lane import DECIDED, LIFECYCLE, Action, Lane, name_of, windows_of
from govern.domain.mitigation.lane_debt import Fault, faults
from govern.domain.mitigation.reentry import Assessment, assess, counted_replays
from govern.domain.state import State


@dataclass(frozen=True)
class Row:
    """`event` is the place of the newest lifecycle event among the six."""

    lane: Lane
    found: Assessment
    event: int
    unresolved: Sequence[Action]
    provisional: int
    next_replay: str
    faults: Sequence[Fault]


def board(state: State, documents: Documents, now: str, surface: str | None = None) -> list[Row]:
    """The open lanes, by cohort."""
    return [row_of(state, documents, lane, now) for lane in state.open_lanes(surface)]


def row_of(state: State, documents: Documents, lane: Lane, now: str) -> Row:
    return Row(
        lane,
        assess(state, documents, lane, now),
        LIFECYCLE.index(name_of(lane.latest)) + 1,
        unresolved(lane),
        provisional_count(lane),
        next_replay(state, lane, now),
        faults(state, lane, now),
    )


def unresolved(lane: Lane) -> list[Action]:
    """Rejections whose corrective action is not done."""
    rejected = {each["action"] for record in lane.records(DECIDED) for each in record.body["rejections"]}
    return [action for action in lane.open_actions if action.id in rejected]


def provisional_count(lane: Lane) -> int:
    """How often it was decided that one more batch is wanted."""
    return sum(record.body["outcome"] == "provisional" for record in lane.records(DECIDED))


def next_replay(state: State, lane: Lane, now: str) -> str:
    """The window in which the next replay is wanted: as a provisional decision says, else as often as policy asks."""
    windows = windows_of(state.in_force)
    this = windows.place_at(now)
    decisions = lane.records(DECIDED)
    batch = decisions[-1].body.get("provisional") if decisions else None
    later = [
        record for record in lane.records("replay_completed") if not decisions or record.n > decisions[-1].n
    ]
    if batch is not None and not any(record.body["pack"] == batch["pack"] for record in later):
        return str(batch["window"])
    replays = counted_replays(lane)
    if not replays:
        return windows.text(this)
    last = windows.place_at(replays[-1].body["window"].partition("/")[0])
    return windows.text(max(this, last + state.in_force.numbers["lane"]["replay_every_windows"]))
