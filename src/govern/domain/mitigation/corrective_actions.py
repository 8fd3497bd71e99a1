"""`mitigation correct`: work on a lane is opened, with owner, window and the evidence it must bring, and closed by it.

What such work must say stands in `corrective_work`; whether the evidence lets the cohort in is asked by the criteria.
"""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from govern.domain.capability import Capability, Writer
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Documents
from govern.domain.findings import nearest
from govern.domain.lane import Action, Lane, context_of
from govern.domain.mitigation.corrective_work import (
    due_window_of,
    next_id,
    opened,
    require_code,
    require_evidence_text,
    require_owner,
)
from govern.domain.mitigation.criteria import criteria_of
from govern.domain.mitigation.lanes import lane_meant, noted
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.state import State
from govern.errors import ExitCode

ROLE = "evaluator"


@dataclass(frozen=True)
class OpenAction:
    """`code` is one of five, `required` what the next attempt needs; `action`, `lane` and `attempt` are pinned by the
    first decision."""

    do: ClassVar[str] = "open-action"
    cohort: str
    code: str | None = None
    owner: str | None = None
    due: str | None = None
    required: str | None = None
    criteria: tuple[str, ...] = ()
    action: str | None = None
    lane: str | None = None
    attempt: int | None = None


@dataclass(frozen=True)
class CloseAction:
    """`evidence` is the name of a file, `digest` that of its bytes."""

    do: ClassVar[str] = "close-action"
    cohort: str
    action: str
    evidence: str
    digest: str
    note: str | None = None
    lane: str | None = None
    attempt: int | None = None


def open_action(state: State, documents: Documents, command: OpenAction, actor: Actor, now: str) -> Decision:
    lane = lane_meant(state, command.cohort, command.lane, command.attempt)
    code, owner, due, required = _said(lane, command)
    require_code(code)
    require_owner(state, owner)
    criteria = tuple(sorted(set(command.criteria)))
    _require_criteria(documents, lane, criteria)
    _require_fresh(lane, code, criteria, command.action)
    window = due_window_of(state, due, now)
    event = opened(lane, 0, code, criteria, owner, window, require_evidence_text(required), actor)
    pinned = replace(
        command,
        cohort=lane.cohort,
        action=next_id(lane),
        lane=lane.id,
        attempt=lane.attempt,
        criteria=criteria,
    )
    return Accepted((event,), asked(pinned), next=f"govern mitigation board {lane.word}")


def _said(lane: Lane, command: OpenAction) -> tuple[str, str, str, str]:
    """What no work goes without. A Refusal with the whole line where something was left out."""
    code, owner, due, required = command.code, command.owner, command.due, command.required
    if code and owner and due and required:
        return code, owner, due, required
    given = {"--code": code, "--owner": owner, "--due": due, "--require": required}
    missing = [option for option, value in given.items() if not value]
    blanks = {"--code": "CODE", "--owner": lane.owner, "--due": "DATE"}
    words = [f"{option} {given[option] or blanks[option]}" for option in blanks]
    quoted = (required or "...").replace('"', "'")
    raise Refusal(
        f"an action has code, owner, due date and the evidence it must bring; left out: {', '.join(missing)}",
        type_line=f'govern mitigation correct {lane.word} {" ".join(words)} --require "{quoted}"',
        exit=ExitCode.COULD_NOT,
    )


def _require_criteria(documents: Documents, lane: Lane, named: tuple[str, ...]) -> None:
    """Ids of what the lane is held to; they are looked up only where some are named."""
    known = criteria_of(documents, lane).rules if named else {}
    for criterion in named:
        if criterion not in known:
            close = nearest(criterion, known)
            mended = ",".join(close if close and name == criterion else name for name in named)
            raise Refusal(
                f"no criterion `{criterion}` in {lane.criteria}; there are: {', '.join(known)}"
                + (f"; nearest: {close}" if close else ""),
                type_line=f"--criterion {mended if close else next(iter(known))}",
                exit=ExitCode.COULD_NOT,
            )


def _require_fresh(lane: Lane, code: str, criteria: tuple[str, ...], pinned: str | None) -> None:
    """No second row for the same lack, and no other place than the one that was shown."""
    for action in lane.open_actions:
        body = action.opened.body
        if (body["reason_code"], sorted(body["criteria"])) == (code, list(criteria)):
            raise Refusal(
                f"{action.id} is open for that already: {action.owner}, due {action.due}",
                type_line=f"govern mitigation correct {lane.word} --close {action.id} --evidence FILE",
            )
    if pinned not in (None, next_id(lane)):
        raise Refusal(
            f"{pinned} of {lane.id} was opened meanwhile", type_line=f"govern mitigation board {lane.word}"
        )


def close_action(
    state: State, documents: Documents, command: CloseAction, actor: Actor, now: str
) -> Decision:
    lane = lane_meant(state, command.cohort, command.lane, command.attempt)
    action = _open(lane, command.action)
    body: dict[str, Any] = {
        **context_of(lane),
        "action": action.id,
        "evaluator": actor.person,
        "evidence": {"name": command.evidence, "digest": command.digest},
    }
    if command.note is not None:
        body["note"] = command.note.strip()
    event = Event(lane.stream, "corrective_action_closed/1", body, (action.opened.name,))
    pinned = replace(command, cohort=lane.cohort, lane=lane.id, attempt=lane.attempt)
    return Accepted((event,), asked(pinned), next=f"govern mitigation board {lane.word}")


def _open(lane: Lane, named: str) -> Action:
    """The open action of that id."""
    action = lane.actions.get(named)
    there = [each.id for each in lane.open_actions]
    if action is not None and action.closed is None:
        return action
    if action is not None and action.closed is not None:
        said = f"{named} was closed by {action.closed.actor} at {action.closed.at}"
        raise Refusal(f"{said} ({action.closed.name})", type_line=f"govern mitigation board {lane.word}")
    close = nearest(named, there) or next(iter(there), None)
    raise Refusal(
        f"no action `{named}` in {lane.id}; open: {', '.join(there) or 'none'}",
        type_line=f"--close {close}" if close else f"govern mitigation board {lane.word}",
        exit=ExitCode.COULD_NOT,
    )


def fold_opened(state: State, record: Record) -> None:
    """Also for the rows that a rejection brings."""
    lane = noted(state, record)
    lane.actions[record.body["action"]] = Action(record.body["action"], record)


def fold_closed(state: State, record: Record) -> None:
    lane = noted(state, record)
    lane.actions[record.body["action"]].closed = record


CAPABILITY = Capability(
    writers=(
        Writer(OpenAction, open_action, ("corrective_action_opened/1",), ROLE),
        Writer(CloseAction, close_action, ("corrective_action_closed/1",), ROLE),
    ),
    folds={"corrective_action_opened/1": fold_opened, "corrective_action_closed/1": fold_closed},
)
