"""`govern package`: that a package was changed after a drill, and what of it."""

import typer

app = typer.Typer(no_args_is_help=True, help="Intervention packages.")
