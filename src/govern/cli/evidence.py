"""`govern evidence`: measuring what a gate asks for, explaining what moved, and listing what is recorded."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from govern.cli.frame import ask, context, interactive, show
from govern.cli.options import Actor, At, DryRun, Fetch, Folder, Output, Packet
from govern.cli.write import accepted, write
from govern.domain.commands import Command
from govern.domain.pairs import Group
from govern.errors import ExitCode, UsageError
from govern.operations.context import Context
from govern.operations.workspace import Workspace
from govern.report.answer import Answer

app = typer.Typer(no_args_is_help=True, help="Measuring, explaining and listing evidence.")


@app.command()
def shadow(
    packet: Packet,
    pairs: Annotated[
        Path, typer.Option(help="CSV, Parquet or JSON lines with shadow pairs.", metavar="FILE")
    ],
    dry_run: DryRun = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Measure shadow pairs, cohort by cohort, and record the figures for PACKET."""
    from govern.operations.decide import run
    from govern.operations.looking_back import reading
    from govern.operations.measure import measure_shadow
    from govern.report.measured import shadow_answer

    def work() -> Answer:
        where = context(actor=actor, workspace=workspace)
        there = reading(where, fetch=not dry_run)
        measured = measure_shadow(there, packet, pairs, there.actor())
        answer = shadow_answer(measured)
        if measured.measurement.findings or dry_run:
            return answer
        outcome = run(where, lambda _: measured.command())
        from govern.domain.decision import Refused
        from govern.report.answer import refused

        if isinstance(outcome.decision, Refused):
            return refused("evidence shadow", outcome.decision, answer.lines)
        done = accepted("evidence shadow", outcome, answer.lines)
        return Answer(
            done.command,
            done.lines,
            done.exit,
            answer.verdict,
            done.advice,
            data={**answer.data, **done.data},
        )

    raise typer.Exit(show("evidence shadow", work, output))


@app.command()
def explain(
    packet: Packet,
    cohort: Annotated[str | None, typer.Option(help="The cohort to explain.", metavar="COHORT")] = None,
    cluster: Annotated[str | None, typer.Option(help="Only this cluster of it.", metavar="CLUSTER")] = None,
    dimension: Annotated[str, typer.Option(help="What kind of thing moved: refusal, format, length, …")] = "",
    moved: Annotated[str, typer.Option(help="What the answers do now that they did not do before.")] = "",
    dry_run: DryRun = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """List the losses of PACKET that want an explanation, and take it: one a cluster, or one a cohort."""
    from govern.operations.explaining import command_for, open_groups
    from govern.operations.looking_back import reading
    from govern.report.measured import group_lines

    def work() -> Answer:
        where = context(actor=actor, workspace=workspace)
        there = reading(where, fetch=True)
        groups = open_groups(there, packet)
        if not moved and not interactive():
            return _listing(packet, groups)
        if moved:
            if cohort is None:
                raise UsageError("--moved explains a cohort: name it with --cohort")
            command = command_for(there, packet, cohort, cluster, dimension, moved)
            return write("evidence explain", where, lambda _: command, dry_run=dry_run, told=lambda _: cohort)
        return _asked(groups, where)

    def _asked(groups: list[Group], where: Context) -> Answer:
        """Walk through the groups on the terminal; each answer is its own record, so that a pause loses nothing."""
        last = Answer(
            "evidence explain",
            ("nothing is left to explain",),
            advice=("next", f"govern phase check {packet}"),
        )
        for place, group in enumerate(groups, start=1):
            print("\n".join(group_lines(group, place, len(groups))))
            given = ask("  dimension", dimension or "")
            while True:
                words = ask("  what moved")
                command = command_for(
                    reading(where),
                    packet,
                    group.cohort,
                    group.cluster_id,
                    given,
                    words,
                )
                last = write("evidence explain", where, partial(_same, command))
                if last.exit == ExitCode.YES:
                    break
                print(f"  {last.lines[0]} Once more")
        return last

    raise typer.Exit(show("evidence explain", work, output))


def _same(command: Command, _: Workspace) -> Command:
    """The command whatever the workspace says: it was made from it."""
    return command


def _listing(packet: str, groups: list[Group]) -> Answer:
    from govern.report.measured import group_data, group_lines

    lines = [line for place, group in enumerate(groups, 1) for line in group_lines(group, place, len(groups))]
    if not groups:
        return Answer(
            "evidence explain",
            ("nothing is left to explain",),
            advice=("next", f"govern phase check {packet}"),
        )
    first = groups[0]
    line = (
        f"govern evidence explain {packet} --cohort {first.cohort} --cluster {first.cluster_id}"
        ' --dimension NAME --moved "..."'
    )
    data = {"groups": [group_data(group) for group in groups]}
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
    from govern.operations.looking_back import reading
    from govern.report.measured import evidence_answer

    def work() -> Answer:
        there = reading(context(workspace=workspace), at=at, fetch=fetch)
        return evidence_answer(there.state.packet(packet))

    raise typer.Exit(show("evidence list", work, output))
