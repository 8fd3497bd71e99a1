"""`govern drill run`: forty-five minutes at a terminal, or the same by a file of answers."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.drill_terminal import Terminal, WallClock
from govern.cli.frame import context, interactive, say, show
from govern.cli.options import Actor, DryRun, Folder, Offline, Output, listed
from govern.cli.write import write
from govern.errors import ExitCode, UsageError
from govern.report.answer import Answer

if TYPE_CHECKING:
    from govern.domain.drills.steps import Step
    from govern.operations.context import Context
    from govern.operations.decide import Outcome
    from govern.operations.drills.session import Session
    from govern.operations.workspace import Workspace

NAME = "drill run"
SET = re.compile(r"@(?P<minutes>\d{1,4}):(?P<seconds>[0-5]\d)(?:\s+|$)")  # what sets a simulated clock
Card = Annotated[str, typer.Argument(help="The card's id.", metavar="CARD")]


def command(
    card: Card,
    owners: Annotated[
        str, typer.Option(help="The two who decide; else the first two on the routes.", metavar="A,B")
    ] = "",
    answers: Annotated[
        list[Path] | None,
        typer.Option(help="No terminal: what happened, in one file or one of each owner.", metavar="FILE"),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the one that was interrupted.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Drop the one that was interrupted.")] = False,
    dry_run: DryRun = False,
    offline: Offline = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Run the drill of CARD: five stages, one side effect, two owners who decide alone, and always the way back.

    It is recorded with its score. Nothing is bound, and no figure of an incident changes.
    """

    def work() -> Answer:
        where = context(actor=actor, workspace=workspace)
        ways = (dry_run, offline)
        if answers:
            for option, given in (("--resume", resume), ("--owners", owners), ("--force", force)):
                if given:
                    raise UsageError(
                        f"{option} has nothing to do with --answers", type_line=f"govern {NAME} --help"
                    )
            return _from_files(where, card, answers, ways)
        if output == "json" or not interactive():
            line = f"govern new answers {card}"
            raise UsageError("without a terminal a drill is told by --answers FILE", type_line=line)
        return _at_terminal(where, card, listed(owners), ways, resume=resume, force=force)

    raise typer.Exit(show(NAME, work, output))


def _from_files(where: "Context", card: str, paths: Sequence[Path], ways: tuple[bool, bool]) -> Answer:
    from govern.operations.drills.answers import read_answers
    from govern.operations.drills.drilling import complete

    value = read_answers(card, paths)
    return write(
        NAME,
        where,
        lambda there: complete(there, card, value),
        dry_run=ways[0],
        offline=ways[1],
        shown=partial(_shown, whole=True),
        told=_told,
    )


def _at_terminal(
    where: "Context",
    card: str,
    owners: tuple[str, ...],
    ways: tuple[bool, bool],
    *,
    resume: bool,
    force: bool,
) -> Answer:
    from govern.operations.drills.clock import Simulated
    from govern.operations.drills.drilling import at_the_end, complete, drilled, owners_of
    from govern.operations.looking_back import reading
    from govern.report.drill_run import intro_lines, resumed_line

    there = reading(where, fetch=not ways[1])
    clock = Simulated(there.now()) if there.simulated else WallClock()
    what = drilled(there, card, clock)
    if resume:
        session = what.resume()
        step = session.next()
        say([resumed_line(step.stage if step else "closeout", session.elapsed)])
    else:
        people = owners_of(there, what.package.value, owners)
        session = what.begin(people, force=force)
        say(intro_lines(card, what.card.value, people, simulated=there.simulated))
    try:
        _walk(there, session, Terminal())
    except (KeyboardInterrupt, EOFError):
        print()  # below the line of the question
        return _paused(session)
    value = session.value()
    end = at_the_end(where, clock)
    answer = write(
        NAME,
        end,
        lambda now: complete(now, card, value),
        dry_run=ways[0],
        offline=ways[1],
        shown=partial(_shown, whole=False),
        told=_told,
    )
    if answer.verdict != "refused" and not ways[0]:
        session.end()
    return answer


def _walk(there: "Workspace", session: "Session", terminal: Terminal) -> None:
    """Ask until nothing is left to ask. KeyboardInterrupt and EOFError leave what was answered kept."""
    from govern.operations.drills.session import MisreadError
    from govern.report.drill_run import clocked, limit_of, question, stage_lines

    card, package = session.card.value, session.package.value
    stage, over = "", limit_of(card)
    while (step := session.next()) is not None:
        if step.stage != stage:
            stage = step.stage
            say(stage_lines(card, stage))
        if over and session.elapsed > over:
            say([f" past {clocked(over)}: an overrun; it is closed all the same"])
            over = 0
        say(_before(there, session, step))
        hidden = step.form == "choice"
        known = session.known(step.subject) if step.form == "number" else None
        text = question(step, card, package, known)
        typed = terminal.ask(text, lambda: clocked(session.elapsed), hidden=hidden)
        if typed.strip() == "q" and not hidden and step.form != "words":
            raise KeyboardInterrupt
        try:
            session.answer(step, _timed(session, typed))
        except MisreadError as error:
            say([f"  {error.message}"])
            continue
        say(_after(session, step))


def _timed(session: "Session", typed: str) -> str:
    """What was typed without the time in front of it, to which a simulated clock is set."""
    from govern.operations.drills.clock import Simulated

    found = SET.match(typed.strip())
    if found is None or not isinstance(session.clock, Simulated):
        return typed
    seconds = 60 * int(found["minutes"]) + int(found["seconds"])
    session.clock.set(session.answers["started_at"], seconds)
    return typed.strip()[found.end() :]


def _before(there: "Workspace", session: "Session", step: "Step") -> list[str]:
    """What stands above a question: the rule's decision above the way back, what the clone gave above the checks."""
    from govern.domain.drills.rule import decide_by, tiers_of
    from govern.operations.drills.restoring import restored
    from govern.report.drill_decided import decided_lines, restored_lines
    from govern.report.drill_run import rollback_lines

    card, package = session.card.value, session.package.value
    if step.at == ("rollback", "trigger"):
        judged = decide_by(card["criteria"], tiers_of(card), session.answers["measured"])
        said = session.answers["decisions"]
        lines = decided_lines(judged.as_value(), {owner: said[owner] for owner in session.owners})
        return [*lines, *rollback_lines(package, card)]
    if step.at == ("rollback", "baseline-checks"):
        return restored_lines(restored(there, package))
    return []


def _after(session: "Session", step: "Step") -> list[str]:
    """What came of a handoff, once all of it is answered."""
    from govern.report.drill_run import handoff_lines

    if step.form != "count" or step.subject != "reopened":
        return []
    handoff = session.answers["handoffs"][step.at[1]]
    return handoff_lines(session.card.value, session.package.value, handoff, session.answers["started_at"])


def _paused(session: "Session") -> Answer:
    from govern.report.drill_run import paused_lines

    step = session.next()
    kept = list(session.answers.get(str(step.at[0]), {})) if step and step.form == "choice" else []
    lines = paused_lines(step.stage if step else "closeout", session.elapsed, kept)
    line = f"govern {NAME} {session.card.id} --resume"
    return Answer(NAME, tuple(lines), ExitCode.INTERRUPTED, "paused", ("type", line))


def _shown(outcome: "Outcome", *, whole: bool) -> Sequence[str]:
    """What the record says of it, and what the package's confidence is now."""
    from govern.domain.drills.confidence import confidence, numbers_of, rated
    from govern.report.drills import drill_lines, score_lines, tuned_lines

    if not outcome.records:
        return ()
    record, there = outcome.records[0], outcome.workspace
    history = there.state.package(record.body["package"]["id"])
    package = there.documents().get("package", history.id)
    assert package is not None, "it was drilled"
    if record not in history.drills:  # a dry run
        history = replace(history, drills=[*history.drills, record])
    numbers = numbers_of(there.state.in_force)
    now = confidence(history, package.digest, package.value["impact"], record.at, numbers)
    before = rated(history)[-2].score if history.drills[1:] else None
    body = record.body
    return [*drill_lines(body, whole=whole), *score_lines(body["score"], now, before), *tuned_lines(body)]


def _told(outcome: "Outcome") -> str:
    """`packages/integrity-l2#7 drill_completed`."""
    return ", ".join(f"{record.name} {record.event.partition('/')[0]}" for record in outcome.records)
