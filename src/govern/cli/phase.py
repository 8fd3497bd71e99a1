"""`govern phase`: where a packet stands, what its next border asks, and passing it."""

from dataclasses import asdict, replace
from shlex import quote
from typing import Annotated

import typer

from govern.cli.frame import context, interactive, show
from govern.cli.options import Actor, At, DryRun, Every, Fetch, Folder, Only, Output, Packet, To, Yes, listed
from govern.cli.write import write
from govern.domain.baseline import Target
from govern.domain.decision import Accepted, Refused
from govern.domain.rollout.advance import Advance
from govern.domain.rollout.extension import Extend
from govern.domain.rollout.promotion import border_name, next_phase
from govern.domain.windows import instant
from govern.errors import UsageError
from govern.operations.asking import ask_border, asker, last_fetched, packet_of, rehearse_packet
from govern.operations.context import Context
from govern.operations.decide import Outcome
from govern.operations.workspace import Workspace, open_workspace
from govern.report import phases
from govern.report.answer import Answer, refused, verdict_data
from govern.report.status import stale
from govern.report.wrap import wrapped

app = typer.Typer(no_args_is_help=True, help="Where a packet stands, and moving it forward.")


@app.command()
def check(
    packet: Packet,
    only: Only = "",
    to: To = None,
    verbose: Every = False,
    fetch: Fetch = False,
    at: At = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Judge the next border of PACKET without writing anything."""
    from govern.operations.looking_back import reading

    def work() -> Answer:
        there = reading(context(workspace=workspace), at=at, fetch=fetch)
        asked = ask_border(there, packet, listed(only), to)
        age = stale(None if at or fetch else last_fetched(there))
        lines = phases.border_lines(asked.border, asked.verdicts, asked.base, asked.pooled, every=verbose)
        data = {
            "packet": packet,
            "border": asked.border.to,
            "cohorts": list(asked.border.cohorts),
            "dossier": asked.border.dossier_digest,
            "verdicts": [verdict_data(verdict) for verdict in asked.verdicts],
        }
        name = "phase check"
        if asked.answer is not None:
            closed = (*lines, *age, phases.closing(asked.border, asked.answer))
            no = refused(name, asked.answer, closed)
            return replace(no, data={**data, "reasons": list(asked.answer.reasons)})
        line = f"govern phase advance {packet} --to {asked.border.to}" + (
            f" --only {quote(only)}" if only else ""
        )
        return Answer(name, (*lines, *age, phases.summary(asked.verdicts)), advice=("next", line), data=data)

    raise typer.Exit(show("phase check", work, output))


@app.command()
def advance(
    packet: Packet,
    to: To = None,
    only: Only = "",
    verbose: Every = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Take PACKET over its next border; to canary and wide that binds its cohorts to next."""

    def work() -> Answer:
        quiet = output != "text"
        where = context(actor=actor, workspace=workspace)
        if to is None and (quiet or not interactive()):
            raise _unnamed(where, packet)

        def prepare(there: Workspace) -> Advance:
            command = Advance(packet, to, listed(only))
            known = there.state.packet(packet)
            if known.phase != "draft" or known.paused_by or to not in (None, "shadow"):
                return command
            rehearsed = rehearse_packet(there, packet)
            return Advance(
                packet, to, listed(only), rehearsal={"same": rehearsed.same, "seconds": rehearsed.seconds}
            )

        def shown(outcome: Outcome) -> list[str]:
            if not isinstance(outcome.decision, Refused) or not outcome.decision.verdicts:
                return []
            at, judged = ask_border(outcome.workspace, packet, listed(only), to), outcome.decision.verdicts
            lines = phases.border_lines(at.border, judged, at.base, at.pooled, every=verbose)
            return [*lines, phases.closing(at.border, outcome.decision)]

        return write(
            "phase advance",
            where,
            prepare,
            dry_run=dry_run,
            question="Advance?",
            before=lambda _, decision: _passed(packet, decision, verbose),
            yes=yes,
            shown=shown,
            told=_told,
            quiet=quiet,
        )

    raise typer.Exit(show("phase advance", work, output))


def _passed(packet: str, decision: Accepted, verbose: bool) -> list[str]:
    """What stands above the question: into shadow every check, later what has something to say."""
    lead = decision.events[0].body
    every = verbose or lead["to"] == "shadow"
    count = "" if every else f"     {phases.summary(decision.verdicts)} (all: -v)"
    head = wrapped(f"{packet}   {border_name(lead['to'])}{count}")
    return [*head, *phases.verdict_lines(decision.verdicts, every=every, counted=True)]


def _unnamed(where: Context, packet: str) -> UsageError:
    """Without a terminal the phase has to be named: which one it is, in the line to type."""
    there = open_workspace(where, fetch=False)
    phase = next_phase(packet_of(there, packet), None, None)
    return UsageError("without a terminal the phase has to be named", type_line=f"--to {phase} --yes")


def _told(outcome: Outcome) -> str:
    """Who is on what now, in one line."""
    lead = outcome.records[0].body
    prev, new = Target.of(lead["prev"]).baseline, Target.of(lead["next"]).baseline
    cohorts = lead["cohorts"]
    if lead["to"] == "shadow":
        who = f"{cohorts[0]} stays" if len(cohorts) == 1 else f"all {len(cohorts)} cohorts stay"
        return f"{who} on {prev}; {new} decides nothing"
    moved = next(record for record in outcome.records if record.event.startswith("binding_changed/"))
    if lead["to"] == "adopted":
        pinned = [move["cohort"] for move in moved.body["moves"]]
        rest = f"; by name as before: {' '.join(pinned)}" if pinned else ""
        return f"{new} is what {lead['surface']} serves by default{rest}"
    percent = moved.body["moves"][0]["percent"]
    left = [entry["cohort"] for entry in lead["left"]]
    rest = f"; left on {prev}: {' '.join(left)}" if left else ""
    if percent < 100:
        return f"{' '.join(cohorts)} {percent:g} % on {new}, {100 - percent:g} % on {prev}{rest}"
    return f"{' '.join(cohorts)} 100 % on {new}{rest}"


@app.command()
def extend(
    packet: Packet,
    cohort: Annotated[str, typer.Option(help="Add these cohorts.", metavar="COHORT,…")] = "",
    percent: Annotated[
        float | None, typer.Option(help="A larger share for those in canary.", min=0.01, max=100)
    ] = None,
    verbose: Every = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Add a cohort to PACKET, or widen its share, by the checks of shadow -> canary."""

    def work() -> Answer:
        def verdicts(_: Workspace, decision: Accepted) -> list[str]:
            head = f"{packet}   extend     {phases.summary(decision.verdicts)} (all: -v)"
            return [*wrapped(head), *phases.verdict_lines(decision.verdicts, every=verbose, counted=True)]

        def shown(outcome: Outcome) -> list[str]:
            if not isinstance(outcome.decision, Refused):
                return []
            return phases.verdict_lines(outcome.decision.verdicts, every=verbose)

        def told(outcome: Outcome) -> str:
            moves = outcome.records[1].body["moves"]
            return f"{' '.join(move['cohort'] for move in moves)} at {moves[0]['percent']:g} %"

        return write(
            "phase extend",
            context(actor=actor, workspace=workspace),
            lambda _: Extend(packet, listed(cohort), percent),
            dry_run=dry_run,
            question="Bind?",
            before=verdicts,
            yes=yes,
            shown=shown,
            told=told,
            quiet=output != "text",
        )

    raise typer.Exit(show("phase extend", work, output))


@app.command("show")
def show_packet(
    packet: Packet,
    at: At = None,
    fetch: Fetch = False,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Where PACKET stands: phase, cohorts, what is frozen, what it waits for."""
    from govern.operations.looking_back import reading
    from govern.operations.open_firings import fired_rows
    from govern.report.packets import packet_data, packet_lines
    from govern.report.status import fired_advice, fired_lines

    def work() -> Answer:
        there = reading(context(workspace=workspace), at=at, fetch=fetch)
        known = packet_of(there, packet)
        left = not known.ended and known.phase != "adopted"
        fired = list(fired_rows(there, packet))
        advice = ("next", f"govern phase check {packet}") if left else None
        if fired and at is None:
            advice = fired_advice(fired, asker(there).person or None)
        above = fired_lines(fired, instant(there.now())) if fired else []
        data = {**packet_data(known), "fired": [asdict(row) for row in fired]}
        return Answer("phase show", (*above, *packet_lines(known)), advice=advice, data=data)

    raise typer.Exit(show("phase show", work, output))


@app.command()
def history(packet: Packet, workspace: Folder = None, output: Output = "text") -> None:
    """Every record of PACKET, oldest first."""
    from govern.cli.log import log_of

    raise typer.Exit(
        show("phase history", lambda: log_of(context(workspace=workspace), f"packets/{packet}"), output)
    )
