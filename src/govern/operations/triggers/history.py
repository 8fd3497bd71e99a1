"""The past that a trigger is replayed over: from a file, row by row, or in the windows of a trigger's document.

A rule by itself takes each row as the next window, however far the times lie apart. A trigger of the working tree is
counted in windows of its own, as `trigger evaluate` counts a packet's, and its KPI's Prometheus can be asked instead
of a file. Nothing is recorded and no ledger is needed.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import isfinite
from pathlib import Path
from statistics import median
from typing import Any

from govern.domain.findings import nearest
from govern.domain.firing import Rule
from govern.domain.selection import matches
from govern.domain.triggers.backtesting import Track
from govern.domain.triggers.counts import grid_of, rule_of, rule_within
from govern.domain.windows import FIRST, instant, written
from govern.errors import DocumentError, UsageError
from govern.evidence.series import AGAIN, Series, read_series
from govern.operations.context import Context
from govern.operations.place import Place, open_place
from govern.operations.triggers.columns import Frame, columns_of, lines_of
from govern.operations.triggers.file_lines import lines_in
from govern.operations.triggers.past_signals import asked

ALONE = "all"  # a line whose series names no cohort


@dataclass(frozen=True)
class Span:
    """From when on and before when; None: as far as there is something."""

    since: str | None = None
    until: str | None = None

    def of(self, series: Series) -> Series:
        """The rows in it. DocumentError where none is."""
        points = tuple(point for point in series.points if self._holds(written(point.at)))
        if not points:
            raise DocumentError(
                f"{series.name}: has no row from {self.since or 'the beginning'} until {self.until or 'the end'}",
                type_line=AGAIN,
            )
        return replace(series, points=points)

    def _holds(self, at: str) -> bool:
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


@dataclass(frozen=True)
class History:
    """`rule` counts over `tracks`; `of` names the trigger that has it, if one does, `noted` says what is odd."""

    rule: Rule
    tracks: tuple[Track, ...]
    source: Mapping[str, Any]
    of: str | None = None
    noted: tuple[str, ...] = ()

    @property
    def windows(self) -> int:
        return sum(len(track.values) for track in self.tracks)


def rows_history(rule: Rule, path: Path, cohorts: tuple[str, ...], span: Span) -> History:
    """Each row of a file is a window. DocumentError for rows that lie before those above them."""
    series = span.of(read_series(path))
    tracks = []
    for line in lines_in(series, cohorts):
        points = [series.points[row.place] for row in line.rows]
        tracks.append(Track(line.name, tuple(point.at for point in points), tuple(line.values)))
    noted = [
        *_uneven(tracks),
        *_unjudged(tracks),
        *([] if series.zoned else ["times name no zone: taken as UTC"]),
    ]
    return History(rule, tuple(tracks), _source(series), noted=tuple(noted))


def trigger_history(
    context: Context, trigger_id: str, path: Path | None, cohorts: tuple[str, ...], span: Span
) -> History:
    """The windows of a trigger as it stands in the working tree. UsageError or DocumentError where it cannot be."""
    place = open_place(context)
    trigger = _document(place, "trigger", trigger_id)
    kpi = _document(place, "kpi", trigger["signal"])
    anchor = _document(place, "workspace", "main")["windows"]["anchor"]
    grid, rule = grid_of(trigger, anchor), rule_of(trigger, kpi)
    if path is None:
        sources = _document(place, "workspace", "main").get("sources") or {}
        series, source = asked(kpi, sources, grid, span.since, span.until or context.simulated or context.now)
    else:
        series = span.of(read_series(path))
        source = _source(series)
    since = dict.fromkeys(_cohorts(place, trigger, series, cohorts), FIRST)
    known = _dictionary(place)
    frame = Frame(trigger, rule, rule_within(trigger, kpi), grid, since, known)
    columns = columns_of(frame, series)
    lines = [line for line in lines_of(frame, columns, max(columns.places, default=0) + 1) if line.rows]
    if not lines:
        raise DocumentError(
            f"{series.name}: has no row that {trigger_id} counts", notes=tuple(columns.left_out)
        )
    tracks = [
        Track(line.name, tuple(instant(grid.end(row.place)) for row in line.rows), tuple(line.values))
        for line in lines
    ]
    noted = (*_unjudged(tracks), *columns.left_out)
    return History(rule, tuple(tracks), source, trigger_id, noted)


def _source(series: Series) -> dict[str, Any]:
    return {"path": series.name, "sha256": series.sha256, "rows": len(series.points)}


def _document(place: Place, kind: str, document_id: str) -> Mapping[str, Any]:
    """A document without faults, as it stands in the working tree."""
    documents = {key[1]: each for key, each in place.catalog.documents.items() if key[0] == kind}
    name = "main" if kind == "workspace" and len(documents) == 1 else document_id
    found = next(iter(documents.values())) if name == "main" else documents.get(name)
    if found is None:
        if close := nearest(document_id, sorted(documents)):
            raise UsageError(f"no {kind} `{document_id}`; nearest: {close}")  # the line is mended with it
        there = ", ".join(sorted(documents)) or "none"
        raise UsageError(f"no {kind} `{document_id}`; there are: {there}", type_line="govern validate")
    faults = [each for each in place.catalog.findings if each.path == found.path and each.severity == "error"]
    if faults:
        raise DocumentError(
            f"{found.path}:{faults[0].line}: {faults[0].message}", type_line="govern validate"
        )
    return found.value


def _dictionary(place: Place) -> Mapping[str, Mapping[str, Any]]:
    known = next((each for key, each in place.catalog.documents.items() if key[0] == "cohorts"), None)
    cohorts: Mapping[str, Mapping[str, Any]] = known.value["cohorts"] if known else {}
    return cohorts


def _cohorts(
    place: Place, trigger: Mapping[str, Any], series: Series, wanted: Sequence[str]
) -> tuple[str, ...]:
    """The cohorts that are counted: those of the scope that have rows, or those of them that are wanted."""
    if trigger["scope"] == "all":
        if wanted:
            raise UsageError(f"{trigger['id']} counts over all cohorts together: leave out --cohort")
        return tuple({point.cohort or ALONE: None for point in series.points})
    if not series.keyed:
        return tuple(wanted[:1]) or (ALONE,)
    there = list({point.cohort: None for point in series.points if point.cohort})
    scope, known = trigger["scope"], _dictionary(place)
    if isinstance(scope, Mapping):
        there = [cohort for cohort in there if matches(known.get(cohort, {}), scope["where"])]
    elif known:
        there = [cohort for cohort in there if cohort in known]
    for cohort in wanted:
        if cohort not in there:
            close = nearest(cohort, there)
            raise UsageError(
                f"{series.name} has no cohort `{cohort}` in the scope of {trigger['id']}"
                + (f"; nearest: {close}" if close else "")
            )
    if not (wanted or there):
        raise DocumentError(f"{series.name}: has no cohort in the scope of {trigger['id']}", type_line=AGAIN)
    return tuple(wanted or there)


def _uneven(tracks: Sequence[Track]) -> list[str]:
    """Times that stand twice, and gaps: rows count as neighbours all the same."""
    twice = sum(n - 1 for track in tracks for n in Counter(track.moments).values())
    gaps = 0
    for track in tracks:
        steps = [(after - before).total_seconds() for before, after in pairwise(track.moments)]
        usual = median(steps) if steps else 0
        gaps += sum(step > 1.5 * usual for step in steps) if usual else 0
    said = [_count(twice, "repeated time")] if twice else []
    said += [f"{_count(gaps, 'gap')} in time"] if gaps else []
    return [f"{', '.join(said)}: each row counts as the next window"] if said else []


def _unjudged(tracks: Sequence[Track]) -> list[str]:
    values = [value for track in tracks for value in track.values]
    missing = sum(value is None for value in values)
    wrong = sum(value is not None and not isfinite(value) for value in values)
    said = [f"{_count(missing, 'window')} without a value"] if missing else []
    return said + ([f"{_count(wrong, 'window')} that nobody can judge"] if wrong else [])


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"
