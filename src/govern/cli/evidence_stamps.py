"""`govern evidence stamps`: sample what decisions carry, record the counts, hand a packet of them to a partner."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.frame import context, show
from govern.cli.options import Actor, DryRun, Folder, Log, Offline, Output, Packet, Until, moment
from govern.cli.progress import Quiet, progress
from govern.cli.write import write
from govern.errors import ExitCode, GovernError, UsageError
from govern.report.answer import Answer
from govern.report.wrap import wrapped

if TYPE_CHECKING:
    from govern.operations.context import Context
    from govern.operations.decide import Outcome
    from govern.operations.evidence.stamps import Sampled

NAME = "evidence stamps"


def command(
    packet: Packet,
    log: Log = None,
    since: Annotated[
        str | None, typer.Option(help="Decisions from then on; else from the last sample on.", metavar="TIME")
    ] = None,
    until: Until = None,
    sample: Annotated[
        int | None, typer.Option(help="The N newest of each cohort; else all.", metavar="N", min=1)
    ] = None,
    export: Annotated[
        Path | None, typer.Option(help="Write the sample to this new folder, for a partner.", metavar="DIR")
    ] = None,
    quiet: Quiet = False,
    dry_run: DryRun = False,
    offline: Offline = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Compare the stamps of the cohorts on next with what was bound for them, and record the counts.

    A sample with faults is recorded as well; it ends with 1.
    """
    from govern.operations.evidence.stamps import sampled
    from govern.operations.looking_back import reading
    from govern.operations.new_folder import require_free

    def work() -> Answer:
        where = context(actor=actor, workspace=workspace)
        begin = moment("--since", since) if since else None
        end = moment("--until", until) if until else None
        if begin and end and end <= begin:
            raise UsageError(f"the window ends at {end}, not after its start at {begin}")
        if export is not None and offline:
            raise UsageError("a packet names a commit that others have: --export takes no --offline")
        if export is not None:
            require_free(export, "packet", "--export")
        there = reading(where, fetch=not (dry_run or offline))
        with progress(quiet=quiet or output != "text") as tell:
            tell("comparing stamps")
            with sampled(there, packet, log, since=begin, until=end, latest=sample) as taken:
                return _recorded(where, taken, export, dry_run=dry_run, offline=offline)

    raise typer.Exit(show(NAME, work, output))


def _recorded(
    where: "Context", taken: "Sampled", export: Path | None, *, dry_run: bool, offline: bool
) -> Answer:
    """The figures, what became of them, and the folder that was written."""
    from govern.operations.evidence.signer_packet import write_packet
    from govern.report.stamps import packet_lines, stamp_data, stamp_lines

    outcomes: list[Outcome] = []

    def shown(outcome: "Outcome") -> list[str]:
        outcomes.append(outcome)
        return stamp_lines(taken)

    done = write(NAME, where, lambda _: taken.command(), dry_run=dry_run, offline=offline, shown=shown)
    done = replace(done, data={**stamp_data(taken), **done.data})
    if done.verdict == "refused":
        return done
    if export is not None and outcomes[-1].oid is not None:
        try:
            digest = write_packet(export, taken, outcomes[-1])
        except GovernError as error:
            lines = (*done.lines, *wrapped(f"the sample is recorded, and {error.message}", then="  "))
            advice = ("type", error.type_line or "")
            return replace(done, lines=lines, exit=ExitCode.LEFT, verdict="recorded", advice=advice)
        data = {**done.data, "export": str(export), "manifest": digest}
        done = replace(done, lines=(*done.lines, *packet_lines(str(export), digest)), data=data)
    if not (taken.faulty or taken.unseen):
        return done
    verdict = "failed" if taken.faulty else "inconclusive"
    return replace(done, exit=ExitCode.NO, verdict=verdict, advice=("type", "govern explain stamps"))
