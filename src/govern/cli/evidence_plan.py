"""`govern evidence plan`: how many pairs will decide, before anybody collects them."""

from pathlib import Path
from typing import Annotated

import typer

from govern.cli.frame import context, show
from govern.cli.options import Fetch, Folder, Output, Packet
from govern.operations.asking import packet_of
from govern.operations.looking_back import reading
from govern.report.answer import Answer


def plan(
    packet: Packet,
    pairs: Annotated[
        Path | None, typer.Option(help="A first sample of shadow pairs.", metavar="FILE")
    ] = None,
    discordance: Annotated[
        float | None,
        typer.Option(
            help="Without a sample: percent of pairs that differ.", min=0, max=100, metavar="PERCENT"
        ),
    ] = None,
    margin: Annotated[
        float | None, typer.Option(help="Ask about this margin, in the KPIs' unit.", metavar="NUMBER")
    ] = None,
    items: Annotated[
        int | None, typer.Option(help="Pairs planned in every cohort.", min=1, metavar="N")
    ] = None,
    fetch: Fetch = False,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """How many shadow pairs each cohort of PACKET takes to pass its margins."""

    def work() -> Answer:
        from govern.errors import UsageError
        from govern.operations.planning import plan_evidence
        from govern.report.planning import plan_answer

        if margin is not None and not margin > 0:
            raise UsageError(f"--margin {margin:g}: a margin lies above 0", type_line="--margin 5")
        there = reading(context(workspace=workspace), fetch=fetch)
        packet_of(there, packet)
        share = None if discordance is None else discordance / 100
        return plan_answer(
            plan_evidence(there, packet, pairs=pairs, discordance=share, margin=margin, items=items)
        )

    raise typer.Exit(show("evidence plan", work, output))
