"""`govern package`: what a drill taught was merged and is said here, and what is owed of what is gone is ended."""

from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.frame import context, show
from govern.cli.options import Actor, DryRun, Folder, Offline, Output
from govern.cli.write import write
from govern.domain.drills.package_update import UpdatePackage
from govern.domain.drills.settlement import SettlePackage
from govern.report.answer import Answer

if TYPE_CHECKING:
    from govern.operations.decide import Outcome

app = typer.Typer(no_args_is_help=True, help="Intervention packages.")
UPDATE, SETTLE = "package update", "package settle"
Package = Annotated[str, typer.Argument(help="The package's id.", metavar="PACKAGE")]


@app.callback()
def group() -> None:
    """Intervention packages."""


@app.command()
def update(
    package: Package,
    retained: Annotated[str, typer.Option(help="What stays, because it worked; it is recorded.")],
    refined: Annotated[
        str | None,
        typer.Option(help="What was changed; it is recorded. Without it, what the drill proposed."),
    ] = None,
    dry_run: DryRun = False,
    offline: Offline = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Record the one update of PACKAGE that its drills asked for, once it is merged; the same card is owed again."""

    def work() -> Answer:
        where = context(actor=actor, workspace=workspace)
        command = UpdatePackage(package, retained, refined)
        return write(UPDATE, where, lambda _: command, dry_run=dry_run, offline=offline, shown=_updated)

    raise typer.Exit(show(UPDATE, work, output))


@app.command()
def settle(
    package: Package,
    reason: Annotated[str, typer.Option(help="Why it is owed no more; it is recorded.")],
    dry_run: DryRun = False,
    offline: Offline = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """End what drills left to PACKAGE, or to a card of it, that is not merged any more."""

    def work() -> Answer:
        where = context(actor=actor, workspace=workspace)
        command = SettlePackage(package, reason)
        return write(SETTLE, where, lambda _: command, dry_run=dry_run, offline=offline, shown=_settled)

    raise typer.Exit(show(SETTLE, work, output))


def _updated(outcome: "Outcome") -> list[str]:
    from govern.report.drills import updated_lines

    return updated_lines(outcome.records[0].body) if outcome.records else []


def _settled(outcome: "Outcome") -> list[str]:
    from govern.report.drills import settled_lines

    return settled_lines(outcome.records[0].body) if outcome.records else []
