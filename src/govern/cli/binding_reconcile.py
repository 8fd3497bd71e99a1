"""`govern binding reconcile`: what was served, beside what was bound."""

from typing import Annotated

import typer

from govern.cli.frame import context, show
from govern.cli.options import Fetch, Folder, Log, Output, Until, moment
from govern.report.answer import Answer

Since = Annotated[str | None, typer.Option(help="Decisions from then on, UTC.", metavar="TIME")]


def command(
    log: Log = None,
    surface: Annotated[str | None, typer.Option(help="Only this surface.", metavar="SURFACE")] = None,
    since: Since = None,
    until: Until = None,
    fetch: Fetch = False,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Compare the decision log with the bindings: whether every decision carries what was bound for it."""
    from govern.operations.looking_back import reading
    from govern.operations.rollback.reconciling import compare
    from govern.report.reconciled import reconciled_answer

    def work() -> Answer:
        begin = moment("--since", since) if since else None
        end = moment("--until", until) if until else None
        there = reading(context(workspace=workspace), fetch=fetch)
        return reconciled_answer(compare(there, log, surface=surface, since=begin, until=end))

    raise typer.Exit(show("binding reconcile", work, output))
