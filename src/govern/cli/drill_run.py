"""`govern drill run`: forty-five minutes at a terminal, or the same by a file of answers."""

import shlex
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli import frame
from govern.cli.drill_terminal import Terminal, WallClock
from govern.cli.drill_walk import paused, walk
from govern.cli.frame import context, interactive, say, show
from govern.cli.options import Actor, DryRun, Folder, Offline, Output, listed
from govern.cli.write import write
from govern.errors import GovernError, UsageError
from govern.report.answer import Answer
from govern.report.wrap import wrapped

if TYPE_CHECKING:
    from govern.operations.context import Context
    from govern.operations.decide import Outcome
    from govern.operations.drills.session import Session

NAME = "drill run"
KEPT = "every answer is kept: --resume tries again, --write-answers FILE writes them down, --force drops them"
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
    force: Annotated[
        bool,
        typer.Option("--force", help="Drop the one that was interrupted; with --resume, take it over."),
    ] = False,
    write_answers: Annotated[
        Path | None, typer.Option(help="Write one that is over as a file of answers.", metavar="FILE")
    ] = None,
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
            given = {
                "--resume": resume,
                "--owners": owners,
                "--force": force,
                "--write-answers": write_answers,
            }
            for option, value in given.items():
                if value:
                    raise UsageError(
                        f"{option} has nothing to do with --answers", type_line=f"govern {NAME} --help"
                    )
            return _from_files(where, card, answers, ways)
        if write_answers is not None:
            return _written(where, card, write_answers)
        if output == "json" or not interactive():
            line = f"govern new answers {card}"
            raise UsageError("without a terminal a drill is told by --answers FILE", type_line=line)
        return _at_terminal(where, card, listed(owners), ways, resume=resume, force=force)

    raise typer.Exit(show(NAME, work, output))


def _from_files(where: "Context", card: str, paths: Sequence[Path], ways: tuple[bool, bool]) -> Answer:
    from govern.operations.drills.answers import read_answers
    from govern.operations.drills.drilling import complete

    value = read_answers(card, paths)
    answer = write(
        NAME,
        where,
        lambda there: complete(there, card, value),
        dry_run=ways[0],
        offline=ways[1],
        shown=partial(_shown, whole=True),
        told=_told,
    )
    if answer.advice is None:
        return answer
    word, line = answer.advice
    given = " ".join(f"--answers {shlex.quote(str(path))}" for path in paths)
    return replace(answer, advice=(word, line.replace("--answers FILE", given)))


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
    from govern.operations.drills.drilling import drilled, owners_of
    from govern.operations.looking_back import reading
    from govern.report.drill_run import intro_lines

    there = reading(where, fetch=not ways[1])
    what = drilled(there, card, Simulated(there.now()) if there.simulated else WallClock())
    recorded = what.recorded()
    if recorded and resume:
        return Answer(NAME, (f"recorded as {recorded}",), advice=("next", f"govern show {recorded}"))
    if resume:
        session = what.resume(over=force)
    else:
        people = owners_of(there, what.package.value, owners)
        session = what.begin(people, force=force)
    frame.typed[:] = _goes_on(where, card, ways)
    try:
        if resume:
            _gone_on(session, owners)
        else:
            say(intro_lines(what.card, what.package, people, simulated=there.simulated))
        walk(there, session, Terminal())
        return _recorded(where, session, ways)
    except (KeyboardInterrupt, EOFError):
        print()  # below the line of the question
        return paused(session, NAME)
    finally:
        session.leave()


def _goes_on(where: "Context", card: str, ways: tuple[bool, bool]) -> list[str]:
    """The words that go on with what is kept: whatever stops a drill once it has begun, that is the line to type."""
    words = ["drill", "run", card, "--resume"]
    words += [option for option, given in zip(("--dry-run", "--offline"), ways, strict=True) if given]
    for option, value in (("--actor", where.actor), ("--workspace", where.workspace)):
        words += [option, value] if value else []
    return words


def _gone_on(session: "Session", owners: tuple[str, ...]) -> None:
    """Where it stands. UsageError for other owners than its own."""
    from govern.report.drill_run import resumed_lines

    if owners and set(owners) != set(session.owners):
        said = f"{' and '.join(session.owners)} are in the middle of it: its owners stay"
        raise UsageError(said, type_line=frame.same_line())
    step = session.next()
    say(resumed_lines(step.stage if step else "closeout", session.elapsed, session.behind))


def _recorded(where: "Context", session: "Session", ways: tuple[bool, bool]) -> Answer:
    """Record it; where that cannot be, every answer stays kept and the way on is said."""
    from govern.operations.drills.drilling import at_the_end, complete

    value, files = session.value(), list(session.evidence)
    try:
        answer = write(
            NAME,
            at_the_end(where, session.clock),
            lambda now: complete(now, session.card.id, value, files),
            dry_run=ways[0],
            offline=ways[1],
            shown=partial(_shown, whole=False),
            told=_told,
        )
    except GovernError as error:
        error.notes, error.type_line = (*error.notes, KEPT), _way_on(session, error.type_line)
        raise
    if answer.verdict == "refused":
        _, line = answer.advice or ("", None)
        return replace(
            answer, lines=(*answer.lines, *wrapped(KEPT, "  ")), advice=("type", _way_on(session, line))
        )
    if not ways[0]:
        session.end()
    return answer


def _way_on(session: "Session", line: str | None) -> str:
    """The line of a refusal; where it is about a file of answers, the one that writes such a file."""
    if line is None:
        return frame.same_line()
    if not (" --answers " in line or line.startswith("govern new answers")):
        return line
    file = f"answers/{session.answers['started_at'][:10]}-{session.card.id}.yaml"
    return f"govern {NAME} {session.card.id} --write-answers {file}"


def _written(where: "Context", card: str, file: Path) -> Answer:
    """A drill that is over, as a file of answers: the way out where it cannot be recorded as it is."""
    from govern.operations.drills.clock import Simulated
    from govern.operations.drills.drilling import drilled, write_down
    from govern.operations.looking_back import reading

    there = reading(where)
    write_down(there, drilled(there, card, Simulated(there.now())).answers(), file)
    line = shlex.join(["govern", "drill", "run", card, "--answers", str(file)])
    return Answer(NAME, (f"wrote {file}; the drill is kept as well",), advice=("next", line))


def _shown(outcome: "Outcome", *, whole: bool) -> Sequence[str]:
    """What the record says of it, and what the package's confidence is now."""
    from govern.operations.drills.standing import worth
    from govern.report.drills import beside_lines, drill_lines, score_lines, tuned_lines

    if not outcome.records:
        return ()
    record = outcome.records[0]
    now, before = worth(outcome.workspace, record)
    body = record.body
    lines = [*drill_lines(body, whole=whole), *score_lines(body, now, before), *beside_lines(body)]
    lines += tuned_lines(body)
    return lines if record.actor in body["answers"]["owners"] else [*lines, f"recorded by {record.actor}"]


def _told(outcome: "Outcome") -> str:
    """`packages/integrity-l2#7 drill_completed`."""
    return ", ".join(f"{record.name} {record.event.partition('/')[0]}" for record in outcome.records)
