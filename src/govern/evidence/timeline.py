"""Which versions were bound when, laid out as a table that decisions can be joined with.

Exactly one interval holds for a surface, a cohort and an instant: that of the cohort by name, else that of the
surface's default. Every interval lies in the table once for each bucket of time that it touches, so that the join
is one of equal keys however often a cohort was moved. How the intervals follow from records is not known here.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING, Any

from govern.domain.windows import instant, written
from govern.evidence.measures import sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DAY = 86400
BUCKETS = 64  # of a log longer than as many days
EVERYONE = 10_000  # places of a whole cohort: a place is a hundredth of a percent
DEFAULT = 0  # the track of a surface's default
COLUMNS = (
    "surface VARCHAR, track INTEGER, interval INTEGER, since TIMESTAMP, until TIMESTAMP, packet VARCHAR,"
    " on_next BOOLEAN, rolled_back BOOLEAN, places INTEGER, to_version VARCHAR, to_digest VARCHAR,"
    " to_calibration VARCHAR, rest_version VARCHAR, rest_digest VARCHAR"
)


@dataclass(frozen=True, slots=True)
class Interval:
    """What was bound for a cohort from `since` until before `until` (None: still). Instants as `domain.windows`.

    cohort    None: the surface's default, for requests without a key and keys that were never bound by name
    percent   of the cohort on `to_…`, the rest on `rest_…`; a unit's side is that of `v1:PACKET:UNIT`
    cause     of the move: genesis, advance, extend, adopt, rollback, reentry, policy
    """

    surface: str
    cohort: str | None
    since: str
    until: str | None
    packet: str | None
    to_version: str
    to_digest: str
    to_calibration: str | None
    rest_version: str | None = None
    rest_digest: str | None = None
    percent: float = 100
    cause: str = ""

    @property
    def on_next(self) -> bool:
        """A packet put its next here: decisions carry its calibration."""
        return self.packet is not None and self.cause != "rollback"

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions that may be stamped while it holds."""
        rest = self.rest_version if self.percent < 100 else None
        return (self.to_version,) if rest is None else (self.to_version, rest)


@dataclass(frozen=True, slots=True)
class Track:
    """The intervals of one cohort, or of a default, in order and without overlap; `number` is its key."""

    surface: str
    cohort: str | None
    number: int
    spans: tuple[tuple[datetime, datetime, Interval], ...]


def timeline_table(
    connection: "DuckDBPyConnection",
    intervals: Iterable[Interval],
    lag: Mapping[str, int],
    first: datetime,
    last: datetime,
) -> int:
    """Make the tables `named`, `bound` and `former` for decisions from `first` to `last`, UTC.

    named   (surface, cohort_key, track): the cohorts that are bound by name
    bound   (surface, track, bucket, since, until, …): what holds, once for each bucket
    former  (interval, model_version, late_until): what was bound on the same track before an interval, and until
            when its stamp is only late, by `lag`, the seconds of each surface

    Returned is the width of a bucket: that of a time is its seconds since 1970 divided by the width.
    """
    tracks = tracks_of(intervals)
    rows: list[tuple[Any, ...]] = []
    formers: list[tuple[int, str, datetime]] = []
    for track in tracks:
        left: dict[str, datetime] = {}
        for since, until, interval in track.spans:
            grace = timedelta(seconds=lag.get(track.surface, 0))
            formers += [(len(rows), version, gone + grace) for version, gone in left.items()]
            rows.append((track.surface, track.number, len(rows), since, until, *what_of(interval)))
            left |= dict.fromkeys(interval.versions, until)
    named = [(track.surface, track.cohort, track.number) for track in tracks if track.cohort is not None]
    fill(connection, "named", "surface VARCHAR, cohort_key VARCHAR, track INTEGER", named)
    fill(connection, "former", "interval INTEGER, model_version VARCHAR, late_until TIMESTAMP", formers)
    fill(connection, "intervals", COLUMNS, rows)
    width = max(DAY, int((last - first).total_seconds()) // BUCKETS + 1)
    times = {"first": first, "last": last, "width": width}
    connection.execute(f"CREATE OR REPLACE TABLE bound AS {sql('decisions_bound')}", times)
    return width


def what_of(interval: Interval) -> tuple[Any, ...]:
    """What an interval binds, in the order of COLUMNS."""
    split = interval.rest_version is not None
    # in decimals: 33.33 percent are 3333 places, whatever the float says
    places = ceil(Decimal(str(interval.percent)) * 100) if split else EVERYONE
    to = (interval.to_version, interval.to_digest, interval.to_calibration)
    rest = (interval.rest_version, interval.rest_digest)
    return interval.packet, interval.on_next, interval.cause == "rollback", places, *to, *rest


def tracks_of(intervals: Iterable[Interval]) -> list[Track]:
    """A track for each default and each cohort bound by name. Before its first interval by name a cohort had the
    default; where two intervals overlap, the newer one holds."""
    groups: dict[str, dict[str | None, list[Interval]]] = defaultdict(lambda: defaultdict(list))
    for one in sorted(intervals, key=lambda one: (instant(one.since), one.until is None, one.until)):
        groups[one.surface][one.cohort].append(one)
    tracks = []
    for surface, cohorts in groups.items():
        defaults = cohorts.pop(None, [])
        if defaults:
            tracks.append(Track(surface, None, DEFAULT, tuple(spans_of(defaults))))
        for cohort, own in cohorts.items():
            earlier = [one for one in defaults if instant(one.since) < instant(own[0].since)]
            tracks.append(Track(surface, cohort, len(tracks) + 1, tuple(spans_of([*earlier, *own]))))
    return tracks


def spans_of(intervals: Sequence[Interval]) -> Iterator[tuple[datetime, datetime, Interval]]:
    """From when until when each interval held, as times in UTC without a zone; those of no length are left out."""
    begins = [moment(interval.since) for interval in intervals]
    for begin, following, interval in zip(begins, [*begins[1:], LATEST], intervals, strict=True):
        end = min(following, moment(interval.until) if interval.until else LATEST)
        if begin < end:
            yield begin, end, interval


def moment(text: str) -> datetime:
    """An instant as the log has its times: UTC, without a zone."""
    return instant(text).replace(tzinfo=None)


def text_of(time: datetime) -> str:
    """The time of a decision as an instant, cut to whole seconds."""
    return written(time.replace(tzinfo=UTC))


def fill(connection: "DuckDBPyConnection", table: str, columns: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """A table of few rows, filled in one go."""
    connection.execute(f"CREATE OR REPLACE TABLE {table} ({columns})")
    if rows:
        lists = [list(column) for column in zip(*rows, strict=True)]
        values = ", ".join("unnest(?)" for _ in lists)
        connection.execute(f"INSERT INTO {table} SELECT {values}", lists)


EARLIEST, LATEST = moment("0001-01-01T00:00:00Z"), moment("9999-12-31T23:59:59Z")
