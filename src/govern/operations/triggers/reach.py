"""How far a round of counting reaches: whether the remote answers, and what this clone has that the others have not.

A remote that is away stops no counting and no way back: what was fetched last is counted on, and what fires waits here.
As soon as it answers, what waits goes out before anything is counted. What fires is not decided here.
"""

from contextlib import suppress
from dataclasses import dataclass

from govern.errors import GovernError
from govern.ledger.tail import tail
from govern.operations.context import Context
from govern.operations.looking_back import reading
from govern.operations.sync import Synced, sync
from govern.operations.workspace import Workspace


@dataclass(frozen=True)
class Reach:
    """`away` says why nothing can be published, `waiting` how many commits wait here; `synced` is what went out."""

    workspace: Workspace
    away: str | None = None
    waiting: int = 0
    synced: Synced | None = None


def reached(context: Context, *, ask: bool) -> Reach:
    """The workspace as far as it can be known now. `ask` False: the remote is left alone, as the person wished."""
    there = reading(context, fetch=ask)
    waiting = unpublished(there)
    if ask and not there.fetched.ok:
        return Reach(there, f"{there.repository.remote} did not answer", waiting)
    if not (ask and waiting):
        return Reach(there, waiting=waiting)
    try:
        synced = sync(context)
    except GovernError as error:  # it takes nothing, or the ledger is broken
        return Reach(there, error.message.removeprefix("NOT PUBLISHED: "), waiting)
    return Reach(reading(context), synced=synced)


def unpublished(workspace: Workspace) -> int:
    """How many commits of the ledger only this clone has."""
    return len(tail(workspace.repository, workspace.ledger_branch))


def waits(context: Context) -> bool:
    """Whether anything waits in this clone, as far as that can be read."""
    with suppress(GovernError):
        return bool(unpublished(reading(context)))
    return False
