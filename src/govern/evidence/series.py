"""A series of a signal from a CSV file: one value a window, as it stands there.

`window` (the start of one) or `timestamp` says when, `cohort_key`, where there is such a column, for whom. Whether a
value is bad, and on which windows the times fall, is not asked here; no value is None, what is no number is NaN.
"""

import csv
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from govern.domain.findings import nearest
from govern.domain.selection import is_cohort_key
from govern.errors import DocumentError, UsageError
from govern.evidence.faults import count, first, shown
from govern.evidence.sources import Unreadable, digest, header

TIMES = ("window", "timestamp")
VALUE, COHORT = "value", "cohort_key"
AGAIN = "--series FILE.csv"  # what is typed once the file is right
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
NO_NUMBER = ("nan", "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity")


@dataclass(frozen=True, slots=True)
class Point:
    """One row of the file."""

    row: int  # from 1; the header is none
    at: datetime  # UTC
    cohort: str | None
    value: float | None


@dataclass(frozen=True, slots=True)
class Series:
    """The rows of a file, or of what a source answered, in its order.

    `starts`: its times are those at which windows begin; `keyed`: it has a column of cohort keys; `zoned`: its times
    name a zone, else they were taken as UTC.
    """

    name: str  # of the file, or of the source that was asked
    sha256: str
    points: tuple[Point, ...]
    starts: bool
    keyed: bool
    zoned: bool


def read_series(path: Path) -> Series:
    """Read the file at `path`. UsageError: no CSV file there; DocumentError: all that is wrong with its rows."""
    if path.suffix.lower() != ".csv":
        raise UsageError(f"{path}: a series is a CSV file (.csv)", type_line=AGAIN)
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file", type_line=AGAIN)
    sha256 = digest(path)
    try:
        columns = header(path)
        _require_columns(path, columns)
        with path.open(encoding="utf-8-sig", newline="") as stream:
            lines = csv.reader(stream)
            next(lines)
            cells = [line for line in lines if line]
    except (Unreadable, UnicodeDecodeError, csv.Error) as error:
        raise DocumentError(f"{path}: cannot be read as CSV: {error}", type_line=AGAIN) from None
    if not cells:
        raise DocumentError(f"{path}: has no row; no data is never a pass", type_line=AGAIN)
    return _of_rows(path, sha256, columns, cells)


def _require_columns(path: Path, columns: tuple[str, ...]) -> None:
    wanted: tuple[tuple[str, ...], ...] = (TIMES, (VALUE,))
    lacking = [names for names in wanted if not set(names) & set(columns)]
    if not lacking:
        return
    said = []
    for names in lacking:
        close = next(filter(None, (nearest(name, columns) for name in names)), None)
        said.append(" or ".join(names) + (f" (nearest: {close})" if close else ""))
    raise DocumentError(
        f"{path}: has no column {', '.join(said)}",
        notes=(
            "a series has a column timestamp (or window, where one begins) and value, and may have cohort_key",
        ),
        type_line=AGAIN,
    )


def _of_rows(path: Path, sha256: str, columns: tuple[str, ...], cells: list[list[str]]) -> Series:
    """The rows as points. DocumentError with every kind of fault and its first rows."""
    time = next(name for name in TIMES if name in columns)
    points: list[Point] = []
    faults: dict[str, list[str]] = {}
    zones: set[bool] = set()
    for row, line in enumerate(cells, start=1):
        try:
            if len(line) != len(columns):
                raise _Misread("cells missing or too many", f"{len(line)} instead of {len(columns)}")
            cell = dict(zip(columns, line, strict=True))
            at = _moment(cell[time])
            points.append(Point(row, _utc(at), _cohort(cell.get(COHORT, "")), _number(cell[VALUE])))
            zones.add(at.tzinfo is not None)
        except _Misread as fault:
            faults.setdefault(fault.kind, []).append(f"row {row}: {fault.said}")
    said = [f"{kind}, {count(len(rows), 'row')}: {first(rows, '; ')}" for kind, rows in faults.items()]
    if len(zones) > 1:
        said.append("some times name a zone and some do not: write every time in UTC with a Z")
    if said:
        raise DocumentError(
            f"{path}: nothing is computed from a series with faults", notes=tuple(said), type_line=AGAIN
        )
    return Series(str(path), sha256, tuple(points), time == TIMES[0], COHORT in columns, True in zones)


class _Misread(Exception):  # noqa: N818  # caught in this module, becomes a line of a DocumentError
    """A cell that its column does not take: what is wrong, the same words for every row, and the cell."""

    def __init__(self, kind: str, said: str) -> None:
        super().__init__(kind, said)
        self.kind, self.said = kind, said


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        raise _Misread("no time (2026-11-20T02:00:00Z)", shown(text)) from None


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        raise _Misread("no time (2026-11-20T02:00:00Z)", shown(str(moment))) from None


def _cohort(text: str) -> str | None:
    if text and not is_cohort_key(text):
        raise _Misread("no cohort key", shown(text))
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
