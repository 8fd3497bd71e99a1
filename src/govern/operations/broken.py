"""A broken ledger: what still holds of it, and the way out.

On a broken ledger only the way back is decided, on the last commit that holds and never on top of what broke it, so
that it is published as it stands once that commit is the tip again (ADR 14). Nothing here mends a remote: whoever
may overrule its rules pushes that commit back, knowing why.
"""

from itertools import takewhile

from govern.domain.findings import Finding
from govern.errors import RepositoryError
from govern.ledger.faults import BREAKING
from govern.ledger.history import History, read_history
from govern.ledger.repository import TRACKING
from govern.ledger.seen import remembered
from govern.operations.tips import at_tip
from govern.operations.workspace import Workspace

SERVE = "govern binding export -o bindings.json"


def standing(workspace: Workspace) -> Workspace:
    """The workspace at the last commit that holds; itself where the ledger is not broken."""
    if workspace.broken is None:
        return workspace
    repository, branch = workspace.repository, workspace.ledger_branch
    local, published = repository.local_tip(branch), repository.tip(branch)
    own = local is not None and published is not None and not repository.is_ancestor(local, published)
    held = _sound(workspace.history) if own else good_tip(workspace)  # a tail stands on what this clone knew
    return workspace if held is None or held == workspace.tip else at_tip(workspace, held)


def good_tip(workspace: Workspace) -> str | None:
    """The published commit to go back to: the tip that was remembered, where it was cut off; else the last one
    before the fault."""
    repository, branch = workspace.repository, workspace.ledger_branch
    seen, published = remembered(repository, branch), repository.tip(branch)
    if seen is not None and (published is None or not repository.is_ancestor(seen, published)):
        return seen
    return _sound(workspace.history if workspace.tip == published else read_history(repository, published))


def _sound(history: History) -> str | None:
    def holds(oid: str) -> bool:
        return not any(fault.code in BREAKING for fault in history.findings.get(oid, ()))

    sound = list(takewhile(holds, (commit.oid for commit in history.commits)))
    return sound[-1] if sound else None


def broken_error(workspace: Workspace, fault: Finding) -> RepositoryError:
    """What stops every command but the way back."""
    if _left_behind(workspace):
        return RepositoryError(
            f"the ledger is broken: {fault.message}",
            type_line=f"git fetch {workspace.repository.remote}",
            notes=(
                "only as this clone's own git fetched it last; what is published now goes on without that",
            ),
        )
    return RepositoryError(
        f"the ledger is broken: {fault.message}",
        type_line="govern audit",
        notes=(
            fault.path or fault.hint,
            "until it is mended, nothing but the way back is recorded",
            *way_out(workspace),
        ),
    )


def _left_behind(workspace: Workspace) -> bool:
    """The remote is mended, and only the branch that the user's own git keeps still shows the fault."""
    repository, branch = workspace.repository, workspace.ledger_branch
    fresh = repository.refs(f"{TRACKING}{branch}").get(f"{TRACKING}{branch}")
    published = repository.tip(branch)
    if fresh is None or fresh == published or not workspace.fetched.ok:
        return False
    seen = remembered(repository, branch)
    if seen is not None and not repository.is_ancestor(seen, fresh):
        return False
    return _sound(read_history(repository, fresh)) == fresh


def way_out(workspace: Workspace) -> tuple[str, ...]:
    """Notes for whoever may mend it: the commit that is to be the tip again, and the line that makes it so."""
    repository, branch = workspace.repository, workspace.ledger_branch
    good = good_tip(workspace)
    if good is None:
        return ()
    if repository.remote is None:
        return ("the last commit that holds is put back:", f"git branch --force {branch} {good[:12]}")
    return (
        f"the last commit that holds is put back by whoever administers {repository.remote}:",
        f"git push --force {repository.remote} {good[:12]}:refs/heads/{branch}",
    )
