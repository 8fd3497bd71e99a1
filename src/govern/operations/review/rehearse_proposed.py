"""The way back of packets that are not merged yet: a revision stands in for the documents branch.

Policy and records are those of the ledger as last fetched, so that it may run on a pull request: nothing is fetched
and nothing recorded. What the ledger holds fixed holds here too: of an open packet the frozen values are walked.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePosixPath
from shlex import quote

from govern.documents.catalog import path_of
from govern.domain.document import FOLDERS
from govern.domain.findings import Finding, nearest
from govern.domain.gates import references
from govern.errors import RefusedError, RepositoryError, UsageError
from govern.operations.asking import rehearse_packet
from govern.operations.context import Context
from govern.operations.rehearse import Rehearsed
from govern.operations.review.pull_request import PullRequest, open_pull_request
from govern.operations.review.validate import validate
from govern.operations.workspace import Workspace, open_workspace


@dataclass(frozen=True)
class Tried:
    """What became of one packet: walked, refused with a reason, or ended in a phase and nothing to walk.

    `frozen`: it is open, and what the ledger holds was walked, not what the revision says.
    """

    packet: str
    rehearsed: Rehearsed | None = None
    refused: RefusedError | None = None
    ended: str = ""
    frozen: bool = False

    @property
    def ok(self) -> bool:
        return bool(self.ended) or (self.rehearsed is not None and self.rehearsed.same)


@dataclass(frozen=True)
class Proposal:
    """Documents at `revision`, as it was typed, over the ledger of a workspace whose `main` is that commit."""

    workspace: Workspace
    revision: str
    request: PullRequest

    @property
    def commit(self) -> str:
        return self.workspace.main or ""

    @property
    def check_line(self) -> str:
        """What says all that is wrong with the documents."""
        return f"govern check --base {quote(_branch(self.workspace))} --head {quote(self.revision)}"

    @cached_property
    def errors(self) -> list[Finding]:
        report = validate(self.workspace.tree, self.workspace.state.folder)
        return [finding for finding in report.findings if finding.severity == "error"]

    def packets(self) -> dict[str, str]:
        """Path and id of every packet at the revision."""
        folder = f"{self.workspace.state.folder}/{FOLDERS['packet']}"
        found = (PurePosixPath(path) for path in self.request.after.paths())
        return {str(at): at.stem for at in found if str(at.parent) == folder and at.suffix == ".yaml"}


def read_proposal(context: Context, revision: str, *, against_branch: bool = False) -> Proposal:
    """The documents of a revision over the ledger; with `against_branch` what it changes of the documents branch.

    Raises UsageError for a revision that is not here.
    """
    workspace = open_workspace(context, fetch=False)
    if (broken := workspace.broken) is not None:
        raise RepositoryError(f"the ledger is broken: {broken.message}", type_line="govern audit")
    if workspace.simulated and context.simulated is None:  # nothing is recorded: its last instant will do
        workspace = replace(workspace, context=replace(context, simulated=workspace.state.at))
    base = (workspace.main or _branch(workspace)) if against_branch else revision
    request = open_pull_request(context.directory, base, revision)
    return Proposal(replace(workspace, main=request.head), revision, request)


def rehearse_proposed(proposal: Proposal, packet_id: str) -> Tried:
    """Walk the way back of one packet as the revision has it. RefusedError, UsageError with what to type."""
    frozen = f"packets/{packet_id}" in proposal.workspace.state.packet(packet_id).frozen
    if not frozen:
        _require_there(proposal, packet_id)
        _require_sound(proposal, packet_id)
    return Tried(packet_id, rehearse_packet(proposal.workspace, packet_id), frozen=frozen)


def rehearse_changed(proposal: Proposal) -> Iterator[Tried]:
    """Every packet whose document the revision changes or adds, one after the other."""
    packets = proposal.packets()
    for path in proposal.request.changed:
        if path not in packets:
            continue
        packet = proposal.workspace.state.packet(packets[path])
        if packet.ended:
            yield Tried(packet.id, ended=packet.phase)
            continue
        try:
            yield rehearse_proposed(proposal, packet.id)
        except RefusedError as refused:
            yield Tried(packet.id, refused=refused)


def _require_there(proposal: Proposal, packet_id: str) -> None:
    known, revision = proposal.packets().values(), quote(proposal.revision)
    if packet_id in known:
        return
    close = nearest(packet_id, known)
    if close is not None:
        line = f"govern rollback rehearse {close} --documents {revision}"
        raise UsageError(f"no packet `{packet_id}` in {proposal.revision}; nearest: {close}", type_line=line)
    line = f"git ls-tree --name-only {revision} {quote(proposal.workspace.state.folder)}/packets/"
    raise UsageError(f"no packet `{packet_id}` in {proposal.revision}", type_line=line)


def _require_sound(proposal: Proposal, packet_id: str) -> None:
    """Nothing is wrong with the packet or, where it can be read, with what it names."""
    folder = proposal.workspace.state.folder
    paths = {path_of(folder, "packet", packet_id)}
    wrong = [finding for finding in proposal.errors if finding.path in paths]
    if not wrong:
        packet = proposal.workspace.documents().get("packet", packet_id)
        paths = {path_of(folder, *named) for named in references(packet.value)} if packet else set()
        wrong = [finding for finding in proposal.errors if finding.path in paths]
    if wrong:
        first, more = wrong[0], f" (and {len(wrong) - 1} more)" if wrong[1:] else ""
        message = f"{first.path}:{first.line}: {first.message}{more}"
        raise RefusedError(message, type_line=proposal.check_line)


def _branch(workspace: Workspace) -> str:
    """The documents branch as git's own commands name it here."""
    remote, branch = workspace.repository.remote, workspace.state.branch
    return f"{remote}/{branch}" if remote else branch
