"""What was served beside what was bound: every decision of a window compared with the timeline of its cohort.

Counts and the latest decisions of each kind of trouble; whether they keep a gate shut is decided elsewhere.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from govern.errors import UsageError
from govern.evidence.decisions import Log
from govern.evidence.measures import sql
from govern.evidence.timeline import EARLIEST, LATEST, Interval, moment, text_of, timeline_table

SHOWN = 5  # decisions of a kind
TROUBLE = {  # kind: where it is so in `marked`, said so that few rows need to be compared where that can be
    "mismatched": "outcome = 'mismatched'",
    "missing_version": "model_version_active IS NULL AND outcome = 'missing_version'",
    "unbound": "outcome = 'unbound'",
    "calibration_missing": "calibration_missing",
    "cache_without_version": "cache_without_version",
    "stale_cache": "stale_cache",
}
SHOWS = (
    "decision_id, decided_at, surface, cohort_key AS cohort, model_version_active AS stamped, to_version,"
    " CASE WHEN split THEN rest_version END AS rest_version, side, calibration_packet_id AS calibration,"
    " to_calibration, baseline_digest AS digest, cache_key"
)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The decisions of a window beside their bindings. `cohorts` and `samples` are JSON values.

    since, until  the window asked for, half-open (None: open)
    n, outside    decisions of the log in the window and outside of it
    cohorts       {surface, cohort (null: no key), n, …counts, first, last}, see `decisions_counts.sql`;
                  n = matched + mismatched + late + missing_version + unbound, times cut to whole seconds
    samples       by kind of trouble the latest decisions, five at most: {decision_id, decided_at, surface,
                  cohort, stamped, to_version, rest_version (in a split), side, calibration, to_calibration,
                  digest, cache_key}
    """

    since: str | None
    until: str | None
    n: int
    outside: int
    cohorts: list[dict[str, Any]] = field(default_factory=list)
    samples: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def total(self, kind: str) -> int:
        """A count over all surfaces and cohorts."""
        return sum(row[kind] for row in self.cohorts)


def reconcile(
    log: Log,
    intervals: Iterable[Interval],
    *,
    lag: Mapping[str, int],
    since: str | None = None,
    until: str | None = None,
) -> Reconciled:
    """Compare the decisions from `since` until before `until` with what was bound; `lag` in seconds by surface.

    UsageError: a window that ends before it starts; DocumentError: a log with faults.
    """
    begin = moment(since) if since else EARLIEST
    end = moment(until) if until else LATEST
    if end <= begin:
        raise UsageError(f"the window ends at {until}, not after its start at {since}")
    log.require()
    assert log.first is not None and log.last is not None, "a log without a decision has a fault"
    width = timeline_table(log.connection, intervals, lag, log.first, log.last)
    judged = f"WITH judged AS ({sql('decisions_judged')}), marked AS ({sql('decisions_marked')})"
    asked = {"width": width, "since": begin, "until": end}
    cohorts = [told(row) for row in log.ask(f"{judged} {sql('decisions_counts')}", **asked)]
    samples = {}
    for kind, where in TROUBLE.items():
        if any(row[kind] for row in cohorts):
            latest = f"SELECT {SHOWS} FROM marked WHERE {where} ORDER BY decided_at DESC, decision_id LIMIT {SHOWN}"
            samples[kind] = [told(row) for row in log.ask(f"{judged} {latest}", **asked)]
    n = sum(row["n"] for row in cohorts)
    return Reconciled(since, until, n, log.rows - n, cohorts, samples)


def told(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its times as text, cut to whole seconds."""
    return {name: text_of(value) if isinstance(value, datetime) else value for name, value in row.items()}
