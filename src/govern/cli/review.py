"""`govern review`: the weekly agenda, and that it was held."""

from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.frame import context, show
from govern.cli.options import Actor, At, DryRun, Fetch, Folder, Output
from govern.cli.write import write
from govern.domain.mitigation.weekly_review import HoldReview
from govern.domain.windows import instant
from govern.errors import UsageError
from govern.report.answer import Answer

if TYPE_CHECKING:
    from govern.operations.context import Context
    from govern.operations.decide import Outcome


def command(
    record: Annotated[
        bool, typer.Option("--record", help="Record that it was held, and what was open.")
    ] = False,
    note: Annotated[str | None, typer.Option(help="A sentence about it; it is recorded.")] = None,
    at: At = None,
    fetch: Fetch = False,
    dry_run: DryRun = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """The failure matrix, and whatever expires, is owed, frozen or waiting; with --record, that you went through it."""

    def work() -> Answer:
        where = context(actor=actor, workspace=workspace)
        if record and at is not None:
            raise UsageError(
                "a review is held now, and of what is open now", type_line="govern review --record"
            )
        if record:
            return write("review", where, lambda _: HoldReview(note), dry_run=dry_run, told=_told)
        for option, given in (("--note", note), ("--dry-run", dry_run)):
            if given:
                raise UsageError(f"{option} is for a review that is recorded", type_line="--record")
        return _agenda(where, at, fetch)

    raise typer.Exit(show("review", work, output))


def _agenda(where: "Context", at: str | None, fetch: bool) -> Answer:
    from govern.domain.mitigation.agenda import agenda
    from govern.operations.looking_back import reading
    from govern.operations.status import as_it_was, published, status_of, verifications
    from govern.report.review import review_answer
    from govern.report.status import fired_lines, heading, stale

    there = reading(where, at=at, fetch=fetch)
    if at is not None:
        there = as_it_was(there, at, there.own_clock())
    now, status = there.now(), status_of(there)
    head = f"ledger {(there.tip or '')[:7]}, {published(there)}, {there.state.n} records"
    top = heading(head, now, simulated=there.simulated, past=at is not None)
    top += stale(status.fetched) if at is None else []
    may = status.person is not None and status.person in there.state.in_force.holders("monitoring_review")
    return review_answer(
        agenda(there.state, there.documents(), now),
        status.blocked,
        verifications(there, now),
        top=[*top, *fired_lines(status.fired, instant(now))],
        now=now,
        holds=may if at is None else None,
    )


def _told(outcome: "Outcome") -> str:
    body = outcome.records[0].body
    return f"the review of {body['window']}, {len(body['matrix'])} in the matrix, {len(body['actions'])} open actions"
