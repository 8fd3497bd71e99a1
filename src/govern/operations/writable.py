"""What stops a command that records something before it is decided, and the way out of each."""

from govern.domain.capabilities import WRITERS
from govern.domain.commands import Command
from govern.errors import RepositoryError, UsageError
from govern.ledger.tail import overtaken
from govern.operations.broken import broken_error
from govern.operations.workspace import Workspace

OFFLINE = "offline are recorded: facts, a pause, approvals, and the way back"


def require_writable(workspace: Workspace, *, alone: bool) -> None:
    """A repository that can be written and a ledger that holds. Raises RepositoryError.

    `alone`: it is recorded in this clone only, where others may have been first.
    """
    repository, branch = workspace.repository, workspace.ledger_branch
    repository.require_free(branch)
    if repository.remote is None and (several := repository.git.lines("remote")):
        raise RepositoryError(
            f"several remotes and none called origin: {', '.join(several)}; nobody can say which is published",
            type_line=f"git remote rename {several[0]} origin",
        )
    if (fault := workspace.broken) is not None:
        raise broken_error(workspace, fault)
    if not alone and workspace.fetched.ok and overtaken(repository, branch):
        raise RepositoryError(
            "this clone has records that are not published, and others wrote meanwhile",
            type_line="govern sync",
        )


def require_remote(workspace: Workspace, command: Command, *, alone: bool) -> None:
    """A remote that answers, or a command that can do without. Raises RepositoryError or UsageError.

    A command that may be recorded offline says so; the person decides, since the others do not see it until then.
    """
    writer = WRITERS[command.do]
    if alone and not writer.offline:
        raise UsageError(
            f"`{command.do}` needs the remote: {OFFLINE}",
            type_line=f"git fetch {workspace.repository.remote}",
        )
    if not workspace.fetched.ok:
        raise RepositoryError(
            f"{workspace.repository.remote} did not answer, so nothing can be published",
            notes=(*workspace.fetched.reason.splitlines()[:3], *(() if writer.offline else (OFFLINE,))),
            type_line="--offline" if writer.offline else "govern status",
        )
