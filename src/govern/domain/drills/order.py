"""When a drill was: its times are in the order in which it is run, and no other drill has them.

A stage does not begin before the one above it is over. In which order the steps of one stage were done is for the
score. What a person does in one drill, they do not do in another at the same time.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from govern.domain.decision import Refusal
from govern.domain.drills.times import instants
from govern.domain.records import Record
from govern.domain.state import State
from govern.domain.windows import instant

Answers = Mapping[str, Any]


def require_order(answers: Answers, now: str, again: str) -> None:
    """Refusal where something is before the start, after the end, yet to come, or before what comes first."""
    began, closed = instant(answers["started_at"]), instant(answers["closeout"]["done_at"])
    if closed > instant(now):
        raise Refusal(
            f"the drill ended at {answers['closeout']['done_at']}, and it is {now}", type_line=again
        )
    if began == closed:
        raise Refusal("it began and was closed in the same second: no drill was held", type_line=again)
    for name, when in instants(answers):
        if not began <= when <= closed:
            told = "before the drill began" if when < began else "after it was closed"
            raise Refusal(f"{name} is {told}", type_line=again)
    for place, handoff in enumerate(answers["handoffs"], start=1):
        if handoff.get("acknowledged_at", handoff["asked_at"]) < handoff["asked_at"]:
            raise Refusal(f"handoffs.{place} was acknowledged before it was asked", type_line=again)
    newest = ("started_at", began)
    for stage in _stages(answers):
        for name, when in stage:
            if when < newest[1]:
                raise Refusal(f"{name} is before {newest[0]}", type_line=again)
        newest = max((newest, *stage), key=lambda each: each[1])


def _stages(answers: Answers) -> Iterator[list[tuple[str, datetime]]]:
    """The times of each stage, with their places: none may be before any of the stages above."""
    told = list(instants(answers))
    yield [each for each in told if each[0] == "readout.done_at"]
    yield [each for each in told if each[0].startswith("execution.")]
    yield [each for each in told if each[0] == "side_effect.seen_at"]
    yield [each for each in told if each[0] == "rollback.trigger.done_at"]
    yield [each for each in told if each[0].startswith("rollback.")]


def require_apart(state: State, answers: Answers, snapshot: str) -> None:
    """Refusal where it is another drill once more, or was held while one of its owners was in another."""
    for record in _drills(state):
        body = record.body
        there = body["answers"]
        line = f"govern show {record.name}"
        if (there["card"], there["started_at"]) == (answers["card"], answers["started_at"]):
            said = f"the drill of {answers['started_at']} is recorded already as {record.name}"
            raise Refusal(said, type_line=line)
        if shared := _both_in(there, answers):
            said = f"{shared} was in another drill then, from {body['started_at']} to {body['ended_at']}"
            raise Refusal(f"{said}: {record.name}", type_line=line)
        if body["snapshot"] == snapshot and _offsets(there) == _offsets(answers):
            said = f"to the second and with its evidence, these are the times of {record.name}"
            raise Refusal(f"{said}, {body['started_at']}: one drill is told twice", type_line=line)


def _drills(state: State) -> Iterator[Record]:
    for name in sorted(state.packages):
        yield from state.packages[name].drills


def _both_in(there: Answers, here: Answers) -> str | None:
    """An owner of both, where one began before the other was closed."""
    began = max(there["started_at"], here["started_at"])
    closed = min(there["closeout"]["done_at"], here["closeout"]["done_at"])
    shared = [owner for owner in here["owners"] if owner in there["owners"]]
    return shared[0] if shared and began < closed else None


def _offsets(answers: Answers) -> dict[str, timedelta]:
    """Every time of it, counted from its start."""
    began = instant(answers["started_at"])
    return {name: when - began for name, when in instants(answers)}
