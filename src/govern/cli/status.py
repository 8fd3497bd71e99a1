"""`govern status`: one screen for a release owner."""

from typing import Annotated

import typer

from govern.cli.frame import context, show
from govern.cli.options import At, Fetch, Folder, Output
from govern.errors import ExitCode
from govern.report.answer import Answer


def command(
    check: Annotated[bool, typer.Option("--check", help="Exit 1 if anything of yours is overdue.")] = False,
    fetch: Fetch = False,
    at: At = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Who is on which version, what is blocked by what, what is due, and what waits for you."""
    from dataclasses import replace

    from govern.operations.looking_back import reading
    from govern.operations.status import status_of
    from govern.report.status import status_answer

    def work() -> Answer:
        there = reading(context(workspace=workspace), at=at, fetch=fetch)
        status = status_of(there)
        published = _published(there)
        head = f"ledger {(there.tip or '')[:7]}, {published}, {there.state.n} records"
        answer = status_answer(status, head=head, now=there.now(), simulated=there.simulated)
        return replace(answer, exit=ExitCode.NO, verdict="failed") if check and status.overdue else answer

    raise typer.Exit(show("status", work, output))


def _published(there) -> str:  # type: ignore[no-untyped-def]
    repository = there.repository
    if repository.remote is None:
        return "local"
    tip = repository.tip(there.ledger_branch)
    return (
        "published" if tip == there.tip or repository.is_ancestor(there.tip, tip or "") else "NOT PUBLISHED"
    )
