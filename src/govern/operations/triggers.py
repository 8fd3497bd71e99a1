"""Evaluating a trigger: the values of its windows, counted, and what there is to record.

A file speaks for the windows from its first row to its last; a window between them without a row has no data. The
KPI's own source is asked for every window that is over.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from govern.domain.decision import Refusal
from govern.domain.findings import nearest
from govern.domain.firing import POOLED, Line, Row
from govern.domain.records import Record
from govern.domain.triggers import FireTrigger, Watch, fired_already, named, watch
from govern.domain.windows import written
from govern.errors import DocumentError, ExitCode, UsageError
from govern.evidence.series import AGAIN, Point, Series, read_series
from govern.operations.measure import kept_name
from govern.operations.signals import measured
from govern.operations.workspace import Workspace

SHOWN = 3  # rows named in one refusal
Columns = dict[str | None, dict[int, float | None]]  # cohort -> place of a window -> its value


@dataclass(frozen=True)
class Counted:
    """One line of a trigger with its firings: those that are new, and the records of the others."""

    line: Line
    fresh: tuple[Line, ...]
    known: tuple[Record, ...]


@dataclass(frozen=True)
class Evaluated:
    """A trigger of a packet, counted. `left_out` says in words which rows of the file were not."""

    watch: Watch
    counted: tuple[Counted, ...]
    source: Mapping[str, Any]
    left_out: tuple[str, ...]

    @property
    def fresh(self) -> list[Row]:
        """The windows of all firings that are new."""
        return [row for each in self.counted for firing in each.fresh for row in firing.rows]

    @property
    def known(self) -> list[Record]:
        """The records of the others, each once."""
        return list({record.name: record for each in self.counted for record in each.known}.values())

    def command(self) -> FireTrigger:
        """What is recorded of them."""
        grid = self.watch.grid
        values = [
            {"cohort": row.cohort, "window": grid.text(row.place), "value": row.value} for row in self.fresh
        ]
        cohorts = named(self.watch, self.fresh)
        measured = {"values": values, "source": dict(self.source)}
        return FireTrigger(self.watch.packet.id, self.watch.trigger["id"], cohorts, measured)


def read_lines(path: Path, cohorts: tuple[str, ...] = ()) -> tuple[Series, list[Line]]:
    """A file by itself, without a workspace: each row is the next window of its cohort.

    The place of a row is its place in the file, from 0. UsageError where the file has no such cohort.
    """
    series = read_series(path)
    rows: dict[str | None, list[Row]] = {}
    for place, point in enumerate(series.points):
        rows.setdefault(point.cohort, []).append(Row(point.cohort, place, point.value))
    for cohort in cohorts:
        if cohort not in rows:
            close = nearest(cohort, [key for key in rows if key])
            raise UsageError(f"{path} has no cohort `{cohort}`" + (f"; nearest: {close}" if close else ""))
    return series, [Line(key, tuple(rows[key])) for key in cohorts or rows]


def evaluate(
    workspace: Workspace, packet_id: str, trigger_id: str, path: Path | None, cohorts: tuple[str, ...] = ()
) -> Evaluated:
    """Count a trigger over every complete window of a file, or of the KPI's own source where there is none.

    Raises Refusal, UsageError or DocumentError.
    """
    watched = _only(watch(workspace.state, workspace.documents(), packet_id, trigger_id), cohorts)
    series, source, unasked = _given(workspace, path) if path else measured(workspace, watched)
    columns, left_out = _columns(watched, series)
    lines = [line for line in _lines(watched, columns, workspace.now()) if line.rows]
    if not lines:
        raise DocumentError(
            f"{series.name}: no window of {watched.grid.length} is over that began since next was bound,"
            f" {watched.begin}",
            notes=tuple(left_out),
            type_line=AGAIN,
        )
    if watched.trigger["scope"] != "all":
        left_out += [f"no data: {cohort}" for cohort in watched.since if _is_empty(columns, cohort)]
    counted = tuple(_counted(watched, line) for line in lines)
    return Evaluated(watched, counted, source, (*unasked, *left_out))


def _given(workspace: Workspace, path: Path) -> tuple[Series, dict[str, Any], list[str]]:
    """The series of a file, and how a record names it."""
    series = read_series(path)
    source = {"path": kept_name(workspace, path), "sha256": series.sha256, "rows": len(series.points)}
    return series, source, []


def _is_empty(columns: Columns, cohort: str | None) -> bool:
    return all(value is None for value in columns.get(cohort, {}).values())


def _only(watched: Watch, cohorts: tuple[str, ...]) -> Watch:
    """The watch over some of its cohorts."""
    if cohorts and watched.trigger["scope"] == "all":
        raise UsageError(f"{watched.trigger['id']} counts over all cohorts together: leave out --cohort")
    for cohort in cohorts:
        if cohort not in watched.since:
            close = nearest(cohort, watched.since)
            there = f"; nearest: {close}" if close else f"; there: {', '.join(watched.since)}"
            raise Refusal(
                f"no cohort `{cohort}` of its scope is on next by {watched.packet.id}{there}",
                exit=ExitCode.COULD_NOT,
            )
    return replace(watched, since={c: watched.since[c] for c in cohorts}) if cohorts else watched


def _columns(watched: Watch, series: Series) -> tuple[Columns, list[str]]:
    """The values that the trigger counts; and in words what of the file it does not."""
    whose = _whose(watched, series)
    columns: Columns = {}
    strangers: dict[str | None, int] = {}
    twice: list[str] = []
    for point in series.points:
        cohort = point.cohort if series.keyed else whose
        if cohort not in ((POOLED,) if watched.trigger["scope"] == "all" else watched.since):
            strangers[cohort] = strangers.get(cohort, 0) + 1
            continue
        place = _place(watched, series, point)
        column = columns.setdefault(cohort, {})
        if place in column:
            twice.append(f"row {point.row}: {cohort or 'all'} {watched.grid.start(place)}")
        column[place] = point.value
    if twice:
        more = [f"and {len(twice) - SHOWN} more"] if len(twice) > SHOWN else []
        raise DocumentError(
            f"{series.name}: two rows in one window of {watched.grid.length}; a window has one value",
            notes=(*twice[:SHOWN], *more),
            type_line=AGAIN,
        )
    left_out = [_left_out(watched, cohort, n) for cohort, n in strangers.items()]
    return columns, left_out + ([] if series.zoned else ["times name no zone: taken as UTC"])


def _whose(watched: Watch, series: Series) -> str | None:
    """The cohort of a file that names none. DocumentError where that cannot be known."""
    if series.keyed or watched.trigger["scope"] == "all":
        return POOLED
    if len(watched.since) > 1:
        raise DocumentError(
            f"{series.name}: has no column cohort_key, and {len(watched.since)} cohorts are on next",
            type_line=f"--cohort {min(watched.since)}",
        )
    return min(watched.since)


def _place(watched: Watch, series: Series, point: Point) -> int:
    """The window that a row is about. What the file calls a window is one of the trigger's."""
    place = watched.grid.place(point.at)
    if series.starts and watched.grid.start(place) != written(point.at):
        raise DocumentError(
            f"{series.name}: row {point.row}: no window of {watched.grid.length} begins at {written(point.at)};"
            f" the one it lies in begins at {watched.grid.start(place)}",
            type_line=AGAIN,
        )
    return place


def _left_out(watched: Watch, cohort: str | None, rows: int) -> str:
    if cohort is POOLED:
        return f"left out: {rows} rows without a cohort key"
    close = nearest(cohort, watched.since) if cohort not in watched.packet.stages else None
    why = f"no cohort of this packet, nearest: {close}" if close else "not on next, or out of scope"
    return f"left out: {cohort}, {rows} rows ({why})"


def _lines(watched: Watch, columns: Columns, now: str) -> Iterator[Line]:
    """What is counted by itself, from the first window of the file to the last one that is over."""
    grid, places = watched.grid, [place for column in columns.values() for place in column]
    if not places:
        return
    begin, end = min(places), min(max(places), grid.place_at(now) - 1) + 1
    rows = {
        cohort: [
            Row(cohort, place, columns.get(cohort, {}).get(place))
            for place in range(max(begin, grid.first_from(since)), end)
        ]
        for cohort, since in (
            {POOLED: watched.begin} if watched.trigger["scope"] == "all" else watched.since
        ).items()
    }
    if watched.trigger["scope"] != "worst_cohort":
        yield from (Line(cohort, tuple(line)) for cohort, line in rows.items())
        return
    windows: dict[int, list[Row]] = {}
    for line in rows.values():
        for row in line:
            windows.setdefault(row.place, []).append(row)
    yield Line(None, tuple(watched.rule.worst(windows[place]) for place in sorted(windows)))


def _counted(watched: Watch, line: Line) -> Counted:
    fresh, known = [], {}
    for firing in line.fired(watched.rule):
        if record := fired_already(watched, firing):
            known[record.name] = record
        else:
            fresh.append(firing)
    return Counted(line, tuple(fresh), tuple(known.values()))
