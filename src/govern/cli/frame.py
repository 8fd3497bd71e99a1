"""What every command shares: the context it is given, questions, showing the answer, and the one funnel of errors."""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from govern.errors import ExitCode, GovernError, UsageError
from govern.operations.context import Context
from govern.report.answer import Answer, as_json, as_text, stopped

INSTANT = "%Y-%m-%dT%H:%M:%SZ"


def context(*, actor: str | None = None, workspace: str | None = None) -> Context:
    """The one value made from the outside world: where, when, who. The clock is read here and nowhere else."""
    simulated = os.environ.get("GOVERN_NOW") or None
    if simulated is not None:
        _check_instant(simulated)
    return Context(
        directory=Path.cwd(),
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


def agreed(question: str, *, yes: bool) -> bool:
    """`--yes`, or a yes on the terminal; without a terminal --yes is required."""
    if yes:
        return True
    if not interactive():
        raise UsageError(
            f"{question} Without a terminal this takes --yes", type_line="the same line with --yes"
        )
    return input(f"{question} [Y/n] ").strip().lower() in ("", "y", "yes")


def show(command: str, work: Callable[[], Answer], output: str = "text") -> ExitCode:
    """Carry out `work` and print its answer; every way to fail ends here, with its exit code."""
    try:
        answer = work()
    except GovernError as error:
        answer = stopped(command, error)
    except KeyboardInterrupt:
        print("\ninterrupted: nothing more was recorded", file=sys.stderr)
        return ExitCode.INTERRUPTED
    except EOFError:
        answer = stopped(command, UsageError("no answer was given: every question has an option (--help)"))
    except BrokenPipeError:
        return ExitCode.YES
    except Exception as error:  # the one place where a fault of the program is caught
        return _bug(command, error)
    if output == "json":
        sys.stdout.write(as_json(answer))
        return answer.exit
    stream = sys.stdout if answer.exit in (ExitCode.YES, ExitCode.NO, ExitCode.LEFT) else sys.stderr
    if output == "text" and stream.isatty():
        from govern.report.paint import painted

        painted(as_text(answer), stderr=stream is sys.stderr)
    else:
        stream.write(as_text(answer))
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
