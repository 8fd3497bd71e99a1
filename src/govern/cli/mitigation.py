"""`govern mitigation`: lanes of cohorts that went back, from entry to exit.

Facts of a lane and the work on it have modules of their own; here stand the board, the way in, the judgement and the
way out.
"""

from typing import Annotated

import typer

from govern.cli import mitigation_decide, mitigation_facts, mitigation_work
from govern.cli.frame import context, show
from govern.cli.options import Actor, At, Cohort, DryRun, Fetch, Folder, Output, Yes
from govern.cli.write import write
from govern.domain.decision import Accepted, Refused
from govern.domain.findings import nearest
from govern.domain.lane import CANDIDATE
from govern.domain.mitigation.by_hand import EnterMitigation
from govern.domain.mitigation.lanes import lane_meant
from govern.domain.mitigation.reentry import assess
from govern.domain.mitigation.reentry_decision import AssessReentry, lacking_line
from govern.domain.mitigation.reentry_outcomes import open_outcomes
from govern.domain.rollout.reentry_exit import ExitMitigation
from govern.errors import ExitCode, UsageError
from govern.operations.decide import Outcome
from govern.operations.workspace import Workspace
from govern.report import lanes, phases
from govern.report.answer import Answer
from govern.report.wrap import wrapped

app = typer.Typer(no_args_is_help=True, help="Mitigation lanes: a cohort's way back in.")
app.command()(mitigation_facts.observe)
app.command()(mitigation_facts.replay)
app.command()(mitigation_decide.decide)
app.command()(mitigation_work.correct)
app.command()(mitigation_work.contain)
app.command()(mitigation_work.carry_forward)
STAYS = "refused. With --stay the lane is left, and the cohort stays where it is."


@app.command()
def board(
    cohort: Annotated[
        str | None, typer.Argument(help="One lane in full: a cohort key, or its id.", metavar="[COHORT]")
    ] = None,
    surface: Annotated[str | None, typer.Option(help="The lanes of one surface.", metavar="ID")] = None,
    at: At = None,
    fetch: Fetch = False,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Every open lane with its label, owner and expiry, and whom it holds back."""
    from govern.domain.mitigation import lane_board
    from govern.operations.looking_back import reading

    def work() -> Answer:
        there = reading(context(workspace=workspace), at=at, fetch=fetch)
        now = there.state.at if at else there.now()
        if surface is not None and surface not in there.state.surfaces:
            known = sorted(there.state.surfaces)
            close = nearest(surface, known) or known[0]
            said = f"no surface `{surface}`; there are: {', '.join(known)}"
            raise UsageError(said, type_line=f"govern mitigation board --surface {close}")
        if cohort is not None:
            lane = lane_meant(there.state, cohort)
            return lanes.lane_answer(lane_board.row_of(there.state, there.documents(), lane, now), now)
        return lanes.board_answer(lane_board.board(there.state, there.documents(), now, surface), now)

    raise typer.Exit(show("mitigation board", work, output))


@app.command()
def enter(
    cohort: Annotated[str, typer.Argument(help="A cohort key.", metavar="COHORT")],
    reason: Annotated[str, typer.Option(help="A code of the policy's entry_reasons.", metavar="CODE")],
    surface: Annotated[
        str | None, typer.Option(help="Where; needed when it went back on none or several.", metavar="ID")
    ] = None,
    owner: Annotated[str | None, typer.Option(help="Who owns the lane; else you.", metavar="PERSON")] = None,
    criteria: Annotated[
        str | None,
        typer.Option(help="Held to these; else to those of its packet, or of policy.", metavar="ID"),
    ] = None,
    version: Annotated[
        int | None, typer.Option("--criteria-version", help="The version that is meant.", metavar="N")
    ] = None,
    dry_run: DryRun = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Put COHORT into mitigation by hand; a rollback does so in its own commit."""
    name = "mitigation enter"

    def told(outcome: Outcome) -> str:
        body = outcome.records[0].body
        return f"{body['cohort_key']} is in {body['mitigation_mode_id']}, until {body['expiry_window']}"

    def work() -> Answer:
        command = EnterMitigation(cohort, reason, surface, owner, criteria, version)
        where = context(actor=actor, workspace=workspace)
        return write(name, where, lambda _: command, dry_run=dry_run, told=told)

    raise typer.Exit(show(name, work, output))


@app.command("assess")
def judge(
    cohort: Cohort,
    dry_run: DryRun = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Judge the criteria of COHORT's lane; with a label its candidate window opens. --dry-run only shows."""
    from govern.operations.looking_back import reading

    name = "mitigation assess"

    def work() -> Answer:
        where = context(actor=actor, workspace=workspace)
        if dry_run:
            return _seen(reading(where, fetch=True), name, cohort)
        return write(
            name,
            where,
            lambda _: AssessReentry(cohort),
            shown=lambda o: mitigation_decide.judged_lines(o, cohort),
            told=_labelled,
        )

    raise typer.Exit(show(name, work, output))


@app.command("exit")
def leave(
    cohort: Cohort,
    stay: Annotated[
        bool, typer.Option("--stay", help="Leave the lane and bind nothing: it stays where it is.")
    ] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Sign off COHORT's re-entry: its lane closes, and a packet in the field binds it to next again."""
    name = "mitigation exit"

    def shown(outcome: Outcome) -> list[str]:
        verdicts = outcome.decision.verdicts if isinstance(outcome.decision, Accepted | Refused) else ()
        if not verdicts:
            return []
        no = [STAYS] if isinstance(outcome.decision, Refused) else []
        return [*phases.verdict_lines(verdicts, every=False), *no]

    def before(_: Workspace, decision: Accepted) -> list[str]:
        body = decision.events[0].body
        head = f"{body['mitigation_mode_id']}, approved by {body['evaluator']} ({body['packet']['id']})"
        binds = [f"{each['surface']} by {each['packet']}, in {each['stage']}" for each in body["binds"]]
        return [
            *wrapped(head, "leave    "),
            *wrapped(", ".join(binds) or "nowhere: it stays where it is", "bind     "),
        ]

    def told(outcome: Outcome) -> str:
        body = outcome.records[0].body
        binds = ", ".join(f"{each['packet']} ({each['stage']})" for each in body["binds"])
        said = f"back on next by {binds}" if binds else "stays where it is, and may be taken on again"
        return f"{body['cohort_key']} {said}; watched until {body['watched_until'][:10]}"

    def work() -> Answer:
        quiet = output != "text"
        return write(
            name,
            context(actor=actor, workspace=workspace),
            lambda _: ExitMitigation(cohort, stay=stay),
            dry_run=dry_run,
            question="Sign off?",
            before=before,
            yes=yes,
            shown=shown,
            told=told,
            quiet=quiet,
        )

    raise typer.Exit(show(name, work, output))


def _seen(there: Workspace, name: str, cohort: str) -> Answer:
    """The judgement alone; 0 where the cohort is eligible."""
    lane = lane_meant(there.state, cohort)
    found = assess(there.state, there.documents(), lane, there.now())
    lines = (*wrapped(f"{lane.id}, attempt {lane.attempt}"), *lanes.assessment_lines(found))
    eligible = found.label is not None and found.label.startswith("eligible")
    advice = f"govern mitigation decide {lane.word} --outcome {open_outcomes(lane, found)[0]}"
    if found.label is None:
        advice = lacking_line(lane, found)
    elif lane.coming == CANDIDATE:
        advice = f"govern mitigation assess {lane.word}"
    code = ExitCode.YES if eligible else ExitCode.NO
    verdict = "passed" if eligible else "refused"
    return Answer(name, lines, code, verdict, ("next", advice), data=lanes.assessment_data(found))


def _labelled(outcome: Outcome) -> str:
    return f"candidate window open, {outcome.records[0].body['label']}"
