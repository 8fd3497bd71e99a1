"""Publishing what only this clone's ledger has: facts again, approvals kept or dropped, rollbacks never lost.

Where nobody else wrote meanwhile the tail is pushed as it is. Else each command is decided once more on the new
tip, with what it asked: a fact is the same fact, an approval counts only while its dossier is still the current
one (it is never derived anew), a rollback is decided again. `happened_at` keeps when it happened first.
"""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from govern.domain.capabilities import revive
from govern.domain.commands import CARRIED
from govern.domain.decision import Decision, Refused
from govern.domain.fold import fold
from govern.domain.policy import Actor
from govern.domain.records import Record
from govern.domain.rollback import Rollback
from govern.errors import ExitCode, RepositoryError
from govern.ledger.append import LEDGER, publish
from govern.ledger.history import read_history
from govern.ledger.repository import open_repository
from govern.ledger.seen import remember
from govern.ledger.tail import replace_tail, tail
from govern.operations.context import Context
from govern.operations.decide import made, take
from govern.operations.judging import void_commands
from govern.operations.needs import needs
from govern.operations.reading import NoDocuments
from govern.operations.stamping import Stamped
from govern.operations.workspace import Workspace, open_workspace

PATIENCE = 600.0  # seconds that a rollback is tried again


class NotPublishedError(RepositoryError):
    """It is recorded here, and the others cannot see it yet."""

    exit = ExitCode.LEFT


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
        _require_reachable(workspace)
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


def publish_first(context: Context) -> None:
    """Every writing command publishes what waits here before it decides anything."""
    with open_repository(context.directory) as repository:
        waiting = any(
            tail(repository, branch) for branch in repository.branches() if branch.startswith(LEDGER)
        )
    if waiting:
        sync(context)


def again(workspace: Workspace, published: str | None, commits: Sequence[str]) -> Synced:
    """The tail on top of what is published: itself where nobody wrote meanwhile, else decided once more."""
    waiting = [records for commit, records in workspace.commands() if commit.oid in commits]
    ahead = published is None or workspace.repository.is_ancestor(published, commits[-1])
    if published is None or (ahead and not any(map(_moved_nobody, waiting))):
        return Synced(commits[-1], [_named(records[0]) for records in waiting])
    there = _at(workspace, published)
    synced = Synced(published, rivals=[] if ahead else [_first(there, workspace)])
    identity = workspace.repository.identity() or ("govern", "govern@localhost")
    for records in waiting:
        said = _once_more(workspace, there, records, identity)
        (synced.dropped if said else synced.kept).append(f"{_named(records[0])}{f': {said}' if said else ''}")
        synced.oid = there.tip
    return synced


def _moved_nobody(records: Sequence[Record]) -> bool:
    """A rollback of cohorts that were back already as far as could be known without the remote."""
    lead = records[0]
    moves = [record.body["moves"] for record in records if record.event == "binding_changed/1"]
    return lead.event == "rolled_back/1" and moves == [[]]


def _first(there: Workspace, here: Workspace) -> str:
    """Who wrote what this clone's tail does not have."""
    known = {commit.oid for commit in here.history.commits}
    new = [records[0].actor for commit, records in there.commands() if commit.oid not in known]
    return f"{', '.join(dict.fromkeys(new)) or 'somebody'} was first: read again, decided again"


def _at(workspace: Workspace, tip: str) -> Workspace:
    there = replace(workspace, history=read_history(workspace.repository, tip))
    commands = there.sound_commands()
    there.state = fold((records for _, records in commands), void=void_commands(there, commands))
    return there


def _once_more(
    workspace: Workspace, there: Workspace, records: Sequence[Record], who: tuple[str, str]
) -> str:
    """Append one command to `there`; empty, or why it was dropped."""
    lead = records[0]
    command = revive(lead.asked or {}, lead.body)
    if command is None:
        return "this version does not know it"
    if carried := [name for name, item in command.__dataclass_fields__.items() if item.metadata == CARRIED]:
        command = replace(command, **dict.fromkeys(carried, _carried(workspace, records)))
    actor = Actor(lead.actor, lead.claimed)
    if isinstance(command, Rollback):
        decision, stamped = _back_again(there, command, lead, actor)
    else:
        decision, stamped = take(there, command, actor, happened_at=lead.when)
    if isinstance(decision, Refused) or stamped is None:
        return decision.reasons[0] if isinstance(decision, Refused) else "refused"
    if lead.event == "approval_given/1" and stamped.records[0].body["digest"] != lead.body["digest"]:
        return "the dossier it was given to is no longer the current one: approve again"
    oid = made(there, stamped, who)
    there.history = read_history(there.repository, oid, since=there.history)
    return ""


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
    return f"{asked.get('do', lead.event)} {subject} ({lead.actor}, {lead.when})"


def _require_reachable(workspace: Workspace) -> None:
    broken = workspace.broken
    if broken is not None:
        raise RepositoryError(f"the ledger is broken: {broken.message}", type_line="govern audit")
    if not workspace.fetched.ok:
        raise not_published(workspace, workspace.fetched.reason)


def not_published(workspace: Workspace, text: str, *, silent: bool = False) -> NotPublishedError:
    """What the remote said, and the two ways out: later, or by somebody else."""
    remote = workspace.repository.remote
    silent = silent or not workspace.fetched.ok
    notes = [f"{remote}: {line}" for line in text.splitlines()[:3] if line.strip()]
    if not silent:
        notes.append("whoever may push and roll back types the same line; sync then says: already back")
    said = f"{remote} does not answer" if silent else f"{remote} refused the push"
    return NotPublishedError(f"NOT PUBLISHED: {said}", notes=tuple(notes), type_line="govern sync")
