"""In which windows a lane's signals are measured, and from when to when: what was decided before the cohort entered
mitigation, or before the last containment, says nothing of how it fares now."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from govern.domain.firing import Grid
from govern.domain.lane import INTERACTION, Lane, end_of, name_of, windows_of
from govern.domain.records import Record
from govern.domain.windows import after, instant
from govern.operations.workspace import Workspace

REGRESSIONS = "first_interaction_regressions"  # counts from the first stable interaction on
Kpi = Mapping[str, Any]
Signal = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """The part of a window that is looked at."""

    window: str
    begin: str
    end: str
    complete: bool  # the window is over, and the lane was in it from its start

    @property
    def text(self) -> str:
        """As the evidence room takes a window."""
        return f"{self.begin}/PT{int((instant(self.end) - instant(self.begin)).total_seconds())}S"


@dataclass(frozen=True)
class Spans:
    """What is asked of a lane now. `since`: windows that end after then are measured again."""

    lane: Lane
    grid: Grid
    now: str
    since: str | None = None

    @property
    def begins(self) -> str:
        """The entry, or the last containment after it."""
        return max(record.when for record in (self.lane.entered, *self.lane.records("containment_reviewed")))

    def of(self, kpi: Kpi) -> list[Span]:
        """The windows in which a KPI was not observed to their end, and the current one so far."""
        begins = after(self.begins, kpi["warm_up"])
        if kpi["measure"] == REGRESSIONS:
            stable = self.interaction
            if stable is None:
                return []
            begins = max(begins, stable.when)
        return [span for span in self._all(begins) if self._asked(kpi["id"], span)]

    @property
    def interaction(self) -> Record | None:
        """The first stable interaction of this attempt."""
        return next((each for each in self.lane.reached if name_of(each) == INTERACTION), None)

    def _all(self, begins: str) -> Iterator[Span]:
        for place in range(self.grid.place_at(begins), self.grid.place_at(self.now) + 1):
            start, end = self.grid.start(place), self.grid.end(place)
            span = Span(
                self.grid.text(place),
                max(start, begins),
                min(end, self.now),
                start >= begins and end <= self.now,
            )
            if span.begin < span.end:
                yield span

    def _asked(self, kpi: str, span: Span) -> bool:
        if self.since is not None:
            return self.since < end_of(span.window)
        known = self.newest.get((kpi, span.window))
        if known is None or not known[1]["n"]:
            return True
        record, _ = known
        return bool(record.body["source"].get("until", record.when) < end_of(span.window))

    @property
    def newest(self) -> dict[tuple[str, str], tuple[Record, Signal]]:
        """By KPI and window what was observed last, since the last containment."""
        return {
            (signal["kpi"], signal["window"]): (record, signal)
            for record in self.lane.records("health_observed")
            if record.n > self.lane.contained
            for signal in record.body["signals"]
        }


def spans_of(workspace: Workspace, lane: Lane, since: str | None = None) -> Spans:
    return Spans(lane, windows_of(workspace.state.in_force), workspace.now(), since)
