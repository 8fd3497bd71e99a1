"""`govern evidence collect` and `kpi`: measure by review cycle what the next border asks, and record it."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.frame import context, show
from govern.cli.options import Actor, DryRun, Folder, Log, Offline, Output, Packet
from govern.cli.progress import Quiet, progress
from govern.cli.write import write
from govern.errors import ExitCode
from govern.report.answer import Answer

if TYPE_CHECKING:
    from govern.operations.context import Context


def collect(
    packet: Packet,
    log: Log = None,
    quiet: Quiet = False,
    dry_run: DryRun = False,
    offline: Offline = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Measure everything that the next border of PACKET asks, for every complete cycle not yet recorded.

    KPIs on decisions, a sample of stamps and, on the way to wide, a replay pack: recorded in one commit. What could
    not be measured is named; then it ends with 4. Wrong stamps and broken decisions are recorded too; it ends with 1.
    """

    def work() -> Answer:
        where = context(actor=actor, workspace=workspace)
        ways = {"dry_run": dry_run, "offline": offline, "quiet": quiet or output != "text"}
        return _measured("evidence collect", where, packet, log, None, **ways)

    raise typer.Exit(show("evidence collect", work, output))


def kpi(
    packet: Packet,
    name: Annotated[str, typer.Argument(help="The KPI's id.", metavar="KPI")],
    log: Log = None,
    quiet: Quiet = False,
    dry_run: DryRun = False,
    offline: Offline = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Measure one KPI of PACKET again, in every complete cycle; the newest figures count."""

    def work() -> Answer:
        where = context(actor=actor, workspace=workspace)
        ways = {"dry_run": dry_run, "offline": offline, "quiet": quiet or output != "text"}
        return _measured("evidence kpi", where, packet, log, name, **ways)

    raise typer.Exit(show("evidence kpi", work, output))


def _measured(
    command: str,
    where: "Context",
    packet: str,
    log: str | None,
    kpi: str | None,
    *,
    dry_run: bool,
    offline: bool,
    quiet: bool,
) -> Answer:
    from govern.operations.evidence.collect import collect as measure
    from govern.operations.looking_back import reading
    from govern.report.collected import collected_data, collected_lines

    there = reading(where, fetch=not (dry_run or offline))
    with progress(quiet=quiet) as tell:
        taken = measure(there, packet, log, kpi=kpi, tell=tell)
    done = write(
        command,
        where,
        lambda _: taken.command(),
        dry_run=dry_run,
        offline=offline,
        shown=lambda _: collected_lines(taken),
    )
    done = replace(done, data={**collected_data(taken), **done.data})
    if done.verdict == "refused":
        return done
    faulty = taken.stamps is not None and taken.stamps.faulty
    if faulty or (taken.replay is not None and taken.replay.broken):  # recorded, and a no all the same
        advice = ("type", f"govern explain {'stamps' if faulty else 'replay_pack'}")
        return replace(done, exit=ExitCode.NO, verdict="failed", advice=advice)
    if dry_run or done.exit != ExitCode.YES:
        return done
    done = replace(done, advice=("next", f"govern phase check {packet}"))
    return replace(done, exit=ExitCode.LEFT, verdict="recorded") if taken.left_out else done
