"""`govern audit`: every record decided again from what it read, and the laws that no single record shows.

The ledger room finds faults of structure; here are time, the documents branch, the policy in force, the
serving files and the decisions themselves. Each law is one finding of its own code.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from govern.domain.binding import datafile
from govern.domain.document import digest_of
from govern.domain.findings import Finding
from govern.domain.fold import fold
from govern.domain.records import Record, path_of
from govern.domain.state import State
from govern.domain.windows import instant
from govern.ledger.faults import CODES, Fault, finding
from govern.ledger.history import LedgerCommit, check_inputs
from govern.operations.judging import VOIDING, Judged, decide_again
from govern.operations.stamping import bytes_of_bindings
from govern.operations.tables import named_in
from govern.operations.workspace import Workspace

__all__ = ["CODES", "Audited", "audit"]

AHEAD = timedelta(minutes=5)


@dataclass
class Audited:
    """`again` is what deciding each command again gave, by the name of its lead record."""

    records: int = 0
    findings: list[Finding] = field(default_factory=list)
    again: dict[str, Judged] = field(default_factory=dict)
    main_here: bool = True


def audit(workspace: Workspace) -> Audited:
    """Every law over the whole ledger. Findings come in ledger order."""
    result = Audited(findings=list(workspace.history.all_findings))
    result.findings += check_inputs(workspace.repository, workspace.history, _needs)
    line = MainLine(workspace)
    result.main_here = line.here
    if not line.here:
        message = "the documents branch is not whole in this clone: what concerns it was not checked"
        result.findings.append(finding(Fault.MAIN_NOT_HERE, message))
    state, last = State(), None
    for commit, records in workspace.commands():
        result.findings += _time(workspace, records, last)
        result.findings += line.check(records, last)
        result.findings += _policy(state, records)
        judged = decide_again(state, workspace.inputs, records)
        result.again[records[0].name] = judged
        if judged.fault:
            result.findings.append(_about(Fault[judged.fault.upper()], records[0], judged.message))
        void = {records[0].command: judged.fault} if judged.fault in VOIDING else {}
        fold([records], state, void)
        result.findings += _serving(workspace, commit, records, state)
        result.records += len(records)
        last = records[-1]
    return result


def _needs(record: Record) -> list[str]:
    """Digests that must lie in inputs: tables, frozen documents, and documents that were read."""
    needed = named_in(record)
    for name in ("table", "items"):
        if isinstance(record.body.get(name), dict):
            needed.append(record.body[name]["sha256"])
    frozen = record.body.get("frozen")
    if isinstance(frozen, dict) and record.event in ("phase_advanced/1", "change_control_applied/1"):
        needed += frozen.values()
    needed += [
        digest for path, digest in (record.documents or {}).items() if path.endswith(".yaml") and _ours(path)
    ]
    return needed


def _ours(path: str) -> bool:
    """A document rather than a pinned file: documents lie in govern.yaml, cohorts.yaml and known folders."""
    from govern.domain.document import FOLDERS, SINGLE_FILES

    parts = path.split("/")
    return parts[-1] in SINGLE_FILES.values() or (len(parts) > 1 and parts[-2] in FOLDERS.values())


def _about(fault: Fault, record: Record, message: str) -> Finding:
    return finding(fault, f"{record.name}: {message}", path_of(record.stream, record.seq))


def _time(workspace: Workspace, records: Sequence[Record], last: Record | None) -> Iterator[Finding]:
    for record in records:
        if last is not None and record.at < last.at:
            yield _about(Fault.BACK_DATED, record, f"{record.at} lies before {last.at} ({last.name})")
        if instant(record.at) > instant(workspace.own_clock()) + AHEAD:
            yield _about(Fault.FUTURE, record, f"{record.at} lies ahead of the clock")


def _policy(state: State, records: Sequence[Record]) -> Iterator[Finding]:
    if state.policy is None:
        return
    for record in records:
        if dict(record.policy) != state.policy.stamp:
            epoch = record.policy.get("epoch")
            yield _about(
                Fault.POLICY_NOT_IN_FORCE, record, f"it names epoch {epoch}, in force is {state.policy.epoch}"
            )


def _serving(
    workspace: Workspace, commit: LedgerCommit, records: Sequence[Record], state: State
) -> Iterator[Finding]:
    """The datafile is what the fold gives, and changes in the commit of the binding."""
    path = "serving/bindings.json"
    written = {**commit.added, **commit.edited}.get(path)
    if written is None:
        if (
            any(record.event == "binding_changed/1" for record in records)
            and records[0].command not in state.void
        ):
            yield _about(Fault.SERVING_DIFFERS, records[0], f"a binding moved and {path} did not")
        return
    if workspace.repository.objects.get(written) != bytes_of_bindings(datafile(state)):
        yield _about(Fault.SERVING_DIFFERS, records[0], f"{path} is not what the ledger gives")


class MainLine:
    """The first-parent line of the documents branch: commits that were its tip, and their dates."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        line = workspace.repository.first_parent_line(workspace.state.branch)
        self.here = bool(line) and not workspace.repository.shallow
        self._place = {commit: place for place, commit in enumerate(reversed(line))}
        self._read: dict[tuple[str, str], str | None] = {}

    def check(self, records: Sequence[Record], last: Record | None) -> Iterator[Finding]:
        if not self.here:
            return
        lead = records[0]
        if any(record.main != lead.main for record in records) or lead.main not in self._place:
            branch = self._workspace.state.branch
            yield _about(Fault.NOT_ON_MAIN, lead, f"{lead.main[:12]} was never the tip of {branch}")
            return
        if last is not None and self._place.get(last.main, -1) > self._place[lead.main]:
            yield _about(
                Fault.OLDER_MAIN, lead, f"it read {lead.main[:12]}, {last.name} had read a later commit"
            )
        if not self._workspace.simulated and lead.at < self._workspace.repository.committer_date(lead.main):
            yield _about(
                Fault.BACK_DATED, lead, f"{lead.at} lies before the commit of the branch that it read"
            )
        for path, digest in (lead.documents or {}).items():
            if self._digest(lead.main, path) != digest:
                yield _about(Fault.BYTES_NOT_AT_MAIN, lead, f"{path} at {lead.main[:12]} has other bytes")

    def _digest(self, commit: str, path: str) -> str | None:
        if (commit, path) not in self._read:
            data = self._workspace.repository.tree(commit).read(path)
            self._read[commit, path] = digest_of(data) if data is not None else None
        return self._read[commit, path]
