"""`govern drill`: rehearsing an intervention package against the clock, and what the rehearsals gave."""

import typer

from govern.cli import drill_run, drill_tabletop

app = typer.Typer(no_args_is_help=True, help="Rehearsals of the way back, and their score.")

app.command("run")(drill_run.command)
app.command("tabletop")(drill_tabletop.command)
