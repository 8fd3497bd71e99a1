"""`govern check`: what a pull request, or a commit about to be made, would change of what is fixed."""

import os
from pathlib import Path
from typing import Annotated

import typer

from govern.cli.frame import context, show
from govern.cli.options import Folder
from govern.errors import UsageError
from govern.report.answer import Answer

FORMATS = ("text", "json", "sarif", "github", "markdown")


def command(
    base: Annotated[
        str | None,
        typer.Option(help="What it is to be merged into; with --staged HEAD is taken.", metavar="REV"),
    ] = None,
    head: Annotated[str | None, typer.Option(help="What is to be merged; HEAD.", metavar="REV")] = None,
    staged: Annotated[
        bool, typer.Option("--staged", help="Judge what is staged: for a pre-commit hook.")
    ] = False,
    no_ledger: Annotated[
        bool, typer.Option("--no-ledger", help="Pass without a ledger in this clone: documents alone.")
    ] = False,
    workspace: Folder = None,
    output: Annotated[
        str, typer.Option("--format", help="One of the five forms.", metavar="|".join(FORMATS))
    ] = "text",
) -> None:
    """Judge a pull request by the ledger as last fetched: documents only, nothing is written."""

    def work() -> Answer:
        from govern.operations.review.check import CODES, Question, check
        from govern.operations.review.validate import CODES as KNOWN
        from govern.report.checked import checked_answer

        if output not in FORMATS:
            raise UsageError(
                f"no format {output}: one of {', '.join(FORMATS)}", type_line="govern check --help"
            )
        if staged and head is not None:
            raise UsageError(
                "--head and --staged are two different things", type_line="govern check --staged"
            )
        if base is None and not staged:
            raise UsageError("say what it is to be merged into", type_line="govern check --base origin/main")
        question = Question(base or "HEAD", head or "HEAD", staged, _index() if staged else None)
        checked = check(context(workspace=workspace), question)
        return checked_answer(checked, output, {**KNOWN, **CODES}, no_ledger=no_ledger)

    raise typer.Exit(show("check", work, "json" if output == "json" else "text"))


def _index() -> str | None:
    """The index that git gave its hook: for `git commit -- PATH` it is not the usual one."""
    given = os.environ.get("GIT_INDEX_FILE")
    return str(Path(given).absolute()) if given else None
