"""The writing commands' common path: ask, record, say what became of it."""

from collections.abc import Callable, Sequence

from govern.cli.frame import agreed, same_line, say
from govern.domain.commands import Command
from govern.domain.decision import Accepted, Refused
from govern.domain.records import Record
from govern.errors import ExitCode, RefusedError
from govern.operations.context import Context
from govern.operations.decide import Outcome, run
from govern.operations.sync import Synced, publish_first
from govern.operations.workspace import Workspace
from govern.report.answer import Answer, refused, verdict_data
from govern.report.wrap import wrapped

Shown = Callable[[Outcome], Sequence[str]]


def write(
    name: str,
    context: Context,
    prepare: Callable[[Workspace], Command],
    *,
    dry_run: bool = False,
    offline: bool = False,
    question: str | None = None,
    before: Callable[[Workspace, Accepted], Sequence[str]] | None = None,
    yes: bool = False,
    shown: Shown | None = None,
    told: Callable[[Outcome], str] | None = None,
    quiet: bool = False,
) -> Answer:
    """Carry out a writing command. `question` is asked before anything is bound, under what `before` shows.

    `quiet`: standard output is for a program, so nothing is shown or asked on the way. `offline`: it is recorded in
    this clone alone; else what waits here is published first, and what of it was dropped is said.
    """

    def confirm(workspace: Workspace, decision: Accepted) -> bool:
        if before and not quiet:
            say(before(workspace, decision))
        if question is None or agreed(question, yes=yes, quiet=quiet):
            return True
        raise RefusedError("nothing was recorded: the answer was no", type_line=same_line())

    synced = None if dry_run or offline else publish_first(context)
    outcome = run(context, prepare, dry_run=dry_run, offline=offline, confirm=confirm)
    above = (*dropped(synced), *(shown(outcome) if shown else ()))
    if isinstance(outcome.decision, Refused):
        return refused(name, outcome.decision, above)
    if dry_run and before and not quiet:
        above = (*before(outcome.workspace, outcome.decision), *above)
    return accepted(name, outcome, above, told(outcome) if told else "")


def dropped(synced: Synced | None) -> list[str]:
    """What waited in this clone and did not stand when it was published."""
    return [line for each in (synced.dropped if synced else ()) for line in wrapped(each, "dropped    ")]


def accepted(name: str, outcome: Outcome, above: tuple[str, ...], told: str = "") -> Answer:
    decision = outcome.decision
    assert isinstance(decision, Accepted)
    if outcome.oid is None:
        would = ", ".join(f"{record.event.partition('/')[0]} {record.name}" for record in outcome.records)
        lines = wrapped(f"dry run: would record {would}", then="  ")
        return Answer(
            name, (*above, *lines), advice=("next", same_line(without="--dry-run")), data=data_of(outcome)
        )
    lines = wrapped(f"{outcome.word} {outcome.oid[:7]}" + (f": {told}" if told else ""), then="  ")
    clock = ("SIMULATED clock",) if outcome.workspace.simulated else ()
    said = (*above, *decision.say, *lines, *clock)
    if outcome.word == "RECORDED":
        waits = (*said, "NOT PUBLISHED: the others see it after `govern sync`")
        next_ = ("next", "govern sync")
        return Answer(name, waits, ExitCode.LEFT, "recorded", next_, data=data_of(outcome))
    advice = ("next", decision.next) if decision.next else None
    return Answer(name, said, advice=advice, data=data_of(outcome))


def data_of(outcome: Outcome) -> dict[str, object]:
    decision = outcome.decision
    verdicts = decision.verdicts if isinstance(decision, Accepted | Refused) else ()
    return {
        "commit": outcome.oid,
        "word": outcome.word or None,
        "tries": outcome.tries,
        "records": [_record(record) for record in outcome.records],
        "verdicts": [verdict_data(verdict) for verdict in verdicts],
    }


def _record(record: Record) -> dict[str, object]:
    return {"name": record.name, "event": record.event, "at": record.at, "body": dict(record.body)}
