"""A series of a signal from a file: one value a window, or one an attempt or cluster, as it stands there.

`window` (the start of one) or `timestamp` says when, `cohort_key`, where there is such a column, for whom; `cluster_id`
and `replay` say which cluster a value is of, and in which replay it was reviewed. Whether a value is bad, and on which
windows the times fall, is not asked here; no value is None, what is no number is NaN. Of the same form are incidents:
from when to when something was wrong, as people labelled it.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from govern.domain.selection import is_cohort_key
from govern.domain.triggers.backtesting import Incident
from govern.errors import DocumentError
from govern.evidence.faults import count, first, shown
from govern.evidence.text_rows import TORN, TextRows, text_rows

TIMES = ("window", "timestamp")
VALUE, COHORT, CLUSTER, REPLAY = "value", "cohort_key", "cluster_id", "replay"
STARTS, ENDS, SERIES = ("start", "since", "begin"), ("end", "until"), "series"
AGAIN = "--series FILE.csv"  # what is typed once the file is right
LABELS = "--incidents FILE.csv"
LONGEST = 128  # characters of a name
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
NO_NUMBER = ("nan", "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity")


@dataclass(frozen=True, slots=True)
class Point:
    """One row of the file."""

    row: int  # from 1; the header is none
    at: datetime  # UTC
    cohort: str | None
    value: float | None
    cluster: str | None = None
    replay: str | None = None  # a replay pack, or the record of one


@dataclass(frozen=True, slots=True)
class Series:
    """The rows of a file, or of what a source answered, in its order.

    `starts`: its times are those at which windows begin; `keyed`: it has a column of cohort keys; `zoned`: its times
    name a zone, else they were taken as UTC; `clustered`: it says of which cluster a value is.
    """

    name: str  # of the file, or of the source that was asked
    sha256: str
    points: tuple[Point, ...]
    starts: bool
    keyed: bool
    zoned: bool
    clustered: bool = False


def read_series(path: Path) -> Series:
    """Read the file at `path`. UsageError: no such file; DocumentError: all that is wrong with its rows."""
    known = (TIMES, (VALUE, COHORT, CLUSTER, REPLAY))
    read = text_rows(path, known, (TIMES, (VALUE,)), what="a series", again=AGAIN)
    if not (read.rows or read.torn):
        raise DocumentError(f"{path}: has no row; no data is never a pass", type_line=AGAIN)
    time = next(name for name in TIMES if name in read.columns)
    points: list[Point] = []
    faults = _Faults(read)
    for row, cell in read.rows:
        try:
            at = faults.moment(cell[time])
            cohort, value = _cohort(cell), _number(cell[VALUE])
            cluster, replay = (_name(cell.get(column, "")) for column in (CLUSTER, REPLAY))
            points.append(Point(row, at, cohort, value, cluster, replay))
        except _Misread as fault:
            faults.add(row, fault)
    faults.require_none(path, "nothing is computed from a series with faults", AGAIN)
    columns = read.columns
    starts, keyed, clustered = time == TIMES[0], COHORT in columns, CLUSTER in columns
    return Series(str(path), read.sha256, tuple(points), starts, keyed, faults.zoned, clustered)


@dataclass(frozen=True, slots=True)
class Labels:
    """Incidents as people labelled them. `others` is how many of the file are about another series, `about` the one
    that is meant.
    """

    name: str
    incidents: tuple[Incident, ...]
    others: int
    about: str


def read_incidents(path: Path, series: str) -> Labels:
    """The labelled incidents at `path`; of a file that labels several series those of the one named `series`.

    A file without rows says that nothing happened. Faults as for a series.
    """
    known = (STARTS, ENDS, (COHORT, SERIES))
    read = text_rows(path, known, (STARTS, ENDS), what="a file of incidents", again=LABELS)
    begin = next(name for name in STARTS if name in read.columns)
    end = next(name for name in ENDS if name in read.columns)
    found: list[Incident] = []
    others = 0
    faults = _Faults(read)
    for row, cell in read.rows:
        if cell.get(SERIES, series) not in (series, ""):
            others += 1
            continue
        try:
            span = faults.moment(cell[begin]), faults.moment(cell[end])
            if span[1] < span[0]:
                raise _Misread("ends before it begins", shown(cell[end]))
            found.append(Incident(*span, _cohort(cell)))
        except _Misread as fault:
            faults.add(row, fault)
    faults.require_none(path, "nothing is judged by labels with faults", LABELS)
    ordered = sorted(found, key=lambda one: (one.begin, one.end, one.cohort or ""))
    return Labels(str(path), tuple(ordered), others, series)


class _Misread(Exception):  # noqa: N818  # caught in this module, becomes a line of a DocumentError
    """A cell that its column does not take: what is wrong, the same words for every row, and the cell."""

    def __init__(self, kind: str, said: str) -> None:
        super().__init__(kind, said)
        self.kind, self.said = kind, said


class _Faults:
    """Every kind of fault with its rows, while a file is read; and whether its times name a zone."""

    def __init__(self, read: TextRows) -> None:
        self._found: dict[str, list[str]] = {}
        self._torn = {TORN.get(read.form, "no row"): list(read.torn)} if read.torn else {}
        self._zones: set[bool] = set()

    @property
    def zoned(self) -> bool:
        return True in self._zones

    def moment(self, text: str) -> datetime:
        try:
            found = datetime.fromisoformat(text.strip())
            utc = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            raise _Misread("no time (2026-11-20T02:00:00Z)", shown(text)) from None
        self._zones.add(found.tzinfo is not None)
        return utc

    def add(self, row: int, fault: _Misread) -> None:
        self._found.setdefault(fault.kind, []).append(f"row {row}: {fault.said}")

    def require_none(self, path: Path, why: str, again: str) -> None:
        faults: Mapping[str, Iterable[str]] = self._found | self._torn
        said = [
            f"{kind}, {count(len(list(rows)), 'row')}: {first(list(rows), '; ')}"
            for kind, rows in faults.items()
        ]
        if len(self._zones) > 1:
            said.append("some times name a zone and some do not: write every time in UTC with a Z")
        if said:
            raise DocumentError(f"{path}: {why}", notes=tuple(said), type_line=again)


def _cohort(cell: Mapping[str, str]) -> str | None:
    text = cell.get(COHORT, "")
    if text and not is_cohort_key(text):
        raise _Misread("no cohort key", shown(text))
    return text or None


def _name(text: str) -> str | None:
    text = text.strip()
    if len(text) > LONGEST or not text.isprintable():
        raise _Misread(f"no name of {LONGEST} characters at most", shown(text))
    return text or None


def _number(text: str) -> float | None:
    text = text.strip()
    if not text:
        return None
    if text.lower() in NO_NUMBER:
        return math.nan
    if not NUMBER.fullmatch(text):
        raise _Misread("no number (leave it empty where there is none)", shown(text))
    return float(text)
