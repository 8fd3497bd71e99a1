"""time_to_acknowledge: how long triggers that fired on a packet waited for an answer, from the ledger's own records.

Nothing is measured outside: whoever reads the same records gets the same rows. A rollback that names the trigger is an
answer too. One that nobody answered has waited until the instant of the measurement; it is never left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from govern.domain.evidence.cycles import window_bounds
from govern.domain.records import Record
from govern.domain.state import Packet
from govern.domain.windows import instant

SOURCE, MEASURE = "records", "time_to_acknowledge"
UNITS = {"s": 1, "ms": 1000}


def rows(
    packet: Packet, kpi: Mapping[str, Any], windows: Mapping[str | None, Sequence[str]], at: str
) -> list[dict[str, Any]]:
    """The mean of each window over the triggers that fired in it, by cohort; None: over all, each counted once."""
    return [_row(packet, kpi, cohort, window, at) for cohort, named in windows.items() for window in named]


def _row(packet: Packet, kpi: Mapping[str, Any], cohort: str | None, window: str, at: str) -> dict[str, Any]:
    waits = [_waited(packet, record, at) for record in _fired(packet, cohort, window)]
    total = sum(waits)
    return {
        "kpi": kpi["id"],
        "cohort": cohort,
        "window": window,
        "arm": "next",
        "n": len(waits),
        "excluded": 0,
        "value": float(Fraction(total * UNITS[kpi["unit"]], len(waits))) if waits else None,
        "counts": {"n": len(waits), "sum": str(total)},
    }


def _fired(packet: Packet, cohort: str | None, window: str) -> Iterator[Record]:
    since, until = window_bounds(window)
    for record in packet.fired:
        if since <= record.when < until and (cohort is None or cohort in record.body["cohorts"]):
            yield record


def _waited(packet: Packet, fired: Record, at: str) -> int:
    """Seconds until somebody answered, or until now."""
    answer = packet.acknowledged.get(fired.name)
    answered = min(answer.when, at) if answer else at
    return max(0, int((instant(answered) - instant(fired.when)).total_seconds()))
