"""Is a rollback SERVED: what its cohorts decided since, read from the log until next is gone or patience ends.

Nothing is recorded here. A cohort that decided nothing since shows nothing, so each of them has to speak.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from govern.domain.baseline import Target
from govern.domain.records import Record
from govern.domain.rollback.served import VerifyServed
from govern.domain.state import Packet, Surface
from govern.domain.windows import after, duration
from govern.errors import DocumentError, UsageError
from govern.evidence.decided import Decided, decided_since
from govern.evidence.served import Served, Window, first_window_without, served_range
from govern.operations.evidence.decision_log import decision_log, input_of, reaches
from govern.operations.evidence.log_reach import reach_of
from govern.operations.rollback.incidents import RolledBack, rollbacks
from govern.operations.workspace import Workspace

POLL = 5.0  # seconds until the log is read again
LONGEST = timedelta(days=1)  # of a window

Outcome = Literal["served", "still served", "inconclusive"]


@dataclass(frozen=True)
class Asked:
    """Which rollback is looked at: of a packet the newest, or the record that is named; in windows of `length`."""

    packet: str
    rollback: str | None = None
    log: str | None = None
    length: str = "PT1M"


@dataclass(frozen=True)
class Seen:
    """What the log says of one rollback.

    on_next  by cohort its decisions on next since the rollback
    window   from which on there is none; None where there is no such window yet
    since    by cohort its decisions from that window on, else from the rollback on
    ends     the last decision in the log that is not after now
    ahead    its last decision, where that lies ahead of the clock
    """

    packet: Packet
    rollback: Record
    left: Target
    back: Target
    length: str
    on_next: Mapping[str, Served]
    window: Window | None
    since: Mapping[str, Decided]
    log: Mapping[str, Any]
    ends: str
    ahead: str | None = None

    @property
    def last(self) -> str | None:
        """The last decision on next since the rollback."""
        return max((one.last for one in self.on_next.values() if one.last is not None), default=None)

    @property
    def silent(self) -> list[str]:
        """Cohorts of which nothing says what decided."""
        return [cohort for cohort, one in self.since.items() if one.silent]

    @property
    def outcome(self) -> Outcome:
        if self.window is None:
            return "inconclusive" if self.last is None else "still served"
        return "inconclusive" if self.silent else "served"

    def command(self) -> VerifyServed:
        """What is recorded of it, where it is served."""
        assert self.window is not None, "only what is served is recorded"
        rows = [
            {"cohort": cohort, "n": one.n, "back": one.on_version, "no_version": one.no_version}
            for cohort, one in self.since.items()
        ]
        measured = {
            "window": f"{self.window.since}/{self.length}",
            "cohorts": rows,
            "last": self.last,
            "log": {**self.log, "last": self.ends},
        }
        return VerifyServed(self.packet.id, self.rollback.name, measured)


def look(workspace: Workspace, asked: Asked, waited: float = 0.0) -> Seen:
    """Read the log once, `waited` seconds after now.

    UsageError: no such rollback, no log, or next is bound again to one of its cohorts.
    """
    incident = _meant(workspace, asked)
    record, cohorts = incident.record, incident.record.body["cohorts"]
    packet = workspace.state.packets[asked.packet]
    surface = workspace.state.surfaces[packet.surface]
    left, back = packet.next, _target(surface, record.body["to"])
    assert left is not None, "a packet that went back had a next"
    with decision_log(workspace, asked.log) as whole:
        reach = reach_of(whole, after(workspace.now(), f"PT{int(waited)}S"))
        log = reach.of(whole)
        _require_apart(incident, left, reaches(whole) or reach.last)
        scope = (log, packet.surface, cohorts)
        window = first_window_without(*scope, left.model_version, record.when, _length(asked.length))
        since = window.since if window else record.when
        return Seen(
            packet=packet,
            rollback=record,
            left=left,
            back=back,
            length=asked.length,
            on_next=served_range(*scope, left.model_version, record.when),
            window=window,
            since=decided_since(*scope, back.model_version, since),
            log=input_of(workspace, log),
            ends=reach.last,
            ahead=reach.ahead,
        )


def watch(
    workspace: Workspace,
    asked: Asked,
    patience: float,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Seen:
    """Look until it is served, or for `patience` seconds. A log in the middle of being written is read again."""
    began = clock()
    deadline = began + patience
    while True:
        try:
            seen = look(workspace, asked, clock() - began)
        except DocumentError:
            if clock() >= deadline:
                raise
        else:
            if seen.outcome == "served" or clock() >= deadline:
                return seen
        sleep(min(POLL, max(0.0, deadline - clock())))


def _meant(workspace: Workspace, asked: Asked) -> RolledBack:
    known = {one.record.name: one for one in rollbacks(workspace.state, asked.packet)}
    if asked.rollback is None:
        return list(known.values())[-1]
    if asked.rollback not in known:
        raise UsageError(
            f"no rollback of {asked.packet} is recorded as {asked.rollback}; there are: {', '.join(known)}",
            type_line=f"--rollback {list(known)[-1]}",
        )
    return known[asked.rollback]


def _target(surface: Surface, baseline: str) -> Target:
    """The baseline that they went back to, as it was bound somewhere on the surface."""
    timelines = (surface.default, *surface.cohorts.values())
    sides = (side for line in timelines for bound in line for side in (bound.to, bound.otherwise))
    return next(side for side in sides if side is not None and side.baseline == baseline)


def _require_apart(incident: RolledBack, left: Target, ends: str) -> None:
    """What a cohort decides once it is bound to next again says nothing of the way back before."""
    again = {cohort: at for cohort, at in incident.incident.again.items() if at <= ends}
    if again:
        cohort, at = min(again.items(), key=lambda item: item[1])
        raise UsageError(
            f"{cohort} is bound to {left.baseline} again since {at}: a log that ends before it is wanted",
            type_line="--log FILE",
        )


def _length(text: str) -> timedelta:
    try:
        length = duration(text)
    except ValueError:
        length = timedelta()
    if not timedelta() < length <= LONGEST:
        said = f"--window takes a length such as PT1M, a day at most, not `{text}`"
        raise UsageError(said, type_line="--window PT1M")
    return length
