"""The attacker's tools: records made with the program's own parts, and commits made with plain git, pushed to the
ledger past every command."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from govern.domain.capabilities import decide
from govern.domain.commands import Command
from govern.domain.decision import Accepted
from govern.domain.document import digest_of
from govern.domain.fold import fold
from govern.domain.gates import open_border
from govern.domain.policy import Actor
from govern.domain.records import Event, Record, path_of
from govern.domain.rollout.hypothesis import put_on_next
from govern.ledger.append import commit, publish
from govern.ledger.records import emit
from govern.operations.context import nonce
from govern.operations.serve import bytes_of, due
from govern.operations.stamping import Envelope, stamp
from govern.operations.workspace import Workspace
from operations.worlds import LEDGER, PACKET, World
from workspaces import Clone, git

AT = "2026-11-20T12:00:00Z"


@dataclass
class Forgery:
    """What a command would record, with as much of it changed as the attacker likes."""

    events: Sequence[Event]
    asked: Mapping[str, Any]
    documents: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, bytes] = field(default_factory=dict)
    main: str = ""
    at: str = AT
    actor: str = "ben"
    claimed: bool = False
    policy: Mapping[str, Any] | None = None
    serving: bool = False  # the serving files change with it, as if it had effect
    twist: Callable[[Record], Record] = lambda record: record  # the last word on each record


def decided(clone: Clone, command: Command, *, main: str | None = None) -> Forgery:
    """A command decided by the rules, on the documents of whatever commit the attacker likes."""
    there = clone.workspace()
    there.main = main or there.main
    documents = there.documents()
    actor = there.actor()
    decision = decide(there.state, documents, command, actor, clone.now)
    assert isinstance(decision, Accepted), decision
    inputs = {**documents.bytes_read, **decision.inputs}
    return Forgery(
        decision.events, decision.asked, documents.read, inputs, there.main or "", clone.now, actor.person
    )


def ungated(world: World, **changes: Any) -> Forgery:
    """The packet's next step as a command would write it, without asking any gate."""
    there = world.ben.workspace()
    border = open_border(there.state, there.documents(), PACKET, Actor("ben"), world.ben.now, to="canary")
    asked, events = put_on_next(border)[0]
    return replace(Forgery(events, asked), **changes)


def push(world: World, forgery: Forgery) -> str:
    """Chain the records as they should be, and push them."""
    attacker = world.clone("ben", "attacker")
    there = attacker.workspace()
    assert there.main is not None
    envelope = Envelope(
        command=nonce(),
        at=forgery.at,
        happened_at=None,
        actor=forgery.actor,
        claimed=forgery.claimed,
        main=forgery.main or there.main,
        policy=forgery.policy or there.state.in_force.stamp,
        asked=forgery.asked,
        documents=forgery.documents,
    )
    stamped = stamp(forgery.events, there.history.chain, envelope, forgery.inputs)
    records = [forgery.twist(record) for record in stamped.records]
    files = dict(stamped.files)
    tips: dict[str, str] = {}
    for record in records:
        record = replace(record, prev=tips.get(record.stream, record.prev))
        data = emit(record)
        files[path_of(record.stream, record.seq)] = data
        tips[record.stream] = digest_of(data)
    if forgery.serving and any(record.event == "binding_changed/1" for record in records):
        files |= served(there, records)
    return push_files(world, files)


def served(there: Workspace, records: Sequence[Record]) -> dict[str, bytes]:
    """The serving files as the attacker wants them: as if the records had effect."""
    state = there.state
    fold([records], state, void={})
    return {path: bytes_of(path, state) or b"" for path in due(records)}


def push_files(world: World, files: Mapping[str, bytes]) -> str:
    there = world.clone("ben", "attacker").workspace()
    oid = commit(there.repository, there.tip, files, "forged", ("Ben", "ben@example.com"), AT)
    assert publish(there.repository, oid, there.tip).outcome == "published"
    return oid


def tamper(world: World, act: Callable[[Path], None], *, force: bool = False) -> None:
    """Check the ledger out, let `act` change it (and commit, where it likes), push what came out."""
    directory = world.folder / "tampering"
    git(world.folder, "clone", "--quiet", "--branch", LEDGER, "forge.git", str(directory))
    git(directory, "config", "user.name", "Ben")
    git(directory, "config", "user.email", "ben@example.com")
    act(directory)
    git(directory, "add", "--all")
    if git(directory, "status", "--porcelain"):
        git(directory, "commit", "--quiet", "--message=tampered")
    git(directory, "push", "--quiet", *(["--force"] if force else []), "origin", f"HEAD:{LEDGER}")
