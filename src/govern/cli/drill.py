"""`govern drill`: rehearsing an intervention package against the clock, and what the rehearsals gave."""

import typer

from govern.cli import drill_run, drill_show, drill_tabletop, drill_week

app = typer.Typer(no_args_is_help=True, help="Rehearsals of the way back, and their score.")

app.command("run")(drill_run.command)
app.command("tabletop")(drill_tabletop.command)
app.command("brief")(drill_show.brief)
app.command("week")(drill_week.command)
app.command("simulate")(drill_show.simulate)
app.command("score")(drill_show.score)
app.command("history")(drill_show.history)
