"""A file by itself, without a workspace: each row is the next window of its cohort.

What fired, and when, is told by the order of the rows, so rows out of order are refused, whoever asks.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from govern.domain.findings import nearest
from govern.domain.firing import Line, Row
from govern.errors import DocumentError, UsageError
from govern.evidence.series import AGAIN, Point, Series, read_series

SHOWN = 3  # rows named in one refusal


def read_lines(path: Path, cohorts: tuple[str, ...] = ()) -> tuple[Series, list[Line]]:
    """The rows of a file in lines. The place of a row is its place in the file, from 0."""
    series = read_series(path)
    return series, lines_in(series, cohorts)


def lines_in(series: Series, cohorts: tuple[str, ...] = ()) -> list[Line]:
    """The rows of a series in lines of their own, by cohort. UsageError where it has no such cohort; DocumentError
    for rows that lie before those above them.
    """
    rows: dict[str | None, list[Row]] = {}
    for place, point in enumerate(series.points):
        rows.setdefault(point.cohort, []).append(Row(point.cohort, place, point.value))
    for cohort in cohorts:
        if cohort not in rows:
            close = nearest(cohort, [key for key in rows if key])
            raise UsageError(
                f"{series.name} has no cohort `{cohort}`" + (f"; nearest: {close}" if close else "")
            )
    lines = [Line(key, tuple(rows[key])) for key in cohorts or rows]
    for line in lines:
        _require_order(series, [series.points[row.place] for row in line.rows])
    return lines


def _require_order(series: Series, points: Sequence[Point]) -> None:
    late = [below.row for above, below in pairwise(points) if below.at < above.at]
    if late:
        more = f" and {len(late) - SHOWN} more" if late[SHOWN:] else ""
        raise DocumentError(
            f"{series.name}: rows that lie before the one above them: {', '.join(map(str, late[:SHOWN]))}{more}",
            notes=("what fired, and when, is told by the order of the rows: sort them by time",),
            type_line=AGAIN,
        )
