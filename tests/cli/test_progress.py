"""The line that says what a long command is doing: on a terminal, to those who want it, when it lasts."""

import pytest

from govern.cli import progress as shown
from govern.cli.progress import progress


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
