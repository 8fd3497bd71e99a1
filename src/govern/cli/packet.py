"""`govern packet`: what people decide about a packet beside moving it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated

import typer

from govern.cli.frame import context, same_line, show
from govern.cli.options import (
    Actor,
    DryRun,
    Every,
    Expires,
    Folder,
    Offline,
    Only,
    Output,
    Packet,
    Reason,
    To,
    listed,
    moment,
)
from govern.cli.write import write
from govern.domain.commands import Command
from govern.domain.decision import Refused
from govern.domain.rollout.approval import Approve
from govern.domain.rollout.change_control import ApplyChange, OpenChange
from govern.domain.rollout.on_call import DeclareOnCall
from govern.domain.rollout.pause import Pause, Resume, Withdraw
from govern.domain.rollout.waiver import AcceptRisk, Waive
from govern.errors import ExitCode
from govern.operations.asking import entitled
from govern.operations.decide import Outcome
from govern.operations.review.changes import effect_lines, settings_of
from govern.report import phases
from govern.report.answer import Answer, help_line
from govern.report.wrap import wrapped

Share = Annotated[
    float | None,
    typer.Option("--percent", help="For an extension to this share.", min=0.01, max=100, metavar="N"),
]
app = typer.Typer(no_args_is_help=True, help="Approvals, waivers and other decisions about a packet.")


@dataclass(frozen=True, slots=True)
class Way:
    """The options that all of them take."""

    output: str
    dry_run: bool
    actor: str | None
    workspace: str | None
    offline: bool = False


def _write(
    name: str,
    packet: str,
    command: Callable[[], Command],
    way: Way,
    *,
    told: str = "",
    every: bool = False,
    role: str = "rollout_approve",
    hands_over: bool = False,
    shown: Callable[[Outcome], list[str]] | None = None,
) -> None:
    """`role` is who may do this: a refusal names the first who may, where the actor is none of them.

    With `hands_over` the next line is typed by another who holds it.
    """

    def work() -> Answer:
        turn: list[str] = []

        def above(outcome: Outcome) -> list[str]:
            decision = outcome.decision
            line = decision.type_line if isinstance(decision, Refused) else None
            if role and not line and hands_over != isinstance(decision, Refused):
                me = outcome.workspace.actor().person
                people = entitled(outcome.workspace, packet, role)
                if hands_over or me not in people:
                    turn.extend(person for person in people if person != me)
            if shown is not None:
                return shown(outcome)
            return phases.verdict_lines(decision.verdicts, every=every)

        asked = command()
        answer = write(
            name,
            context(actor=way.actor, workspace=way.workspace),
            lambda _: asked,
            dry_run=way.dry_run,
            offline=way.offline,
            shown=above,
            told=lambda _: told,
        )
        if answer.exit == ExitCode.NO and answer.advice == ("type", help_line(name)):
            answer = replace(answer, advice=("type", same_line() if turn else f"govern phase show {packet}"))
        if turn and answer.advice and not way.dry_run:
            return replace(answer, advice=(f"{turn[0]} types", answer.advice[1]))
        return answer

    raise typer.Exit(show(name, work, way.output))


@app.command()
def approve(
    packet: Packet,
    only: Only = "",
    to: To = None,
    percent: Share = None,
    verbose: Every = False,
    dry_run: DryRun = False,
    offline: Offline = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Approve PACKET's next border as its second person; every other check must pass."""
    _write(
        "packet approve",
        packet,
        lambda: Approve(packet, listed(only), to, percent),
        Way(output, dry_run, actor, workspace, offline),
        told="approved; it counts for this attempt and these cohorts only",
        every=verbose,
    )


@app.command()
def waive(
    packet: Packet,
    check: Annotated[str, typer.Option(help="The check that is passed over.", metavar="CHECK")],
    reason: Reason,
    expires: Expires,
    owner: Annotated[str | None, typer.Option(help="Who owns the risk; you.", metavar="PERSON")] = None,
    only: Only = "",
    to: To = None,
    percent: Share = None,
    dry_run: DryRun = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Pass over one failed check of PACKET: owned, expiring, and shown as debt."""

    def command() -> Command:
        return Waive(packet, check, reason, moment("--expires", expires), owner, listed(only), to, percent)

    told = f"{check} waived until {expires}: debt until then"
    _write("packet waive", packet, command, Way(output, dry_run, actor, workspace), told=told)


@app.command("accept-risk")
def accept_risk(
    packet: Packet,
    reason: Reason,
    expires: Expires,
    dry_run: DryRun = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Take PACKET to canary without any shadow pairs: the higher risk, in writing."""
    _write(
        "packet accept-risk",
        packet,
        lambda: AcceptRisk(packet, reason, moment("--expires", expires)),
        Way(output, dry_run, actor, workspace),
        told=f"no shadow pairs for {packet}: the risk is taken until {expires}",
    )


@app.command()
def change(
    packet: Packet,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="What changes, for example kpis/ID:bands.critical.below=-4.",
            metavar="DOC:FIELD=VALUE",
        ),
    ] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Apply the open change; not for who opened it.")
    ] = False,
    reason: Annotated[str, typer.Option(help="Why, in a sentence; it is recorded.")] = "",
    dry_run: DryRun = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Open a change of what PACKET has frozen, or apply the one that is open."""
    if apply:
        told = "applied; cycles are counted from zero again"
    else:
        told = "opened; somebody else applies it"

    def command() -> Command:
        if apply:
            return ApplyChange(packet)
        return OpenChange(packet, settings_of(settings or [], reason), reason)

    _write(
        "packet change",
        packet,
        command,
        Way(output, dry_run, actor, workspace),
        told=told,
        hands_over=not apply,
        shown=lambda outcome: [
            line for said in effect_lines(outcome, packet) for line in wrapped(said, then="        ")
        ],
    )


@app.command("on-call")
def on_call(
    packet: Packet,
    until: Annotated[str, typer.Option(help="An instant, UTC.", metavar="TIME")],
    since: Annotated[str | None, typer.Option(help="An instant, UTC; now.", metavar="TIME")] = None,
    dry_run: DryRun = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Say that you can be reached to roll PACKET back."""
    _write(
        "packet on-call",
        packet,
        lambda: DeclareOnCall(packet, moment("--until", until), moment("--since", since) if since else None),
        Way(output, dry_run, actor, workspace),
        told=f"until {until}",
        role="rollback_execute",
    )


@app.command()
def pause(
    packet: Packet,
    reason: Reason,
    dry_run: DryRun = False,
    offline: Offline = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Stop every border of PACKET until it is resumed; bindings stay."""
    _write(
        "packet pause",
        packet,
        lambda: Pause(packet, reason),
        Way(output, dry_run, actor, workspace, offline),
        told="paused; bindings stay as they are",
        role="",
    )


@app.command()
def resume(
    packet: Packet,
    reason: Annotated[str | None, typer.Option(help="Why it may go on.")] = None,
    dry_run: DryRun = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Let PACKET go on."""
    _write(
        "packet resume",
        packet,
        lambda: Resume(packet, reason),
        Way(output, dry_run, actor, workspace),
        told="resumed",
    )


@app.command()
def withdraw(
    packet: Packet,
    reason: Reason,
    dry_run: DryRun = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """End PACKET while nobody is on its next."""
    _write(
        "packet withdraw",
        packet,
        lambda: Withdraw(packet, reason),
        Way(output, dry_run, actor, workspace),
        told="withdrawn; nobody was on its next",
        role="withdraw",
    )
