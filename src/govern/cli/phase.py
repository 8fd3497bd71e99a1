"""`govern phase`: where a packet stands, what its next border asks, and passing it."""

from typing import Annotated

import typer

from govern.cli.frame import context, interactive, show
from govern.cli.options import Actor, At, DryRun, Every, Fetch, Folder, Only, Output, Packet, To, Yes, listed
from govern.cli.write import write
from govern.domain.baseline import Target
from govern.domain.decision import Accepted, Refusal, Refused
from govern.domain.extension import Extend
from govern.domain.rollout import Advance
from govern.errors import ExitCode, UsageError
from govern.operations.asking import ask_border, raised, rehearse_packet
from govern.operations.decide import Outcome
from govern.operations.workspace import Workspace
from govern.report import phases
from govern.report.answer import Answer, verdict_data

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
        asked = ask_border(
            reading(context(workspace=workspace), at=at, fetch=fetch), packet, listed(only), to
        )
        lines = [phases.heading(asked.border)]
        lines += phases.cohort_lines(asked.border, asked.verdicts, asked.base, asked.pooled)
        lines += phases.verdict_lines(asked.verdicts, every=verbose or not asked.base)
        lines += phases.summary(asked.verdicts)
        data = {
            "packet": packet,
            "border": asked.border.to,
            "cohorts": list(asked.border.cohorts),
            "dossier": asked.border.dossier_digest,
            "verdicts": [verdict_data(verdict) for verdict in asked.verdicts],
        }
        name = "phase check"
        if asked.answer is not None:
            line = ("type", asked.answer.type_line) if asked.answer.type_line else None
            return Answer(name, (*lines, "refused."), ExitCode.NO, "refused", line, data=data)
        line = (
            "next",
            f"govern phase advance {packet} --to {asked.border.to}" + (f" --only {only}" if only else ""),
        )
        return Answer(name, tuple(lines), advice=line, data=data)

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
    """Take PACKET over its next border; to canary that binds its cohorts to next."""

    def work() -> Answer:
        if to is None and not interactive():
            raise UsageError("without a terminal, name the phase: --to shadow, canary, wide or adopted")

        def prepare(there: Workspace) -> Advance:
            command = Advance(packet, to, listed(only))
            known = there.state.packet(packet)
            if known.phase != "draft" or known.paused_by or to not in (None, "shadow"):
                return command
            rehearsed = rehearse_packet(there, packet)
            return Advance(
                packet, to, listed(only), rehearsal={"same": rehearsed.same, "seconds": rehearsed.seconds}
            )

        def verdicts(_: Workspace, decision: Accepted) -> list[str]:
            lead = decision.events[0].body
            head = f"{packet}   {lead['from']} -> {lead['to']}"
            every = verbose or lead["to"] == "shadow"
            lines = phases.verdict_lines(decision.verdicts, every=every)
            if every:
                return [head, *lines]
            return [*phases.summary(decision.verdicts, f"{head}     "), *lines]

        def shown(outcome: Outcome) -> list[str]:
            if not isinstance(outcome.decision, Refused) or not outcome.decision.verdicts:
                return []
            return _refused_lines(outcome, packet, to, only, verbose)

        return write(
            "phase advance",
            context(actor=actor, workspace=workspace),
            prepare,
            dry_run=dry_run,
            question="Advance?",
            before=verdicts if output == "text" else None,
            yes=yes,
            shown=shown,
            told=_told,
        )

    raise typer.Exit(show("phase advance", work, output))


def _refused_lines(outcome: Outcome, packet: str, to: str | None, only: str, verbose: bool) -> list[str]:
    asked = ask_border(outcome.workspace, packet, listed(only), to)
    lines = [phases.heading(asked.border)]
    lines += phases.cohort_lines(asked.border, asked.verdicts, asked.base, asked.pooled)
    assert isinstance(outcome.decision, Refused)
    return [*lines, *phases.verdict_lines(outcome.decision.verdicts, every=verbose)]


def _told(outcome: Outcome) -> str:
    """Who is on what now, in one line."""
    lead = outcome.records[0].body
    prev, new = Target.of(lead["prev"]), Target.of(lead["next"])
    cohorts = _few(lead["cohorts"])
    if lead["to"] == "shadow":
        return f"{cohorts} on {prev.baseline} still; {new.baseline} decides nothing"
    moves = outcome.records[1].body["moves"]
    percent = moves[0]["percent"]
    left = f"; left on {prev.baseline}: {_few([e['cohort'] for e in lead['left']])}" if lead["left"] else ""
    if percent < 100:
        return f"{cohorts} {percent:g} % on {new.baseline}, {100 - percent:g} % on {prev.baseline}{left}"
    return f"{cohorts} on {new.baseline}{left}"


def _few(cohorts: list[str]) -> str:
    return " ".join(cohorts) if len(cohorts) <= 6 else f"{' '.join(cohorts[:5])} and {len(cohorts) - 5} more"


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
            return phases.summary(decision.verdicts, f"{packet}   extend     ")

        def shown(outcome: Outcome) -> list[str]:
            return phases.verdict_lines(outcome.decision.verdicts, every=verbose)

        def told(outcome: Outcome) -> str:
            moves = outcome.records[1].body["moves"]
            return f"{_few([move['cohort'] for move in moves])} at {moves[0]['percent']:g} %"

        return write(
            "phase extend",
            context(actor=actor, workspace=workspace),
            lambda _: Extend(packet, listed(cohort), percent),
            dry_run=dry_run,
            question="Bind?",
            before=verdicts if output == "text" else None,
            yes=yes,
            shown=shown,
            told=told,
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
    from govern.report.packets import packet_data, packet_lines

    def work() -> Answer:
        there = reading(context(workspace=workspace), at=at, fetch=fetch)
        if packet not in there.state.packets:
            try:
                from govern.domain.gates import packet_in_force

                packet_in_force(there.state, there.documents(), packet)
            except Refusal as refusal:
                raise raised(refusal.refused) from None
        known = there.state.packet(packet)
        advice = ("next", f"govern phase check {packet}") if not known.ended else None
        return Answer("phase show", tuple(packet_lines(known)), advice=advice, data=packet_data(known))

    raise typer.Exit(show("phase show", work, output))


@app.command()
def history(packet: Packet, workspace: Folder = None, output: Output = "text") -> None:
    """Every record of PACKET, oldest first."""
    from govern.cli.log import log_of

    raise typer.Exit(
        show("phase history", lambda: log_of(context(workspace=workspace), f"packets/{packet}"), output)
    )
