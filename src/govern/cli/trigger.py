"""`govern trigger`: counting a trigger over a series of its signal, and taking note that one fired."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from govern.cli import trigger_backtest
from govern.cli.frame import context, show
from govern.cli.options import Actor, DryRun, Folder, Offline, Output, Packet, listed
from govern.cli.trigger_round import Asked, evaluated
from govern.cli.trigger_rule import Bad, Consecutive, Of, Op, Threshold, rule_given
from govern.cli.trigger_watch import watching
from govern.cli.write import write
from govern.domain.commands import Command
from govern.errors import UsageError
from govern.operations.triggers.file_lines import read_lines
from govern.operations.triggers.firings import open_firing
from govern.operations.workspace import Workspace
from govern.report.answer import Answer
from govern.report.triggers import NAME, series_answer

app = typer.Typer(no_args_is_help=True, help="Counting triggers, and taking note.")

ALONE = "govern trigger evaluate --series FILE.csv --op above --threshold 45 --consecutive 3"


@app.command()
def evaluate(
    packet: Annotated[str | None, typer.Argument(help="The packet's id.", metavar="PACKET")] = None,
    trigger: Annotated[
        str | None, typer.Option(help="Its trigger, where it has several.", metavar="ID")
    ] = None,
    series: Annotated[
        Path | None,
        typer.Option(help="CSV: timestamp (or window), value, and cohort_key if any.", metavar="FILE.csv"),
    ] = None,
    cohort: Annotated[str, typer.Option(help="Count these cohorts only.", metavar="COHORT,…")] = "",
    op: Op = None,
    threshold: Threshold = None,
    consecutive: Consecutive = None,
    bad: Bad = None,
    of: Of = None,
    watch: Annotated[
        bool,
        typer.Option("--watch", help="Count again and again, until Ctrl-C; without a packet all of them."),
    ] = False,
    every: Annotated[str, typer.Option(help="How often, with --watch.", metavar="LENGTH")] = "PT1M",
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Go back at once where a trigger of action `rollback` fires.")
    ] = False,
    dry_run: DryRun = False,
    offline: Offline = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Count a trigger over every complete window, and record where it fired.

    Without --series the KPI's own source is asked: the decision log, Prometheus, or what the ledger knows itself.
    Exit 0 whether it fired or not; `fired` and `firing_runs` of --format json say which. A rule given by --op,
    --threshold and --consecutive, or --bad and --of, takes each row as one window, needs no workspace and records
    nothing.
    """

    def work() -> Answer:
        cohorts = listed(cohort)
        own = (op, threshold, consecutive, bad, of)
        if any(each is not None for each in own):
            if packet or trigger or watch or rollback:
                raise UsageError(
                    "a trigger of a packet brings its own rule: leave out --op and what counts it"
                )
            return _alone(series, own, cohorts)
        asked = Asked(packet, trigger, series, cohorts, dry_run, offline, rollback)
        here = partial(context, actor=actor, workspace=workspace)
        if watch:
            return watching(here, asked, every, output)
        if not (packet or trigger):
            raise UsageError("evaluate what? Name a packet or --trigger, or give a rule", type_line=ALONE)
        return evaluated(here(), asked)

    raise typer.Exit(show(NAME, work, output))


def _alone(
    series: Path | None,
    own: tuple[str | None, float | None, int | None, int | None, int | None],
    cohorts: tuple[str, ...],
) -> Answer:
    """A rule given on the command line, over a file."""
    op, threshold, *_ = own
    if series is None or op is None or threshold is None:
        raise UsageError("--series, --op and --threshold go together", type_line=ALONE)
    rule = rule_given(*own, example=ALONE)
    read, lines = read_lines(series, cohorts)
    return series_answer(rule, lines, [point.at for point in read.points])


@app.command()
def ack(
    packet: Packet,
    trigger: Annotated[
        str | None, typer.Option(help="Its id or record, where several are open.", metavar="ID|STREAM#SEQ")
    ] = None,
    dry_run: DryRun = False,
    offline: Offline = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Take note that a trigger of PACKET fired: the time since then is the time to acknowledge."""

    def work() -> Answer:
        where = context(actor=actor, workspace=workspace)

        def prepare(there: Workspace) -> Command:
            return open_firing(there, packet, trigger)

        return write("trigger ack", where, prepare, dry_run=dry_run, offline=offline)

    raise typer.Exit(show("trigger ack", work, output))


app.command()(trigger_backtest.backtest)
