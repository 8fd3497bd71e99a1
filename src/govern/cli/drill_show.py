"""`govern drill brief`, `score`, `history` and `simulate`: what is known before a drill, and what drills gave."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from govern.cli.frame import context, show
from govern.cli.options import At, Fetch, Folder, Output
from govern.errors import UsageError
from govern.report.answer import Answer

Card = Annotated[str, typer.Argument(help="The card's id.", metavar="CARD")]
Package = Annotated[str, typer.Argument(help="The package's id.", metavar="PACKAGE")]
Some = Annotated[str | None, typer.Argument(help="The package's id.", metavar="[PACKAGE]")]


def brief(card: Card, fetch: Fetch = False, workspace: Folder = None, output: Output = "text") -> None:
    """All that an owner needs for the drill of CARD, on a page."""

    def work() -> Answer:
        from govern.domain.rollback.incidents import owed
        from govern.operations.drills.drilling import document_of
        from govern.operations.drills.standing import again_now, confidence_of, targets_of
        from govern.operations.looking_back import reading
        from govern.operations.policies import published_person
        from govern.report.drill_brief import Left, brief_lines
        from govern.report.drill_history import confidence_data

        there = reading(context(workspace=workspace), fetch=fetch)
        found = document_of(there, "card", card)
        package = document_of(there, "package", found.value["package_id"])
        now = confidence_of(there, package)
        people = {who: published_person(there, who) for who in package.value["owner_routes"].values()}
        left = Left(
            owed(there.state, "tune", package.id),
            again_now(there, found, package),
            targets_of(there, package.id),
        )
        data = {
            "card": dict(found.value),
            "package": dict(package.value),
            "confidence": confidence_data(now),
            "left": asdict(left),
        }
        lines = brief_lines(found, package, now, people, left)
        return Answer("drill brief", tuple(lines), advice=("next", f"govern drill run {card}"), data=data)

    raise typer.Exit(show("drill brief", work, output))


def score(package: Package, at: At = None, workspace: Folder = None, output: Output = "text") -> None:
    """How far PACKAGE can be trusted now: its last drill, part by part, and what holds it down."""

    def work() -> Answer:
        from govern.domain.drills.confidence import counted_before, numbers_of
        from govern.operations.drills.standing import confidence_of, package_named, targets_of
        from govern.operations.looking_back import reading
        from govern.report.drill_brief import confidence_lines
        from govern.report.drill_history import confidence_data
        from govern.report.drills import beside_lines, drill_lines, score_lines, target_lines

        there = reading(context(workspace=workspace), at=at)
        document = package_named(there, package)
        now, history = confidence_of(there, document), there.state.package(document.id)
        targets = targets_of(there, document.id)
        lines = confidence_lines(document.id, now)
        data = {**confidence_data(now), "targets": targets}
        if history.drills:
            last = history.drills[-1]
            numbers = numbers_of(there.state.in_force)
            before = counted_before(history, last, document.value["impact"], numbers)
            lines = [
                f"{document.id}, {last.name}, {last.body['ended_at']}",
                *drill_lines(last.body, whole=True),
                *score_lines(last.body, now, before),
                *beside_lines(last.body),
                *target_lines(targets),
            ]
            data |= {"parts": last.body["score"]["parts"], "judged_targets": last.body["targets"]}
        return Answer("drill score", tuple(lines), advice=("next", "govern drill week"), data=data)

    raise typer.Exit(show("drill score", work, output))


def history(
    package: Some = None,
    plot: Annotated[
        Path | None, typer.Option(help="Write the trend as a picture, to a new file.", metavar="FILE.svg")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the picture.")] = False,
    at: At = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """The scores of PACKAGE, or of all, week over week."""

    def work() -> Answer:
        from govern.operations.drills.standing import standings, weeks
        from govern.operations.evidence.plot import require_place, write_picture
        from govern.operations.looking_back import reading
        from govern.report.drill_history import history_data, history_lines, history_plot

        if plot is not None:
            require_place(plot, force=force)
        there = reading(context(workspace=workspace), at=at)
        points = weeks(there, package)
        now = standings(there, list(points))
        lines = history_lines(points, now)
        if plot is not None:
            if not any(points.values()):
                raise UsageError(
                    "no drill was recorded yet: there is nothing to draw", type_line="govern drill week"
                )
            size = write_picture(plot, history_plot(points), force=force)
            lines.append(f"wrote {plot}, {size:,} bytes")
        data = history_data(points, now)
        return Answer("drill history", tuple(lines), advice=("next", "govern drill week"), data=data)

    raise typer.Exit(show("drill history", work, output))


def simulate(
    card: Card,
    noise: Annotated[
        list[str] | None,
        typer.Option(help="Standard deviation, in its unit; may be repeated.", metavar="METRIC=NUMBER"),
    ] = None,
    value: Annotated[
        list[str] | None,
        typer.Option(help="Instead of what the card foresees; may be repeated.", metavar="METRIC=NUMBER"),
    ] = None,
    runs: Annotated[int, typer.Option(help="How often.", min=1, max=1_000_000)] = 10_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same runs.")] = 1,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """How firm the rule of CARD is: its values many times over, with noise. Nothing is recorded."""

    def work() -> Answer:
        from govern.operations.drills.drilling import document_of
        from govern.operations.drills.simulating import simulated
        from govern.operations.looking_back import reading
        from govern.report.drill_week import simulated_lines

        found = document_of(reading(context(workspace=workspace)), "card", card)
        gave, values, spread = simulated(found, runs, seed, noise or (), value or ())
        lines = simulated_lines(card, found.value, gave, values, spread)
        data = {**gave.as_value(), "values": dict(values), "noise": dict(spread), "seed": seed}
        return Answer("drill simulate", tuple(lines), advice=("next", f"govern drill run {card}"), data=data)

    raise typer.Exit(show("drill simulate", work, output))
