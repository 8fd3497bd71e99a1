"""The failure matrix of mitigation: five ways in which it goes wrong for a cohort, computed over its history.

Each condition names what it means and what is to be done; who is in it, since when and on which records follows from
the ledger, never from an opinion. What holds a promotion back stands in `lane_debt`, what is due in `duties`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from govern.domain.document import Documents
from govern.domain.lane import DECIDED, Lane, windows_of
from govern.domain.mitigation.criteria import CONFIDENCE, criteria_of
from govern.domain.mitigation.lane_debt import PAST_DUE, REPEATED, faults
from govern.domain.mitigation.lanes import LINES
from govern.domain.mitigation.reentry import BLOCKED, HIGH, LOW, MEDIUM, assess, counted_replays
from govern.domain.records import Record
from govern.domain.state import State
from govern.domain.statistics import wilson
from govern.domain.windows import after

RECURRED, UNDECIDED, MEDIUM_AGAIN = "recurred", "undecided", "repeated_medium"
HIDDEN, REJECTED = "hidden_risk", "rejected"
# What is to be done, in the order of the matrix; for people, never recorded.
CONDITIONS: Mapping[str, str] = {
    RECURRED: "tighten the criteria, replay more",
    UNDECIDED: "keep to the lifecycle, hold the owner to it",
    MEDIUM_AGAIN: "replay more before re-entry",
    HIDDEN: "keep it in mitigation, promote nothing",
    REJECTED: "redesign instead of another tweak",
}
RECENT_WINDOWS = 3  # a relapse is of this window or of the two before it, or still open
REJECTIONS = 3
REJECTING = ("kept", "containment", "redesign")


@dataclass(frozen=True, slots=True)
class Match:
    """A lane in a condition. `since`: from when it held; `line` is where work on it begins."""

    condition: str
    lane: Lane
    since: str
    records: tuple[str, ...]
    line: str


def matrix(state: State, documents: Documents, now: str) -> list[Match]:
    """Everybody who is in a condition, by condition and cohort."""
    found = [*_recurred(state, now)]
    for lane in state.open_lanes():
        label = assess(state, documents, lane, now).label
        found += [*_undecided(state, lane, now), *_medium(state, lane, now)]
        found += [*_hidden(state, documents, lane, label), *_rejected(lane, label)]
    places = list(CONDITIONS)
    return sorted(found, key=lambda match: places.index(match.condition))


def _recurred(state: State, now: str) -> Iterator[Match]:
    """The same reason was back within the watch: what had let the cohort in was too weak."""
    windows = windows_of(state.in_force)
    first = windows.start(windows.place_at(now) - RECENT_WINDOWS + 1)
    for cohort in sorted(state.lanes):
        for left, lane in pairwise(state.lanes[cohort]):
            again = lane.entered.body.get("relapse_of") == left.id and left.exited
            if again and (lane.open or lane.entered.at >= first):
                records = (again.name, lane.entered.name)
                yield Match(RECURRED, lane, lane.entered.at, records, f"govern show criteria/{lane.criteria}")


def _undecided(state: State, lane: Lane, now: str) -> Iterator[Match]:
    """More than two windows without a decision, or without what follows an approval."""
    length = windows_of(state.in_force).length
    last = (lane.records(DECIDED) or [lane.entered])[-1]
    if now > after(after(last.at, length), length):
        line = LINES.get(lane.coming, "govern mitigation exit {cohort}").format(cohort=lane.word)
        yield Match(UNDECIDED, lane, last.at, (last.name,), line)


def _medium(state: State, lane: Lane, now: str) -> Iterator[Match]:
    """Medium confidence again and again, or a provisional decision whose batch did not come."""
    found = [fault for fault in faults(state, lane, now) if fault.kind in (PAST_DUE, REPEATED)]
    if found:
        records = dict.fromkeys(name for fault in found for name in fault.records)
        since = min(fault.at for fault in found)
        yield Match(MEDIUM_AGAIN, lane, since, tuple(records), found[0].line)


def _hidden(state: State, documents: Documents, lane: Lane, label: str | None) -> Iterator[Match]:
    """All replays of a surface together look well, and this cohort does not: the aggregate hides it."""
    if label not in (LOW, BLOCKED):
        return
    high = criteria_of(documents, lane).of(CONFIDENCE)[1]["high"]
    pooled = [_replays(state, surface) for surface in lane.surfaces]
    records = next((each for each in pooled if each and _confidence(each) >= high), None)
    if records is None:
        return
    if label == BLOCKED:
        line = f'govern mitigation contain {lane.word} --finding "..."'
    else:
        line = f"govern mitigation decide {lane.word} --outcome kept"
    rests = sorted({record.n: record for record in (*records, *lane.regressive)}.items())
    yield Match(HIDDEN, lane, rests[-1][1].at, tuple(record.name for _, record in rests), line)


def _replays(state: State, surface: str) -> list[Record]:
    return [record for lane in state.open_lanes(surface) for record in counted_replays(lane)]


def _confidence(replays: list[Record]) -> float:
    return wilson.lower(*(sum(record.body[name] for record in replays) for name in ("passed", "n")))


def _rejected(lane: Lane, label: str | None) -> Iterator[Match]:
    """One attempt after the other was turned down."""
    turned_down = [record for record in lane.records(DECIDED) if record.body["outcome"] in REJECTING]
    if len(turned_down) >= REJECTIONS:
        redesign = f"govern mitigation decide {lane.word} --outcome redesign"
        line = f"govern mitigation board {lane.word}" if label in (HIGH, MEDIUM) else redesign
        names = tuple(record.name for record in turned_down)
        yield Match(REJECTED, lane, turned_down[REJECTIONS - 1].at, names, line)
