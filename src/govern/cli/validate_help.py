"""`govern validate` for --help and for words that `cli.validate` does not know: the same options, declared."""

from pathlib import Path
from typing import Annotated

import typer

from govern.cli.validate import FORMATS, run


def command(
    paths: Annotated[
        list[str] | None, typer.Argument(help="Documents or folders; all of the workspace.")
    ] = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Write what can be computed, and show the diff.")
    ] = False,
    output: Annotated[
        str, typer.Option("--format", help="How findings are printed.", metavar="|".join(FORMATS))
    ] = "text",
) -> None:
    """Check every document of the workspace; one finding for one mistake."""
    raise typer.Exit(run(paths or [], fix, output, Path.cwd()))
