"""`govern audit`: every record decided again from what it read, and the laws that no single record shows.

The ledger room finds faults of structure; here are time, the documents branch, the policy in force, the
serving files and the decisions themselves. Each law is one finding of its own code.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache

from govern.domain.document import digest_of
from govern.domain.findings import Finding
from govern.domain.records import Record, path_of
from govern.domain.state import State
from govern.domain.windows import after
from govern.errors import RepositoryError
from govern.ledger.faults import BREAKING, CODES, Fault, finding
from govern.ledger.history import LedgerCommit, check_inputs
from govern.ledger.seen import remember, rewritten
from govern.operations.judging import AHEAD, Judged, follow
from govern.operations.needs import needs
from govern.operations.serve import bytes_of, due
from govern.operations.workspace import Workspace

__all__ = ["CODES", "Audited", "audit"]


@dataclass
class Audited:
    """`again` is what deciding each command again gave, by the name of its lead record."""

    records: int = 0
    findings: list[Finding] = field(default_factory=list)
    again: dict[str, Judged] = field(default_factory=dict)
    main_here: bool = True


def audit(workspace: Workspace) -> Audited:
    """Every law over the whole ledger. Findings of structure come first, the others in ledger order."""
    result = Audited(findings=list(workspace.history.all_findings))
    result.findings += _rewritten(workspace)
    inputs = check_inputs(workspace.repository, workspace.history, needs)
    lacking = {found.message.partition(" ")[0] for found in inputs if found.code == Fault.INPUT_MISSING}
    result.findings += inputs
    line = MainLine(workspace)
    result.main_here = line.here
    if not line.here:
        message = "the documents branch is not whole in this clone: what concerns it was not checked"
        result.findings.append(finding(Fault.MAIN_NOT_HERE, message))
    state, last = State(), None
    whole = {commit.oid: records for commit, records in workspace.commands()}
    for commit in workspace.history.commits:
        records = whole.get(commit.oid, ())
        if records:
            judged = follow(state, workspace.inputs, records, {}, commit.committer_time)
            if judged.fault != "future":  # that is said once, and no other time is compared with it
                result.findings += _time(workspace, records, last)
            result.findings += line.check(records, last)
            result.again[records[0].name] = judged
            if judged.fault and not (judged.fault == "input_missing" and records[0].name in lacking):
                result.findings.append(_about(Fault[judged.fault.upper()], records[0], judged.message))
            result.records += len(records)
            last = last if judged.code else records[-1]
        result.findings += _serving(workspace, commit, records, state)
    return result


def _rewritten(workspace: Workspace) -> Iterator[Finding]:
    """Whether the tip that was remembered is still there; if it is, and sound, today's is remembered."""
    repository, branch = workspace.repository, workspace.ledger_branch
    cut = rewritten(repository, branch)
    if cut is not None:
        yield cut
        return
    if any(found.code in BREAKING for found in workspace.history.all_findings):
        return  # once it is mended, that tip will be gone: nobody may hold the mending for a rewriting
    with suppress(RepositoryError):  # an audit needs no right to write
        remember(repository, branch)


def _about(fault: Fault, record: Record, message: str) -> Finding:
    return finding(fault, f"{record.name}: {message}", path_of(record.stream, record.seq))


def _time(workspace: Workspace, records: Sequence[Record], last: Record | None) -> Iterator[Finding]:
    for record in records:
        if last is not None and record.at < last.at:
            yield _about(Fault.BACK_DATED, record, f"{record.at} lies before {last.at} ({last.name})")
        if last is not None and record.at == last.at:
            continue  # it took its time from there
        if record.at > after(workspace.own_clock(), AHEAD):
            yield _about(Fault.FUTURE, record, f"{record.at} lies ahead of the clock")
            return


def _serving(
    workspace: Workspace, commit: LedgerCommit, records: Sequence[Record], state: State
) -> Iterator[Finding]:
    """Serving files are what the fold gives, and change in the commit of the binding or the policy."""
    touched = {
        path: blob for path, blob in {**commit.added, **commit.edited}.items() if path.startswith("serving/")
    }
    lead = next(iter(records), None)
    for path in due(records) if lead is not None and lead.command not in state.void else ():
        if path not in touched:
            message = f"it changes what {path} says, and the file stayed as it was"
            yield _about(Fault.SERVING_DIFFERS, records[0], message)
    for path, blob in touched.items():
        if workspace.repository.objects.get(blob) != bytes_of(path, state):
            message = f"commit {commit.oid[:12]} puts bytes here that the ledger does not give"
            yield finding(Fault.SERVING_DIFFERS, message, path)


class MainLine:
    """The first-parent line of the documents branch: commits that were its tip, and their dates."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._branch = workspace.state.branch
        self._line = workspace.repository.first_parent_line(self._branch)[::-1]
        self.here = bool(self._line) and not workspace.repository.shallow
        self._place = {commit: place for place, commit in enumerate(self._line)}
        self._dated = cache(workspace.repository.committer_date)
        self._tree = cache(workspace.repository.tree)

    def check(self, records: Sequence[Record], last: Record | None) -> Iterator[Finding]:
        if not self.here:
            return
        lead = records[0]
        if lead.main not in self._place:
            yield _about(Fault.NOT_ON_MAIN, lead, f"{lead.main[:12]} was never the tip of {self._branch}")
            return
        if last is not None and self._place.get(last.main, -1) > self._place[lead.main]:
            yield _about(
                Fault.OLDER_MAIN, lead, f"it read {lead.main[:12]}, {last.name} had read a later commit"
            )
        read = lead.documents or {}
        for path, digest in read.items():
            if self._digest(lead.main, path) != digest:
                yield _about(Fault.BYTES_NOT_AT_MAIN, lead, f"{path} at {lead.main[:12]} has other bytes")
        if self._workspace.simulated:
            return  # the dates of commits are those of another clock
        dated = self._dated(lead.main)
        if lead.at < dated <= after(self._workspace.own_clock(), AHEAD):
            yield _about(
                Fault.BACK_DATED, lead, f"{lead.at} lies before the commit of the branch that it read"
            )
        newest = self._newest(lead)
        for path, digest in read.items() if newest != lead.main else ():
            if self._digest(newest, path) != digest:
                yield _about(Fault.STALE_DOCUMENTS, lead, f"{path} had changed by {newest[:12]}")

    def _newest(self, lead: Record) -> str:
        """The last commit of the branch that is not later than the record."""
        later = self._line[self._place[lead.main] + 1 :]
        return next((commit for commit in reversed(later) if self._dated(commit) <= lead.at), lead.main)

    def _digest(self, commit: str, path: str) -> str | None:
        data = self._tree(commit).read(path)
        return digest_of(data) if data is not None else None
