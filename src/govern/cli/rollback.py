"""`govern rollback`: in this version the way back is rehearsed; going it for real comes with `rollback execute`."""

from dataclasses import replace

import typer

from govern.cli.frame import context, show
from govern.cli.options import Actor, DryRun, Folder, Output, Packet
from govern.cli.write import write
from govern.domain.rehearsing import HoldRehearsal
from govern.errors import ExitCode
from govern.operations.asking import rehearse_packet
from govern.operations.decide import Outcome
from govern.operations.workspace import Workspace
from govern.report.answer import Answer
from govern.report.wrap import wrapped

app = typer.Typer(no_args_is_help=True, help="The way back.")


@app.callback()
def _noun() -> None:
    """The way back."""


@app.command()
def rehearse(
    packet: Packet,
    dry_run: DryRun = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Take every covered cohort back on a throw-away clone, compare, and record that it was held."""

    def work() -> Answer:
        differs: list[str] = []

        def prepare(there: Workspace) -> HoldRehearsal:
            rehearsed = rehearse_packet(there, packet)
            differs.extend(rehearsed.differs)
            return HoldRehearsal(packet, rehearsed.same, rehearsed.seconds)

        def shown(outcome: Outcome) -> list[str]:
            if not outcome.records:
                return []
            body = outcome.records[0].body
            cohorts = f"{len(body['cohorts'])} cohort{'s' * (len(body['cohorts']) != 1)}"
            head = f"{packet}: {cohorts} put on next and taken back in a clone, {body['seconds']:g} s"
            result = "all back on the frozen baseline, same bytes" if body["same"] else "DID NOT COME BACK"
            return [
                *wrapped(head, then="  "),
                result,
                *(line for each in differs for line in wrapped(each, "  ")),
            ]

        where = context(actor=actor, workspace=workspace)
        answer = write("rollback rehearse", where, prepare, dry_run=dry_run, shown=shown)
        if not differs:
            return answer
        line = ("type", f"govern phase show {packet}")
        return replace(answer, exit=ExitCode.NO, verdict="failed", advice=line)

    raise typer.Exit(show("rollback rehearse", work, output))
