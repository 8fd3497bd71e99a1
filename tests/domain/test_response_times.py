"""time_to_acknowledge from records: the mean wait of the triggers that fired in a window, answered or not."""

from typing import Any

import pytest

from govern.domain.evidence.response_times import rows
from govern.domain.records import Record
from govern.domain.state import Packet

DAY, NEXT = "2026-11-20/P1D", "2026-11-21/P1D"
NOON = "2026-11-20T12:00:00Z"
KPI = {"id": "time-to-acknowledge", "unit": "s"}


def record(seq: int, at: str, **body: Any) -> Record:
    return Record(
        ledger=None, n=seq, command="c", stream="packets/p", seq=seq, prev=None, event="trigger_fired/1", at=at,
        happened_at=None, actor="ana", claimed=False, main="", asked=None, policy={}, documents=None, uses=(),
        body=body,
    )  # fmt: skip


def packet(*waits: tuple[str, str | None, tuple[str, ...]]) -> Packet:
    """A packet whose triggers fired at the first instant and were answered at the second."""
    made = Packet("p")
    for seq, (fired, answered, cohorts) in enumerate(waits):
        made.fired.append(record(2 * seq, fired, cohorts=list(cohorts)))
        if answered:
            made.acknowledged[made.fired[-1].name] = record(2 * seq + 1, answered)
    return made


ANSWERED = (NOON, "2026-11-20T12:05:00Z", ("a",))
LATE = ("2026-11-20T13:00:00Z", "2026-11-20T13:25:00Z", ("a", "b"))
WAITING = ("2026-11-20T23:59:59Z", None, ("b",))
CASES: dict[str, tuple[tuple[Any, ...], str | None, int, float | None]] = {
    "none fired": ((), "a", 0, None),
    "one answered": ((ANSWERED,), "a", 1, 300),
    "one of another cohort": ((ANSWERED,), "b", 0, None),
    "the mean of two": ((ANSWERED, LATE), "a", 2, 900),
    "one over two cohorts counts once together": ((ANSWERED, LATE), None, 2, 900),
    "one that nobody answered has waited until now": ((WAITING,), "b", 1, 36_001),
}


@pytest.mark.parametrize(("waits", "cohort", "n", "value"), CASES.values(), ids=CASES.keys())
def test_mean_wait_of_a_window(
    waits: tuple[Any, ...], cohort: str | None, n: int, value: float | None
) -> None:
    (row,) = rows(packet(*waits), KPI, {cohort: [DAY]}, "2026-11-21T10:00:00Z")
    assert (row["n"], row["value"], row["counts"]["n"]) == (n, value, n)


def test_answer_after_the_measurement_counts_no_further_and_windows_are_apart() -> None:
    later = packet((NOON, "2026-11-22T00:00:00Z", ("a",)))
    day, following = rows(later, KPI | {"unit": "ms"}, {"a": [DAY, NEXT]}, "2026-11-20T12:00:10Z")
    assert (day["value"], day["counts"]) == (10_000, {"n": 1, "sum": "10"})
    assert (following["n"], following["value"]) == (0, None)
