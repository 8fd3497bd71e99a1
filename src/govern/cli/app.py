"""The command tree. Each noun is a module of this room; a verb without a noun is a module of its own name."""

import os
import shlex
from collections.abc import Callable
from importlib import import_module
from itertools import pairwise
from typing import Any

import typer

from govern import __version__
from govern.cli import frame
from govern.domain.findings import nearest
from govern.errors import ExitCode, UsageError
from govern.report.answer import Answer

NOUNS = (
    "baseline",
    "phase",
    "packet",
    "evidence",
    "trigger",
    "rollback",
    "relabel",
    "calibration",
    "mitigation",
    "binding",
    "drill",
    "package",
    "policy",
    "schema",
)
MODULES = {"validate": "validate_help"}  # answered by cli.validate before this library is imported
VERBS = (
    "init",
    "new",
    "demo",
    "status",
    "review",
    "validate",
    "explain",
    "show",
    "log",
    "query",
    "audit",
    "check",
    "sync",
)


def build(wanted: str | None = None) -> typer.Typer:
    """The tree, or only the branch of it that is `wanted`: what is not asked for is not imported."""
    app = typer.Typer(
        name="govern",
        help="Governance for changes of AI behaviour: packets, gates, per-cohort bindings and rollback, in git.",
        no_args_is_help=True,
        add_completion=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(_version)
    for verb in VERBS:
        if wanted in (None, verb):
            command: Callable[..., Any] = import_module(f"govern.cli.{MODULES.get(verb, verb)}").command
            app.command(verb)(command)
    for noun in NOUNS:
        if wanted in (None, noun):
            app.add_typer(import_module(f"govern.cli.{noun}").app, name=noun)
    return app


def _version(
    version: bool = typer.Option(False, "--version", help="Print the version and exit.", is_eager=True),
) -> None:
    """Governance for changes of AI behaviour, in the team's own git repository."""
    if version:
        typer.echo(f"govern {__version__}")
        raise typer.Exit


def main(argv: list[str]) -> int:
    """Run one command line; the exit code is one of `errors.ExitCode`."""
    frame.typed[:] = argv
    asked = argv[0] if argv and argv[0] in (*NOUNS, *VERBS) else None
    tree = build(None if "_GOVERN_COMPLETE" in os.environ else asked)
    try:
        code = tree(argv, prog_name="govern", standalone_mode=False)
    except typer.TyperException as error:
        return frame.show(*_misread(argv, error))
    except typer.Abort:
        return ExitCode.INTERRUPTED
    return code if isinstance(code, int) else ExitCode.YES


def _misread(argv: list[str], error: typer.TyperException) -> tuple[str, Callable[[], Answer], str]:
    """What the library says about a word that does not fit, as a refusal like any other."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else _path(argv)
    name = path.removeprefix("govern ")

    def work() -> Answer:
        if type(error).__name__ == "NoArgsIsHelpError":
            return Answer(name, tuple(error.format_message().splitlines()), ExitCode.COULD_NOT, "refused")
        if getattr(error, "option_name", "") == "--offline":
            from govern.operations.writable import OFFLINE

            raise UsageError(
                f"`{name}` needs the remote: {OFFLINE}", type_line=frame.same_line(without="--offline")
            )
        said = error.format_message().partition(" Did you mean")[0].partition(" (Possible")[0].rstrip(".")
        raise UsageError(said[:1].lower() + said[1:], type_line=_mended(argv, error, path))

    json = "--format=json" in argv or ("--format", "json") in pairwise(argv)
    return name, work, "json" if json else "text"


def _path(argv: list[str]) -> str:
    """The command that the first words name, as far as they name one."""
    words = [word for word in argv[:2] if not word.startswith("-")]
    return " ".join(["govern", *words[: 2 if words and words[0] in NOUNS else 1]])


def _mended(argv: list[str], error: typer.TyperException, path: str) -> str:
    """The same line with the nearest word that is known, or with what is missing; else the help."""
    command, param = getattr(getattr(error, "ctx", None), "command", None), getattr(error, "param", None)
    if type(error).__name__ == "MissingParameter" and param is not None:
        option = [param.opts[0]] if param.opts[0].startswith("-") else []
        return shlex.join(["govern", *argv, *option, str(param.metavar or param.name).upper()])
    options = [option for each in getattr(command, "params", ()) for option in each.opts]
    wrong = getattr(error, "option_name", None) or next(
        (word for word in argv if f"'{word}'" in str(error)), ""
    )
    commands = getattr(command, "commands", {})
    inner = {
        verb: f"{noun} {verb}" for noun, group in commands.items() for verb in getattr(group, "commands", ())
    }
    known = {} if wrong.startswith("-") else inner  # a verb that was typed without its noun
    known |= {word.lstrip("-"): word for word in (*commands, *options)}
    close = nearest(wrong.lstrip("-"), known)
    if close is None or wrong not in argv:
        return f"{path} --help"
    mended = (part for word in argv for part in (known[close].split() if word == wrong else [word]))
    return shlex.join(["govern", *mended])
