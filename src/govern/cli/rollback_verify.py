"""`govern rollback verify` and `note`: after the way back, whether it is served, and what happened."""

from dataclasses import replace
from typing import Annotated

import typer

from govern.cli.frame import context, same_line, show
from govern.cli.options import Actor, DryRun, Folder, Log, Offline, Output, Packet
from govern.cli.progress import Quiet, progress
from govern.cli.write import write
from govern.domain.rollback.incident_note import NoteIncident
from govern.errors import ExitCode, RepositoryError
from govern.operations.decide import Outcome
from govern.report.answer import Answer
from govern.report.served import NAME, seen_data, served_lines, took_lines, unserved_answer
from govern.report.wrap import wrapped

WAIT = 120  # seconds that a refusal offers to wait

Named = Annotated[
    str | None, typer.Option("--rollback", help="Another rollback than the newest.", metavar="STREAM#SEQ")
]


def verify(
    packet: Packet,
    log: Log = None,
    wait: Annotated[int, typer.Option(help="Seconds to wait for it.", min=0, metavar="SECONDS")] = 0,
    window: Annotated[str, typer.Option(help="How long next has to be gone.", metavar="LENGTH")] = "PT1M",
    rollback: Named = None,
    quiet: Quiet = False,
    dry_run: DryRun = False,
    offline: Offline = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Find in the decision log from when on the cohorts of a rollback were served none of next, and record it."""
    from govern.operations.looking_back import reading
    from govern.operations.rollback.served import Asked, watch

    def work() -> Answer:
        there = reading(context(actor=actor, workspace=workspace), fetch=not offline)
        with progress(quiet=quiet or output != "text") as tell:
            tell("looking for decisions on next")
            seen = watch(there, Asked(packet, rollback, log, window), wait)
        if seen.outcome != "served":
            return unserved_answer(seen, same_line("--wait", str(max(wait, WAIT))))

        def shown(outcome: Outcome) -> list[str]:
            lines = served_lines(seen)
            return lines + (took_lines(seen.packet, outcome.records[0]) if outcome.records else [])

        now = context(actor=actor, workspace=workspace)  # the log was waited for
        try:
            answer = write(
                NAME,
                now,
                lambda _: seen.command(),
                dry_run=dry_run,
                offline=offline,
                shown=shown,
                told=lambda _: f"{seen.rollback.name} is served",
            )
        except RepositoryError as error:
            lines = (*served_lines(seen), *wrapped(f"NOT RECORDED: {error.message}", then="  "))
            advice = ("type", error.type_line or same_line("--offline"))
            return Answer(NAME, lines, ExitCode.LEFT, "served", advice, data=seen_data(seen))
        return replace(answer, data={**seen_data(seen), **answer.data})

    raise typer.Exit(show(NAME, work, output))


def note(
    packet: Packet,
    note: Annotated[str, typer.Option(help="What happened, in a sentence; it is recorded.")],
    reviewed: Annotated[
        bool, typer.Option("--reviewed", help="It is your review of the glass that was broken.")
    ] = False,
    rollback: Named = None,
    dry_run: DryRun = False,
    offline: Offline = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Say what happened after a rollback, or with --reviewed that you looked at a broken glass."""

    def work() -> Answer:
        where = context(actor=actor, workspace=workspace)
        command = NoteIncident(packet, note, reviewed, rollback)
        return write("rollback note", where, lambda _: command, dry_run=dry_run, offline=offline, told=_told)

    raise typer.Exit(show("rollback note", work, output))


def _told(outcome: Outcome) -> str:
    body = outcome.records[0].body
    return f"{'review' if body['reviewed'] else 'note'} on {body['rollback']}"
