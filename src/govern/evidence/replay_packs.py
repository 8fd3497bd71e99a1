"""The decisions of a replay pack: which ones a log gives for it, and how the stamp of each compares.

A pack's own decisions are a log too, so that building and opening one ask the same questions. Which cohorts and
since when is decided elsewhere, as is what was bound and what makes a decision complete.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from govern.evidence.decisions import Log
from govern.evidence.measures import sql
from govern.evidence.timeline import EARLIEST, LATEST, Interval, fill, moment, timeline_table

COLUMNS = (  # what says who decided for whom, and how it ended; other columns of a log stay there
    "decision_id", "decided_at", "surface", "cohort_key", "model_version_active", "calibration_packet_id",
    "baseline_digest", "policy_pass", "unit_key", "build_id", "option_id", "error_class", "cache_key",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """Where a packet's next decides: the cohorts of its surface with the instant since when, until before `until`."""

    packet: str
    surface: str
    digest: str
    since: Mapping[str, str]
    until: str


@dataclass(frozen=True, slots=True)
class Picked:
    """One decision as the log has it. `outcome` is matched, or what is wrong with its stamp; `decides` is the side
    of the binding, `to` or `rest`, and None where nobody can say.
    """

    decision: Mapping[str, Any]
    outcome: str
    decides: str | None

    @property
    def id(self) -> str:
        return str(self.decision["decision_id"])

    @property
    def cohort(self) -> str | None:
        cohort: str | None = self.decision["cohort_key"]
        return cohort

    @property
    def second(self) -> str:
        """When it was decided, cut to the whole second: bindings move at no other instants."""
        return f"{self.decision['decided_at'][:19]}Z"


def newest(
    log: Log, intervals: Sequence[Interval], lag: Mapping[str, int], field: Field, latest: int
) -> list[Picked]:
    """The newest decisions of each cohort in the field, `latest` of each at most, in the order of time."""
    width = _bind(log, intervals, lag)
    since = [(cohort, moment(since)) for cohort, since in sorted(field.since.items())]
    fill(log.connection, "asked", "cohort_key VARCHAR, since TIMESTAMP", since)
    query = f"{_marked(sql('stamps_scope'))} {sql('replay_newest')}"
    found = log.ask(
        query,
        surface=field.surface,
        packet=field.packet,
        digest=field.digest,
        latest=latest,
        end=moment(field.until),
        width=width,
        since=EARLIEST,
        until=LATEST,
    )
    return picked(log, intervals, lag, (row["decision_id"] for row in found))


def picked(
    log: Log, intervals: Sequence[Interval], lag: Mapping[str, int], ids: Iterable[str] | None = None
) -> list[Picked]:
    """The decisions with these ids, or all of the log; an id that the log does not have gives none."""
    width = _bind(log, intervals, lag)
    scope = "SELECT * FROM decisions"
    if ids is not None:
        fill(log.connection, "picked", "decision_id VARCHAR", [(each,) for each in sorted(set(ids))])
        scope += " WHERE decision_id IN (SELECT decision_id FROM picked)"
    rows = log.ask(f"{_marked(scope)} {sql('replay_picked')}", width=width, since=EARLIEST, until=LATEST)
    return [Picked(_told(row), row["outcome"], row["decides"]) for row in rows]


def _bind(log: Log, intervals: Iterable[Interval], lag: Mapping[str, int]) -> int:
    log.require()
    assert log.first is not None and log.last is not None, "a log without a decision has a fault"
    return timeline_table(log.connection, intervals, lag, log.first, log.last)


def _marked(scope: str) -> str:
    """CTEs whose last one compares the decisions of `scope` with what was bound."""
    return (
        f"WITH scope AS ({scope}), decisions AS (SELECT * FROM scope),"
        f" judged AS ({sql('decisions_judged')}), marked AS ({sql('decisions_marked')})"
    )


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a decision log as JSON values; a time keeps its fractions of a second."""
    told = {name: row[name] for name in COLUMNS}
    decided_at: datetime = row["decided_at"]
    told["decided_at"] = f"{decided_at.isoformat()}Z"
    told["policy_pass"] = None if row["policy_pass"] is None else bool(row["policy_pass"])
    return told
