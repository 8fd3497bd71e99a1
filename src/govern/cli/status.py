"""`govern status`: one screen for a release owner."""

from typing import Annotated

import typer

from govern.cli.frame import context, show
from govern.cli.options import At, Fetch, Folder, Output
from govern.report.answer import Answer


def command(
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Exit 1 if anything is overdue, or a trigger that fired is not answered."
        ),
    ] = False,
    fetch: Fetch = False,
    at: At = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Who is on which version, what is blocked by what, what is due, and what waits for you."""
    from govern.operations.looking_back import reading
    from govern.operations.status import as_it_was, published, status_of
    from govern.report.status import status_answer

    def work() -> Answer:
        there = reading(context(workspace=workspace), at=at, fetch=fetch)
        if at is not None:
            there = as_it_was(there, at, there.own_clock())
        head = f"ledger {(there.tip or '')[:7]}, {published(there)}, {there.state.n} records"
        return status_answer(
            status_of(there),
            head=head,
            now=there.now(),
            simulated=there.simulated,
            check=check,
            past=at is not None,
        )

    raise typer.Exit(show("status", work, output))
