"""The line that says what a long command is doing: on a terminal, to those who want it, when it lasts."""

from types import ModuleType

import pytest

from bars import steps_of
from decision_logs import write_csv
from govern.cli import evidence, evidence_collect, evidence_replay, evidence_stamps
from govern.cli import progress as shown
from govern.cli.progress import progress
from served import served, serving
from typed import Keyboard
from workspaces import EXAMPLES, Clone

PACKET = "no-system-prompt"
PAIRS = str(EXAMPLES / "prompt-change/data/pairs.csv")
LOG = ("--log", "log.csv")
COMMANDS: dict[str, tuple[ModuleType, tuple[str, ...]]] = {
    "measuring pairs": (evidence, ("shadow", PACKET, "--pairs", PAIRS, "--dry-run")),
    "reading decisions": (evidence_collect, ("kpi", PACKET, "policy-dislocation-rate", *LOG, "--dry-run")),
    "comparing stamps": (evidence_stamps, ("stamps", PACKET, *LOG, "--dry-run")),
    "building a replay pack": (evidence_replay, ("replay", PACKET, *LOG, "--build", "pack")),
}


@pytest.mark.parametrize(("terminal", "quiet"), [(False, False), (True, True), (True, False)])
def test_nothing_is_shown_without_a_terminal_when_quiet_or_in_the_first_second(
    terminal: bool, quiet: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shown, "interactive", lambda: terminal)
    with progress(quiet=quiet) as tell:
        tell("reading")
    assert capsys.readouterr().out == ""


def test_what_lasts_is_shown_and_ends_with_an_error_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from threading import Event

    from rich.progress import Progress

    started, begin = Event(), Progress.start
    monkeypatch.setattr(shown, "interactive", lambda: True)
    monkeypatch.setattr(shown, "PATIENCE", 0.0)
    monkeypatch.setattr(Progress, "start", lambda bar: (begin(bar), started.set()))
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with pytest.raises(ValueError, match="halfway"), progress(quiet=False) as tell:
        tell("comparing stamps")
        assert started.wait(10)
        raise ValueError("halfway")
    assert "comparing stamps" in capsys.readouterr().out


@pytest.mark.parametrize("step", COMMANDS)
def test_commands_that_read_logs_say_what_they_do_and_are_quiet_when_asked(
    step: str, team: Clone, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_csv(team.directory / "log.csv", served(serving(team), "chat", ["public"], "2026-11-22T09:00:00Z"))
    module, words = COMMANDS[step]
    told = steps_of(module, monkeypatch)
    typed = Keyboard(team.directory, capsys, monkeypatch)
    for more, quiet in (((), False), (("--quiet",), True), (("--format", "json"), True)):
        told.clear()
        place = ("--build", f"pack{len(more)}") if "--build" in words else ()
        typed("evidence", *words, *place, *more, now="2026-11-24T09:00:00Z")
        assert told[0] == (step, quiet), more
