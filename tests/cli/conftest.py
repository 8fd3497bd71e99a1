"""A workspace whose packet is in canary, and the command line on it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from govern.cli.app import build
from govern.domain.rollout.advance import Advance
from govern.operations.evidence.explaining import command_for
from govern.operations.evidence.measure import measure_shadow
from workspaces import EXAMPLES, Clone, isolated, opened

PACKET = "no-system-prompt"
NOW = "2026-11-22T10:00:00Z"


@pytest.fixture(scope="session")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Opened by ana on 11-20, taken into shadow, measured, explained, and into canary by ben on 11-21."""
    folder = tmp_path_factory.mktemp("walked")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in isolated(folder / "home").items():
            patch.setenv(name, value)
        ben = opened(folder / "team").acting("ben").at("2026-11-20T09:05:00Z")
        ben.done(Advance(PACKET, "shadow", rehearsal={"same": True, "seconds": 0.1}))
        there = ben.workspace()
        pairs = EXAMPLES / "prompt-change/data/pairs.csv"
        ben.done(measure_shadow(there, PACKET, pairs, there.actor()).command())
        ben.done(
            command_for(ben.workspace(), PACKET, "public", None, "refusal", "answers, then takes half back")
        )
        ben.at("2026-11-21T09:30:00Z").done(Advance(PACKET, "canary"))
    return folder / "team"


@pytest.fixture
def team(walked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clone:
    """A copy of it to write to; commands run in it, by ben, on 11-22."""
    folder = tmp_path / "team"
    shutil.copytree(walked, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GOVERN_NOW", NOW)
    return Clone(folder, "ben", NOW)


class Said:
    """What a command printed and how it ended."""

    def __init__(self, text: str, code: int) -> None:
        self.text, self.code = text, code
        self.lines = text.splitlines()

    @property
    def advice(self) -> str:
        """The line to type, without its first word."""
        return self.lines[-1].partition(": ")[2]


Govern = Callable[..., Said]


@pytest.fixture
def govern() -> Govern:
    """`govern("log", "ana")` as a user types it; standard output and error are one text."""

    def typed(*words: str) -> Said:
        result = CliRunner().invoke(build(words[0]), list(words))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.output, result.exit_code)

    return typed
