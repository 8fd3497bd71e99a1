"""The one shell of every writing command: read, decide, record, publish; a lost race is decided again.

What the first decision fixed (`asked`) is what every retry asks: the same border and attempt, never the next
one. A rehearsal is this same walk on a throw-away clone.
"""

import random
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from govern.domain.capabilities import decide, revive
from govern.domain.commands import CARRIED, Command
from govern.domain.decision import Accepted, Decision, Refused
from govern.domain.fold import fold
from govern.domain.policy import Actor
from govern.domain.records import Record
from govern.domain.windows import instant
from govern.errors import RefusedError, RepositoryError
from govern.ledger.append import Published, commit, keep, publish
from govern.ledger.records import RecordFault
from govern.ledger.seen import remember
from govern.ledger.tail import replace_tail
from govern.operations.context import Context
from govern.operations.reading import BranchDocuments, NoDocuments
from govern.operations.serve import bytes_of, due
from govern.operations.stamping import Envelope, Stamped, stamp
from govern.operations.unpublished import placed
from govern.operations.workspace import Workspace, open_workspace
from govern.operations.writable import require_remote, require_writable

PROMOTIONS = ("advance", "extend")

Prepare = Callable[[Workspace], Command]  # the command as asked in this state; called for the first try only
Confirm = Callable[[Workspace, Accepted], bool]  # False: the person said no


@dataclass(frozen=True)
class Outcome:
    """What became of a command. `word` is PUBLISHED, RECORDED in this clone alone, or empty for a dry run."""

    decision: Decision
    workspace: Workspace
    records: tuple[Record, ...] = ()
    oid: str | None = None
    word: str = ""
    tries: int = 1


def run(
    context: Context,
    prepare: Prepare,
    *,
    dry_run: bool = False,
    offline: bool = False,
    confirm: Confirm | None = None,
    opening: Callable[[Context], Workspace] | None = None,
    fault: Callable[[str], None] | None = None,
) -> Outcome:
    """Carry out one command. Refusals come back as values; what stops the way raises a GovernError.

    `opening` reads the workspace anew for every try, where the usual reading will not do (init). `offline`: nothing
    is fetched or pushed, the record waits in this clone; where there is no remote it says nothing.
    """
    deadline = time.monotonic() + context.patience
    command: Command | None = None
    wait, tries = 0.05, 0
    while True:
        tries += 1
        workspace = opening(context) if opening else open_workspace(context, fetch=not offline)
        alone = offline and workspace.repository.remote is not None
        require_writable(workspace, alone=alone)
        command = command or prepare(workspace)
        require_remote(workspace, command, alone=alone)
        decision, stamped = take(workspace, command)
        if isinstance(decision, Refused):
            return Outcome(placed(workspace, decision), workspace, tries=tries)
        if dry_run:
            return Outcome(decision, workspace, stamped.records if stamped else (), tries=tries)
        assert stamped is not None
        if confirm is not None and tries == 1 and not confirm(workspace, decision):
            raise RefusedError("nothing was recorded: the answer was no")
        command = _pinned(command, decision)
        oid = keep_here(workspace, stamped, fault=fault) if alone else record(workspace, stamped, fault)
        if oid is not None:
            word = "RECORDED" if alone else "PUBLISHED"
            return Outcome(decision, workspace, stamped.records, oid, word, tries)
        if time.monotonic() > deadline:
            raise RepositoryError(
                f"others were first {tries} times: nothing was recorded", notes=("type the same line again",)
            )
        time.sleep(wait * random.uniform(0.5, 1.5))
        wait = min(wait * 2, 5.0)


def take(
    workspace: Workspace,
    command: Command,
    actor: Actor | None = None,
    *,
    documents: BranchDocuments | NoDocuments | None = None,
    happened_at: str | None = None,
) -> tuple[Decision, Stamped | None]:
    """Decide in this state; the records where the answer is yes. Nothing is written.

    `documents` other than those of the branch: the way back reads none. `happened_at` is when it was decided
    first, where it is recorded later.
    """
    actor = actor or workspace.actor()
    documents = documents or workspace.documents()
    now = workspace.now()
    if command.do in PROMOTIONS:
        _require_clock(workspace)
    decision = decide(workspace.state, documents, command, actor, now)
    if isinstance(decision, Refused):
        return decision, None
    policy = workspace.state.policy
    envelope = Envelope(
        command=workspace.context.nonce(),
        at=now,
        happened_at=happened_at and min(happened_at, now),  # a clock may have been set back
        actor=actor.person,
        claimed=actor.claimed,
        main=workspace.main or workspace.state.main,
        policy=policy.stamp if policy else decision.events[0].body["policy"],
        asked=decision.asked,
        documents=documents.read,
    )
    inputs = {**documents.bytes_read, **decision.inputs}
    try:
        return decision, stamp(decision.events, workspace.history.chain, envelope, inputs)
    except RecordFault as fault:
        raise _no_record(decision, envelope, fault) from fault


def _no_record(decision: Accepted, envelope: Envelope, fault: RecordFault) -> RefusedError:
    """What the command would record has no room in one record: which part takes the most."""
    parts = [(event.event, name, value) for event in decision.events for name, value in event.body.items()]
    lead = decision.events[0].event
    parts += [(lead, name, value) for name, value in envelope.asked.items()]
    parts.append((lead, "documents", envelope.documents))
    event, name, value = max(parts, key=lambda part: len(repr(part[2])))
    what = f", {len(value)} entries" if isinstance(value, Mapping | list | tuple) else ""
    files = name == "documents"
    hint = "let a baseline name fewer files" if files else "ask for less at once"
    return RefusedError(
        f"nothing was recorded: {fault.message}",
        notes=(f"most of it is `{name}` of {event}: {len(repr(value))} characters{what}", hint),
        type_line="govern validate" if files else None,
    )


def record(workspace: Workspace, stamped: Stamped, fault: Callable[[str], None] | None = None) -> str | None:
    """Commit and publish; the commit, or None where a rival was first. Raises where the remote says no."""
    identity = workspace.repository.identity()
    assert identity is not None, "the actor was named by it"
    oid, published = keep_record(workspace, stamped, identity, fault)
    if published.outcome == "moved":
        return None
    if published.outcome in ("refused", "offline"):
        raise _not_published(workspace, published.outcome, published.text)
    with suppress(RepositoryError):  # it is recorded, whether this clone keeps it in mind or not
        remember(workspace.repository, workspace.ledger_branch)
    return oid


def keep_here(
    workspace: Workspace,
    stamped: Stamped,
    *,
    read: str | None = None,
    fault: Callable[[str], None] | None = None,
) -> str | None:
    """Commit to the local ledger alone; the commit, or None where another process of this clone was first.

    `read` is the tip that was read, where it is not the one that was decided on: what broke the ledger is left out,
    and kept under a ref of its own. Raises RepositoryError where the disk says no.
    """
    repository, branch = workspace.repository, workspace.ledger_branch
    identity = repository.identity()
    assert identity is not None, "the actor was named by it"
    before = repository.local_tip(branch)
    if before is not None and not repository.is_ancestor(before, read or workspace.tip or ""):
        return None
    oid = made(workspace, stamped, identity, fault)
    if before is not None and not repository.is_ancestor(before, oid):
        return oid if replace_tail(repository, branch, oid, before, stamped.records[0].at) else None
    kept = keep(repository, oid, before, branch=branch, fault=fault or _no_fault)
    if kept.outcome == "refused":
        raise RepositoryError(f"the local ledger cannot be written: {kept.text}", type_line="git status")
    return oid if kept.outcome == "local" else None


def keep_record(
    workspace: Workspace,
    stamped: Stamped,
    who: tuple[str, str],
    fault: Callable[[str], None] | None = None,
) -> tuple[str, Published]:
    """Commit the records with all that belongs to them, and try to make that the tip."""
    oid = made(workspace, stamped, who, fault)
    branch = workspace.ledger_branch
    return oid, publish(workspace.repository, oid, workspace.tip, branch=branch, fault=fault or _no_fault)


def made(
    workspace: Workspace,
    stamped: Stamped,
    who: tuple[str, str],
    fault: Callable[[str], None] | None = None,
) -> str:
    """The commit of the records with all that belongs to them; no branch moves. The state folds them in."""
    files = {**stamped.files, **serving_files(workspace, stamped.records)}
    lead = stamped.records[0]
    message = f"{lead.event} {lead.name}\n\ncommand: {lead.command}\nactor: {lead.actor}\n"
    return commit(workspace.repository, workspace.tip, files, message, who, lead.at, fault=fault or _no_fault)


def _no_fault(_: str) -> None:
    """Every step succeeds."""


def serving_files(workspace: Workspace, records: tuple[Record, ...]) -> Mapping[str, bytes]:
    """What applications read, in the same commit as the binding or the policy that changes it."""
    fold([records], workspace.state)
    return {path: data for path in due(records) if (data := bytes_of(path, workspace.state)) is not None}


def _require_clock(workspace: Workspace) -> None:
    apart = instant(workspace.state.at) - instant(workspace.own_clock())
    if apart > timedelta(minutes=5):
        raise RepositoryError(
            f"one of two clocks is wrong: yours says {workspace.own_clock()}, the ledger's last record"
            f" {workspace.state.at}: promotions wait",
            type_line="date -u",
        )


def _pinned(command: Command, decision: Accepted) -> Command:
    """The command as the first decision fixed it, with the bytes it carries."""
    again = revive(decision.asked, decision.events[0].body)
    assert again is not None
    carried: dict[str, Any] = {
        name: getattr(command, name)
        for name, item in command.__dataclass_fields__.items()
        if item.metadata == CARRIED
    }
    return replace(again, **carried) if carried else again


def _not_published(workspace: Workspace, outcome: str, text: str) -> RepositoryError:
    remote = workspace.repository.remote
    notes = tuple(f"{remote}: {line}" for line in text.splitlines()[:5])
    if outcome == "offline":
        return RepositoryError(
            f"{remote} stopped answering while this was pushed: whether it is recorded, the next fetch says",
            notes=notes,
            type_line="govern log --fetch",
        )
    return RepositoryError(
        f"{remote} refused the push to {workspace.ledger_branch}: nothing was recorded",
        notes=(*notes, "release owners need the right to push this branch, and no other"),
        type_line=f"git push --dry-run {remote} {workspace.ledger_branch}",
    )
