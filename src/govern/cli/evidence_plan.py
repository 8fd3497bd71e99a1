"""`govern evidence plan`: how many pairs will decide, before anybody collects them."""

import math
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
    loss: Annotated[
        list[str] | None,
        typer.Option(
            help="Instead: how many find a cohort that loses so much, in the KPIs' unit. Repeat for several KPIs.",
            metavar="[KPI=]NUMBER",
        ),
    ] = None,
    fetch: Fetch = False,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """How many shadow pairs each cohort of PACKET takes to pass its margins, or to be found losing more."""

    def work() -> Answer:
        from govern.errors import UsageError
        from govern.operations.evidence.planning import plan_evidence
        from govern.report.planning import plan_answer

        if margin is not None and not margin > 0:
            raise UsageError(f"--margin {margin:g}: a margin lies above 0", type_line="--margin 5")
        there = reading(context(workspace=workspace), fetch=fetch)
        packet_of(there, packet)
        share = None if discordance is None else discordance / 100
        plan = plan_evidence(
            there,
            packet,
            pairs=pairs,
            discordance=share,
            margin=margin,
            items=items,
            losses=_declared(loss) if loss else None,
        )
        return plan_answer(plan)

    raise typer.Exit(show("evidence plan", work, output))


def _declared(given: list[str]) -> dict[str, float]:
    """By KPI the loss that was declared for it; the one for all has no name."""
    from govern.errors import UsageError

    declared: dict[str, float] = {}
    for each in given:
        kpi, _, number = each.rpartition("=")
        try:
            loss = float(number)
        except ValueError:
            loss = math.nan
        if not 0 < loss < math.inf:
            raise UsageError(f"--loss {each}: a loss is a number above 0", type_line="--loss 10")
        declared[kpi] = loss
    return declared
