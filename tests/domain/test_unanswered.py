"""Which firings still ask for something, by what their trigger asks and what has happened since."""

from typing import Any

import pytest

from govern.domain.records import Record
from govern.domain.state import Packet, State
from govern.domain.triggers.unanswered import of_packet, unanswered

ON = {"a;b": "canary", "c": "wide", "d": "out"}


def record(n: int, event: str, **body: Any) -> Record:
    return Record(
        None, n, "c", "packets/p", n, None, f"{event}/1", "2026-11-20T10:00:00Z", None, "jo", False, "m",
        None, {}, None, (), body,
    )  # fmt: skip


def fired(n: int, action: str, *cohorts: str) -> Record:
    return record(n, "trigger_fired", trigger=f"t{n}", action=action, cohorts=list(cohorts))


def packet(*firings: Record, **more: Any) -> Packet:
    return Packet("p", "canary", stages=dict(ON), fired=list(firings), **more)  # type: ignore[arg-type]


def ack(n: int) -> dict[str, Record]:
    return {f"packets/p#{n}": record(90 + n, "incident_acknowledged", trigger=f"packets/p#{n}")}


def back(n: int, *cohorts: str) -> list[Record]:
    return [record(n, "rolled_back", cohorts=list(cohorts))]


GO = "govern rollback execute p --cohort "
CASES: dict[str, tuple[Packet, list[str]]] = {
    "rollback": (packet(fired(1, "rollback", "c", "d")), [GO + "c"]),
    "a key that a shell would cut": (packet(fired(1, "rollback", "a;b", "c")), [GO + "'a;b,c'"]),
    "taking note moves nobody": (packet(fired(1, "rollback", "c"), acknowledged=ack(1)), [GO + "c"]),
    "nobody of it is on next": (packet(fired(1, "rollback", "d")), []),
    "went back since, and came in again": (packet(fired(1, "rollback", "c"), history=back(2, "c")), []),
    "went back before it fired": (packet(fired(2, "rollback", "c"), history=back(1, "c")), [GO + "c"]),
    "of two cohorts one went back": (
        packet(fired(1, "mitigate", "a;b", "c"), history=back(2, "a;b")),
        [GO + "c"],
    ),
    "two are named": (
        packet(fired(1, "rollback", "c"), fired(2, "rollback", "c")),
        [GO + "c --trigger packets/p#1", GO + "c --trigger packets/p#2"],
    ),
    "a pause that nobody took note of": (
        packet(fired(1, "pause", "c"), paused_by="x"),
        ["govern trigger ack p"],
    ),
    "a pause that somebody took note of": (
        packet(fired(1, "pause", "c"), paused_by="x", acknowledged=ack(1)),
        ["govern packet resume p"],
    ),
    "a pause that was lifted": (packet(fired(1, "pause", "c")), []),
    "notice": (packet(fired(1, "notify", "c")), ["govern trigger ack p"]),
    "notice taken": (packet(fired(1, "notify", "c"), acknowledged=ack(1)), []),
    "calibration": (packet(fired(1, "recalibrate", "c")), ["govern calibration review p"]),
    "calibration reviewed": (
        packet(fired(1, "recalibrate", "c"), calibration_reviews=[record(2, "calibration_review_closed")]),
        [],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_firing_asks_until_what_it_asks_for_is_done(case: str) -> None:
    there, lines = CASES[case]
    assert [each.line for each in of_packet(there)] == lines


def test_those_that_nobody_took_note_of_come_first() -> None:
    one = packet(fired(1, "rollback", "c"), acknowledged=ack(1))
    two = packet(fired(2, "rollback", "c"))
    two.id = "q"
    found = unanswered(State(packets={"p": one, "q": two}))
    assert [(each.packet, each.trigger, each.taken is None) for each in found] == [
        ("q", "t2", True),
        ("p", "t1", False),
    ]
