"""`govern calibration`: the review that a rollback asks for, looked at and closed."""

from typing import Annotated

import typer

from govern.cli.frame import context, show
from govern.cli.options import Actor, DryRun, Folder, Output
from govern.cli.write import write
from govern.domain.rollback.calibration_review import ReviewCalibration, require_outcome
from govern.errors import UsageError
from govern.operations.decide import Outcome
from govern.operations.looking_back import reading
from govern.operations.rollback.calibrations import agenda, packet_meant
from govern.operations.workspace import Workspace
from govern.report.answer import Answer
from govern.report.calibrations import agenda_answer

NAME = "calibration review"
app = typer.Typer(no_args_is_help=True, help="The review of a calibration.")


@app.callback()
def calibration() -> None:
    """The review of a calibration."""


@app.command()
def review(
    packet: Annotated[
        str, typer.Argument(help="The packet that went back, or its calibration.", metavar="PACKET")
    ],
    outcome: Annotated[
        str | None, typer.Option(help="kept or recalibrate.", metavar="kept|recalibrate")
    ] = None,
    finding: Annotated[str | None, typer.Option(help="What was found, in a sentence.")] = None,
    calibration: Annotated[
        str | None, typer.Option(help="The calibration that takes its place.", metavar="ID")
    ] = None,
    dry_run: DryRun = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Close the calibration review that a rollback asked for; without --outcome, what it has to look at."""

    def work() -> Answer:
        where = context(actor=actor, workspace=workspace)
        if outcome is None and finding is None:
            there = reading(where, fetch=True)
            return agenda_answer(NAME, agenda(there, packet_meant(there.state, packet)))
        if outcome is not None:
            require_outcome(outcome)
        if outcome is None or finding is None:
            missing = "--outcome kept" if outcome is None else '--finding "..."'
            raise UsageError("a review has an outcome and a finding", type_line=missing)

        def prepare(there: Workspace) -> ReviewCalibration:
            return ReviewCalibration(packet_meant(there.state, packet), outcome, finding, calibration)

        return write(NAME, where, prepare, dry_run=dry_run, told=_told)

    raise typer.Exit(show(NAME, work, output))


def _told(outcome: Outcome) -> str:
    body = outcome.records[0].body
    name = body["calibration"] or "no calibration"
    if body["outcome"] == "kept":
        return f"{name} is kept"
    return f"{name} is made anew" + (f", as {body['successor']}" if "successor" in body else "")
