"""What every command shares: the context it is given, questions, showing the answer, and the one funnel of errors."""

import os
import re
import shlex
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from govern.domain.decision import Refusal
from govern.errors import ExitCode, GovernError, UsageError
from govern.operations.context import Context
from govern.report.answer import Answer, as_json, as_text, printable, refused, stopped

SLIP = re.compile(
    r"`([^`]+)`.*; nearest: (\S+)$"
)  # how a refusal names a slip of the hand, and what was meant
INSTANT = "%Y-%m-%dT%H:%M:%SZ"


def context(*, actor: str | None = None, workspace: str | None = None) -> Context:
    """The one value made from the outside world: where, when, who. The clock is read here and nowhere else."""
    simulated = os.environ.get("GOVERN_NOW") or None
    if simulated is not None:
        _check_instant(simulated)
    try:
        here = Path.cwd()
    except FileNotFoundError:
        raise UsageError("this folder does not exist any more", type_line="cd ..") from None
    return Context(
        directory=here,
        now=datetime.now(UTC).strftime(INSTANT),  # noqa: TID251
        simulated=simulated,
        actor=actor,
        workspace=workspace,
    )


def _check_instant(text: str) -> None:
    try:
        datetime.strptime(text, INSTANT)  # noqa: DTZ007  # only the form is asked
    except ValueError:
        line = "export GOVERN_NOW=2026-11-20T10:00:00Z"
        raise UsageError(f"GOVERN_NOW is not an instant: {text}", type_line=line) from None


def interactive() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask(label: str, default: str = "") -> str:
    """One question on the terminal; Enter takes the default."""
    bracket = f" [{default}]" if default else ""
    return input(f" {label}{bracket}: ").strip() or default


def agreed(question: str, *, yes: bool, quiet: bool = False) -> bool:
    """`--yes`, or a yes on the terminal; without a terminal, or when `quiet`, --yes is required."""
    if yes:
        return True
    if quiet or not interactive():
        where = "with --format json" if quiet else "without a terminal"
        raise UsageError(f"{question} {where} this takes --yes", type_line="--yes")
    return input(f"{question} [Y/n] ").strip().lower() in ("", "y", "yes")


def say(lines: Iterable[str]) -> None:
    """Lines above a question; in colour on a terminal."""
    _print("".join(f"{printable(line)}\n" for line in lines), sys.stdout)


def _print(text: str, stream: TextIO) -> None:
    if stream.isatty():
        from govern.report.paint import painted

        painted(text, stderr=stream is sys.stderr)
    else:
        stream.write(text)


typed: list[str] = []  # the words of this command line; set by `app.main`


def same_line(*more: str, without: str = "") -> str:
    """The line that was typed, to be typed again with `more`; an option that stands in it already is replaced."""
    words = [word for word in typed if word != without]
    if more and len(more) > 1 and more[0] in words[:-1]:
        at = words.index(more[0])
        words[at : at + 2] = more
    else:
        words += [word for word in more if word not in words or not word.startswith("--")]
    return shlex.join(["govern", *words])


def _whole(answer: Answer) -> Answer:
    """The advice as a whole line to paste.

    One that is only an option becomes the line that was typed, with it; where the help is all that was left and
    the refusal knows the nearest name, it becomes that line with the name mended.
    """
    kind, line = answer.advice or ("", "")
    options = line.removeprefix("the same line with ")
    if not typed:
        return answer
    if options.startswith("--"):
        option, _, value = options.partition(" ")
        return replace(answer, advice=(kind, same_line(option, *shlex.split(value))))
    slip = SLIP.search("".join(map(str, answer.data.get("reasons", ())[:1])))
    if line.endswith(" --help") and slip:
        wrong = re.compile(rf"(?<![\w-]){re.escape(slip[1])}(?![\w-])")
        mended = [wrong.sub(slip[2], word) for word in typed]
        if mended != typed:
            return replace(answer, advice=(kind, shlex.join(["govern", *mended])))
    return answer


def show(command: str, work: Callable[[], Answer], output: str = "text") -> ExitCode:
    """Carry out `work` and print its answer; every way to fail ends here, with its exit code."""
    try:
        answer = work()
    except GovernError as error:
        answer = stopped(command, error)
    except Refusal as refusal:
        answer = refused(command, refusal.refused)
    except KeyboardInterrupt:
        print("\ninterrupted: nothing more was recorded", file=sys.stderr)
        return ExitCode.INTERRUPTED
    except EOFError:
        answer = stopped(command, UsageError("no answer was given: every question has an option (--help)"))
    except BrokenPipeError:
        return ExitCode.YES
    except Exception as error:  # the one place where a fault of the program is caught
        return _bug(command, error)
    answer = _whole(answer)
    stream = sys.stdout if answer.exit in (ExitCode.YES, ExitCode.NO, ExitCode.LEFT) else sys.stderr
    try:
        if output == "json":
            sys.stdout.write(as_json(answer))
        elif output == "text":
            _print(as_text(answer), stream)
        else:
            stream.write(as_text(answer))
        sys.stdout.flush()
    except BrokenPipeError:  # who reads has seen enough; the answer stays what it is
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return answer.exit


def _bug(command: str, error: Exception) -> ExitCode:
    """A fault of the program: nothing of it is hidden, but no traceback frightens a release owner."""
    import platform
    import traceback

    from govern import __version__

    where = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(where.filename).name}:{where.lineno} in {where.name}"
    sys.stderr.write(
        f"govern met a fault of its own; nothing more was recorded. To report it, paste:\n"
        f"  govern {__version__}, Python {platform.python_version()}, {platform.system()}\n"
        f"  command: {command}\n"
        f"  {type(error).__name__} at {place}: {str(error)[:300]}\n"
    )
    if os.environ.get("GOVERN_DEBUG"):
        traceback.print_exception(error, file=sys.stderr)
    else:
        sys.stderr.write("  with every step: GOVERN_DEBUG=1 and the same line\n")
    return ExitCode.BUG
