"""`govern evidence plot`: what is recorded of a packet as a picture, or as the numbers behind it."""

from pathlib import Path
from typing import Annotated

import typer

from govern.cli.frame import context, show
from govern.cli.options import At, Fetch, Folder, Output, Packet, listed
from govern.errors import UsageError
from govern.report.answer import Answer

NAME = "evidence plot"


def plot(
    packet: Packet,
    out: Annotated[
        Path | None, typer.Option(help="Write the picture to this file.", metavar="FILE.svg")
    ] = None,
    border: Annotated[
        str | None,
        typer.Option(help="The border it is measured for; else the next.", metavar="canary|wide|adopted"),
    ] = None,
    kpi: Annotated[str, typer.Option(help="Draw these KPIs; else all.", metavar="KPI,…")] = "",
    cohort: Annotated[str, typer.Option(help="Draw these cohorts; else all.", metavar="COHORT,…")] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    at: At = None,
    fetch: Fetch = False,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Draw what is recorded of PACKET: to canary its divergence by cohort, later its KPIs over review cycles.

    The picture is SVG and holds no script. With --format json the numbers are printed, with or without a picture.
    """

    def work() -> Answer:
        from govern.operations.evidence.plot import plot as plotted
        from govern.operations.evidence.plot import require_place, write_picture
        from govern.operations.looking_back import reading
        from govern.report.plotted import picture, plot_answer

        if out is None and output == "text":
            raise UsageError("a picture goes to a file", type_line=f"--out {packet}.svg")
        if out is not None:
            require_place(out, force=force)
        there = reading(context(workspace=workspace), at=at, fetch=fetch)
        found = plotted(there, packet, border=border, kpis=listed(kpi), cohorts=listed(cohort))
        size = None if out is None else write_picture(out, picture(found), force=force)
        return plot_answer(found, out, size)

    raise typer.Exit(show(NAME, work, output))
