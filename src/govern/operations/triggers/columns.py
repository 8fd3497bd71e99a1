"""From the rows of a series to the windows that a trigger counts: whose a row is, and in which window it lies.

Where windows are counted one has one value. Where a trigger counts attempts or clusters, each row is looked at with
those before it that lie within the window's length: its value is how many of them count.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from govern.domain.findings import nearest
from govern.domain.firing import POOLED, Grid, Line, Row, Rule
from govern.domain.triggers.counts import Attempt, count
from govern.domain.windows import written
from govern.errors import DocumentError
from govern.evidence.series import AGAIN, Point, Series

SHOWN = 3  # rows named in one refusal


@dataclass(frozen=True)
class Frame:
    """What is counted, and for whom since when. `known` are cohorts that are none of the scope but no slip either;
    `replays` says by pack and by record which record shows that a replay was recorded.
    """

    trigger: Mapping[str, Any]
    rule: Rule
    within: Rule | None
    grid: Grid
    since: Mapping[str, str]
    known: Collection[str] = ()
    replays: Mapping[str, str] | None = None  # None: a replay that is named is believed

    @property
    def pooled(self) -> bool:
        return bool(self.trigger["scope"] == "all")

    def replay(self, point: Point) -> str | None:
        if self.replays is None or point.replay is None:
            return point.replay
        return self.replays.get(point.replay)


@dataclass
class Columns:
    """By cohort the value of each window, by its place; `beyond` the clusters that a value counts."""

    values: dict[str | None, dict[int, float | None]] = field(default_factory=dict)
    beyond: dict[tuple[str | None, int], dict[str, str]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    @property
    def places(self) -> list[int]:
        return [place for column in self.values.values() for place in column]

    def is_empty(self, cohort: str | None) -> bool:
        return all(value is None for value in self.values.get(cohort, {}).values())


def columns_of(frame: Frame, series: Series) -> Columns:
    """The values that the trigger counts; and in words what of the series it does not. DocumentError for rows that
    do not fit its windows.
    """
    only = _whose(frame, series)
    strangers: dict[str | None, int] = {}
    cells: dict[tuple[str | None, int], list[Point]] = {}
    if frame.rule.unit == "clusters" and not series.clustered:
        raise DocumentError(
            f"{series.name}: has no column cluster_id, and {frame.trigger['id']} counts clusters",
            notes=("`cluster_id` says which one a value is of, `replay` in which replay it was reviewed",),
            type_line=AGAIN,
        )
    for point in series.points:
        cohort = point.cohort if series.keyed else only
        place = _place(frame, series, point)
        if frame.within and cohort is not None and cohort in frame.since:
            if frame.grid.decisive(place) < frame.since[cohort]:
                continue  # it was not on next yet
            cohort = POOLED if frame.pooled else cohort
        if cohort in ((POOLED,) if frame.pooled else frame.since):
            cells.setdefault((cohort, place), []).append(point)
        else:
            strangers[cohort] = strangers.get(cohort, 0) + 1
    found = _counted(frame, cells) if frame.within else _single(frame, series, cells)
    found.left_out = [_left_out(frame, cohort, n) for cohort, n in strangers.items()] + found.left_out
    found.left_out += [] if series.zoned else ["times name no zone: taken as UTC"]
    return found


def _whose(frame: Frame, series: Series) -> str | None:
    """The cohort of a file that names none. DocumentError where that cannot be known."""
    if series.keyed or frame.pooled:
        return POOLED
    if len(frame.since) > 1:
        raise DocumentError(
            f"{series.name}: has no column cohort_key, and {len(frame.since)} cohorts are on next",
            type_line=f"--cohort {min(frame.since)}",
        )
    return min(frame.since)


def _place(frame: Frame, series: Series, point: Point) -> int:
    """The window that a row is about. What the file calls a window is one of those from the anchor on."""
    if not series.starts:
        return frame.grid.ending_with(point.at)
    grid = frame.grid
    fixed = replace(grid, sliding=False) if grid.sliding else grid
    start = fixed.moment(fixed.place(point.at))
    if start != point.at:
        raise DocumentError(
            f"{series.name}: row {point.row}: no window of {grid.length} begins at {written(point.at)};"
            f" the one it lies in begins at {written(start)}",
            type_line=AGAIN,
        )
    return grid.place(start)


def _single(frame: Frame, series: Series, cells: Mapping[tuple[str | None, int], list[Point]]) -> Columns:
    """One value a window."""
    twice = [
        f"row {point.row}: {cohort or 'all'} {frame.grid.start(place)}"
        for (cohort, place), points in cells.items()
        for point in points[1:]
    ]
    if twice:
        more = [f"and {len(twice) - SHOWN} more"] if len(twice) > SHOWN else []
        local = "times name no zone: an hour that came twice as the clocks went back looks like this"
        raise DocumentError(
            f"{series.name}: two rows in one window of {frame.grid.length}; a window has one value",
            notes=(*twice[:SHOWN], *more, *([] if series.zoned else [local])),
            type_line=AGAIN,
        )
    found = Columns()
    for (cohort, place), (point,) in cells.items():
        found.values.setdefault(cohort, {})[place] = point.value
    return found


def _counted(frame: Frame, cells: Mapping[tuple[str | None, int], list[Point]]) -> Columns:
    """How many rows of each window count."""
    assert frame.within is not None, "attempts or clusters are counted"
    found = Columns()
    for cohort, place, points in _within(frame.grid, cells):
        rows = [Attempt(point.value, point.cluster, frame.replay(point)) for point in points]
        value, beyond = count(frame.within, frame.rule, rows)
        found.values.setdefault(cohort, {})[place] = value
        found.beyond[cohort, place] = beyond
    if frame.rule.unit == "clusters":
        every = [point for points in cells.values() for point in points]
        unreviewed = {point.cluster or "none" for point in every if not frame.replay(point)}
        unreviewed -= {point.cluster for point in every if frame.replay(point)}
        found.left_out += (
            [f"left out: clusters that no recorded replay reviewed: {', '.join(sorted(unreviewed))}"]
            if unreviewed
            else []
        )
    return found


def _within(
    grid: Grid, cells: Mapping[tuple[str | None, int], list[Point]]
) -> Iterator[tuple[str | None, int, list[Point]]]:
    """By cohort every window that ends with a row, and all rows that lie in it."""
    places: dict[str | None, list[int]] = {}
    for cohort, place in cells:
        places.setdefault(cohort, []).append(place)
    for cohort, each in places.items():
        each.sort()
        oldest = 0
        for newest, place in enumerate(each):
            while each[oldest] <= place - grid.width:
                oldest += 1
            yield cohort, place, [point for p in each[oldest : newest + 1] for point in cells[cohort, p]]


def _left_out(frame: Frame, cohort: str | None, rows: int) -> str:
    if cohort is POOLED:
        return f"left out: {rows} rows without a cohort key"
    close = nearest(cohort, frame.since) if cohort not in frame.known else None
    why = f"no cohort of this packet, nearest: {close}" if close else "not on next, or out of scope"
    return f"left out: {cohort}, {rows} rows ({why})"


def lines_of(frame: Frame, columns: Columns, before: int) -> Iterator[Line]:
    """What is counted by itself, up to the last window before the place `before`: from the first window with a row
    on each window, or, where they slide, each that ends with a row.
    """
    grid, places = frame.grid, columns.places
    if not places:
        return
    begin, end = min(places), min(max(places), before - 1) + 1
    first = min(frame.since.values())
    rows: dict[str | None, list[Row]] = {}
    for cohort, since in ({POOLED: first} if frame.pooled else frame.since).items():
        column = columns.values.get(cohort, {})
        every = range(max(begin, grid.first_from(since)), end)
        windows = sorted(place for place in column if place < end) if grid.sliding else every
        rows[cohort] = [Row(cohort, place, column.get(place)) for place in windows]
    if frame.trigger["scope"] != "worst_cohort":
        yield from (Line(cohort, tuple(line)) for cohort, line in rows.items())
        return
    by_place: dict[int, list[Row]] = {}
    for line in rows.values():
        for row in line:
            by_place.setdefault(row.place, []).append(row)
    yield Line(None, tuple(frame.rule.worst(by_place[place]) for place in sorted(by_place)))
