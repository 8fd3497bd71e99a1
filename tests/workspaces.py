"""Workspaces for tests: an example in a fresh git repository, its ledger open, on a simulated clock."""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from govern.domain.commands import Command
from govern.domain.decision import Accepted
from govern.domain.policy import policy_of, view_of
from govern.domain.rollout.opening import Open
from govern.operations.audit import audit
from govern.operations.context import Context
from govern.operations.decide import Outcome, run
from govern.operations.workspace import Workspace, open_workspace

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
OPENED_AT = "2026-11-20T09:00:00Z"
FIRST = {"guardrail": "mara", "model-change": "mara", "team": "mara"}  # who begins where it is not ana
PEOPLE = {"ana": "ana@example.com", "ben": "ben@example.com"}


def isolated(home: Path) -> dict[str, str]:
    """An environment in which no configuration of this machine counts."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "gitconfig").touch()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "GOVERN_"))}
    return kept | {
        "HOME": str(home),
        "GIT_CONFIG_GLOBAL": str(home / "gitconfig"),
        "GIT_CONFIG_NOSYSTEM": "1",
    }


def git(directory: Path, *words: str) -> str:
    """Git as a user types it; the environment is the test's."""
    ran = subprocess.run(["git", *words], cwd=directory, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"git {' '.join(words)}: {ran.stderr}"
    return ran.stdout.strip()


def be(directory: Path, person: str) -> None:
    """From now on `person` acts in this clone."""
    git(directory, "config", "user.name", person.title())
    git(directory, "config", "user.email", PEOPLE.get(person, f"{person}@example.com"))


@dataclass
class Clone:
    """One person's clone of a workspace, with a clock that the test moves."""

    directory: Path
    person: str = "ana"
    now: str = OPENED_AT
    clock: str = "simulated"  # real: no GOVERN_NOW; the own clock is `now` all the same
    context_: dict[str, object] = field(default_factory=dict)

    @property
    def context(self) -> Context:
        simulated = self.now if self.clock == "simulated" else None
        return Context(directory=self.directory, now=self.now, simulated=simulated, **self.context_)  # type: ignore[arg-type]

    def acting(self, person: str) -> "Clone":
        be(self.directory, person)
        return replace(self, person=person)

    def at(self, now: str) -> "Clone":
        return replace(self, now=now)

    def do(self, command: Command, fault: Callable[[str], None] | None = None) -> Outcome:
        """The command through the real shell, accepted or refused. `fault` is told each step of the append."""
        return run(self.context, lambda _: command, fault=fault)

    def done(self, command: Command) -> Outcome:
        """The command, which must be accepted."""
        outcome = self.do(command)
        assert isinstance(outcome.decision, Accepted), outcome.decision
        return outcome

    def workspace(self, *, judge: bool = True) -> Workspace:
        return open_workspace(self.context, fetch=True, judge=judge)

    def audited(self) -> list[str]:
        """Codes of the findings of a whole audit; every ledger that a test makes ends with none."""
        return [finding.code for finding in audit(self.workspace(judge=False)).findings]


def repository(directory: Path, example: str = "prompt-change", *, bare: Path | None = None) -> Clone:
    """The example committed on main in a fresh repository; with `bare`, cloned from and pushed to there."""
    if bare is not None:
        git(bare.parent, "init", "-q", "--bare", "-b", "main", str(bare))
        git(directory.parent, "clone", "-q", str(bare), str(directory))
    else:
        directory.mkdir(parents=True, exist_ok=True)
        git(directory, "init", "-q", "-b", "main")
    shutil.copytree(EXAMPLES / example, directory, dirs_exist_ok=True)
    person = FIRST.get(example, "ana")
    be(directory, person)
    git(directory, "add", "-A")
    git(directory, "commit", "-q", "-m", "Add the documents")
    if bare is not None:
        git(directory, "push", "-q", "-u", "origin", "HEAD:main")
    return Clone(directory, person)


def opened(
    directory: Path, example: str = "prompt-change", *, bare: Path | None = None, clock: str = "simulated"
) -> Clone:
    """The example with its ledger open."""
    clone = replace(repository(directory, example, bare=bare), clock=clock)
    open_ledger(clone)
    return clone


def open_ledger(clone: Clone, folder: str = "governance") -> None:
    """Open the ledger of the documents in `folder`, which are published."""

    def opening(context: Context) -> Workspace:
        workspace = open_workspace(context, fetch=True, opened=False)
        workspace.state.folder, workspace.state.branch = folder, "main"
        workspace.state.clock = clone.clock
        workspace.main = workspace.repository.tip("main")
        document = workspace.documents().get("workspace", "main")
        assert document is not None
        workspace.state.policy = policy_of(view_of(document.value))
        return workspace

    command = Open(folder, "main", "govern test", clone.clock)
    outcome = run(clone.context, lambda _: command, opening=opening)
    assert isinstance(outcome.decision, Accepted), outcome.decision


def another_clone(bare: Path, directory: Path, person: str, clock: str = "simulated") -> Clone:
    git(directory.parent, "clone", "-q", str(bare), str(directory))
    be(directory, person)
    return Clone(directory, person, clock=clock)
