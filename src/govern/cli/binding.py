"""`govern binding`: who is on what, since when, and by whose decision; and lifting a freeze."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli import binding_reconcile
from govern.cli.frame import context, same_line, show
from govern.cli.options import Actor, DryRun, Fetch, Folder, Output, listed, moment
from govern.errors import ExitCode, UsageError
from govern.report.answer import Answer

if TYPE_CHECKING:
    from govern.operations.decide import Outcome
    from govern.operations.workspace import Workspace

app = typer.Typer(no_args_is_help=True, help="Who is on what, and how that came to be.")
app.command("reconcile")(binding_reconcile.command)

OfSurface = Annotated[str | None, typer.Option("--surface", help="Only this surface.", metavar="SURFACE")]
OfCohort = Annotated[
    str | None, typer.Option("--cohort", help="What decides for this key.", metavar="COHORT")
]
When = Annotated[
    str | None,
    typer.Option(
        "--at", help="At this instant, through this day, or at a ledger commit.", metavar="TIME|DATE|REV"
    ),
]


@app.command("show")
def show_binding(
    surface: OfSurface = None,
    cohort: OfCohort = None,
    at: When = None,
    fetch: Fetch = False,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Who is on what: every surface, or one; for one cohort everything that decides."""

    def work() -> Answer:
        there, when, day = _then(at, fetch=fetch, folder=workspace)
        if cohort is not None:
            return _of_cohort(there, surface, cohort, when, at if day else None)
        return _through(there, surface, at or "") if day else _overview(there, surface, when)

    raise typer.Exit(show("binding show", work, output))


@app.command()
def history(
    surface: OfSurface = None,
    cohort: OfCohort = None,
    fetch: Fetch = False,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Every change of a binding, oldest first."""
    from govern.operations.bound import changes, cohort_note, surfaces
    from govern.operations.looking_back import reading
    from govern.report.bindings import binding_data, change_lines

    def work() -> Answer:
        there = reading(context(workspace=workspace), fetch=fetch)
        lines: list[str] = []
        data = []
        for name, known in surfaces(there, surface):
            note = cohort_note(there, known, cohort) if cohort is not None else None
            lines += _noted(f"{name}: {note}") if note else []
            found = changes(name, known, cohort)
            lines += change_lines(found)
            data += [binding_data(name, who, c.binding) for c in found for who in (c.cohorts or (None,))]
        return Answer("binding history", tuple(lines), data={"changes": data})

    raise typer.Exit(show("binding history", work, output))


@app.command()
def unfreeze(
    surface: Annotated[str, typer.Argument(help="The surface's id.", metavar="SURFACE")],
    root_cause: Annotated[
        str, typer.Option(help="What it was: a reference, or `unknown`.", metavar="TEXT|unknown")
    ],
    cohort: Annotated[str, typer.Option(help="Only for these cohorts.", metavar="COHORT,…")] = "",
    owner: Annotated[
        str | None, typer.Option(help="Who finds a cause that is unknown.", metavar="PERSON")
    ] = None,
    due: Annotated[
        str | None, typer.Option(help="By when, a date or an instant, UTC.", metavar="DATE")
    ] = None,
    dry_run: DryRun = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Let promotions on SURFACE go on after a rollback, once its root cause is named."""
    from govern.cli.write import write
    from govern.domain.decision import Refused
    from govern.domain.rollback.unfreezing import Unfreeze, who_may
    from govern.report.bindings import unfrozen_lines

    def work() -> Answer:
        command = Unfreeze(surface, root_cause, listed(cohort), owner, moment("--due", due) if due else None)
        turn: list[str] = []

        def shown(outcome: "Outcome") -> list[str]:
            there = outcome.workspace
            if isinstance(outcome.decision, Refused):
                if outcome.decision.exit == ExitCode.NO and not outcome.decision.type_line:
                    turn.extend(who_may(there.state, there.documents(), command)[:1])
                return []
            return unfrozen_lines(surface, outcome.records[0].body, there.state.surfaces[surface].frozen)

        where = context(actor=actor, workspace=workspace)
        answer = write("binding unfreeze", where, lambda _: command, dry_run=dry_run, shown=shown)
        return replace(answer, advice=(f"{turn[0]} types", same_line())) if turn else answer

    raise typer.Exit(show("binding unfreeze", work, output))


def _then(at: str | None, *, fetch: bool, folder: str | None) -> "tuple[Workspace, str, bool]":
    """The workspace, the instant that is asked about, and whether a whole day is."""
    from govern.operations.bound import END_OF_TIME, moment
    from govern.operations.looking_back import reading

    meant = moment(at)
    if meant is None:
        return reading(context(workspace=folder), at=at, fetch=fetch), END_OF_TIME, False
    return reading(context(workspace=folder), fetch=fetch), *meant


@app.command()
def export(
    out: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write; the screen.", metavar="FILE")
    ] = None,
    form: Annotated[
        str, typer.Option("--as", help="What an application reads.", metavar="datafile|flagd")
    ] = "datafile",
    at: When = None,
    fetch: Fetch = False,
    workspace: Folder = None,
) -> None:
    """The file that an application serves from, as the ledger says now."""
    from govern.operations.looking_back import reading
    from govern.operations.serve import put, served

    def work() -> Answer:
        data = served(reading(context(workspace=workspace), at=at, fetch=fetch), form)
        if out is None:
            return Answer("binding export", tuple(data.decode().splitlines()))
        put(out, data)
        return Answer(
            "binding export", (f"{out}: {len(data):,} bytes",), advice=("next", "govern binding show")
        )

    raise typer.Exit(show("binding export", work, "text" if out else "file"))


def _overview(there: "Workspace", surface: str | None, when: str) -> Answer:
    from govern.operations.bound import groups, surfaces
    from govern.report.bindings import binding_data, overview_lines

    lines: list[str] = []
    data = []
    for name, known in surfaces(there, surface):
        found = groups(known, when)
        lines += overview_lines(name, found) if found else [f"{name}: nothing was bound yet at {when}"]
        data += [
            binding_data(name, who, binding) for cohorts, binding in found for who in (cohorts or (None,))
        ]
    return Answer("binding show", tuple(lines), data={"bindings": data})


def _through(there: "Workspace", surface: str | None, day: str) -> Answer:
    from govern.operations.bound import changes, surfaces
    from govern.report.bindings import binding_data, change_lines

    found = [c for name, known in surfaces(there, surface) for c in changes(name, known, None)]
    found = [change for change in found if change.binding.at[:10] == day]
    lines = [f"{day} (a day: every change in it)", *(change_lines(found) or [" no change in it"])]
    data = [binding_data(c.surface, who, c.binding) for c in found for who in (c.cohorts or (None,))]
    return Answer("binding show", tuple(lines), data={"changes": data})


def _of_cohort(there: "Workspace", surface: str | None, cohort: str, when: str, day: str | None) -> Answer:
    from govern.domain.binding import at
    from govern.operations.bound import cohort_note, decided, surfaces, timeline
    from govern.report.bindings import binding_data, bundle_lines, day_lines

    lines: list[str] = []
    data = []
    last = None
    for name, known in surfaces(there, surface):
        note = cohort_note(there, known, cohort)
        lines += _noted(note) if note else []
        title = f"{name}, {cohort}"
        now = at(known, cohort, when)
        if day is not None:
            line = timeline(known, cohort)
            changed = [(binding, decided(there, binding)) for binding in line if binding.at[:10] == day]
            earlier = [binding for binding in line if binding.at[:10] < day]
            lines += day_lines(title, day, earlier[-1] if earlier else None, changed)
            data += [binding_data(name, cohort, binding) for binding, _ in changed]
        elif now is None:
            again = f"govern binding history --surface {name}"
            raise UsageError(f"{name} was not bound yet at {when}", type_line=again)
        else:
            lines += bundle_lines(title, now, there.state.packets.get(now.packet or ""), decided(there, now))
            data.append(binding_data(name, cohort, now))
        last = now or last
    advice = ("next", f"govern audit --record {last.record}") if last else None
    return Answer("binding show", tuple(lines), advice=advice, data={"cohort": cohort, "bindings": data})


def _noted(text: str) -> list[str]:
    from govern.report.wrap import wrapped

    return wrapped(text, "note  ", "      ")
