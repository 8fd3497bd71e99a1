"""A clone with a prompt and its remote, two people, and the answers that they type."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from govern.cli import init
from govern.operations.context import Context
from govern.report.answer import Answer
from workspaces import be, git

NOW = "2026-11-20T10:00:00Z"
INIT_ANSWERS = ("", "", "", "llama-2-70b-chat", "prompts/system.v1.md", "ben@example.com")


def stop_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every commit is made at NOW."""
    monkeypatch.setenv("GIT_AUTHOR_DATE", NOW)
    monkeypatch.setenv("GIT_COMMITTER_DATE", NOW)


def scripted(*typed: str) -> Callable[[str, str], str]:
    """Answers in order; an empty one takes the default."""
    answers: Iterator[str] = iter(typed)
    return lambda _label, default: next(answers) or default


@dataclass
class Team:
    """`root` is Ana's clone; `remote` is a bare repository, or None."""

    root: Path
    remote: Path | None
    shown: list[str] = field(default_factory=list)

    @property
    def context(self) -> Context:
        return Context(self.root, NOW)

    def git(self, *words: str) -> str:
        return git(self.root, *words)

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def read(self, path: str) -> str:
        return (self.root / path).read_text()

    def init(self, *typed: str, agree: bool = True, **options: object) -> Answer:
        """`govern init` in a terminal."""

        def agreed(question: str) -> bool:
            self.shown.append(question)
            return agree

        return init.run(self.context, ask=scripted(*(typed or INIT_ANSWERS)), agree=agreed, **options)  # type: ignore[arg-type]

    def unattended(self, **options: object) -> Answer:
        """`govern init --yes` without a terminal."""
        return init.run(self.context, yes=True, **options)  # type: ignore[arg-type]

    def stands(self) -> tuple[str, str]:
        """Working tree and the user's own refs: what a refusal leaves alone."""
        refs = self.git(
            "for-each-ref", "refs/heads", "refs/remotes", "refs/tags", "--format=%(refname) %(objectname)"
        )
        return self.git("status", "--porcelain", "--untracked-files=all"), refs


def make_team(folder: Path, *, remote: bool = True) -> Team:
    root = folder / "clone"
    team = Team(root, folder / "remote.git" if remote else None)
    git(folder, "init", "--quiet", "--initial-branch=main", str(root))
    be(root, "ana")
    team.write("prompts/system.v1.md", "Answer plainly.\n")
    team.git("add", "--all")
    team.git("commit", "--quiet", "--message=The prompt in use")
    if team.remote is not None:
        git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(team.remote))
        team.git("remote", "add", "origin", str(team.remote))
        team.git("push", "--quiet", "--set-upstream", "origin", "main")
    return team


@cache
def _opened(base: Path) -> Path:
    folder = base / "opened"
    folder.mkdir()
    make_team(folder).init()
    return folder


def opened_team(tmp_path: Path, base: Path) -> Team:
    """A team whose ledger is open: made once below `base`, then copied."""
    shutil.copytree(_opened(base), tmp_path / "opened", symlinks=True)
    team = Team(tmp_path / "opened/clone", tmp_path / "opened/remote.git")
    team.git("remote", "set-url", "origin", str(team.remote))
    return team
