"""What a version still served: its decisions by cohort, and from when on there is none.

This is how SERVED is seen: not in what is bound, but in what decided. Stale and late serving count as serving.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from govern.errors import UsageError
from govern.evidence.decisions import Log
from govern.evidence.measures import sql
from govern.evidence.timeline import LATEST, fill, moment, text_of


@dataclass(frozen=True, slots=True)
class Served:
    """Decisions of a cohort on a version: instants of the first and the last, cut to whole seconds."""

    first: str | None
    last: str | None
    n: int


@dataclass(frozen=True, slots=True)
class Window:
    """A window without a decision on the version; `cohorts` are its decisions by cohort."""

    since: str
    until: str
    n: int
    no_version: int
    cohorts: Mapping[str, int]


def served_range(
    log: Log, surface: str, cohorts: Iterable[str], version: str, since: str
) -> dict[str, Served]:
    """For each cohort the decisions on `version` from `since` on."""
    asked = {"surface": surface, "version": version, "since": moment(since)}
    found = dict.fromkeys(sorted(set(cohorts)), Served(None, None, 0))
    fill(log.connection, "affected", "cohort_key VARCHAR", [(cohort,) for cohort in found])
    for row in log.ask(sql("relabel_served"), **asked):
        found[row["cohort"]] = Served(text_of(row["first"]), text_of(row["last"]), row["n"])
    return found


def first_window_without(
    log: Log, surface: str, cohorts: Iterable[str], version: str, since: str, length: timedelta
) -> Window | None:
    """The first window of `length`, counted from `since`, from which on no decision is on `version`.

    None while there is no such window: it has to be over in the log, and to hold a decision with a version. A window
    without traffic proves nothing, nor does one before the version comes back.
    """
    if length <= timedelta():
        raise UsageError("a window has a length above zero")
    start = moment(since)
    served = served_range(log, surface, cohorts, version, since)
    lasts = [moment(one.last) for one in served.values() if one.last is not None]
    begin = start + ((max(lasts) - start) // length + 1) * length if lasts else start
    rows = log.ask(sql("relabel_window"), surface=surface, since=begin, until=LATEST)
    firsts = [row["first"] for row in rows if row["first"] is not None]
    if not firsts:
        return None
    begin += (min(firsts) - begin) // length * length
    end = begin + length
    if log.last is None or log.last < end:
        return None
    rows = log.ask(sql("relabel_window"), surface=surface, since=begin, until=end)
    counts = {row["cohort"]: row["n"] for row in rows}
    no_version = sum(row["no_version"] for row in rows)
    return Window(text_of(begin), text_of(end), sum(counts.values()), no_version, counts)
