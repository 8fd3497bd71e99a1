"""A team of three at one forge, on the real clock that a test holds in its hand: ana writes, ben and cleo decide.

A world is copied from one that was made once, so that a test starts where its story starts.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from govern.domain.rollout.advance import Advance
from govern.errors import RepositoryError
from govern.operations.audit import audit
from govern.operations.evidence.explaining import command_for
from govern.operations.evidence.measure import measure_shadow
from workspaces import EXAMPLES, Clone, another_clone, be, git, isolated, open_ledger

PACKET = "no-system-prompt"
LEDGER = "govern-ledger"
WRITTEN_AT = "2026-11-20T08:00:00Z"  # the documents
SHADOW = Advance(PACKET, "shadow", rehearsal={"same": True, "seconds": 0.1})
CANARY = Advance(PACKET, "canary")
# In which the team differs from the example that it comes from: three people, and two who change the policy.
TEAM = {
    "governance/govern.yaml": (
        ("people:\n", "people:\n  cleo: {email: cleo@example.com}\n"),
        ("rollout_approve: [ana, ben]", "rollout_approve: [ana, ben, cleo]"),
        ("policy: 1, valid", "policy: 2, valid"),
    ),
    f"governance/packets/{PACKET}.yaml": (("rollout_approve: [ben]", "rollout_approve: [ben, cleo]"),),
}


@dataclass
class World:
    """`forge` is the bare remote; each person has a clone beside it."""

    folder: Path

    @property
    def forge(self) -> Path:
        return self.folder / "forge.git"

    @property
    def ana(self) -> Clone:
        return self.clone("ana")

    @property
    def ben(self) -> Clone:
        return self.clone("ben")

    @property
    def cleo(self) -> Clone:
        return self.clone("cleo")

    def clone(self, person: str, name: str = "") -> Clone:
        """The person's clone, made where it is not there yet; `name` for one more of them."""
        directory = self.folder / (name or person)
        if not directory.exists():
            another_clone(self.forge, directory, person)
            git(directory, "remote", "set-url", "origin", "../forge.git")
        return Clone(directory, person, now="2026-11-20T12:00:00Z", clock="real")

    def auditor(self, now: str = "2026-12-31T00:00:00Z") -> Clone:
        """A fresh clone of nobody in particular, late enough that nothing lies in the future."""
        return self.clone("ana", "auditor").at(now)

    def faults(self) -> set[str]:
        """Codes that a fresh clone's audit finds."""
        return set(self.auditor().audited())

    def edit(self, edits: Mapping[str, tuple[tuple[str, str], ...]], when: str, message: str = "Edit") -> str:
        """Documents changed straight on the forge's main; gives the commit."""
        there = self.clone("ana", "editor").directory
        git(there, "pull", "--quiet", "--ff-only", "origin", "main")
        change(there, edits)
        commit_at(there, when, message)
        git(there, "push", "--quiet", "origin", "HEAD:main")
        return git(there, "rev-parse", "HEAD")

    def tip(self) -> str:
        return git(self.forge, "rev-parse", LEDGER)


def change(directory: Path, edits: Mapping[str, tuple[tuple[str, str], ...]]) -> None:
    for path, pairs in edits.items():
        text = (directory / path).read_text("utf-8")
        for old, new in pairs:
            assert old in text, f"{path} has no {old!r}"
            text = text.replace(old, new)
        (directory / path).write_text(text, "utf-8")


def commit_at(directory: Path, when: str, message: str) -> None:
    """Everything in the working tree, committed at an instant."""
    git(directory, "add", "--all")
    git_at(directory, when, "commit", "--quiet", f"--message={message}")


def git_at(directory: Path, when: str, *words: str) -> str:
    """Git with its clock at `when`."""
    dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
    before = {name: os.environ.get(name) for name in dates}
    os.environ.update(dates)
    try:
        return git(directory, *words)
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def make_opened(folder: Path) -> World:
    """The documents published, the ledger open at nine."""
    world = World(folder)
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--bare", "--initial-branch=main", "forge.git")
    ana = world.clone("ana").at("2026-11-20T09:00:00Z")
    shutil.copytree(EXAMPLES / "prompt-change", ana.directory, dirs_exist_ok=True)
    change(ana.directory, TEAM)
    git(ana.directory, "checkout", "--quiet", "-B", "main")
    commit_at(ana.directory, WRITTEN_AT, "Add the documents")
    git(ana.directory, "push", "--quiet", "--set-upstream", "origin", "main")
    open_ledger(ana)
    for person in (world.ben, world.cleo):
        be(person.directory, person.person)
    return world


def copied(stage: Path, tmp_path: Path) -> World:
    shutil.copytree(stage, tmp_path / "world", symlinks=True)
    return World(tmp_path / "world")


def advance_to_shadow(world: World) -> None:
    world.ben.at("2026-11-20T09:05:00Z").done(SHADOW)


def measure(world: World, now: str = "2026-11-20T09:30:00Z") -> None:
    """Pairs recorded and explained: canary is one command away."""
    ben = world.ben.at(now)
    there = ben.workspace()
    pairs = EXAMPLES / "prompt-change/data/pairs.csv"
    ben.done(measure_shadow(there, PACKET, pairs, there.actor()).command())
    ben.done(command_for(ben.workspace(), PACKET, "public", None, "refusal", "takes half of the answer back"))


@contextmanager
def on_a_quiet_machine(home: Path) -> Iterator[None]:
    """For what is made once for many tests, before any of them has its own surroundings."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in isolated(home).items():
            patch.setenv(name, value)
        yield


def found(clone: Clone) -> list[str]:
    """Code and message of every finding of a whole audit in this clone."""
    return [f"{finding.code} {finding.message}" for finding in audit(clone.workspace(judge=False)).findings]


def stopped(clone: Clone, command: object) -> RepositoryError:
    """The error that stops a command."""
    try:
        outcome = clone.do(command)  # type: ignore[arg-type]
    except RepositoryError as error:
        return error
    raise AssertionError(f"it was not stopped: {outcome.decision}")


def standing(clone: Clone) -> tuple[str, str, str]:
    """What the user has under their hands, and what no command may change: status, index and HEAD."""
    status = git(clone.directory, "status", "--porcelain=v2", "--branch", "--untracked-files=all")
    git_dir = clone.directory / ".git"
    index = (git_dir / "index").read_bytes().hex()
    return status, index, (git_dir / "HEAD").read_text()
