"""A series of a signal from a CSV file: one value a window, as it stands there.

`window` (the start of one) or `timestamp` says when, `cohort_key`, where there is such a column, for whom. Whether a
value is bad, and on which windows the times fall, is not asked here; no value is None, what is no number is NaN.
"""

import csv
import math
import re
from collections.abc import Iterator
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
    """The rows of a file in its order. `starts`: its times are those at which windows begin; `keyed`: it has a
    column of cohort keys; `zoned`: its times name a zone, else they were taken as UTC.
    """

    path: Path
    sha256: str
    points: tuple[Point, ...]
    starts: bool
    keyed: bool
    zoned: bool


def read_series(path: Path) -> Series:
    """Read the file at `path`. UsageError: no CSV file there; DocumentError: all that is wrong with its rows."""
    if path.suffix.lower() != ".csv":
        raise UsageError(f"{path}: a series is a CSV file (.csv)")
    sha256 = digest(path)
    try:
        columns = header(path)
        _require_columns(path, columns)
        with path.open(encoding="utf-8-sig", newline="") as stream:
            lines = csv.reader(stream)
            next(lines)
            cells = [line for line in lines if line]
    except (Unreadable, UnicodeDecodeError, csv.Error) as error:
        raise DocumentError(f"{path}: cannot be read as CSV: {error}") from None
    if not cells:
        raise DocumentError(f"{path}: has no row; no data is never a pass")
    return _of_rows(path, sha256, columns, cells)


def _require_columns(path: Path, columns: tuple[str, ...]) -> None:
    lacking = [] if any(name in columns for name in TIMES) else [TIMES]
    lacking += [] if VALUE in columns else [(VALUE,)]
    if not lacking:
        return
    said = []
    for names in lacking:
        close = next(filter(None, (nearest(name, columns) for name in names)), None)
        said.append(" or ".join(names) + (f" (nearest: {close})" if close else ""))
    raise DocumentError(
        f"{path}: has no column {', '.join(said)}",
        notes=(
            "a series has the columns timestamp (or window, its start) and value, and may have cohort_key",
        ),
    )


def _of_rows(path: Path, sha256: str, columns: tuple[str, ...], cells: list[list[str]]) -> Series:
    """The rows as points; DocumentError with every fault of them."""
    time = columns.index(next(name for name in TIMES if name in columns))
    value = columns.index(VALUE)
    cohort = columns.index(COHORT) if COHORT in columns else None
    points: list[Point] = []
    torn, times, values, keys = [], [], [], []
    zones: set[bool] = set()
    for row, line in enumerate(cells, start=1):
        if len(line) != len(columns):
            torn.append(f"row {row}: {count(len(line), 'cell')}, the header has {len(columns)}")
            continue
        moment, number = _moment(line[time].strip()), _number(line[value])
        key = line[cohort] if cohort is not None else ""
        if moment is None:
            times.append(f"row {row}: {shown(line[time])}")
        elif number is False:
            values.append(f"row {row}: {shown(line[value])}")
        elif key and not is_cohort_key(key):
            keys.append(f"row {row}: {shown(key)}")
        else:
            zones.add(moment.tzinfo is not None)
            at = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
            points.append(Point(row, at, key or None, number))
    faults = list(_said(torn=torn, times=times, values=values, keys=keys))
    if len(zones) == 2:
        faults.append("some times name a zone and some do not: write every time in UTC with a Z")
    if faults:
        raise DocumentError(f"{path}: nothing is computed from a series with faults", notes=tuple(faults))
    return Series(path, sha256, tuple(points), columns[time] == TIMES[0], cohort is not None, True in zones)


def _said(*, torn: list[str], times: list[str], values: list[str], keys: list[str]) -> Iterator[str]:
    """One sentence for each kind of fault, with its first rows."""
    if torn:
        yield f"{count(len(torn), 'row')} of another length: {first(torn, '; ')}"
    if times:
        yield f"no time in {count(len(times), 'row')}: {first(times, '; ')}; write 2026-11-20T02:00:00Z"
    if values:
        yield f"no number in {count(len(values), 'row')}: {first(values, '; ')}; empty is no data"
    if keys:
        yield f"no cohort key in {count(len(keys), 'row')}: {first(keys, '; ')}"


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _number(text: str) -> float | None | bool:
    """The number; None where there is none, NaN where it is not one, False where the text says something else."""
    text = text.strip()
    if not text:
        return None
    if text.lower() in NO_NUMBER:
        return math.nan
    return float(text) if NUMBER.fullmatch(text) else False
