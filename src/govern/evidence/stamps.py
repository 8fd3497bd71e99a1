"""A sample of the stamps of a surface's cohorts, compared with what was bound for each of them at that moment.

Every decision of the sample has one outcome. Which cohorts are sampled and since when is decided elsewhere.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from govern.evidence.decisions import Log
from govern.evidence.measures import sql
from govern.evidence.reconcile import SHOWN, SHOWS, told
from govern.evidence.timeline import EARLIEST, Interval, fill, moment, text_of, timeline_table

FAULTS = {  # kind: where it is so in `marked`; the latest of each are shown
    "mismatched": "outcome = 'mismatched'",
    "missing_version": "outcome = 'missing_version'",
    "calibration_missing": "outcome = 'matched' AND calibration_missing",
}
COLUMNS = (
    "decision_id", "decided_at", "surface", "cohort_key", "model_version_active", "calibration_packet_id",
    "baseline_digest",
)  # fmt: skip
CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class Scope:
    """What is sampled: each cohort of `surface` from its own instant on, all of them until before `until`.

    latest  how many decisions of a cohort, the newest; None: all
    """

    surface: str
    since: Mapping[str, str]
    until: str
    latest: int | None = None

    @property
    def sampled(self) -> str:
        """CTEs whose last one, `decisions`, stands for the log in what follows: the sample alone."""
        last = sql("stamps_latest") if self.latest else "SELECT * FROM scope"
        return f"WITH scope AS ({sql('stamps_scope')}), decisions AS ({last})"

    @property
    def asked(self) -> dict[str, Any]:
        more = {"latest": self.latest} if self.latest else {}
        return {"surface": self.surface, "end": moment(self.until), **more}


@dataclass(frozen=True, slots=True)
class Sample:
    """`counts`: {cohort, arm, n, …}, see `stamps_counts.sql`; `faults`: by kind the latest decisions.

    `within`: decisions of each cohort in its window, sampled or not; `cohorts`: decisions of all these cohorts.
    """

    counts: list[dict[str, Any]]
    faults: dict[str, list[dict[str, Any]]]
    within: dict[str, int]
    cohorts: int


def sample(log: Log, intervals: Iterable[Interval], scope: Scope, *, lag: Mapping[str, int]) -> Sample:
    """Compare the decisions of the scope with what was bound; `lag` in seconds by surface."""
    log.require()
    assert log.first is not None and log.last is not None, "a log without a decision has a fault"
    width = timeline_table(log.connection, intervals, lag, log.first, log.last)
    _name(log, scope)
    marked = f"{scope.sampled}, judged AS ({sql('decisions_judged')}), marked AS ({sql('decisions_marked')})"
    asked = {**scope.asked, "width": width, "since": EARLIEST, "until": moment(scope.until)}
    counts = log.ask(f"{marked} {sql('stamps_counts')}", **asked)
    faults = {}
    for kind, where in FAULTS.items():
        if any(row[kind] for row in counts):
            latest = f"SELECT {SHOWS} FROM marked WHERE {where} ORDER BY decided_at DESC, decision_id LIMIT {SHOWN}"
            faults[kind] = [told(row) for row in log.ask(f"{marked} {latest}", **asked)]
    rows = log.ask(sql("stamps_within"), surface=scope.surface, end=moment(scope.until))
    within = {row["cohort"]: row["within"] for row in rows}
    return Sample(counts, faults, within, sum(row["n"] for row in rows))


def stamps(log: Log, scope: Scope) -> Iterator[dict[str, Any]]:
    """The stamps of the sample as the log has them, in the order of time; a row at a time, whatever their number."""
    log.require()
    _name(log, scope)
    query = f"{scope.sampled} SELECT {', '.join(COLUMNS)} FROM decisions ORDER BY decided_at, decision_id"
    cursor = log.connection.execute(query, scope.asked)
    while rows := cursor.fetchmany(CHUNK):
        for row in rows:
            yield {
                name: text_of(value) if isinstance(value, datetime) else value
                for name, value in zip(COLUMNS, row, strict=True)
            }


def _name(log: Log, scope: Scope) -> None:
    """The table `asked` of cohorts and since when."""
    rows = [(cohort, moment(since)) for cohort, since in sorted(scope.since.items())]
    fill(log.connection, "asked", "cohort_key VARCHAR, since TIMESTAMP", rows)
