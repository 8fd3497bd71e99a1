"""`govern package`: what a drill taught was merged; here it is said, and what was owed is settled."""

from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.frame import context, show
from govern.cli.options import Actor, DryRun, Folder, Offline, Output
from govern.cli.write import write
from govern.domain.drills.package_update import UpdatePackage
from govern.report.answer import Answer

if TYPE_CHECKING:
    from govern.operations.decide import Outcome

app = typer.Typer(no_args_is_help=True, help="Intervention packages.")
NAME = "package update"


@app.callback()
def group() -> None:
    """Intervention packages."""


@app.command()
def update(
    package: Annotated[str, typer.Argument(help="The package's id.", metavar="PACKAGE")],
    retained: Annotated[str, typer.Option(help="What stays, because it worked; it is recorded.")],
    refined: Annotated[str, typer.Option(help="What was changed; it is recorded.")],
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
        return write(NAME, where, lambda _: command, dry_run=dry_run, offline=offline, shown=_shown)

    raise typer.Exit(show(NAME, work, output))


def _shown(outcome: "Outcome") -> list[str]:
    from govern.report.drills import updated_lines

    return updated_lines(outcome.records[0].body) if outcome.records else []
