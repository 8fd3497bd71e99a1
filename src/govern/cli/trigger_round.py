"""One round of counting a trigger: what is new is recorded, and the line that follows is given, or gone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from govern.cli.write import write
from govern.domain.decision import Refusal, Refused
from govern.domain.records import Record
from govern.errors import ExitCode, GovernError, RefusedError, RepositoryError
from govern.operations.context import Context
from govern.operations.decide import Outcome
from govern.operations.looking_back import reading
from govern.operations.rollback.execute import roll_back
from govern.operations.rollback.wanted import Wanted, line
from govern.operations.triggers.evaluate import Evaluated
from govern.operations.triggers.evaluate import evaluate as count
from govern.operations.triggers.firings import find_trigger, intervention, to_go_back, to_type
from govern.operations.triggers.reach import Reach, reached
from govern.operations.workspace import Workspace
from govern.report.answer import Answer
from govern.report.rollback import done_lines
from govern.report.synced import synced_lines
from govern.report.triggers import NAME, evaluated_answer, package_lines
from govern.report.wrap import wrapped

# as every writing command says it that was recorded without the remote
NOT_PUBLISHED = "NOT PUBLISHED: the others see it after `govern sync`"


@dataclass(frozen=True)
class Asked:
    """What is counted, from which file, and whether it may go back by itself."""

    packet: str | None
    trigger: str | None
    series: Path | None = None
    cohorts: tuple[str, ...] = ()
    dry_run: bool = False
    offline: bool = False
    rollback: bool = False


def evaluated(where: Context, asked: Asked, reach: Reach | None = None) -> Answer:
    """A trigger of a packet in the field; a firing that the ledger does not know is recorded, here where the remote
    is away. `reach`: what a round knows of the remote already, and has said.
    """
    if reach is None:
        reach = reached(where, ask=not (asked.dry_run or asked.offline))
        there, above = reach.workspace, synced_lines(reach.synced) if reach.synced else []
    else:
        there, above = reading(where), []
    if asked.rollback:
        require_may(there)
    found = count(there, *find_trigger(there, asked.packet, asked.trigger), asked.series, asked.cohorts)
    answer = evaluated_answer(found)
    package = intervention(there, found) if found.fresh or found.known else None
    answer = replace(answer, lines=(*above, *answer.lines, *(package_lines(package) if package else ())))
    leads: list[Record] = []
    if found.fresh:
        alone = replace(asked, offline=asked.offline or bool(reach.away))
        answer = _recorded(where, alone, answer, found, leads)
        if not (leads or answer.exit == ExitCode.LEFT):
            return answer  # refused
    fired = leads[0] if leads else None
    if asked.dry_run or not (found.known or found.fresh):
        return _waiting(answer, reach)
    wanted = to_go_back(there.state, found, fired) if asked.rollback else None
    if wanted is not None:
        return gone_back(where, wanted, answer)
    return _waiting(replace(answer, advice=("type", to_type(there.state, found, fired))), reach)


def _recorded(where: Context, asked: Asked, answer: Answer, found: Evaluated, leads: list[Record]) -> Answer:
    """What fired, on the ledger: published, else here alone, else nowhere. It is said in every case."""
    command = found.command()

    def shown(outcome: Outcome) -> tuple[str, ...]:
        leads.extend(outcome.records[:1])
        return answer.lines

    def told(outcome: Outcome) -> str:
        return f"{outcome.records[0].name}, {_bound(outcome.records[0])}"

    failed: GovernError | None = None
    for offline in (True,) if asked.offline or asked.dry_run else (False, True):
        try:
            done = write(
                NAME, where, lambda _: command, dry_run=asked.dry_run, offline=offline, shown=shown, told=told
            )
        except (RepositoryError, RefusedError) as error:  # no remote, a broken ledger, a record too long
            failed = error
            continue
        recorded = leads[0].name if leads and not asked.dry_run else None
        return replace(done, data={**answer.data, **done.data, "recorded": recorded}) if leads else done
    assert failed is not None
    said = [
        row for each in (f"NOT RECORDED: {failed.message}", *failed.notes) for row in wrapped(each, then="  ")
    ]
    data = {**answer.data, "recorded": None}
    return replace(answer, lines=(*answer.lines, *said), exit=ExitCode.LEFT, verdict="recorded", data=data)


def _waiting(answer: Answer, reach: Reach) -> Answer:
    """With the remote that is away, and what waits for it in this clone: that is left to do."""
    said = wrapped(f"{reach.away}: counted on what was fetched last", then="  ") if reach.away else []
    if not reach.waiting or answer.exit not in (ExitCode.YES, ExitCode.LEFT):
        return replace(answer, lines=(*answer.lines, *said))
    advice = answer.advice or ("type", "govern sync")
    if answer.exit == ExitCode.YES:
        said += [NOT_PUBLISHED]
    lines = (*answer.lines, *said)
    return replace(answer, lines=lines, exit=ExitCode.LEFT, verdict="recorded", advice=advice)


def _bound(record: Record) -> str:
    """What decided in those windows: an alert says which model it is about."""
    body = record.body
    return f"on {body['baseline']}, {body['model_version']}, calibration {body['calibration'] or 'none'}"


def require_may(there: Workspace) -> None:
    """Refusal unless whoever asks may go back: better known before the night than in it."""
    actor, policy = there.actor(), there.state.in_force
    if not policy.holds(actor, "rollback_execute"):
        holders = ", ".join(policy.holders("rollback_execute"))
        raise Refusal(
            f"{actor.person} does not hold rollback_execute and cannot go back by itself; it is held by {holders}",
            type_line="govern trigger evaluate --watch",
        )


def gone_back(where: Context, wanted: Wanted, answer: Answer) -> Answer:
    """The rollback that the trigger asks for, under what it said. Refused, it leaves the line to type."""
    try:
        went = roll_back(where, wanted)
    except GovernError as error:
        return _stayed(answer, (error.message, *error.notes), error.type_line or line(wanted))
    if isinstance(went.decision, Refused):
        return _stayed(answer, went.decision.reasons, went.decision.type_line or line(wanted))
    assert went.recorded is not None
    lines = done_lines(
        went.workspace.state, went.records, recorded=went.recorded, published=went.published, said=went.said
    )
    data = {**answer.data, "rolled_back": went.records[0].name}
    if went.why is not None:
        said = wrapped(went.why.message, then="  ")
        said += [row for note in went.why.notes for row in wrapped(note, "  ", "    ")]
        advice = ("type", went.why.type_line or "govern sync")
        whole = (*answer.lines, *lines, *said)
        return replace(answer, lines=whole, exit=ExitCode.LEFT, verdict="recorded", advice=advice, data=data)
    above = tuple(each for each in answer.lines if each != NOT_PUBLISHED)  # it went out with this
    advice = ("next", f"govern rollback verify {wanted.packet} --wait 120")
    return replace(
        answer, lines=(*above, *lines), exit=ExitCode.YES, verdict="passed", advice=advice, data=data
    )


def _stayed(answer: Answer, reasons: Sequence[str], line: str) -> Answer:
    """Nobody went back, and why."""
    said = [row for reason in reasons for row in wrapped(f"NOT GONE BACK: {reason}", then="  ")]
    return replace(answer, lines=(*answer.lines, *said), exit=ExitCode.LEFT, advice=("type", line))
