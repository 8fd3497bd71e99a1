"""The command tree. Each noun is a module of this room; a verb without a noun is a module of its own name."""

import os
from collections.abc import Callable
from importlib import import_module
from typing import Any

import typer

from govern import __version__

NOUNS = ("baseline", "phase", "packet", "evidence", "rollback", "binding", "policy", "schema")
MODULES = {"validate": "validate_help"}  # answered by cli.validate before this library is imported
VERBS = ("init", "new", "demo", "status", "validate", "explain", "show", "log", "audit", "check")


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
    asked = argv[0] if argv and argv[0] in (*NOUNS, *VERBS) else None
    try:
        build(None if "_GOVERN_COMPLETE" in os.environ else asked)(argv, prog_name="govern")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0
