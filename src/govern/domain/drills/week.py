"""The week of drills: how many rehearsals are owed, which were held, and whether Friday's figures are out.

One a week; two where the calendar says that the week is of high risk; and one of them with mixed signals. The calendar
is read where it stands: it decides nothing but how much is owed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from govern.domain.drills.confidence import week_at
from govern.domain.evidence.cycles import window_bounds
from govern.domain.records import Record
from govern.domain.state import State

ORDINARY, RISKY = 1, 2  # rehearsals of the rollback branch


@dataclass(frozen=True, slots=True)
class DrillWeek:
    """`risk` is the entry of the calendar that makes it a week of high risk."""

    week: str
    owed: int
    risk: str | None
    drills: tuple[Record, ...]
    published: tuple[Record, ...]

    @property
    def mixed(self) -> bool:
        return any(record.body["scenario"] == "mixed_signal" for record in self.drills)

    @property
    def missing(self) -> tuple[str, ...]:
        """What is still to be done: rehearsals, a mixed signal, the figures of what was drilled."""
        last = max((record.n for record in self.drills), default=0)
        out = any(record.n > last for record in self.published)
        todo = (
            ("rehearsals", len(self.drills) < self.owed),
            ("mixed_signal", not self.mixed),
            ("published", not out),
        )
        return tuple(name for name, open_ in todo if open_)


def week_of(state: State, calendar: Iterable[Mapping[str, Any]], now: str) -> DrillWeek:
    """The week that `now` is in."""
    week = week_at(now)
    since, until = window_bounds(week)
    risk = next(
        (
            str(each["id"])
            for each in calendar
            if each["risk"] == "high" and each["from"] < until[:10] and since[:10] < each["to"]
        ),
        None,
    )
    histories = [state.packages[name] for name in sorted(state.packages)]
    drills = [r for h in histories for r in h.drills if since <= r.body["ended_at"] < until]
    published = [r for h in histories for r in h.published if r.body["week"] == week]
    return DrillWeek(
        week,
        RISKY if risk else ORDINARY,
        risk,
        tuple(sorted(drills, key=lambda record: record.n)),
        tuple(sorted(published, key=lambda record: record.n)),
    )
