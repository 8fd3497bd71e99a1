"""The decisions of cohorts in their windows, laid out for measures: the tables `spans`, `known_effects` and `scoped`.

The log is read once, whatever is measured of it. What is measured is not known here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from govern.domain.evidence.cycles import window_bounds
from govern.evidence.decisions import Log
from govern.evidence.measures import sql
from govern.evidence.timeline import EARLIEST, LATEST, Interval, fill, moment, timeline_table

SPANS = "span INTEGER, cohort_key VARCHAR, win VARCHAR, since TIMESTAMP, until TIMESTAMP, bucket BIGINT"
EPOCH, TICK = moment("1970-01-01T00:00:00Z"), timedelta(microseconds=1)
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


def lay_out(log: Log, served: Served, wanted: Iterable[Place], *, stamps: bool = False) -> dict[Place, int]:
    """Make the tables; the number of each place in them, single cohorts first. `stamps`: compare them."""
    log.require()
    assert log.first is not None and log.last is not None, "a log without a decision has a fault"
    intervals = served.intervals if stamps else ()
    width = timeline_table(log.connection, intervals, served.lag, log.first, log.last)
    places = spans(log, served, wanted, width)
    known = [(name,) for name in sorted(set(served.known_effects))]
    fill(log.connection, "known_effects", "class VARCHAR", known)
    decided = "decided AS (SELECT *, CAST(NULL AS BOOLEAN) AS faulty FROM decisions)"
    asked: dict[str, object] = {"surface": served.surface, "next": served.next, "prev": served.prev}
    if stamps:
        asked |= {"since": EARLIEST, "until": LATEST}
        judged = f"judged AS ({sql('decisions_judged')}), marked AS ({sql('decisions_marked')})"
        decided = f"{judged}, decided AS (SELECT *, {FAULTY} AS faulty FROM marked)"
    query = f"CREATE OR REPLACE TEMP TABLE scoped AS WITH {decided} {sql('decisions_scoped')}"
    log.ask(query, **asked, width=width)
    return places


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
