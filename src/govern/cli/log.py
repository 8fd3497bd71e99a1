"""`govern log`: what is recorded, oldest first."""

from typing import Annotated

import typer

from govern.cli.frame import context, show
from govern.cli.options import At, Fetch, Folder, Output
from govern.operations.context import Context
from govern.report.answer import Answer


def command(
    subject: Annotated[
        str | None,
        typer.Argument(
            help="A stream, packet, surface, cohort, lane, person, or `workspace`.", metavar="SUBJECT"
        ),
    ] = None,
    limit: Annotated[int | None, typer.Option(help="Only the newest N.", metavar="N", min=1)] = None,
    at: At = None,
    fetch: Fetch = False,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """The records of SUBJECT, or all of them, oldest first; those without effect are marked VOID."""

    def work() -> Answer:
        return log_of(context(workspace=workspace), subject, at=at, limit=limit, fetch=fetch)

    raise typer.Exit(show("log", work, output))


def log_of(
    where: Context,
    subject: str | None,
    *,
    at: str | None = None,
    limit: int | None = None,
    fetch: bool = False,
    name: str = "log",
) -> Answer:
    """The log of a subject as the answer of the command `name`."""
    from govern.operations.chronicle import chronicle
    from govern.operations.looking_back import reading
    from govern.report.records import log_answer

    return log_answer(name, chronicle(reading(where, at=at, fetch=fetch), subject), limit)
