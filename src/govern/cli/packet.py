"""`govern packet`: what people decide about a packet beside moving it."""

from collections.abc import Callable
from typing import Annotated

import typer

from govern.cli.frame import context, show
from govern.cli.options import (
    Actor,
    DryRun,
    Every,
    Expires,
    Folder,
    Only,
    Output,
    Packet,
    Reason,
    To,
    listed,
)
from govern.cli.write import write
from govern.domain.approval import Approve
from govern.domain.change_control import ApplyChange, OpenChange
from govern.domain.commands import Command
from govern.domain.on_call import DeclareOnCall
from govern.domain.pause import Pause, Resume, Withdraw
from govern.domain.waiver import AcceptRisk, Waive
from govern.operations.decide import Outcome
from govern.report import phases
from govern.report.answer import Answer

app = typer.Typer(no_args_is_help=True, help="Approvals, waivers and other decisions about a packet.")


def _write(
    name: str,
    command: Callable[[], Command],
    output: str,
    *,
    dry_run: bool,
    actor: str | None,
    folder: str | None,
    told: str = "",
    every: bool = False,
) -> None:
    def work() -> Answer:
        def shown(outcome: Outcome) -> list[str]:
            return phases.verdict_lines(outcome.decision.verdicts, every=every)

        asked = command()
        where = context(actor=actor, workspace=folder)
        return write(name, where, lambda _: asked, dry_run=dry_run, shown=shown, told=lambda _: told)

    raise typer.Exit(show(name, work, output))


@app.command()
def approve(
    packet: Packet,
    only: Only = "",
    to: To = None,
    verbose: Every = False,
    dry_run: DryRun = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Approve PACKET's next border as its second person; every other check must pass."""
    told = "approved; it counts for this attempt and these cohorts only"
    _write(
        "packet approve",
        lambda: Approve(packet, listed(only), to),
        output,
        dry_run=dry_run,
        actor=actor,
        folder=workspace,
        told=told,
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
    dry_run: DryRun = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Pass over one failed check of PACKET: owned, expiring, and shown as debt."""

    def command() -> Command:
        return Waive(packet, check, reason, expires, owner, listed(only), to)

    told = f"{check} waived until {expires}: debt until then"
    _write("packet waive", command, output, dry_run=dry_run, actor=actor, folder=workspace, told=told)


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
        lambda: AcceptRisk(packet, reason, expires),
        output,
        dry_run=dry_run,
        actor=actor,
        folder=workspace,
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
    from govern.operations.changes import effect_lines, settings_of

    def work() -> Answer:
        command: Command = (
            ApplyChange(packet) if apply else OpenChange(packet, settings_of(settings or [], reason), reason)
        )
        told = "applied; cycles are counted from zero again" if apply else "opened; somebody else applies it"
        where = context(actor=actor, workspace=workspace)
        return write(
            "packet change",
            where,
            lambda _: command,
            dry_run=dry_run,
            shown=lambda outcome: effect_lines(outcome, packet),
            told=lambda _: told,
        )

    raise typer.Exit(show("packet change", work, output))


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
        lambda: DeclareOnCall(packet, until, since),
        output,
        dry_run=dry_run,
        actor=actor,
        folder=workspace,
        told=f"until {until}",
    )


@app.command()
def pause(
    packet: Packet,
    reason: Reason,
    dry_run: DryRun = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Stop every border of PACKET until it is resumed; bindings stay."""
    told = "paused; bindings stay as they are"
    _write(
        "packet pause",
        lambda: Pause(packet, reason),
        output,
        dry_run=dry_run,
        actor=actor,
        folder=workspace,
        told=told,
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
        lambda: Resume(packet, reason),
        output,
        dry_run=dry_run,
        actor=actor,
        folder=workspace,
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
    told = "withdrawn; nobody was on its next"
    _write(
        "packet withdraw",
        lambda: Withdraw(packet, reason),
        output,
        dry_run=dry_run,
        actor=actor,
        folder=workspace,
        told=told,
    )
