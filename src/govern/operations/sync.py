"""Publishing what only this clone's ledger has: facts again, approvals kept or dropped, rollbacks never lost.

Where nobody else wrote meanwhile the tail is pushed as it is. Else each command is decided once more on the new
tip, with what it asked: a fact is the same fact, an approval counts only while its dossier is still the current
one (it is never derived anew), a rollback is decided again. `happened_at` keeps when it happened first. Nothing is
put on top of a broken ledger.
"""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from govern.domain.capabilities import revive
from govern.domain.commands import CARRIED
from govern.domain.decision import Decision, Refused
from govern.domain.policy import Actor
from govern.domain.records import Record
from govern.domain.rollback.execution import Rollback
from govern.domain.triggers.same_firing import recorded_as
from govern.errors import ExitCode, RepositoryError
from govern.ledger.append import LEDGER, publish
from govern.ledger.history import read_history
from govern.ledger.repository import open_repository
from govern.ledger.seen import remember
from govern.ledger.tail import replace_tail, tail
from govern.operations.broken import way_out
from govern.operations.context import Context
from govern.operations.decide import made, take
from govern.operations.needs import needs
from govern.operations.reading import NoDocuments
from govern.operations.stamping import Stamped
from govern.operations.tips import at_tip
from govern.operations.workspace import Workspace, open_workspace

PATIENCE = 600.0  # seconds that a rollback is tried again


class NotPublishedError(RepositoryError):
    """It is recorded here, and the others cannot see it yet."""

    exit = ExitCode.LEFT


class BrokenLedgerError(NotPublishedError):
    """It waits until what broke the published ledger is taken off."""


class PushRefusedError(NotPublishedError):
    """The remote answers, and takes nothing from here."""


@dataclass
class Synced:
    """`kept` and `dropped` are sentences about commands, oldest first. `oid` is the published tip.

    `rivals` says who wrote meanwhile, where the tail had to be decided again.
    """

    oid: str | None = None
    kept: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    rivals: list[str] = field(default_factory=list)


def sync(context: Context, *, fault: Callable[[str], None] | None = None) -> Synced:
    """Publish the tail of this clone's ledger. Raises NotPublishedError where the remote says no, or nothing.

    `fault` is told each step of the append.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        workspace = open_workspace(context, fetch=True)
        repository, branch = workspace.repository, workspace.ledger_branch
        commits = tail(repository, branch)
        if not commits:
            return Synced(repository.tip(branch))
        _require_publishable(workspace)
        published = repository.tip(branch)
        synced = again(workspace, published, commits)
        assert synced.oid is not None
        outcome = publish(repository, synced.oid, published, branch=branch, fault=fault or _no_fault)
        if outcome.outcome == "published":
            local = commits[-1]
            if synced.oid != local:
                replace_tail(repository, branch, synced.oid, local, workspace.now())
            remember(repository, branch)
            return synced
        if outcome.outcome != "moved" or time.monotonic() > deadline:
            raise not_published(workspace, outcome.text, silent=outcome.outcome == "offline")
        time.sleep(random.uniform(0.01, 0.1))  # a rollback does not wait longer than a rival's push takes


def _no_fault(_: str) -> None:
    """Every step succeeds."""


def publish_first(context: Context) -> Synced | None:
    """Every writing command publishes what waits here before it decides anything; None where nothing does.

    A remote that is silent, or broken, stops the command itself, in its own words. Raises RepositoryError where
    the remote takes no push.
    """
    with open_repository(context.directory) as repository:
        waiting = any(
            tail(repository, branch) for branch in repository.branches() if branch.startswith(LEDGER)
        )
    try:
        return sync(context) if waiting else None
    except PushRefusedError as error:
        raise RepositoryError(
            "what waits in this clone goes out first, and the remote takes no push: nothing was recorded",
            type_line=error.type_line,
            notes=error.notes,
        ) from error
    except NotPublishedError:
        return None


def again(workspace: Workspace, published: str | None, commits: Sequence[str]) -> Synced:
    """The tail on top of what is published: itself where nobody wrote meanwhile, else decided once more."""
    waiting = [records for commit, records in workspace.commands() if commit.oid in commits]
    if published is None:
        return Synced(commits[-1], [f"the whole ledger, {len(waiting)} commands"])
    ahead = workspace.repository.is_ancestor(published, commits[-1])
    if ahead and not any(_moved_nobody(records) or _read_before(workspace, records) for records in waiting):
        return Synced(commits[-1], [_named(records[0]) for records in waiting])
    there = at_tip(workspace, published)
    synced = Synced(published, rivals=[] if ahead else [_first(there, workspace)])
    identity = workspace.repository.identity() or ("govern", "govern@localhost")
    names: dict[str, str | None] = {}
    for records in waiting:
        said = _once_more(workspace, there, records, identity, names)
        (synced.dropped if said else synced.kept).append(f"{_named(records[0])}{f': {said}' if said else ''}")
        synced.oid = there.tip
    return synced


def _read_before(workspace: Workspace, records: Sequence[Record]) -> bool:
    """It read documents, and others have been published since."""
    lead = records[0]
    return bool(lead.documents) and lead.main != workspace.main


def _moved_nobody(records: Sequence[Record]) -> bool:
    """A rollback of cohorts that were back already as far as could be known without the remote."""
    lead = records[0]
    moves = [record.body["moves"] for record in records if record.event == "binding_changed/1"]
    return lead.event == "rolled_back/1" and not any(moves)


def _first(there: Workspace, here: Workspace) -> str:
    """Who wrote what this clone's tail does not have."""
    known = {commit.oid for commit in here.history.commits}
    new = [records[0].actor for commit, records in there.commands() if commit.oid not in known]
    return f"{', '.join(dict.fromkeys(new)) or 'somebody'} was first: read again, decided again"


def _once_more(
    workspace: Workspace,
    there: Workspace,
    records: Sequence[Record],
    who: tuple[str, str],
    names: dict[str, str | None],
) -> str:
    """Append one command to `there`; empty, or why it was dropped.

    `names` of the tail's records, as they are called now: where others wrote in the same stream, the number is
    another one. None for one that was dropped.
    """
    lead = records[0]
    names[lead.name] = None
    asked = {
        field: names.get(value, value) if isinstance(value, str) else value
        for field, value in (lead.asked or {}).items()
    }
    lost = [field for field, value in asked.items() if value is None]
    command = revive(asked, lead.body)
    if command is None:
        return "this version does not know it"
    if lost and not isinstance(command, Rollback):
        return f"its {' and '.join(lost)} was dropped"
    if carried := [name for name, item in command.__dataclass_fields__.items() if item.metadata == CARRIED]:
        command = replace(command, **dict.fromkeys(carried, _carried(workspace, records)))
    actor = Actor(lead.actor, lead.claimed)
    if isinstance(command, Rollback):
        decision, stamped = _back_again(there, command, lead, actor)
    else:
        decision, stamped = take(there, command, actor, happened_at=lead.when)
    if isinstance(decision, Refused) or stamped is None:
        names[lead.name] = _as_known_there(there, lead)
        return decision.reasons[0] if isinstance(decision, Refused) else "refused"
    if lead.event == "approval_given/1" and stamped.records[0].body["digest"] != lead.body["digest"]:
        return "the dossier it was given to is no longer the current one: approve again"
    oid = made(there, stamped, who)
    there.history = read_history(there.repository, oid, since=there.history)
    names[lead.name] = stamped.records[0].name
    return ""


def _as_known_there(there: Workspace, lead: Record) -> str | None:
    """What a dropped record is called where others have recorded the same: a trigger that fired, once for everybody."""
    packet = there.state.packets.get(lead.stream.partition("/")[2])
    if packet is None or lead.event != "trigger_fired/1":
        return None
    found = recorded_as(packet, lead)
    return found.name if found else None


def _back_again(
    there: Workspace, command: Rollback, lead: Record, actor: Actor
) -> tuple[Decision, Stamped | None]:
    """A rollback has been in force since it was recorded: only "already back" may end it.

    Where the policy changed meanwhile, so that its actor may not or its reason is none any more, it stands as
    broken glass, which somebody reviews.
    """
    documents = NoDocuments(there.state.folder, there.inputs)
    command = replace(command, stale=False)
    decision, stamped = take(there, command, actor, documents=documents, happened_at=lead.when)
    if stamped is not None or (isinstance(decision, Refused) and decision.exit == ExitCode.YES):
        return decision, stamped
    assert isinstance(decision, Refused)
    reasons = there.state.in_force.view["entry_reasons"]
    reason = command.reason if command.reason in reasons else reasons[0]
    why = f"in force since {lead.when}, and the policy has changed: {decision.reasons[0]}"
    for to in dict.fromkeys(
        (command.to, None)
    ):  # a target that became another packet's next gives way to prev
        command = replace(command, reason=reason, to=to, break_glass=command.break_glass or why)
        decision, stamped = take(there, command, actor, documents=documents, happened_at=lead.when)
        if stamped is not None:
            break
    return decision, stamped


def _carried(workspace: Workspace, records: Sequence[Record]) -> dict[str, bytes]:
    """The tables that the records name, out of the tail's own inputs."""
    found = {digest: workspace.inputs(digest) for record in records for digest in needs(record)}
    return {digest: data for digest, data in found.items() if data is not None}


def _named(lead: Record) -> str:
    asked = lead.asked or {}
    subject = asked.get("packet") or asked.get("baseline") or lead.stream
    subject = ", ".join((subject, *(part["packet"] for part in asked.get("also", ()))))
    return f"{asked.get('do', lead.event)} {subject} ({lead.actor}, {lead.when})"


def _require_publishable(workspace: Workspace) -> None:
    """A remote that answers, a ledger that holds, and for its first publication the documents that it names."""
    repository, branch = workspace.repository, workspace.ledger_branch
    if not workspace.fetched.ok:
        raise not_published(workspace, workspace.fetched.reason)
    fault = workspace.broken
    if fault is not None:
        raise BrokenLedgerError(
            f"NOT PUBLISHED: the ledger is broken: {fault.message}",
            notes=(fault.path or fault.hint, *way_out(workspace), "then: govern sync"),
            type_line="govern audit",
        )
    if repository.tip(branch) is None and workspace.main is None:
        raise RepositoryError(
            f"{repository.remote} has neither this ledger nor {workspace.state.branch}, which its records name",
            type_line=f"git push {repository.remote} {workspace.state.branch}",
            notes=("then the ledger is published by the next command that writes, or by govern sync",),
        )


def not_published(workspace: Workspace, text: str, *, silent: bool = False) -> NotPublishedError:
    """What the remote said, and the two ways out: later, or by somebody else."""
    remote = workspace.repository.remote
    silent = silent or not workspace.fetched.ok
    notes = [f"{remote}: {line}" for line in text.splitlines()[:3] if line.strip()]
    if not silent:
        notes.append("whoever may push and roll back types the same line; sync then says: already back")
    said = f"{remote} does not answer" if silent else f"{remote} refused the push"
    kind = NotPublishedError if silent else PushRefusedError
    return kind(f"NOT PUBLISHED: {said}", notes=tuple(notes), type_line="govern sync")
