"""One round of counting a trigger: what is new is recorded, and the line that follows is given, or gone."""

from dataclasses import dataclass, replace
from pathlib import Path

from govern.cli.write import write
from govern.domain.commands import Command
from govern.domain.decision import Refusal, Refused
from govern.domain.records import Record
from govern.errors import ExitCode
from govern.operations.context import Context
from govern.operations.decide import Outcome
from govern.operations.looking_back import reading
from govern.operations.rollback.execute import roll_back
from govern.operations.rollback.wanted import Wanted, line
from govern.operations.triggers.evaluate import evaluate as count
from govern.operations.triggers.firings import find_trigger, to_go_back, to_type
from govern.operations.workspace import Workspace
from govern.report.answer import Answer
from govern.report.rollback import done_lines
from govern.report.triggers import NAME, evaluated_answer
from govern.report.wrap import wrapped


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


def evaluated(where: Context, asked: Asked) -> Answer:
    """A trigger of a packet in the field; a firing that the ledger does not know is recorded."""
    there = reading(where, fetch=not (asked.dry_run or asked.offline))
    if asked.rollback:
        require_may(there)
    found = count(there, *find_trigger(there, asked.packet, asked.trigger), asked.series, asked.cohorts)
    answer = evaluated_answer(found)
    leads: list[Record] = []
    if found.fresh:
        answer = _recorded(where, asked, answer, found.command(), leads)
        if not leads:
            return answer  # refused
    fired = leads[0] if leads else None
    if asked.dry_run or not (found.known or fired):
        return answer
    wanted = to_go_back(found, fired) if asked.rollback else None
    if wanted is not None:
        return gone_back(where, wanted, answer)
    return replace(answer, advice=("type", to_type(there.state, found, fired)))


def _recorded(where: Context, asked: Asked, answer: Answer, command: Command, leads: list[Record]) -> Answer:
    def shown(outcome: Outcome) -> tuple[str, ...]:
        leads.extend(outcome.records[:1])
        return answer.lines

    def told(outcome: Outcome) -> str:
        return f"{outcome.records[0].name}, {_bound(outcome.records[0])}"

    done = write(
        NAME, where, lambda _: command, dry_run=asked.dry_run, offline=asked.offline, shown=shown, told=told
    )
    if not leads:
        return done
    recorded = None if asked.dry_run else leads[0].name
    return replace(done, data={**answer.data, **done.data, "recorded": recorded})


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
    went = roll_back(where, wanted)
    if isinstance(went.decision, Refused):
        said = [
            row for reason in went.decision.reasons for row in wrapped(f"NOT GONE BACK: {reason}", then="  ")
        ]
        advice = ("type", went.decision.type_line or line(wanted))
        return replace(answer, lines=(*answer.lines, *said), exit=ExitCode.LEFT, advice=advice)
    assert went.recorded is not None
    lines = done_lines(
        went.workspace.state, went.records, recorded=went.recorded, published=went.published, said=went.said
    )
    data = {**answer.data, "rolled_back": went.records[0].name}
    whole = replace(answer, lines=(*answer.lines, *lines), data=data)
    if went.why is not None:
        said = wrapped(went.why.message, then="  ")
        advice = ("type", went.why.type_line or "govern sync")
        return replace(
            whole, lines=(*whole.lines, *said), exit=ExitCode.LEFT, verdict="recorded", advice=advice
        )
    return replace(whole, advice=("next", f"govern rollback verify {wanted.packet} --wait 120"))
