"""Sampling the stamps of a packet's cohorts on next: the team's log, through the evidence room, into a command.

The figures are always given. What is recorded of them is counts; the stamps themselves stay in the log, or go to a
partner with `signer_packet`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from govern.domain.checks.stamps import FAULTS
from govern.domain.document import digest_of, lines
from govern.domain.evidence.rows import STAMPED
from govern.domain.evidence.stamping import SOURCE, moved_at, sampled_until, window
from govern.domain.rollout.recording import RecordEvidence, border_in_field
from govern.domain.state import Packet
from govern.domain.windows import after
from govern.errors import UsageError
from govern.evidence.decisions import Log
from govern.evidence.stamps import Sample, Scope, sample, stamps
from govern.operations.asking import packet_of
from govern.operations.evidence.decision_log import decision_log, input_of, reaches
from govern.operations.evidence.timelines import intervals, lags
from govern.operations.workspace import Workspace


@dataclass(frozen=True)
class Sampled:
    """A sample while its log is open: `rows` are those of the recorded table."""

    packet: Packet
    border: str
    scope: Scope
    rows: list[dict[str, Any]]
    excluded: dict[str, int]
    faults: Mapping[str, list[dict[str, Any]]]
    input: Mapping[str, Any]
    log: Log

    @property
    def n(self) -> int:
        return sum(row["n"] for row in self.rows)

    @property
    def faulty(self) -> bool:
        return any(row["counts"][kind] for row in self.rows for kind in FAULTS)

    @property
    def unseen(self) -> list[str]:
        """Cohorts on next of which no decision rightly on next is in the sample."""
        seen = {row["cohort"] for row in self.rows if row["arm"] == "next" and row["counts"]["matched"]}
        return [cohort for cohort in self.packet.on_next if cohort not in seen]

    def stamps(self) -> Iterator[dict[str, Any]]:
        return stamps(self.log, self.scope)

    def command(self) -> RecordEvidence:
        """What is recorded of it."""
        table = lines(self.rows)
        measured = {
            "border": self.border,
            "source": {
                "name": SOURCE,
                "query": [SOURCE],
                "params": {"until": self.scope.until, "sample": self.scope.latest, "last": reaches(self.log)},
                "input": dict(self.input),
                "until": None,
            },
            "windows": sorted({row["window"] for row in self.rows}),
            "excluded": self.excluded,
            "table": {"sha256": digest_of(table), "rows": len(self.rows)},
        }
        return RecordEvidence(self.packet.id, measured, {digest_of(table): table})


@contextmanager
def sampled(
    workspace: Workspace,
    packet_id: str,
    given: str | None = None,
    *,
    since: str | None = None,
    until: str | None = None,
    latest: int | None = None,
) -> Iterator[Sampled]:
    """Sample each cohort on next from the end of its last sample on, or from `since`, never before its last move.

    It reaches to the last decision of the log, and never past `until` or now. UsageError where nothing is left.
    """
    packet = packet_of(workspace, packet_id)
    border_in_field(packet)
    with decision_log(workspace, given) as log:
        yield sample_of(workspace, packet, log, since=since, until=until, latest=latest)


def sample_of(
    workspace: Workspace,
    packet: Packet,
    log: Log,
    *,
    since: str | None = None,
    until: str | None = None,
    latest: int | None = None,
) -> Sampled:
    """The same from a log that is open already."""
    scope = _scope(workspace, packet, log, since, until, latest)
    found = sample(log, intervals(workspace.state), scope, lag=lags(workspace.state))
    if not found.counts:
        raise _nothing(workspace, packet, log, scope)
    rows = [_row(row, scope, found) for row in found.counts]
    excluded = _excluded(log, found, sum(row["n"] for row in rows))
    border, read = border_in_field(packet), input_of(workspace, log)
    return Sampled(packet, border, scope, rows, excluded, found.faults, read, log)


def _scope(
    workspace: Workspace, packet: Packet, log: Log, since: str | None, until: str | None, latest: int | None
) -> Scope:
    ends = sampled_until(workspace.documents(), packet)
    begins = {}
    for cohort in packet.on_next:
        moved = moved_at(workspace.state, packet, cohort)
        begins[cohort] = max(moved, since or ends.get(cohort, moved))
    last = reaches(log)
    assert last is not None, "a log without a decision has a fault"
    end = min(after(last, "PT1S"), until or after(last, "PT1S"), workspace.now())
    left = {cohort: begin for cohort, begin in begins.items() if begin < end}
    return Scope(packet.surface, left, end, latest)


def _row(row: Mapping[str, Any], scope: Scope, found: Sample) -> dict[str, Any]:
    """A row of the recorded table. What was left out of a cohort's window is said once, in the arm next."""
    cohort = row["cohort"]
    taken = sum(other["n"] for other in found.counts if other["cohort"] == cohort)
    first = next(other["arm"] for other in found.counts if other["cohort"] == cohort)
    return {
        "kpi": None,
        "cohort": cohort,
        "window": window(scope.since[cohort], scope.until),
        "arm": row["arm"],
        "n": row["n"],
        "excluded": found.within[cohort] - taken if row["arm"] == first else 0,
        "value": None,
        "counts": {name: row[name] for name in STAMPED},
    }


def _excluded(log: Log, found: Sample, n: int) -> dict[str, int]:
    """Why decisions of the log are not in the sample."""
    within = sum(found.within.values())
    reasons = {
        "elsewhere": log.rows - found.cohorts,
        "outside_window": found.cohorts - within,
        "not_sampled": within - n,
    }
    return {reason: count for reason, count in reasons.items() if count}


def _nothing(workspace: Workspace, packet: Packet, log: Log, scope: Scope) -> UsageError:
    """No decision to sample: the log ends too early, or nobody in it has one of these keys."""
    starts = {cohort: moved_at(workspace.state, packet, cohort) for cohort in packet.on_next}
    begin = min(scope.since.values(), default="")
    text = f"no decision of {', '.join(packet.on_next)} on {packet.surface}"
    if begin:
        text += f" from {begin} until {scope.until} in {log.name}"
        return UsageError(text, type_line=f"govern binding reconcile --surface {packet.surface}")
    text = f"nothing new to sample: {log.name} ends at {reaches(log)}"
    ends = sampled_until(workspace.documents(), packet)
    notes = tuple(f"{cohort}: sampled until {end}" for cohort, end in sorted(ends.items())[:5])
    if not notes:
        notes = tuple(f"{cohort}: on next since {start}" for cohort, start in sorted(starts.items())[:5])
        return UsageError(text, notes=notes, type_line="--log FILE")
    return UsageError(text, notes=notes, type_line=f"--since {min(starts.values())}")
