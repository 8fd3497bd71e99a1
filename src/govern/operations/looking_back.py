"""Reading without writing: the workspace as it was last fetched, or as it stood at a commit or an instant."""

from dataclasses import replace

from govern.domain.fold import fold
from govern.domain.windows import instant, written
from govern.errors import UsageError
from govern.ledger.history import read_history
from govern.operations.context import Context
from govern.operations.workspace import Workspace, open_workspace


def reading(context: Context, *, at: str | None = None, fetch: bool = False) -> Workspace:
    """The workspace for a reader. `at` is a ledger commit, or an instant whose last record counts."""
    workspace = open_workspace(context, fetch=fetch)
    return workspace if at is None else as_of(workspace, at)


def as_of(workspace: Workspace, at: str) -> Workspace:
    """The workspace as everyone saw it then: the ledger up to there, and the documents it had read."""
    commits = [commit for commit in workspace.history.commits if commit.records]
    when = _moment(at)
    if when is not None:
        commits = [commit for commit in commits if commit.records[-1].at <= when]
        if not commits:
            raise UsageError(f"the ledger knows nothing before {at}", type_line="govern log")
        tip = commits[-1].oid
    else:
        found = [commit.oid for commit in commits if commit.oid.startswith(at.lower())]
        if len(found) != 1:
            what = "no ledger commit" if not found else "several ledger commits begin with"
            raise UsageError(
                f"{what} `{at}`; an instant is written 2026-11-20T10:00:00Z", type_line="govern log"
            )
        tip = found[0]
    history = read_history(workspace.repository, tip)
    past = replace(workspace, history=history)
    void = dict(workspace.state.void)
    past.state = fold((records for _, records in past.sound_commands()), void=void)
    past.main = past.state.main
    return past


def _moment(at: str) -> str | None:
    """The instant that is meant; a date is its last instant."""
    try:
        moment = instant(at)
    except ValueError:
        return None
    return f"{at}T23:59:59Z" if len(at) == 10 else written(moment)
