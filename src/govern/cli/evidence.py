"""`govern evidence`: measuring what a gate asks for, explaining what moved, and listing what is recorded."""

import shlex
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer

from govern.cli import evidence_collect, evidence_plot, evidence_replay, evidence_stamps
from govern.cli.evidence_plan import plan
from govern.cli.frame import ask, context, interactive, same_line, say, show
from govern.cli.options import Actor, At, DryRun, Fetch, Folder, Offline, Output, Packet
from govern.cli.progress import Quiet, progress
from govern.cli.write import write
from govern.domain.commands import Command
from govern.domain.evidence.dimensions import moved as moved_in
from govern.domain.evidence.pairs import Group
from govern.errors import ExitCode, GovernError, UsageError
from govern.operations.asking import packet_of
from govern.operations.context import Context
from govern.operations.evidence.explaining import command_for, following, open_groups
from govern.operations.evidence.measure import measure_shadow
from govern.operations.looking_back import reading
from govern.operations.workspace import Workspace
from govern.report.answer import Answer
from govern.report.dimensions import by_cohort
from govern.report.measured import evidence_answer, group_data, listed_lines, shadow_answer
from govern.report.wrap import wrapped

app = typer.Typer(no_args_is_help=True, help="Measuring, explaining and listing evidence.")
app.command()(plan)
app.command("stamps")(evidence_stamps.command)
app.command("replay")(evidence_replay.command)
app.command()(evidence_collect.collect)
app.command()(evidence_collect.kpi)
app.command()(evidence_plot.plot)


@app.command()
def shadow(
    packet: Packet,
    pairs: Annotated[
        Path, typer.Option(help="CSV, Parquet or JSON lines with shadow pairs.", metavar="FILE")
    ],
    quiet: Quiet = False,
    dry_run: DryRun = False,
    offline: Offline = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Measure shadow pairs, cohort by cohort, and record the figures for PACKET."""

    def work() -> Answer:
        where = context(actor=actor, workspace=workspace)
        there = reading(where, fetch=not (dry_run or offline))
        packet_of(there, packet)
        try:
            with progress(quiet=quiet or output != "text") as tell:
                tell("measuring pairs")
                measured = measure_shadow(there, packet, pairs, there.actor())
        except GovernError as error:
            error.type_line = error.type_line or "--pairs FILE"
            raise
        answer = shadow_answer(measured)
        if answer.exit != ExitCode.YES:
            return answer
        if dry_run:
            lines = (*answer.lines, "dry run: nothing was recorded")
            return replace(answer, lines=lines, advice=("next", same_line(without="--dry-run")))
        done = write(
            "evidence shadow",
            where,
            lambda _: measured.command(),
            offline=offline,
            shown=lambda _: answer.lines,
        )
        if done.verdict == "refused":
            return done
        return replace(done, findings=answer.findings, data={**answer.data, **done.data})

    raise typer.Exit(show("evidence shadow", work, output))


@app.command()
def explain(
    packet: Packet,
    cohort: Annotated[str | None, typer.Option(help="The cohort to explain.", metavar="COHORT")] = None,
    cluster: Annotated[str | None, typer.Option(help="Only this cluster of it.", metavar="CLUSTER")] = None,
    dimension: Annotated[str, typer.Option(help="What kind of thing moved: refusal, format, length, …")] = "",
    moved: Annotated[str, typer.Option(help="What the answers do now that they did not do before.")] = "",
    dry_run: DryRun = False,
    offline: Offline = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """List the losses of PACKET that want an explanation, and take it: one a cluster, or one a cohort."""

    def work() -> Answer:
        where = context(actor=actor, workspace=workspace)
        there = reading(where, fetch=not offline)
        if moved:
            if cohort is None:
                raise UsageError("--moved explains a cohort: name it", type_line="--cohort COHORT")
            words = (packet, cohort, cluster, dimension, moved)
            done = _explained(where, *words, dry_run=dry_run, offline=offline)
            if done.exit == ExitCode.COULD_NOT:
                listing = f"govern evidence explain {packet} --cohort {shlex.quote(cohort)}"
                return replace(done, advice=("type", listing if dimension.strip() else "--dimension NAME"))
            return done
        groups = open_groups(there, packet, cohort, cluster)
        if not groups:
            lines = ("nothing is left to explain",)
            return Answer("evidence explain", lines, advice=("next", following(there, packet)))
        if output != "text" or dry_run or not interactive():
            return _listing(packet, groups)
        return _asked(groups, where, packet, dimension, offline=offline)

    raise typer.Exit(show("evidence explain", work, output))


def _explained(
    where: Context,
    packet: str,
    cohort: str,
    cluster: str | None,
    dimension: str,
    moved: str,
    *,
    dry_run: bool = False,
    offline: bool = False,
) -> Answer:
    """One explanation, recorded or refused."""

    def prepare(there: Workspace) -> Command:
        return command_for(there, packet, cohort, cluster, dimension, moved)

    told = f"{cohort}{f', {cluster}' if cluster else ''} explained"
    done = write("evidence explain", where, prepare, dry_run=dry_run, offline=offline, told=lambda _: told)
    if done.exit != ExitCode.YES or dry_run:
        return done
    return replace(done, advice=("next", following(reading(where), packet)))


def _asked(groups: list[Group], where: Context, packet: str, dimension: str, *, offline: bool) -> Answer:
    """Walk through the groups on the terminal; each answer is its own record, so that a pause loses nothing."""
    for group, lines in zip(groups, listed_lines(groups), strict=True):
        say(lines)
        found = moved_in(group.items)
        offered = dimension or (found[0].dimension if found else "")
        given = ask("    dimension", offered)
        while True:
            words = ask("    what moved")
            named = (packet, group.cohort, group.cluster_id, given, words)
            done = _explained(where, *named, offline=offline)
            if done.exit in (ExitCode.YES, ExitCode.LEFT):
                break
            said = str(done.data["reasons"][0]).partition(":")[0]
            say(wrapped(f"refused: {said}. Once more", "     ", "       "))
            if done.advice is not None and done.advice[1].startswith("--dimension"):
                given = ask("    dimension", offered)
    return done


def _listing(packet: str, groups: list[Group]) -> Answer:
    """The groups that want an explanation, and the line that gives the first."""
    lines = [line for each in listed_lines(groups) for line in each]
    found = moved_in(groups[0].items)
    first = shlex.join(["--cohort", groups[0].cohort, "--cluster", groups[0].cluster_id])
    name = shlex.quote(found[0].dimension) if found else "NAME"
    line = f'govern evidence explain {packet} {first} --dimension {name} --moved "..."'
    data = {
        "groups": [group_data(group) for group in groups],
        "moved": {
            cohort: [asdict(each) for each in mine]
            for cohort, mine in by_cohort(item for group in groups for item in group.items).items()
        },
    }
    return Answer("evidence explain", tuple(lines), ExitCode.NO, "failed", ("type", line), data=data)


@app.command("list")
def list_evidence(
    packet: Packet,
    at: At = None,
    fetch: Fetch = False,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """What is recorded as evidence for PACKET, newest last."""

    def work() -> Answer:
        there = reading(context(workspace=workspace), at=at, fetch=fetch)
        return evidence_answer(packet_of(there, packet))

    raise typer.Exit(show("evidence list", work, output))
