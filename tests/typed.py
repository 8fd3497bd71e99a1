"""The command line in this process: what a person typed, what it printed on which stream, and how it ended."""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from govern.cli.app import main
from workspaces import Clone, be, git, isolated, opened

PASTED = re.compile(r"^(?P<who>[a-z0-9-]+ types|type|next): (?P<line>.*)$")
STARTS = ("govern", "git", "export", "unset", "pip", "date", "cd", "ls")
MARCH_TO_JUNE = "gpt35-june"
NOON = "2026-11-20T12:00:00Z"
PASSING = "opinion_survey,prime,sensitive_jailbreak"


@dataclass(frozen=True)
class Ended:
    """One command line that has ended."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @property
    def json(self) -> Any:
        """The one object on standard output; standard error is empty."""
        assert self.err == ""
        return json.loads(self.out)

    @property
    def advice(self) -> tuple[str, str]:
        """(`type`, `next` or `PERSON types`, the line), of the last line."""
        found = PASTED.match(self.lines[-1])
        assert found is not None, f"no line to paste at the end of:\n{self.text}"
        return found["who"], found["line"]

    def fits(self) -> bool:
        """Nothing but lines to paste, and what is for programs, is wider than 80 columns."""
        return self.out.startswith(("{", "::")) or all(
            len(line) <= 80 or PASTED.match(line) for line in self.lines
        )


@dataclass
class Keyboard:
    """One clone at which several people type, each at an instant of the simulated clock."""

    directory: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def __call__(self, *words: str, who: str = "", now: str = NOON) -> Ended:
        if who:
            be(self.directory, who)
        self.monkeypatch.chdir(self.directory)
        self.monkeypatch.setenv("GOVERN_NOW", now)
        self.capsys.readouterr()
        code = main(list(words))
        said = self.capsys.readouterr()
        ended = Ended(int(code), said.out, said.err)
        assert ended.fits(), ended.text
        assert "Traceback" not in ended.text and "fault of its own" not in ended.text, ended.text
        return ended

    @property
    def tip(self) -> str:
        return git(self.directory, "rev-parse", "govern-ledger")

    def audited(self) -> list[str]:
        return Clone(self.directory, now="2027-01-31T00:00:00Z").audited()


Play = Callable[..., Ended]


def seven_cohorts(folder: Path) -> Path:
    """Two packets over seven cohorts, merged, the ledger open; made in an environment of its own."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in isolated(folder / "home").items():
            patch.setenv(name, value)
        return opened(folder / "team", "model-change").directory


def copied(made: Path, folder: Path) -> Path:
    shutil.copytree(made, folder / "team")
    return folder / "team"


def into_shadow(typed: Play) -> Ended:
    return typed("phase", "advance", MARCH_TO_JUNE, "--to", "shadow", "--yes", who="mara")


def measure(typed: Play, *more: str) -> Ended:
    pairs = "data/pairs-gpt35.csv"
    return typed("evidence", "shadow", MARCH_TO_JUNE, "--pairs", pairs, *more, who="lee")


def explain(typed: Play, cohort: str, moved: str = "25 run on without a verdict") -> Ended:
    words = ("--cohort", cohort, "--dimension", "format", "--moved", moved)
    return typed("evidence", "explain", MARCH_TO_JUNE, *words, who="kim")
