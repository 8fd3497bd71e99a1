"""Going back, under stress: recorded here first and never taken off, published as soon as the remote answers.

It reads no document, waits for no data and asks no gate. Which packets and cohorts are meant is found in `chosen`.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from govern.domain.decision import Accepted, Decision, Refusal, Refused
from govern.domain.records import Record
from govern.domain.rollback.execution import Rollback
from govern.errors import ExitCode, GovernError, RepositoryError
from govern.ledger.append import publish
from govern.ledger.seen import remember
from govern.ledger.tail import tail
from govern.operations.broken import SERVE, standing
from govern.operations.context import Context
from govern.operations.decide import keep_here, take
from govern.operations.reading import NoDocuments
from govern.operations.rollback.chosen import chosen
from govern.operations.rollback.wanted import Wanted
from govern.operations.sync import (
    PATIENCE,
    BrokenLedgerError,
    NotPublishedError,
    Synced,
    not_published,
    sync,
)
from govern.operations.workspace import Workspace, open_workspace

Confirm = Callable[[Workspace, Rollback, Accepted], bool]
Step = Callable[[str], None]


@dataclass(frozen=True)
class WentBack:
    """`recorded` is the local commit, `published` the remote's tip that holds it (None: not yet, and `why`).

    `said` are sentences about what others had done meanwhile, `waited` what had waited here where nothing was to do.
    """

    decision: Decision
    workspace: Workspace
    records: tuple[Record, ...] = ()
    recorded: str | None = None
    published: str | None = None
    why: NotPublishedError | None = None
    said: tuple[str, ...] = ()
    waited: Synced | None = None


def _no_fault(_: str) -> None:
    """Every step succeeds."""


def roll_back(
    context: Context,
    wanted: Wanted,
    *,
    dry_run: bool = False,
    confirm: Confirm | None = None,
    fault: Step = _no_fault,
) -> WentBack:
    """Carry out one rollback. Refusals come back as values; no remote can stop it, only delay its publication.

    `fault` is told each step of the append. Raises UsageError where a name is misspelt.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        read = open_workspace(context, fetch=True)
        workspace = standing(read)
        workspace.repository.require_free(workspace.ledger_branch)
        try:
            command = chosen(workspace, wanted)
        except Refusal as refusal:
            return _nothing(context, workspace, refusal.refused)
        documents = NoDocuments(workspace.state.folder, workspace.inputs)
        decision, stamped = take(workspace, command, documents=documents)
        if isinstance(decision, Refused):
            return _nothing(context, workspace, decision)
        assert stamped is not None
        if dry_run:
            return WentBack(decision, workspace, stamped.records)
        if confirm is not None and not confirm(workspace, command, decision):
            return WentBack(Refused(("nothing was recorded: the answer was no",)), workspace)
        confirm = None
        oid = keep_here(workspace, stamped, read=read.tip, fault=fault)
        if oid is not None:
            return _published(context, WentBack(decision, workspace, stamped.records, oid), fault)
        if time.monotonic() > deadline:
            raise RepositoryError(
                "the local ledger cannot be written: others write it all the time", type_line="git status"
            )


def _nothing(context: Context, workspace: Workspace, refused: Refused) -> WentBack:
    """A refusal. "Already back" is true for everybody only once it is published: what waits here goes out first."""
    if refused.exit != ExitCode.YES or workspace.repository.remote is None:
        return WentBack(refused, workspace)
    if not workspace.fetched.ok:
        why = not_published(workspace, workspace.fetched.reason)
        return WentBack(replace(refused, exit=ExitCode.LEFT, type_line="govern sync"), workspace, why=why)
    if not tail(workspace.repository, workspace.ledger_branch):
        return WentBack(refused, workspace)
    try:
        waited = sync(context)
        return WentBack(refused, workspace, published=waited.oid, waited=waited)
    except GovernError as error:
        why = _as_not_published(error)
        return WentBack(replace(refused, exit=ExitCode.LEFT, type_line="govern sync"), workspace, why=why)


def _published(context: Context, went: WentBack, fault: Step) -> WentBack:
    """Publish it, with whatever else this clone has not published yet."""
    workspace = went.workspace
    if workspace.repository.remote is None:
        return replace(went, published=went.recorded)
    if not workspace.fetched.ok:  # it has been waited for once
        return replace(went, why=_until_then(not_published(workspace, workspace.fetched.reason)))
    if _pushed(went, fault):  # nobody was in between: what was read need not be read again
        return replace(went, published=went.recorded)
    try:
        synced = sync(context, fault=fault)
    except GovernError as error:
        return replace(went, why=_until_then(_as_not_published(error)))
    return replace(went, published=synced.oid, said=(*synced.rivals, *synced.dropped))


def _until_then(why: NotPublishedError) -> NotPublishedError:
    """How the application gets it meanwhile."""
    if why.type_line == SERVE:
        return why
    notes = (*why.notes, f"until then the application can be served from here: {SERVE}")
    return NotPublishedError(why.message, notes=notes, type_line=why.type_line)


def _pushed(went: WentBack, fault: Step) -> bool:
    """Whether the remote took it as it is. Tried where nothing waited before it, and the ledger is sound."""
    repository, branch, base = went.workspace.repository, went.workspace.ledger_branch, went.workspace.tip
    if went.recorded is None or base != repository.tip(branch) or went.workspace.broken is not None:
        return False
    if publish(repository, went.recorded, base, branch=branch, fault=fault).outcome != "published":
        return False  # sync reads again, and says what is wrong
    with suppress(RepositoryError):
        remember(repository, branch)
    return True


def _as_not_published(error: GovernError) -> NotPublishedError:
    if isinstance(error, BrokenLedgerError):  # it may be long until that is mended: what is served is first
        here = "it is in force in this clone, and the application can be served from here:"
        return NotPublishedError(error.message, type_line=SERVE, notes=(*error.notes, here))
    if isinstance(error, NotPublishedError):
        return error
    return NotPublishedError(
        f"NOT PUBLISHED: {error.message}", type_line=error.type_line or "govern sync", notes=error.notes
    )
