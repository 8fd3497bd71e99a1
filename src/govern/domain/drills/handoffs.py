"""The handoffs of a drill as measured: answered in time, with all that was needed, how long what was left has waited.

A handoff of the card that the answers do not hold was not measured: it was neither in time nor complete. A package can
look good by its numbers and still fall between two routes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from govern.domain.windows import duration, instant


@dataclass(frozen=True, slots=True)
class Handoff:
    """`seconds` to the answer, None without one. `queue_age`: seconds for which what is still open has waited."""

    source: str
    target: str
    within: str
    measured: bool
    seconds: int | None = None
    complete: bool = False
    still_open: int = 0
    queue_age: int = 0
    reopened: int = 0
    queue_age_at_most: str | None = None
    reopened_at_most: int = 0

    @property
    def on_time(self) -> bool:
        return self.seconds is not None and self.seconds <= duration(self.within).total_seconds()

    @property
    def in_band(self) -> bool:
        """As the card wants it. A queue for which it names no limit is shown, and judged by nobody."""
        limit = self.queue_age_at_most
        waited = limit is None or self.queue_age <= duration(limit).total_seconds()
        return self.on_time and self.complete and waited and self.reopened <= self.reopened_at_most

    def as_value(self) -> dict[str, Any]:
        return {
            "from": self.source,
            "to": self.target,
            "within": self.within,
            "measured": self.measured,
            "seconds": self.seconds,
            "on_time": self.on_time,
            "context_complete": self.complete,
            "still_open": self.still_open,
            "queue_age": self.queue_age,
            "reopened": self.reopened,
            "in_band": self.in_band,
        }


def handoffs_of(card: Mapping[str, Any], answers: Mapping[str, Any]) -> tuple[Handoff, ...]:
    """One for every handoff of the card, in its order; what answers say of other routes is left out."""
    told = list(answers["handoffs"])
    found = []
    for wanted in card["handoffs"]:
        route = (wanted["from"], wanted["to"])
        given = next((each for each in told if (each["from"], each["to"]) == route), None)
        if given is not None:
            told.remove(given)  # two handoffs on one route are two
        found.append(_measured(wanted, given, answers["closeout"]["done_at"]))
    return tuple(found)


def _measured(wanted: Mapping[str, Any], given: Mapping[str, Any] | None, closed: str) -> Handoff:
    names = (wanted["from"], wanted["to"], wanted["acknowledge_within"])
    if given is None:
        return Handoff(*names, measured=False)
    answered = given.get("acknowledged_at")
    return Handoff(
        *names,
        measured=True,
        seconds=None if answered is None else _seconds(given["asked_at"], answered),
        complete=given["context_complete"],
        still_open=given["still_open"],
        queue_age=_seconds(given["asked_at"], closed) if given["still_open"] else 0,
        reopened=given["reopened"],
        queue_age_at_most=wanted.get("queue_age_at_most"),
        reopened_at_most=wanted.get("reopened_at_most", 0),
    )


def _seconds(since: str, until: str) -> int:
    return int((instant(until) - instant(since)).total_seconds())


def summed(handoffs: Iterable[Handoff]) -> dict[str, Any]:
    """The four measures over all of them, rates in percent, beside the rows that they come from."""
    rows = tuple(handoffs)
    return {
        "rows": [each.as_value() for each in rows],
        "on_time_rate": _percent(sum(each.on_time for each in rows), len(rows)),
        "complete_context_rate": _percent(sum(each.complete for each in rows), len(rows)),
        "queue_age": max(each.queue_age for each in rows),
        "reopen_rate": _percent(sum(each.reopened > 0 for each in rows), len(rows)),
        "in_band": all(each.in_band for each in rows),
    }


def _percent(k: int, n: int) -> float:
    return round(100 * k / n, 1)
