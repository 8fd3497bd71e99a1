"""What every command shares: the funnel of errors, questions, the line to paste, and two streams."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from govern.cli import frame
from govern.cli.frame import same_line, show
from govern.domain.decision import Refusal
from govern.errors import ExitCode, RefusedError, RepositoryError, UsageError
from govern.report.answer import Answer
from typed import MARCH_TO_JUNE, NOON, Keyboard, copied, into_shadow, seven_cohorts
from workspaces import be


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return seven_cohorts(tmp_path_factory.mktemp("seven"))


@pytest.fixture
def typed(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Keyboard:
    return Keyboard(copied(made, tmp_path), capsys, monkeypatch)


GOVERN = [sys.executable, "-P", "-m", "govern"]
BORDER = ("phase", "advance", MARCH_TO_JUNE, "--to", "shadow")


def raising(error: Exception) -> object:
    def work() -> Answer:
        raise error

    return work


ENDS = [  # (what is raised, exit code, first line, last line)
    (UsageError("no such thing"), 2, "refused: no such thing", "type: govern phase check --help"),
    (UsageError("no", type_line="govern log"), 2, "refused: no", "type: govern log"),
    (RefusedError("not now"), 1, "refused: not now", "type: govern phase check --help"),
    (RepositoryError("gone", notes=("origin: x",)), 2, "refused: gone", "type: govern phase check --help"),
    (Refusal("no border", type_line="govern status"), 1, "refused: no border", "type: govern status"),
    (Refusal("unknown", exit=ExitCode.COULD_NOT), 2, "refused: unknown", "type: govern phase check --help"),
    (EOFError(), 2, "refused: no answer was given: every question has an option (--help)", None),
]


@pytest.mark.parametrize(("error", "code", "first", "last"), ENDS, ids=lambda value: type(value).__name__)
def test_every_refusal_says_what_is_wrong_and_what_to_type(
    error: Exception, code: int, first: str, last: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert show("phase check", raising(error)) == code  # type: ignore[arg-type]
    said = capsys.readouterr()
    lines = (said.out if code == 1 else said.err).splitlines()
    assert lines[0] == first and (last is None or lines[-1] == last)
    assert (said.err if code == 1 else said.out) == ""


def test_an_interruption_ends_with_130(capsys: pytest.CaptureFixture[str]) -> None:
    assert show("phase check", raising(KeyboardInterrupt())) == 130  # type: ignore[arg-type]
    assert "nothing more was recorded" in capsys.readouterr().err


def test_a_fault_of_the_program_says_what_to_report_and_hides_the_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert show("phase check", raising(ZeroDivisionError("by zero"))) == 3  # type: ignore[arg-type]
    err = capsys.readouterr().err
    assert "fault of its own" in err and "ZeroDivisionError at" in err and "Traceback" not in err


def test_a_refusal_wider_than_the_screen_is_wrapped_and_cannot_move_the_cursor(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show("x", raising(UsageError("\x1b[2Jno `" + "a" * 200 + "`\u202e here", type_line="govern log")))  # type: ignore[arg-type]
    err = capsys.readouterr().err
    assert "\x1b" not in err and "\u202e" not in err and max(map(len, err.splitlines())) <= 80


@pytest.mark.parametrize(
    ("words", "more", "without", "line"),
    [
        (("phase", "advance", "p"), ("--yes",), "", "govern phase advance p --yes"),
        (("phase", "advance", "p", "--yes"), ("--yes",), "", "govern phase advance p --yes"),
        (("audit", "--format", "yaml"), ("--format", "text"), "", "govern audit --format text"),
        (("x", "--dry-run", "--reason", "a b"), (), "--dry-run", "govern x --reason 'a b'"),
    ],
)
def test_the_line_that_was_typed_is_given_back_whole(
    words: tuple[str, ...], more: tuple[str, ...], without: str, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame, "typed", list(words))
    assert same_line(*more, without=without) == line


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("phase", "chek", "p"), "govern phase check p"),
        (("phsae", "check", "p"), "govern phase check p"),
        (("status", "--fetsh"), "govern status --fetch"),
        (("phase", "check"), "govern phase check PACKET"),
        (("evidence", "shadow", "p"), "govern evidence shadow p --pairs FILE"),
        (("evidence", "shadow", "p", "--pairs"), "govern evidence shadow --help"),
        (("phase", "extend", "p", "--percent", "many"), "govern phase extend --help"),
        (("status", "--format", "yaml"), "govern status --help"),
        (("status", "a", "b"), "govern status --help"),
        (("--nope",), "govern --help"),
    ],
)
def test_a_slip_in_the_words_is_mended_in_the_line_to_paste(
    typed: Keyboard, words: tuple[str, ...], line: str
) -> None:
    said = typed(*words)
    assert said.code == 2 and said.out == "" and said.advice == ("type", line)


def test_a_slip_is_one_object_when_json_is_asked(typed: Keyboard) -> None:
    answer = typed("phase", "check", "p", "--nope", "--format", "json").json
    assert (answer["ok"], answer["command"], answer["findings"]) == (False, "phase check", [])
    assert answer["data"]["reasons"] == ["no such option: --nope"]


@pytest.mark.parametrize(
    ("name", "now", "line"),
    [("no date", "tomorrow", "export GOVERN_NOW=2026-11-20T10:00:00Z"), ("unset", "", "export GOVERN_NOW=")],
)
def test_a_simulated_ledger_says_how_to_set_its_clock(
    typed: Keyboard, name: str, now: str, line: str
) -> None:
    said = typed("status", now=now)
    assert said.code == 2 and said.advice[1].startswith(line)


def test_a_folder_that_is_gone_is_said(typed: Keyboard, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> Path:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "cwd", gone)
    monkeypatch.setattr(typed.monkeypatch, "chdir", lambda _: None)
    said = typed("status")
    assert said.code == 2 and said.advice == ("type", "cd ..")


@pytest.fixture
def terminal(typed: Keyboard) -> Path:
    be(typed.directory, "mara")
    return typed.directory


def ask(directory: Path, answer: str | None) -> tuple[str, int]:
    """The border typed at a terminal of 80 columns; None is Ctrl-C at the question."""
    environment = dict(os.environ) | {"GOVERN_NOW": NOON, "TERM": "xterm-256color"}
    child = pexpect.spawn(
        GOVERN[0],
        [*GOVERN[1:], *BORDER],
        cwd=str(directory),
        env=environment,
        dimensions=(40, 80),
        encoding="utf-8",
    )  # type: ignore[arg-type]
    child.expect_exact("Advance? [Y/n] ", timeout=60)
    before = child.before
    if answer is None:
        child.sendintr()
    else:
        child.sendline(answer)
    child.expect(pexpect.EOF, timeout=60)
    said = before + child.before
    child.close()
    return said, child.exitstatus


@pytest.mark.parametrize(("answer", "code"), [("", 0), ("y", 0), ("n", 1), ("nonsense", 1), (None, 130)])
def test_nothing_is_bound_before_a_yes_at_the_terminal(
    typed: Keyboard, terminal: Path, answer: str | None, code: int
) -> None:
    before = typed.tip
    said, ended = ask(terminal, answer)
    assert ended == code and (typed.tip != before) == (code == 0)
    if code == 1:
        assert "nothing was recorded: the answer was no" in said
        assert f"govern {' '.join(BORDER)}" in said


def test_verdicts_have_colour_on_a_terminal_and_nowhere_else(typed: Keyboard, terminal: Path) -> None:
    said, _ = ask(terminal, "")
    assert "\x1b[32m passed" in said
    assert "\x1b" not in typed("phase", "check", MARCH_TO_JUNE).text


def test_a_reader_that_stops_early_is_no_fault(typed: Keyboard) -> None:
    into_shadow(typed)
    govern = shlex.join(GOVERN)
    line = f"{govern} phase check --help | head -n 1; {govern} phase"
    ran = subprocess.run(
        ["/bin/sh", "-c", line], cwd=typed.directory, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in ran.stderr and "BrokenPipe" not in ran.stderr and ran.returncode == 2
