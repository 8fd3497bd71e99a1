"""Folding: a command that a guard refuses is void, has no effect, and work goes on after it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from builders import PACKET, World, cohorts, in_canary, ready
from govern.domain.binding import current
from govern.domain.decision import Accepted
from govern.domain.fold import VOID, fold, guard
from govern.domain.records import Record
from govern.domain.rollback.execution import Rollback
from govern.domain.rollout.advance import Advance
from govern.domain.rollout.pause import Pause

Forgery = Callable[[tuple[Record, ...]], list[Record]]


def advance(made: World) -> tuple[Record, ...]:
    """The records of an honest advance to canary, not folded yet."""
    decision = made.decide(Advance(PACKET, "canary"))
    assert isinstance(decision, Accepted)
    return made.stamped(decision.events, decision.asked)


def lead(**fields: Any) -> Forgery:
    return lambda records: [replace(records[0], **fields), *records[1:]]


def asked(**fields: Any) -> Forgery:
    return lambda records: [replace(records[0], asked={**(records[0].asked or {}), **fields}), *records[1:]]


def bound(**fields: Any) -> Forgery:
    return lambda records: [records[0], replace(records[1], **fields)]


def moving(cohort: str) -> Forgery:
    def forged(records: tuple[Record, ...]) -> list[Record]:
        moves = [{**move, "cohort": cohort} for move in records[1].body["moves"]]
        return [records[0], replace(records[1], body={**records[1].body, "moves": moves})]

    return forged


FORGERIES: dict[str, Forgery] = {
    "by nobody": lambda records: [replace(record, actor="nobody") for record in records],
    "by automation": lambda records: [replace(record, actor="bot") for record in records],
    "by two people": bound(actor="ana"),
    "without asking": lead(asked=None),
    "an unknown command": asked(do="conquer"),
    "another command's records": asked(do="pause"),
    "an attempt that is over": asked(attempt=0),
    "from another phase": lambda records: [
        replace(records[0], body={**records[0].body, "from": "wide"}),
        records[1],
    ],
    "the binding leads": lambda records: [replace(records[1], asked=records[0].asked), records[0]],
    "the binding alone": lambda records: [replace(records[1], asked=records[0].asked)],
    "an event of another command beside": lambda records: [
        *records,
        replace(records[0], event="packet_resumed/1"),
    ],
    "an event that nobody knows": lead(event="phase_conquered/1"),
    "a second genesis": lead(event="ledger_opened/1", asked={"do": "open"}),
    "a cohort that is not covered": moving("xr"),
    "another surface": bound(stream="surfaces/search"),
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_forged_command_is_void_and_changes_nothing(forgery: Forgery) -> None:
    made = ready({"govern": {"people.bot": {"email": "bot@example.com", "kind": "automation"}}})
    records = forgery(advance(made))
    before = current(made.state.surfaces["chat"], "public")
    made.keep(tuple(records))
    assert made.state.void == {records[0].command: VOID}
    assert current(made.state.surfaces["chat"], "public") is before
    assert (made.packet().phase, made.packet().attempt) == ("shadow", 1)


def test_work_goes_on_after_a_void_command() -> None:
    made = ready()
    made.keep(tuple(FORGERIES["by nobody"](advance(made))))
    made.do(Advance(PACKET, "canary"))
    assert made.packet().phase == "canary"


def test_what_deciding_again_refused_is_void_though_no_guard_minds() -> None:
    made = ready()
    records = advance(made)
    assert not guard(made.state, records)
    fold([records], made.state, {records[0].command: "would_refuse"})
    assert (made.packet().phase, made.state.void) == ("shadow", {records[0].command: "would_refuse"})


def test_rollback_by_a_person_without_the_role_is_void() -> None:
    made = in_canary(cohorts("a", "b"))
    decision = made.decide(Rollback(PACKET, "trigger"))
    assert isinstance(decision, Accepted)
    records = made.stamped(decision.events, decision.asked)
    made.state.in_force.view["roles"]["rollback_execute"].remove("ben")
    made.keep(records)
    assert made.packet().on_next == ("a", "b")


def test_nothing_comes_before_the_genesis() -> None:
    made = ready()
    records = made.do(Pause(PACKET, "a look at it"))
    state = fold([records])
    assert (state.opened, state.void) == (False, {records[0].command: VOID})


def test_moves_that_change_nothing_have_no_effect() -> None:
    made = in_canary()
    timeline = made.state.surfaces["chat"].cohorts["public"]
    now = timeline[-1]
    move = {"cohort": "public", "attributes": {}, "from": now.to.digest, "to": now.to.digest}
    targets = {now.to.digest: now.to.as_value()}
    body = {"cause": "advance", "targets": targets, "moves": [{**move, "percent": now.percent}]}
    made.fact("binding_changed/1", body, "surfaces/chat")
    assert timeline == [now]
