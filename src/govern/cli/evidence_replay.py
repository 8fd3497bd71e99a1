"""`govern evidence replay`: build a pack of decisions with all that was bound for them, or open one and record it."""

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.frame import context, show
from govern.cli.options import Actor, DryRun, Folder, Log, Offline, Output, Packet, listed
from govern.cli.progress import Quiet, progress
from govern.cli.write import write
from govern.domain.evidence.replaying import ORIGINS
from govern.errors import ExitCode, UsageError
from govern.report.answer import Answer

if TYPE_CHECKING:
    from govern.operations.context import Context
    from govern.operations.evidence.replay_opening import Opened

NAME = "evidence replay"
Build = Annotated[Path | None, typer.Option(help="Write a pack to this new folder.", metavar="DIR")]
Open = Annotated[Path | None, typer.Option("--open", help="Verify the pack in this folder.", metavar="DIR")]
Cohorts = Annotated[str, typer.Option("--cohort", help="Of these cohorts; else of all.", metavar="COHORT,…")]
Count = Annotated[
    int | None, typer.Option("--decisions", help="The N newest of each cohort; 5 if not given.", min=1)
]
Ids = Annotated[str, typer.Option("--id", help="These decisions and no others.", metavar="ID,…")]
Source = Annotated[
    str | None, typer.Option(help="Who gives the decisions; support if not said.", metavar="|".join(ORIGINS))
]


def command(
    packet: Packet,
    build: Build = None,
    open_: Open = None,
    cohort: Cohorts = "",
    decisions: Count = None,
    ids: Ids = "",
    log: Log = None,
    source: Source = None,
    record: Annotated[bool, typer.Option("--record", help="Record what --open shows.")] = False,
    quiet: Quiet = False,
    dry_run: DryRun = False,
    offline: Offline = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Build a pack of PACKET's decisions that opens without guesswork, or open one: is every decision complete?

    A pack with broken decisions is recorded as well; it ends with 1.
    """

    def work() -> Answer:
        if (build is None) == (open_ is None):
            line = "--build NEW-FOLDER" if build is None else None
            raise UsageError("a pack is built or opened: one of the two", type_line=line)
        if open_ is None:
            _only("--open", record=record, dry_run=dry_run, offline=offline, actor=actor)
            assert build is not None
            with progress(quiet=quiet or output != "text") as tell:
                tell("building a replay pack")
                return _built(
                    context(workspace=workspace), packet, build, cohort, decisions, ids, source, log
                )
        _only("--build", cohort=cohort, decisions=decisions, id=ids, log=log, source=source)
        if not record:
            _only("--record", dry_run=dry_run, offline=offline, actor=actor)
        where = context(actor=actor, workspace=workspace)
        with progress(quiet=quiet or output != "text") as tell:
            tell("opening the replay pack")
            return _opened(where, packet, open_, record=record, dry_run=dry_run, offline=offline)

    raise typer.Exit(show(NAME, work, output))


def _only(other: str, **given: object) -> None:
    """UsageError where an option is given that means nothing without another one."""
    for name, value in given.items():
        if value:
            raise UsageError(f"--{name.replace('_', '-')} goes with {other}")


def _built(
    where: "Context",
    packet: str,
    folder: Path,
    cohorts: str,
    decisions: int | None,
    ids: str,
    source: str | None,
    log: str | None,
) -> Answer:
    from govern.operations.evidence.replaying import LATEST, Wanted, build
    from govern.operations.looking_back import reading
    from govern.report.replayed import built_answer

    if ids and (decisions or cohorts):
        raise UsageError("--id names the decisions: it takes no --cohort and no --decisions")
    if source is not None and source not in ORIGINS:
        raise UsageError(f"no source `{source}`: {', '.join(ORIGINS)}", type_line="--source support")
    wanted = Wanted(source or ORIGINS[0], listed(cohorts), decisions or LATEST, listed(ids))
    built = build(reading(where), packet, folder, wanted, log)
    following = shlex.join(["govern", "evidence", "replay", packet, "--open", str(folder), "--record"])
    return built_answer(built, following)


def _opened(
    where: "Context", packet: str, folder: Path, *, record: bool, dry_run: bool, offline: bool
) -> Answer:
    from govern.operations.evidence.replay_opening import open_pack
    from govern.operations.looking_back import reading
    from govern.report.replayed import opened_answer

    opened = open_pack(reading(where, fetch=record and not (dry_run or offline)), packet, folder)
    if record:
        return _recorded(where, opened, dry_run=dry_run, offline=offline)
    words = ["govern", "evidence", "replay", packet, "--open", str(folder), "--record"]
    can = opened.rows and opened.manifest["source"] != "synthetic"
    return opened_answer(opened, shlex.join(words) if can else f"govern phase show {packet}")


def _recorded(where: "Context", opened: "Opened", *, dry_run: bool, offline: bool) -> Answer:
    """The same with its record; what is broken keeps its exit code."""
    from govern.report.replayed import opened_data, opened_lines

    measured = opened.command()
    done = write(
        NAME,
        where,
        lambda _: measured,
        dry_run=dry_run,
        offline=offline,
        shown=lambda _: opened_lines(opened),
    )
    done = replace(done, data={**opened_data(opened), **done.data})
    if done.verdict == "refused" or not opened.broken:
        return done
    return replace(done, exit=ExitCode.NO, verdict="failed", advice=("type", "govern explain replay_pack"))
