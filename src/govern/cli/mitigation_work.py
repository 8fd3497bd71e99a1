"""`govern mitigation correct`, `contain` and `carry-forward`: the work on a lane, and the time it gets."""

from shlex import quote
from typing import Annotated

import typer

from govern.cli.frame import context, show
from govern.cli.options import Actor, Cohort, DryRun, Folder, Output, listed, moment
from govern.cli.write import write
from govern.domain.mitigation.carry_forward import CarryForward
from govern.domain.mitigation.containment import Contain
from govern.domain.mitigation.corrective_actions import CloseAction, OpenAction
from govern.errors import UsageError
from govern.operations.decide import Outcome
from govern.operations.workspace import Workspace
from govern.report.answer import Answer

Code = Annotated[
    str | None, typer.Option(help="Why the cohort is not in: one of five codes.", metavar="CODE")
]
Owner = Annotated[str | None, typer.Option(help="The person who does it.", metavar="PERSON")]
Note = Annotated[str | None, typer.Option(help="More about it, in a sentence; it is recorded.")]


def correct(
    cohort: Cohort,
    code: Code = None,
    owner: Owner = None,
    due: Annotated[
        str | None, typer.Option(help="A date or an instant, UTC: done by then.", metavar="DATE")
    ] = None,
    require: Annotated[str | None, typer.Option(help="The evidence that the next attempt needs.")] = None,
    criterion: Annotated[str, typer.Option(help="The criteria that it is about.", metavar="ID,…")] = "",
    close: Annotated[str | None, typer.Option(help="Close this action instead.", metavar="ACTION")] = None,
    evidence: Annotated[str | None, typer.Option(help="The file that it brought.", metavar="FILE")] = None,
    note: Note = None,
    dry_run: DryRun = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Open work that a lane is owed, with owner, date and required evidence; with --close, say that it is done."""

    def work() -> Answer:
        where = context(actor=actor, workspace=workspace)
        opening = {
            "--code": code,
            "--owner": owner,
            "--due": due,
            "--require": require,
            "--criterion": criterion,
        }
        closing = {"--evidence": evidence, "--note": note}
        for option, value in (opening if close else closing).items():
            if value:
                said = (
                    "is for work that is opened, not for --close" if close else "is for work that is closed"
                )
                raise UsageError(f"{option} {said}", type_line=_line(cohort, close))
        if close is None:
            command = OpenAction(cohort, code, owner, due, require, listed(criterion))
            return write("mitigation correct", where, lambda _: command, dry_run=dry_run, told=_opened)
        if evidence is None:
            raise UsageError("work is closed by what it brought", type_line="--evidence FILE")

        def prepare(there: Workspace) -> CloseAction:
            from govern.operations.evidence.brought import brought

            name, digest = brought(there, evidence)
            return CloseAction(cohort, close, name, digest, note)

        return write("mitigation correct", where, prepare, dry_run=dry_run, told=_closed)

    raise typer.Exit(show("mitigation correct", work, output))


def _line(cohort: str, close: str | None) -> str:
    if close is not None:
        return f"govern mitigation correct {quote(cohort)} --close {close} --evidence FILE"
    return f"govern mitigation correct {quote(cohort)} --close ACTION --evidence FILE"


def _opened(outcome: Outcome) -> str:
    body = outcome.records[0].body
    return f"{body['action']} of {body['mitigation_mode_id']}, {body['owner']}, due with {body['due_window']}"


def _closed(outcome: Outcome) -> str:
    body = outcome.records[0].body
    return f"{body['action']} of {body['mitigation_mode_id']} is closed by {body['evidence']['name']}"


def contain(
    cohort: Cohort,
    finding: Annotated[str, typer.Option(help="What was found, in a sentence; it is recorded.")],
    dry_run: DryRun = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Say that you looked at what got worse in a lane, and what keeps it from going on."""

    def work() -> Answer:
        where = context(actor=actor, workspace=workspace)
        command = Contain(cohort, finding)
        return write("mitigation contain", where, lambda _: command, dry_run=dry_run, told=_contained)

    raise typer.Exit(show("mitigation contain", work, output))


def _contained(outcome: Outcome) -> str:
    body = outcome.records[0].body
    return f"{body['mitigation_mode_id']} is contained: {', '.join(body['signals'])}"


def carry_forward(
    cohort: Cohort,
    owner: Annotated[str, typer.Option(help="The person who owns the lane from now on.", metavar="PERSON")],
    code: Annotated[str, typer.Option(help="Why the cohort is not in: one of five codes.", metavar="CODE")],
    until: Annotated[str, typer.Option(help="A date or an instant, UTC.", metavar="DATE")],
    note: Note = None,
    dry_run: DryRun = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Move the expiry of a lane, before it is over: with an owner, a reason and a date, as often as policy allows."""

    def work() -> Answer:
        where = context(actor=actor, workspace=workspace)
        command = CarryForward(cohort, owner, code, moment("--until", until), note)
        return write("mitigation carry-forward", where, lambda _: command, dry_run=dry_run, told=_carried)

    raise typer.Exit(show("mitigation carry-forward", work, output))


def _carried(outcome: Outcome) -> str:
    body = outcome.records[0].body
    return f"{body['mitigation_mode_id']} expires with {body['to_window']}, {body['owner']} owns it"
