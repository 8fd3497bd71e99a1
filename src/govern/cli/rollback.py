"""`govern rollback`: the way back, planned, gone, rehearsed and told."""

from dataclasses import replace
from typing import Annotated

import typer

from govern.cli.frame import agreed, ask, context, interactive, same_line, say, show
from govern.cli.options import Actor, At, DryRun, Folder, Output, Packet, Yes, listed, moment
from govern.cli.write import write
from govern.domain.decision import Accepted, Refused
from govern.domain.rehearsing import HoldRehearsal
from govern.domain.rollback import Rollback
from govern.errors import ExitCode, UsageError
from govern.operations.asking import rehearse_packet
from govern.operations.context import Context
from govern.operations.decide import Outcome
from govern.operations.rollback import Wanted, WentBack, roll_back
from govern.operations.workspace import Workspace
from govern.report.answer import Answer, refused
from govern.report.rollback import data_of, done_lines, note_of, plan_lines
from govern.report.wrap import wrapped

app = typer.Typer(no_args_is_help=True, help="The way back.")


Some = Annotated[
    str | None, typer.Argument(help="The packet; found where only one is meant.", metavar="[PACKET]")
]
Surface = Annotated[str | None, typer.Option(help="Only this surface.", metavar="SURFACE")]
Cohorts = Annotated[str, typer.Option("--cohort", help="These cohorts.", metavar="COHORT,…")]
Where = Annotated[str, typer.Option(help="Cohorts by attribute.", metavar="NAME=VALUE,…")]
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
    cohort: Cohorts = "",
    where: Where = "",
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
    wanted = Wanted(
        packet,
        surface,
        listed(cohort),
        _attributes(where),
        model_version,
        trigger,
        reason,
        note,
        moment("--since", since) if since else None,
        to,
        break_glass,
    )

    def work() -> Answer:
        return _go(context(actor=actor, workspace=workspace), wanted, yes=yes, quiet=output == "json")

    raise typer.Exit(show("rollback execute", work, output))


@app.command()
def plan(
    packet: Some = None,
    surface: Surface = None,
    cohort: Cohorts = "",
    where: Where = "",
    model_version: Version = None,
    reason: Code = None,
    to: Baseline = None,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """What `execute` would do: the same way, and nothing is recorded."""
    wanted = Wanted(packet, surface, listed(cohort), _attributes(where), model_version, reason=reason, to=to)

    def work() -> Answer:
        went = roll_back(context(actor=actor, workspace=workspace), wanted, dry_run=True)
        if isinstance(went.decision, Refused):
            return refused("rollback plan", went.decision)
        lines = _plan(went.workspace, went)
        line = ("next", " ".join(("govern rollback execute", *_words(wanted))))
        return Answer("rollback plan", tuple(lines), advice=line, data=data_of(went.records))

    raise typer.Exit(show("rollback plan", work, output))


def _attributes(text: str) -> dict[str, str] | None:
    pairs = [part.partition("=") for part in listed(text)]
    if any(not (name and equals and value) for name, equals, value in pairs):
        raise typer.BadParameter(f"{text} is not NAME=VALUE")
    return {name: value for name, _, value in pairs} or None


def _words(wanted: Wanted) -> list[str]:
    from govern.operations.rollback import line

    return [line(wanted).removeprefix("govern rollback execute ")]


def _go(where: Context, wanted: Wanted, *, yes: bool, quiet: bool) -> Answer:
    def confirm(there: Workspace, command: Rollback, decision: Accepted) -> bool:
        if not quiet:
            say(plan_lines(there.state, command, decision, head=_head(there), now=there.now()))
        return agreed("Bind now?", yes=yes, quiet=quiet)

    try:
        went = roll_back(where, wanted, confirm=confirm)
    except UsageError as error:
        if wanted.reason or "--reason" not in error.message or not interactive():
            raise
        print(error.message)
        went = roll_back(where, replace(wanted, reason=ask("reason", "operator-judgement")), confirm=confirm)
    if isinstance(went.decision, Refused):
        decision = went.decision
        if decision.turn and not decision.type_line:
            decision = replace(decision, type_line=same_line())
        return refused("rollback execute", decision)
    return _answer(went)


def _head(there: Workspace) -> str:
    fresh = "fetched" if there.fetched.ok else "NOT fetched: the remote is silent"
    return f"ledger   {(there.tip or '')[:7]}, {fresh if there.repository.remote else 'local'}"


def _plan(there: Workspace, went: WentBack) -> list[str]:
    assert isinstance(went.decision, Accepted)
    asked = went.decision.asked
    command = Rollback(asked["packet"], asked["reason"], tuple(asked["cohorts"]), asked.get("trigger"))
    return plan_lines(there.state, command, went.decision, head=_head(there), now=there.now())


def _answer(went: WentBack) -> Answer:
    assert went.recorded is not None
    lines = done_lines(
        went.workspace.state, went.records, recorded=went.recorded, published=went.published, said=went.said
    )
    packet = went.records[0].stream.partition("/")[2]
    data = {**data_of(went.records), "recorded": went.recorded, "published": went.published}
    if went.why is not None:
        lines += [went.why.message, *(f"  {note}" for note in went.why.notes)]
        return Answer(
            "rollback execute", tuple(lines), ExitCode.LEFT, "recorded", ("type", "govern sync"), data=data
        )
    line = ("next", f"govern rollback show {packet} --format markdown")
    return Answer("rollback execute", tuple(lines), advice=line, data=data)


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
        records = [record for record in known.history if record.event == "rolled_back/1"]
        if not records:
            raise UsageError(f"{packet} was not rolled back", type_line="govern status")
        return Answer("rollback show", tuple(note_of(there.state, known, records[-1])), data=data_of(records))

    raise typer.Exit(show("rollback show", work, "json" if output == "json" else "text"))


@app.command()
def rehearse(
    packet: Packet,
    dry_run: DryRun = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Take every covered cohort back on a throw-away clone, compare, and record that it was held."""

    def work() -> Answer:
        differs: list[str] = []

        def prepare(there: Workspace) -> HoldRehearsal:
            rehearsed = rehearse_packet(there, packet)
            differs.extend(rehearsed.differs)
            return HoldRehearsal(packet, rehearsed.same, rehearsed.seconds)

        def shown(outcome: Outcome) -> list[str]:
            if not outcome.records:
                return []
            body = outcome.records[0].body
            cohorts = f"{len(body['cohorts'])} cohort{'s' * (len(body['cohorts']) != 1)}"
            head = f"{packet}: {cohorts} put on next and taken back in a clone, {body['seconds']:g} s"
            result = "all back on the frozen baseline, same bytes" if body["same"] else "DID NOT COME BACK"
            return [
                *wrapped(head, then="  "),
                result,
                *(line for each in differs for line in wrapped(each, "  ")),
            ]

        where = context(actor=actor, workspace=workspace)
        answer = write("rollback rehearse", where, prepare, dry_run=dry_run, shown=shown)
        if not differs:
            return answer
        line = ("type", f"govern phase show {packet}")
        return replace(answer, exit=ExitCode.NO, verdict="failed", advice=line)

    raise typer.Exit(show("rollback rehearse", work, output))
