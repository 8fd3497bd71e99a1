"""What is wrong with a lane, fault by fault: cases as data, each a lane's history and the instant of the question.

Windows are days. `public` went back on Friday 2026-11-20 at 15:00; its lane expires with the 22nd.
"""

from dataclasses import replace
from typing import Any

import pytest

from builders import World
from govern.domain.lane import Action, Lane
from govern.domain.mitigation.lane_debt import expiring, faults
from govern.domain.mitigation.reentry import BLOCKED, HIGH, LOW, MEDIUM
from govern.domain.records import Record
from lanes import in_lane, lane

Steps = list[tuple[str, dict[str, Any]]]
D = "reentry_decision_recorded"


def day(number: int, clock: str = "10:00:00") -> str:
    return f"2026-11-{number}T{clock}Z"


def decided(number: int, label: str | None, outcome: str = "kept", **more: Any) -> tuple[str, dict[str, Any]]:
    return D, {
        "at": day(number),
        "label": label,
        "outcome": outcome,
        "decision_window": f"2026-11-{number}/P1D",
        **more,
    }


def worse(number: int) -> tuple[str, dict[str, Any]]:
    return "health_observed", {"at": day(number), "regressive": [{"kpi": "fallback-persistence", "value": 9}]}


def contained(number: int) -> tuple[str, dict[str, Any]]:
    return "containment_reviewed", {"at": day(number)}


def work(number: int, action: str, due: int) -> tuple[str, dict[str, Any]]:
    return "opened", {"at": day(number), "action": action, "owner": "ana", "due_window": f"2026-11-{due}/P1D"}


def done(number: int, action: str) -> tuple[str, dict[str, Any]]:
    return "closed", {"at": day(number), "action": action}


def provisional(number: int, due: int) -> tuple[str, dict[str, Any]]:
    batch = {"pack": "startup", "window": f"2026-11-{due}/P1D"}
    return decided(number, MEDIUM, "provisional", provisional=batch)


def replayed(number: int, pack: str = "startup") -> tuple[str, dict[str, Any]]:
    return "replay_completed", {"at": day(number), "pack": pack}


def record(like: Record, n: int, event: str, body: dict[str, Any]) -> Record:
    return Record(
        ledger=like.ledger, n=n, command=f"{n:016x}", stream=like.stream, seq=n, prev=None, event=f"{event}/1",
        at=body["at"], happened_at=None, actor="ana", claimed=False, main=like.main, asked=None, policy={},
        documents=None, uses=(), body=body,
    )  # fmt: skip


def after_all(told: Steps, *, critical: bool) -> tuple[World, Lane]:
    """A lane with a history that no command was asked for."""
    made = in_lane()
    there = lane(made)
    there.entered = replace(there.entered, body={**there.entered.body, "critical": critical})
    for n, (event, body) in enumerate(told, there.entered.n + 1):
        fresh = record(there.entered, n, event, body)
        if event == "opened":
            there.actions[body["action"]] = Action(body["action"], fresh)
        elif event == "closed":
            there.actions[body["action"]].closed = fresh
        elif event == "containment_reviewed":
            there.regressive = []
        elif body.get("regressive"):
            there.regressive.append(fresh)
        there.history.append(fresh)
    return made, there


CASES: dict[str, tuple[bool, Steps, str, list[tuple[str, bool]]]] = {
    # critical, what was recorded, the instant, faults with whether each blocks
    "a lane in order": (False, [], day(20, "16:00:00"), []),
    "critical, and nobody planned anything": (True, [], day(20, "15:00:00"), [("no_corrective_plan", True)]),
    "critical, with work that is open": (True, [work(20, "c1", 25)], day(21), []),
    "critical, and all work was done since": (True, [work(20, "c1", 25), done(21, "c1")], day(22), []),
    "critical, and what was done was before the last setback": (
        True,
        [work(20, "c1", 25), done(21, "c1"), worse(21), contained(21)],
        day(22),
        [("no_corrective_plan", True)],
    ),
    "critical, with new work after the last setback": (
        True,
        [work(20, "c1", 25), done(21, "c1"), worse(21), contained(21), work(22, "c2", 25)],
        day(22),
        [],
    ),
    "work one second before it is overdue": (False, [work(20, "c1", 22)], day(22, "23:59:59"), []),
    "overdue at the end of its window": (
        False,
        [work(20, "c1", 22)],
        day(23, "00:00:00"),
        [("corrective_action_overdue", True)],
    ),
    "two are overdue": (
        False,
        [work(20, "c1", 22), work(20, "c2", 21), work(20, "c3", 29)],
        day(23),
        [("corrective_action_overdue", True)] * 2,
    ),
    "done too late, and done": (False, [work(20, "c1", 21), done(23, "c1")], day(24), []),
    "a signal that nobody contained": (False, [worse(21)], day(21), [("uncontained", True)]),
    "a signal that was contained": (False, [worse(21), contained(21)], day(21), []),
    "medium confidence once": (False, [decided(21, MEDIUM)], day(21), []),
    "medium confidence twice in one window": (
        False,
        [decided(21, MEDIUM), decided(21, MEDIUM)],
        day(21, "12:00:00"),
        [("repeated_medium", False)],
    ),
    "medium confidence in the first and the last of three windows": (
        False,
        [decided(21, MEDIUM), decided(23, MEDIUM)],
        day(23, "23:59:59"),
        [("repeated_medium", False)],
    ),
    "the first of them is three windows ago": (
        False,
        [decided(21, MEDIUM), decided(23, MEDIUM)],
        day(24, "00:00:00"),
        [],
    ),
    "medium confidence three times": (
        False,
        [decided(21, MEDIUM), decided(22, MEDIUM), decided(23, MEDIUM)],
        day(23),
        [("repeated_medium", True)],
    ),
    "medium confidence three times, and an approval": (
        False,
        [decided(21, MEDIUM), decided(22, MEDIUM), decided(23, MEDIUM, "approved")],
        day(23),
        [],
    ),
    "a batch whose window is not over": (False, [provisional(21, 22)], day(22, "23:59:59"), []),
    "a batch past due": (False, [provisional(21, 22)], day(23, "00:00:00"), [("provisional_past_due", True)]),
    "a batch past due, and another pack replayed": (
        False,
        [provisional(21, 22), replayed(22, "interaction")],
        day(23),
        [("provisional_past_due", True)],
    ),
    "a batch that was replayed before it was named": (
        False,
        [replayed(21), provisional(21, 22)],
        day(23),
        [("provisional_past_due", True)],
    ),
    "a batch that came": (False, [provisional(21, 22), replayed(22)], day(23), []),
    "a batch past due, and an approval": (
        False,
        [provisional(21, 22), decided(23, HIGH, "approved")],
        day(23),
        [],
    ),
    "low confidence in this window": (False, [decided(21, LOW)], day(21), []),
    "low confidence, and the next window began": (
        False,
        [decided(21, LOW)],
        day(22, "00:00:00"),
        [("low_confidence_debt", False)],
    ),
    "low confidence for three windows": (
        False,
        [decided(21, LOW)],
        day(23, "00:00:00"),
        [("low_confidence_debt", True)],
    ),
    "low confidence again, counted from the first": (
        False,
        [decided(21, LOW), decided(23, LOW)],
        day(23),
        [("low_confidence_debt", True)],
    ),
    "no label in between does not end it": (
        False,
        [decided(21, LOW), decided(22, None), decided(23, LOW)],
        day(23),
        [("low_confidence_debt", True)],
    ),
    "another label in between ends it": (
        False,
        [decided(21, LOW), decided(22, BLOCKED), decided(23, LOW)],
        day(23),
        [],
    ),
    "everything at once, the gravest first": (
        True,
        [decided(20, MEDIUM), provisional(21, 21), decided(22, LOW), work(20, "c1", 21), done(20, "c1"),
         work(20, "c2", 21), worse(22)],
        day(24),
        [("uncontained", True), ("corrective_action_overdue", True), ("provisional_past_due", True),
         ("low_confidence_debt", True)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_faults_of_a_lane(case: str) -> None:
    critical, told, now, expected = CASES[case]
    made, there = after_all(told, critical=critical)
    assert [(fault.kind, fault.blocks) for fault in faults(made.state, there, now)] == expected


def test_fault_names_its_records_its_owner_and_the_line_that_mends_it() -> None:
    told = [
        provisional(21, 21),
        provisional(21, 21),
        provisional(21, 21),
        decided(21, LOW),
        work(20, "c1", 21),
        worse(22),
    ]
    made, there = after_all(told, critical=False)
    found = [(f.kind, f.owner, f.line, f.at) for f in faults(made.state, there, day(23))][:3]
    assert found == [
        ("uncontained", "ben", 'govern mitigation contain public --finding "..."', day(22)),
        (
            "corrective_action_overdue",
            "ana",
            "govern mitigation correct public --close c1 --evidence FILE",
            day(22, "00:00:00"),
        ),
        (
            "provisional_past_due",
            "ben",
            "govern mitigation replay public --pack startup --results FILE",
            day(22, "00:00:00"),
        ),
    ]
    names = {fault.kind: fault.records for fault in faults(made.state, there, day(23))}
    assert len(names["repeated_medium"]) == 3
    assert all(name.startswith("lanes/public#") for each in names.values() for name in each)
    assert all(fault.lane.id in fault.said for fault in faults(made.state, there, day(23)))


@pytest.mark.parametrize(
    ("now", "kinds"),
    [
        (day(20, "23:59:59"), []),
        (day(21, "00:00:00"), ["near_expiry"]),
        (day(22, "23:59:59"), ["near_expiry"]),
        (day(23, "00:00:00"), ["expired"]),
    ],
    ids=["two windows before", "the next window is the last", "the last second", "over"],
)
def test_lane_near_its_expiry_is_a_duty_that_holds_nobody_back(now: str, kinds: list[str]) -> None:
    made, there = after_all([], critical=False)
    assert [fault.kind for fault in expiring(made.state, there, now)] == kinds
    assert not any(fault.blocks for fault in expiring(made.state, there, now))
    assert faults(made.state, there, now) == []
