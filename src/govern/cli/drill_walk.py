"""A drill at a terminal: one question after the other, until nothing is left to ask or somebody stops it."""

import re
from typing import TYPE_CHECKING

from govern.cli.drill_terminal import Terminal
from govern.cli.frame import same_line, say
from govern.errors import ExitCode, RepositoryError
from govern.report.answer import Answer

if TYPE_CHECKING:
    from govern.domain.drills.steps import Step
    from govern.operations.drills.session import Session
    from govern.operations.workspace import Workspace

SET = re.compile(r"@(?P<minutes>\d{1,4}):(?P<seconds>[0-5]\d)(?:\s+|$)")  # what sets a simulated clock
PAUSE = "q"


def walk(there: "Workspace", session: "Session", terminal: Terminal) -> None:
    """Ask until nothing is left to ask. KeyboardInterrupt and EOFError leave what was answered."""
    from govern.report.drill_run import clocked, limit_of, stage_lines

    stage, over = "", limit_of(session.card.value)
    while (step := session.next()) is not None:
        if step.stage != stage:
            stage = step.stage
            say(stage_lines(session.card.value, stage))
        if over and session.elapsed > over:
            say([f" past {clocked(over)}: an overrun; it is closed all the same"])
            over = 0
        say(_before(there, session, step))
        say(_asked(session, step, terminal))


def _asked(session: "Session", step: "Step", terminal: Terminal) -> list[str]:
    """One question; what stands below it. What cannot be kept on the disk is said, and kept here meanwhile."""
    from govern.operations.drills.answering import MisreadError
    from govern.report.drill_run import clocked, question
    from govern.report.wrap import wrapped

    known = session.known(step.subject) if step.form == "number" else None
    text = question(step, session.card.value, session.package.value, known)
    typed = terminal.ask(text, lambda: clocked(session.elapsed), hidden=step.form == "choice")
    if typed.strip() == PAUSE:
        raise KeyboardInterrupt
    try:
        said = session.answer(step, _timed(session, typed))
    except MisreadError as error:
        return wrapped(error.message, "  ")
    except RepositoryError as error:
        return wrapped(f"NOT kept yet: {error.message}", "  ")
    return wrapped(f"{said} at {clocked(session.elapsed)}", "  ") if said else _after(session, step)


def _timed(session: "Session", typed: str) -> str:
    """What was typed without the time in front of it, to which a simulated clock is set."""
    from govern.operations.drills.answering import MisreadError
    from govern.operations.drills.clock import Simulated
    from govern.report.drill_run import clocked

    found = SET.match(typed.strip())
    if found is None or not isinstance(session.clock, Simulated):
        return typed
    seconds = 60 * int(found["minutes"]) + int(found["seconds"])
    if not session.clock.set(session.answers["started_at"], seconds):
        raise MisreadError(f"the clock stands at {clocked(session.elapsed)} and never goes back")
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
    """What the files say, and what came of a handoff, once all of it is answered."""
    from govern.report.drill_run import evidence_lines, handoff_lines

    if step.form == "files":
        return evidence_lines(session.evidence, session.card.value)
    if step.form != "count" or step.subject != "reopened":
        return []
    handoff = session.answers["handoffs"][step.at[1]]
    return handoff_lines(session.card.value, session.package.value, handoff, session.answers["started_at"])


def paused(session: "Session", name: str) -> Answer:
    """It is kept, and the line goes on with it. RepositoryError where the disk still takes nothing."""
    from govern.report.drill_run import paused_lines

    session.save()
    step = session.next()
    kept = list(session.answers.get(str(step.at[0]), {})) if step and step.form == "choice" else []
    lines = paused_lines(step.stage if step else "closeout", session.elapsed, kept)
    return Answer(name, tuple(lines), ExitCode.INTERRUPTED, "paused", ("type", same_line()))
