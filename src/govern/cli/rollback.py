"""`govern rollback`: the way back, planned, gone, rehearsed and told."""

from dataclasses import replace
from typing import Annotated

import typer

from govern.cli import rollback_rehearse, rollback_verify
from govern.cli.frame import agreed, ask, context, interactive, same_line, say, show
from govern.cli.options import Actor, At, Folder, Output, Packet, Yes, listed, moment
from govern.domain.decision import Accepted, Refused
from govern.domain.rollback.execution import Rollback
from govern.errors import ExitCode, UsageError
from govern.operations.context import Context
from govern.operations.policies import published_person
from govern.operations.rollback.execute import WentBack, roll_back
from govern.operations.rollback.wanted import NoReasonError, Wanted, line
from govern.operations.workspace import Workspace
from govern.report.answer import Answer, refused
from govern.report.rollback import data_of, done_lines, note_of, plan_lines
from govern.report.synced import synced_data, synced_lines
from govern.report.wrap import wrapped

app = typer.Typer(no_args_is_help=True, help="The way back.")


Some = Annotated[
    str | None, typer.Argument(help="The packet; found where only one is meant.", metavar="[PACKET]")
]
Surface = Annotated[str | None, typer.Option(help="Only this surface.", metavar="SURFACE")]
Cohorts = Annotated[
    list[str] | None, typer.Option("--cohort", help="These cohorts; may be given again.", metavar="COHORT,…")
]
Where = Annotated[
    list[str] | None, typer.Option(help="Cohorts by attribute; all of them hold.", metavar="NAME=VALUE,…")
]
Version = Annotated[
    str | None, typer.Option("--model-version", help="Whoever is on this version.", metavar="V")
]
Trigger = Annotated[
    str | None, typer.Option(help="The record of the trigger that fired.", metavar="STREAM#SEQ")
]
Code = Annotated[str | None, typer.Option("--reason", help="Why, as a code of the policy.", metavar="CODE")]
Note = Annotated[str | None, typer.Option(help="What happened; owed within a day where it is not given.")]
Since = Annotated[str | None, typer.Option(help="When the incident began, UTC.", metavar="TIME")]
Baseline = Annotated[str | None, typer.Option("--to", help="Another baseline than prev.", metavar="BASELINE")]
Glass = Annotated[str | None, typer.Option(help="Go back without the role, and say why.", metavar="NOTE")]


@app.command()
def execute(
    packet: Some = None,
    surface: Surface = None,
    cohort: Cohorts = None,
    where: Where = None,
    model_version: Version = None,
    trigger: Trigger = None,
    reason: Code = None,
    note: Note = None,
    since: Since = None,
    to: Baseline = None,
    break_glass: Glass = None,
    yes: Yes = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Bind cohorts back now: recorded here at once, published as soon as the remote answers."""
    words = (trigger, reason, note, since, to, break_glass)

    def work() -> Answer:
        wanted = _wanted(packet, surface, cohort, where, model_version, *words)
        return _go(context(actor=actor, workspace=workspace), wanted, yes=yes, quiet=output == "json")

    raise typer.Exit(show("rollback execute", work, output))


@app.command()
def plan(
    packet: Some = None,
    surface: Surface = None,
    cohort: Cohorts = None,
    where: Where = None,
    model_version: Version = None,
    trigger: Trigger = None,
    reason: Code = None,
    note: Note = None,
    since: Since = None,
    to: Baseline = None,
    break_glass: Glass = None,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """What `execute` would do: the same way, and nothing is recorded."""
    words = (trigger, reason, note, since, to, break_glass)

    def work() -> Answer:
        act = _wanted(packet, surface, cohort, where, model_version, *words)
        wanted = replace(act, verb="plan")  # a plan that is refused is not answered with the line that acts
        went = roll_back(context(actor=actor, workspace=workspace), wanted, dry_run=True)
        if isinstance(went.decision, Refused):
            return _refused("rollback plan", went)
        lines = (*_planned(went.workspace, went.decision, wanted), "plan: nothing was recorded")
        return Answer("rollback plan", lines, advice=("next", line(act)), data=data_of(went.records))

    raise typer.Exit(show("rollback plan", work, output))


def _wanted(
    packet: str | None,
    surface: str | None,
    cohort: list[str] | None,
    where: list[str] | None,
    model_version: str | None,
    *words: str | None,
) -> Wanted:
    """What was typed. UsageError for a selector that is blank: nothing at all would mean everybody."""
    given = [("PACKET", packet), ("--surface", surface), ("--model-version", model_version)]
    given += [("--cohort", text) for text in cohort or ()] + [("--where", text) for text in where or ()]
    for name, text in given:
        if text is not None and not text.strip():
            raise UsageError(
                f"{name} is blank: name who goes back, or leave it out", type_line="govern status"
            )
    if cohort and where:
        raise UsageError(
            "--cohort and --where together: which of them is meant?", type_line=same_line(without="--where")
        )
    trigger, reason, note, since, to, break_glass = words
    begun = moment("--since", since) if since else None
    cohorts = tuple(dict.fromkeys(key for text in cohort or () for key in listed(text)))
    whom = (packet, surface, cohorts, _attributes(where or []), model_version)
    return Wanted(*whom, trigger, reason, note, begun, to, break_glass)


def _attributes(texts: list[str]) -> dict[str, str] | None:
    found: dict[str, str] = {}
    for part in (each for text in texts for each in listed(text)):
        name, equals, value = part.partition("=")
        if not (name and equals and value):
            raise UsageError(f"{part} is not NAME=VALUE", type_line="--where platform=xr")
        if found.setdefault(name, value) != value:
            raise UsageError(
                f"--where says {name} twice, {found[name]} and {value}: nobody is both",
                type_line="govern rollback plan --where " + f"{name}={found[name]}",
            )
    return found or None


def _go(where: Context, wanted: Wanted, *, yes: bool, quiet: bool) -> Answer:
    def confirm(there: Workspace, _: Rollback, decision: Accepted) -> bool:
        if not quiet:
            say(_planned(there, decision, wanted))
        return agreed("Bind now?", yes=yes, quiet=quiet)

    try:
        went = roll_back(where, wanted, confirm=confirm)
    except NoReasonError as error:
        if quiet or not interactive():
            raise
        say(wrapped(error.message, then="  "))
        went = roll_back(where, replace(wanted, reason=ask("reason", "operator-judgement")), confirm=confirm)
    return _refused("rollback execute", went) if isinstance(went.decision, Refused) else _answer(went)


def _refused(name: str, went: WentBack) -> Answer:
    """A no; where it is another person's turn, how to reach them."""
    decision = went.decision
    assert isinstance(decision, Refused)
    if decision.turn:
        contact = published_person(went.workspace, decision.turn).get("contact")
        call = (f"call {decision.turn}: {contact}",) if contact else ()
        mine = decision.type_line or same_line()
        decision = replace(decision, reasons=(*decision.reasons, *call), type_line=mine)
    answer = refused(name, decision)
    if went.why is None and decision.exit != ExitCode.YES:
        return answer
    more = (went.why.message, *went.why.notes) if went.why else ()
    lines = [row for each in (*decision.reasons, *more) for row in wrapped(each, then="  ")]
    if went.waited is None:
        return replace(answer, lines=tuple(lines))
    data = {**answer.data, **synced_data(went.waited)}
    return replace(answer, lines=(*synced_lines(went.waited), *lines), data=data)


def _planned(there: Workspace, decision: Accepted, wanted: Wanted) -> list[str]:
    fresh = "fetched" if there.fetched.ok else "NOT fetched: the remote does not answer"
    head = f"ledger   {(there.tip or '')[:7]}, {fresh if there.repository.remote else 'local'}"
    return plan_lines(there.state, decision, head=head, now=there.now(), named=wanted.cohorts)


def _answer(went: WentBack) -> Answer:
    assert went.recorded is not None
    lines = done_lines(
        went.workspace.state, went.records, recorded=went.recorded, published=went.published, said=went.said
    )
    packet = went.records[0].stream.partition("/")[2]
    data = {**data_of(went.records), "recorded": went.recorded, "published": went.published}
    if went.why is not None:
        lines += wrapped(went.why.message, then="  ")
        lines += [row for note in went.why.notes for row in wrapped(note, "  ", "    ")]
        advice = ("type", went.why.type_line or "govern sync")
        return Answer("rollback execute", tuple(lines), ExitCode.LEFT, "recorded", advice, data=data)
    advice = ("next", f"govern rollback verify {packet} --wait 120")
    return Answer("rollback execute", tuple(lines), advice=advice, data=data)


@app.command("show")
def show_rollback(
    packet: Packet,
    at: At = None,
    workspace: Folder = None,
    output: Annotated[str, typer.Option("--format", help="markdown, text or json.")] = "markdown",
) -> None:
    """The note for everyone else: who went back, when, why, and who is on what now."""
    from govern.operations.looking_back import reading

    def work() -> Answer:
        there = reading(context(workspace=workspace), at=at)
        known = there.state.packet(packet)
        if not known.rollbacks:
            raise UsageError(f"{packet} was not rolled back", type_line="govern status")
        lines = note_of(there.state, known, known.rollbacks[-1])
        return Answer("rollback show", tuple(lines), data=data_of(known.rollbacks))

    raise typer.Exit(show("rollback show", work, "json" if output == "json" else "text"))


app.command("rehearse")(rollback_rehearse.command)
app.command("verify")(rollback_verify.verify)
app.command("note")(rollback_verify.note)
