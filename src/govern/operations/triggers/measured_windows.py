"""Windows of a trigger that were measured, as a series: one value each, none where nothing was there to measure.

A window with fewer than the KPI's `min_sample` is no data and no value: nobody can judge it, as at a border.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping

from govern.domain.bands import units
from govern.domain.evidence.response_times import SOURCE
from govern.domain.firing import POOLED
from govern.domain.triggers.evaluation import Watch
from govern.errors import DocumentError
from govern.evidence.faults import count
from govern.evidence.row_measures import Figure
from govern.evidence.series import Point, Series
from govern.evidence.windowed import WindowRow


def row_of(watched: Watch, first: int, end: int) -> WindowRow:
    """The windows from one place until before another, for whoever is watched. DocumentError where there is none."""
    if end <= first:
        raise DocumentError(
            f"no window of {watched.grid.length} is over that began since next was bound, {watched.begin}",
            type_line="govern status",
        )
    lines: dict[str | None, Mapping[str, str]] = {each: {each: at} for each, at in watched.since.items()}
    if watched.trigger["scope"] == "all":
        lines = {POOLED: watched.since}
    return WindowRow(watched.grid.start(first), watched.grid.length, end - first, lines)


def series_of(
    watched: Watch, row: WindowRow, figures: Iterable[Figure], sha256: str
) -> tuple[Series, list[str]]:
    """The figures as rows, and in words which of them are too few. Both ends of every line stand there, so that its
    silence is seen.
    """
    least, few, there = watched.signal["min_sample"], Counter[str | None](), set()
    first = watched.grid.place_at(row.first)
    points: list[Point] = []
    for figure in figures:
        judged = figure.n >= least
        few[figure.cohort] += not judged
        there.add((figure.cohort, figure.place))
        at = watched.grid.moment(first + figure.place)
        value = figure.value if judged else math.nan
        points.append(Point(len(points) + 1, at, figure.cohort, value))
    for cohort in row.lines:
        for place in {0, row.count - 1}:
            if (cohort, place) not in there:
                at = watched.grid.moment(first + place)
                points.append(Point(len(points) + 1, at, cohort, None))
    name = watched.signal["source"]
    asked = f"fewer than {least:,} {'firings' if name == SOURCE else units(watched.signal)}"
    left_out = [
        f"not judged: {cohort or 'all'}, {n:,} of {count(row.count, 'window')} with {asked}"
        for cohort, n in few.items()
        if n
    ]
    series = Series(name, sha256, tuple(points), starts=True, keyed=POOLED not in row.lines, zoned=True)
    return series, left_out
