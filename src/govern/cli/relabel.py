"""`govern relabel`: what a version decided before its rollback is counted, marked, proved and handed on."""

import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from govern.cli.frame import context, same_line, show
from govern.cli.options import Actor, DryRun, Fetch, Folder, Log, Offline, Output, Packet
from govern.cli.progress import Quiet, progress
from govern.cli.write import write
from govern.errors import GovernError, UsageError
from govern.operations.context import Context
from govern.operations.looking_back import reading
from govern.operations.rollback.incidents import RolledBack
from govern.operations.rollback.relabel import Opened, count, hand_on, mark, meant, opened, prove
from govern.report.answer import Answer, stopped
from govern.report.relabel import counted_lines, handed_on_answer, joined, proved_lines, unfit
from govern.report.wrap import wrapped

app = typer.Typer(no_args_is_help=True, help="Marking what was decided before a rollback.")

Marker = Annotated[
    str | None, typer.Option("--context", help="Of one rollback; else all that are owed.", metavar="CONTEXT")
]
Sidecar = Annotated[
    Path | None, typer.Option(help="Where it goes, .parquet or .csv; else into relabel/.", metavar="FILE")
]
Outcomes = Annotated[Path, typer.Option(help="The file to write, .parquet or .csv.", metavar="FILE")]


@app.command()
def plan(
    packet: Packet,
    log: Log = None,
    marker: Marker = None,
    fetch: Fetch = False,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """What `apply` would mark, cohort by cohort: the range as served, and the decisions in it."""

    def work() -> Answer:
        there = reading(context(workspace=workspace), fetch=fetch)
        chosen = meant(there, packet, marker)
        with opened(there, log) as read:
            counted = [(each.record, count(read, each)) for each in chosen]
        lines = [row for record, found in counted for row in counted_lines(record, found, done=False)]
        data = {"packet": packet, "rollbacks": [found for _, found in counted]}
        advice = ("next", _line("apply", packet, log, marker))
        return Answer("relabel plan", (*lines, "plan: nothing was written"), advice=advice, data=data)

    raise typer.Exit(show("relabel plan", work, output))


@app.command()
def apply(
    packet: Packet,
    log: Log = None,
    marker: Marker = None,
    out: Sidecar = None,
    quiet: Quiet = False,
    dry_run: DryRun = False,
    offline: Offline = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Mark what the version had decided in a sidecar, and record counts and digests. The log stays as it is."""

    def work() -> Answer:
        where = context(actor=actor, workspace=workspace)
        there = reading(where, fetch=not (dry_run or offline))
        chosen = _one(meant(there, packet, marker), "--out", out)

        def marked(read: Opened, each: RolledBack) -> Answer:
            return _marked(where, read, each, out, dry_run=dry_run, offline=offline)

        with progress(quiet=quiet or output != "text") as tell:
            tell("marking decisions")
            with opened(there, log) as read:
                answers = _each(marked, read, chosen, log)
        following = None if dry_run else _line("verify", packet, log, marker)
        return joined("relabel apply", packet, answers, following)

    raise typer.Exit(show("relabel apply", work, output))


@app.command()
def verify(
    packet: Packet,
    log: Log = None,
    marker: Marker = None,
    sidecar: Annotated[
        Path | None, typer.Option(help="The sidecar, where it was moved to.", metavar="FILE")
    ] = None,
    dry_run: DryRun = False,
    offline: Offline = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Prove that no decision was left out, in a log that reaches past the way back: that settles the duty."""

    def work() -> Answer:
        where = context(actor=actor, workspace=workspace)
        there = reading(where, fetch=not (dry_run or offline))
        chosen = _one(meant(there, packet, marker), "--sidecar", sidecar)

        def proved(read: Opened, each: RolledBack) -> Answer:
            return _proved(where, read, each, sidecar, dry_run=dry_run, offline=offline)

        with opened(there, log) as read:
            answers = _each(proved, read, chosen, log)
        following = None if dry_run else f"{_line('export', packet, log)} --out outcomes.csv"
        return joined("relabel verify", packet, answers, following)

    raise typer.Exit(show("relabel verify", work, output))


@app.command()
def export(
    out: Outcomes,
    packet: Annotated[
        str | None, typer.Argument(help="The packet, whose surface is meant.", metavar="[PACKET]")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every surface.")] = False,
    log: Log = None,
    fetch: Fetch = False,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Outcomes for the next calibration: each decision of the log with the context that it was marked with, or none."""

    def work() -> Answer:
        if everything is (packet is not None):
            line = same_line(without="--all") if everything else "--all"
            raise UsageError("outcomes of what? Name a packet, or give --all, not both", type_line=line)
        there = reading(context(workspace=workspace), fetch=fetch)
        if packet is not None:
            meant(there, packet)
        with opened(there, log) as read:
            return handed_on_answer(hand_on(read, packet, out))

    raise typer.Exit(show("relabel export", work, output))


def _marked(
    where: Context, read: Opened, each: RolledBack, out: Path | None, *, dry_run: bool, offline: bool
) -> Answer:
    """One rollback, marked; where nothing came to be recorded, the file goes again."""
    marked = mark(read, each, out, dry_run=dry_run)
    figures, command = marked.figures, marked.command
    lines = [*counted_lines(each.record, figures, done=True), *_wrapped(marked.said)]
    if command is None:
        return Answer("relabel apply", tuple(lines), data=dict(figures))
    answer = None
    try:
        answer = write(
            "relabel apply",
            where,
            lambda _: command,
            dry_run=dry_run,
            offline=offline,
            shown=lambda _: lines,
            told=lambda _: f"sidecar {figures['sidecar']['path']}",
        )
    finally:
        if answer is None or answer.verdict == "refused":
            marked.take_away()
    return replace(answer, data={**figures, **answer.data})


def _proved(
    where: Context, read: Opened, each: RolledBack, sidecar: Path | None, *, dry_run: bool, offline: bool
) -> Answer:
    """One rollback, proved and recorded; or why it is not."""
    proved = prove(read, each, sidecar)
    figures = proved.figures
    if answer := unfit(each.record, proved):
        return answer
    lines = proved_lines(each.record, proved)
    if proved.known is not None:
        return Answer(
            "relabel verify", (*lines, *_wrapped((f"already proved: {proved.known}",))), data=figures
        )
    answer = write(
        "relabel verify",
        where,
        lambda _: proved.command,
        dry_run=dry_run,
        offline=offline,
        shown=lambda _: lines,
        told=lambda _: f"the relabelling of {each.record.name} is settled",
    )
    return replace(answer, data={**figures, **answer.data})


def _wrapped(texts: tuple[str, ...]) -> list[str]:
    return [row for text in texts for row in wrapped(text, then="  ")]


def _each(
    act: Callable[[Opened, RolledBack], Answer], read: Opened, chosen: list[RolledBack], log: str | None
) -> list[Answer]:
    """The answers one after another: what stops one of them takes nothing from those before it."""
    answers = []
    for each in chosen:
        try:
            answers.append(act(read, each))
        except GovernError as error:
            answers.append(stopped("relabel", error))
    return [replace(each, advice=_with_log(each.advice, log)) for each in answers]


def _one(chosen: list[RolledBack], option: str, given: Path | None) -> list[RolledBack]:
    if given is not None and len(chosen) > 1:
        raise UsageError(
            f"{option} names one sidecar, and {len(chosen)} rollbacks are meant",
            type_line=f"--context {chosen[0].context}",
        )
    return chosen


def _with_log(advice: tuple[str, str] | None, log: str | None) -> tuple[str, str] | None:
    """The line to type, over the same log."""
    if advice is None or log is None or not advice[1].startswith("govern relabel "):
        return advice
    return (advice[0], advice[1] if " --log " in advice[1] else f"{advice[1]} --log {shlex.quote(log)}")


def _line(verb: str, packet: str, log: str | None, marker: str | None = None) -> str:
    words = [*(["--log", log] if log else []), *(["--context", marker] if marker else [])]
    return shlex.join(["govern", "relabel", verb, packet, *words])
