"""How far a decision log reaches: to its last decision that is not ahead of the clock.

A decision of the future proves nothing of the time until then: its clock is wrong, or its log is none.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from govern.domain.windows import after
from govern.errors import UsageError
from govern.evidence.decisions import Log
from govern.evidence.timeline import moment, text_of
from govern.operations.evidence.decision_log import reaches

SLACK = "PT1M"  # what is less ahead was decided while the log was fetched and read


@dataclass(frozen=True)
class Reach:
    """`last` counts: it is not after now. `ahead` is the log's last decision where it lies ahead of the clock."""

    last: str
    ahead: str | None = None

    def of(self, log: Log) -> Log:
        """The log as far as it counts."""
        return log if reaches(log) == self.last else replace(log, last=moment(self.last))


def reach_of(log: Log, now: str, *, instead: str = "--log FILE") -> Reach:
    """UsageError where every decision lies ahead of the clock."""
    last = reaches(log)
    assert last is not None, "a log without decisions is a fault of it"
    if last <= now:
        return Reach(last)
    end = moment(now) + timedelta(seconds=1)  # decisions are cut to whole seconds
    (found,) = log.ask("SELECT MAX(decided_at) AS last FROM decisions WHERE decided_at < $until", until=end)
    if found["last"] is None:
        raise UsageError(
            f"{log.name}: every decision lies ahead of the clock, the last at {last}; it is {now}",
            type_line=instead,
        )
    return Reach(text_of(found["last"]), last if last > after(now, SLACK) else None)
