"""The arithmetic of triggers: which windows are bad, and where enough of them lie close together.

A trigger's windows are its own: of one length and half-open. They follow one another from the workspace's anchor, or
slide: where attempts are counted, one ends with each of them. Whose they are and what follows from a firing is decided
in `triggers`.
"""

import math
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby, takewhile
from typing import Any

from govern.domain.bands import BEYOND
from govern.domain.windows import before, duration, instant, window_from, written

POOLED = None  # the cohort of a value over all cohorts together
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """When one window is bad, and how many bad ones fire: in a row, or among any `of` windows. `threshold` is in
    `unit`.
    """

    op: str
    threshold: float
    bad: int
    unit: str = ""
    on_no_data: str = "inconclusive"
    of: int | None = None

    def is_bad(self, value: float | None) -> bool | None:
        """None: nobody can say. No value is what `on_no_data` says; NaN and infinity neither breach nor pass."""
        if value is None:
            if self.on_no_data in ("breach", "ok"):
                return self.on_no_data == "breach"
            if self.on_no_data != "zero":
                return None
            value = 0.0
        if not math.isfinite(value):
            return None
        return BEYOND[self.op](abs(value) if self.unit == "ranks" else value, self.threshold)

    def firings(self, values: Iterable[float | None]) -> list["Firing"]:
        """Each firing, oldest first. It goes on with every bad window up to which the count is full again out of
        windows that touch it. What cannot be said counts as a good window does.
        """
        found: list[Firing] = []
        counted: deque[int] = deque()  # the bad windows among the newest
        for place, value in enumerate(values):
            if not self.is_bad(value):
                continue
            counted.append(place)
            while counted[0] <= place - (self.of or self.bad):
                counted.popleft()
            if len(counted) >= self.bad:
                fresh = Firing(counted[0], place, place)
                if found and fresh.begin <= found[-1].end + 1:
                    fresh = replace(found.pop(), end=place)
                found.append(fresh)
        return found

    def runs(self, values: Iterable[float | None]) -> list[tuple[int, int]]:
        """First and last index of each stretch in which the rule fires: from the bad window that completes the
        count up to the last bad one.
        """
        return [(firing.full, firing.end) for firing in self.firings(values)]

    def counted(self, values: Sequence[float | None], *, at_worst: bool = False) -> int:
        """How many bad windows count towards firing now, in a row or among the newest; `at_worst`: or cannot be
        said.
        """
        newest = values[-self.of :] if self.of else values
        bad = [at_worst if said is None else said for said in map(self.is_bad, reversed(newest))]
        return sum(bad) if self.of else sum(takewhile(bool, bad))

    def is_open(self, values: Sequence[float | None]) -> bool:
        """Whether it fires now hangs on windows that cannot be judged."""
        return self.counted(values) < self.bad <= self.counted(values, at_worst=True)

    def worst(self, rows: Iterable["Row"]) -> "Row":
        """The row that speaks for a window: a bad one, else one that cannot be judged, else the nearest to bad."""
        sign = 1 if self.op in ("above", "at_least") else -1

        def rank(row: Row) -> tuple[int, float]:
            bad = self.is_bad(row.value)
            finite = row.value is not None and math.isfinite(row.value)
            size = abs(row.value or 0) if self.unit == "ranks" else row.value or 0
            return {True: 2, None: 1, False: 0}[bad], sign * size if finite else -math.inf

        return max(rows, key=rank)


@dataclass(frozen=True, slots=True)
class Firing:
    """Indices: the first bad window that was counted, the one that made the count full, the last bad one."""

    begin: int
    full: int
    end: int


def firing_runs(
    values: Sequence[float | None],
    op: str,
    threshold: float,
    consecutive: int,
    on_no_data: str = "inconclusive",
) -> list[tuple[int, int]]:
    """First and last index of each stretch of windows in which `value op threshold` for so many in a row fires."""
    return Rule(op, threshold, consecutive, on_no_data=on_no_data).runs(values)


@dataclass(frozen=True, slots=True)
class Grid:
    """Windows of one length; a place is how many of them, or how many seconds, lie between the anchor and a window.

    sliding   a window may begin with any second, else only where the one before it ends
    """

    anchor: str
    length: str
    sliding: bool = False

    @property
    def width(self) -> int:
        """How many places on the window begins that follows where one ends."""
        return duration(self.length) // self._step

    @property
    def _step(self) -> timedelta:
        return SECOND if self.sliding else duration(self.length)

    def place(self, moment: datetime) -> int:
        return (moment - instant(self.anchor)) // self._step

    def place_at(self, at: str) -> int:
        return self.place(instant(at))

    def ending_with(self, moment: datetime) -> int:
        """The window that ends with the second of this moment, where they slide; else the one that holds it."""
        return self.place(moment) + 1 - self.width if self.sliding else self.place(moment)

    def start(self, place: int) -> str:
        return written(self.moment(place))

    def end(self, place: int) -> str:
        return self.start(place + self.width)

    def moment(self, place: int) -> datetime:
        """When a window begins."""
        return instant(self.anchor) + place * self._step

    def decisive(self, place: int) -> str:
        """When a cohort has to be on next for a window to count: from its start on, or in the second that ends it."""
        return before(self.end(place), "PT1S") if self.sliding else self.start(place)

    def open_at(self, at: str) -> int:
        """The first place whose window is not over then."""
        return self.place_at(at) + 1 - self.width

    def text(self, place: int) -> str:
        """The window as records name it: `2026-11-20T02:00:00Z/PT5M`."""
        return window_from(self.start(place), self.length)

    def place_of(self, text: str) -> int:
        """The place of a window as records name it. ValueError where no window of this grid is called that."""
        place = self.place_at(text.partition("/")[0])
        if self.text(place) != text:
            raise ValueError(f"no window of {self.length} is called {text}")
        return place

    def first_from(self, at: str) -> int:
        """The first window that begins at `at` or later."""
        place = self.place_at(at)
        return place if self.start(place) >= at else place + 1


@dataclass(frozen=True, slots=True)
class Row:
    """The value of one window, of a cohort or over all of them. `value` None: there is no data."""

    cohort: str | None
    place: int
    value: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """What is counted by itself: the rows of neighbouring windows, oldest first."""

    name: str | None  # the cohort; None: one line for all
    rows: tuple[Row, ...]

    @property
    def values(self) -> list[float | None]:
        return [row.value for row in self.rows]

    def fired(self, rule: Rule, width: int = 1) -> list["Line"]:
        """Each firing with every window from the first bad one that was counted to the last. `width` is that of the
        grid: windows apart belong to two firings.
        """
        return [
            Line(self.name, run[firing.begin : firing.end + 1])
            for run in touching(self.rows, width)
            for firing in rule.firings([row.value for row in run])
        ]


def touching(rows: Iterable[Row], width: int) -> Iterator[tuple[Row, ...]]:
    """Rows, oldest first, in runs without a hole: each window shares time with the one before it, or begins where
    that ends.
    """
    run: list[Row] = []
    for row in rows:
        if run and row.place > run[-1].place + width:
            yield tuple(run)
            run = []
        run.append(row)
    if run:
        yield tuple(run)


def line_name(scope: Any, cohort: str | None) -> str | None:
    """The line in which a row is counted: each cohort by itself, else all in one."""
    return cohort if scope == "each_cohort" or isinstance(scope, Mapping) else None


def stretches(scope: Any, rows: Iterable[Row], width: int = 1) -> Iterator[Line]:
    """The rows as lines without a hole, by name and time."""
    keyed = sorted(rows, key=lambda row: (line_name(scope, row.cohort) or "", row.place, row.cohort or ""))
    for name, line in groupby(keyed, key=lambda row: line_name(scope, row.cohort)):
        for run in touching(line, width):
            yield Line(name, run)
