"""The decisions of cohorts in their windows, laid out for measures: the tables `spans`, `known_effects` and `scoped`.

The log is read once, whatever is measured of it. What is measured is not known here.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from govern.domain.evidence.cycles import window_bounds
from govern.domain.windows import duration, window_from
from govern.evidence.decisions import Log
from govern.evidence.measures import sql
from govern.evidence.timeline import EARLIEST, LATEST, Interval, fill, moment, text_of, timeline_table

ROW_SPANS = "line BIGINT, cohort_key VARCHAR, since TIMESTAMP, until TIMESTAMP"
SPANS = "span INTEGER, cohort_key VARCHAR, win VARCHAR, since TIMESTAMP, until TIMESTAMP, bucket BIGINT"
EPOCH, TICK, SECOND = moment("1970-01-01T00:00:00Z"), timedelta(microseconds=1), timedelta(seconds=1)
FAULTY = "outcome IN ('mismatched', 'missing_version', 'unbound') OR COALESCE(calibration_missing, FALSE)"
Place = tuple[str | None, str]  # cohort, or None for all together, and window


@dataclass(frozen=True, slots=True)
class Served:
    """Who is asked about: a surface, the versions of a packet, the cohorts that count `together`.

    intervals, lag  what was bound when, and the seconds in which an old stamp is late; where stamps are measured
    known_effects   classes of side effects that are not new; without any every one is
    """

    surface: str
    next: str
    prev: str
    together: tuple[str, ...] = ()
    intervals: tuple[Interval, ...] = ()
    lag: Mapping[str, int] = field(default_factory=dict)
    known_effects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WindowRow:
    """`count` windows of `length` in a row, of which the first starts at `first`.

    lines   what is counted by itself, a cohort or None for all together, with the cohorts in it and since when each
            counts; a window that begins before that is none of its own
    """

    first: str
    length: str
    count: int
    lines: Mapping[str | None, Mapping[str, str]]

    @property
    def begin(self) -> datetime:
        return moment(self.first)

    @property
    def size(self) -> timedelta:
        return duration(self.length)

    def texts(self) -> list[str]:
        """The windows as records name them."""
        starts = (text_of(self.begin + place * self.size) for place in range(self.count))
        return [window_from(start, self.length) for start in starts]

    def spans(self) -> Iterator[tuple[int, str, datetime, datetime]]:
        """By number of the line and cohort, from the start of which window until the end of which one it counts."""
        for number, line in enumerate(self.lines.values()):
            for cohort, since in line.items():
                past = max(0, -((self.begin - moment(since)) // self.size))
                yield number, cohort, self.begin + past * self.size, self.begin + self.count * self.size


def lay_out(log: Log, served: Served, wanted: Iterable[Place], *, stamps: bool = False) -> dict[Place, int]:
    """Make the tables; the number of each place in them, single cohorts first. `stamps`: compare them."""
    width = _bind(log, served, stamps=stamps)
    places = spans(log, served, wanted, width)
    _scope(log, served, width, "decisions_in_spans", {}, stamps=stamps)
    return places


def lay_row(log: Log, served: Served, row: WindowRow, *, stamps: bool = False) -> None:
    """Make the tables for windows in a row: their numbers go on from line to line, `row.count` for each."""
    width = _bind(log, served, stamps=stamps)
    fill(log.connection, "spans", ROW_SPANS, list(row.spans()))
    asked = {"begin": (row.begin - EPOCH) // SECOND, "length": row.size // SECOND, "count": row.count}
    _scope(log, served, width, "decisions_on_grid", asked, stamps=stamps)


def _bind(log: Log, served: Served, *, stamps: bool) -> int:
    """What was bound when, where stamps are compared; the width of a bucket of time."""
    log.require()
    assert log.first is not None and log.last is not None, "a log without a decision has a fault"
    known = [(name,) for name in sorted(set(served.known_effects))]
    fill(log.connection, "known_effects", "class VARCHAR", known)
    intervals = served.intervals if stamps else ()
    return timeline_table(log.connection, intervals, served.lag, log.first, log.last)


def _scope(
    log: Log, served: Served, width: int, placing: str, asked: Mapping[str, object], *, stamps: bool
) -> None:
    """Make `scoped`, from the decisions that the query `placing` puts into windows."""
    placed = sql(placing)
    decided = "decided AS (SELECT *, CAST(NULL AS BOOLEAN) AS faulty FROM decisions)"
    asked = {"surface": served.surface, "next": served.next, "prev": served.prev, **asked}
    if stamps:
        asked |= {"since": EARLIEST, "until": LATEST}
        judged = f"judged AS ({sql('decisions_judged')}), marked AS ({sql('decisions_marked')})"
        decided = f"{judged}, decided AS (SELECT *, {FAULTY} AS faulty FROM marked)"
    if stamps or "$width" in placed:
        asked |= {"width": width}
    whole = f"{decided}, placed AS ({placed}) {sql('decisions_scoped')}"
    log.ask(f"CREATE OR REPLACE TEMP TABLE scoped AS WITH {whole}", **asked)


def spans(log: Log, served: Served, wanted: Iterable[Place], width: int) -> dict[Place, int]:
    """Make `spans`: every window once for each cohort that counts in it and each bucket of time that it touches."""
    places = {place: number for number, place in enumerate(sorted(wanted, key=_own_first), start=1)}
    length, rows = timedelta(seconds=width), []
    for (cohort, window), number in places.items():
        since, until = (moment(bound) for bound in window_bounds(window))
        buckets = range((since - EPOCH) // length, (until - EPOCH - TICK) // length + 1)
        keys = served.together if cohort is None else (cohort,)
        rows += [(number, key, window, since, until, bucket) for key in keys for bucket in buckets]
    fill(log.connection, "spans", SPANS, rows)
    return places


def _own_first(place: Place) -> tuple[bool, str, str]:
    return place[0] is None, place[0] or "", place[1]
