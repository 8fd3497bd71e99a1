"""A mitigation lane: one cohort's way from entry to exit, as the ledger gives it, and what its names are made of.

What each event does to a lane stands beside the command that writes it. Six lifecycle events keep their order
within a numbered attempt; facts and corrective actions stand beside them. Source: the contract of mitigation state.
"""

import hashlib
import re
from dataclasses import dataclass, field
from shlex import quote
from typing import Any

from govern.domain.firing import Grid
from govern.domain.policy import Policy
from govern.domain.records import Record

ENTERED = "mitigation_entered"
STARTUP = "first_stable_startup_observed"
INTERACTION = "first_stable_interaction_observed"
CANDIDATE = "reentry_candidate_window_opened"
DECIDED = "reentry_decision_recorded"
EXITED = "mitigation_exited"
LIFECYCLE = (ENTERED, STARTUP, INTERACTION, CANDIDATE, DECIDED, EXITED)
DIGITS = re.compile(r"(^|-)[0-9a-f]{8}$")
SLUG_AT_MOST = 48  # with a digest and a number it is still an id


def slug(cohort: str) -> str:
    """A cohort key as an id: itself where it is one, else what is left of it with eight digits of its digest."""
    plain = re.sub(r"[^a-z0-9]+", "-", cohort.lower()).strip("-")[:SLUG_AT_MOST].rstrip("-")
    if plain == cohort and not DIGITS.search(cohort):  # so that no two keys have the same
        return cohort
    return "-".join(filter(None, (plain, hashlib.sha256(cohort.encode()).hexdigest()[:8])))


def stream_of(cohort: str) -> str:
    return f"lanes/{slug(cohort)}"


def mode_id(cohort: str, number: int) -> str:
    return f"{slug(cohort)}-{number:02}"


def word_of(cohort: str, lane: str) -> str:
    """A cohort in a line to paste: its key, or its lane's id where a shell would make something else of the key."""
    return cohort if quote(cohort) == cohort and not cohort.startswith("-") else lane


def name_of(record: Record) -> str:
    """The event without the number of its shape."""
    return record.event.partition("/")[0]


def windows_of(policy: Policy) -> Grid:
    """The workspace's windows: expiry, replays, due dates and confidence are counted in them."""
    windows = policy.view["windows"]
    return Grid(str(windows["anchor"]), windows["length"])


def end_of(window: str) -> str:
    """The first instant that is no longer in a window `START/LENGTH`."""
    start, _, length = window.partition("/")
    return Grid(start, length).end(0)


@dataclass(slots=True)
class Action:
    """A corrective action: work that a named owner does by the end of a window."""

    id: str
    opened: Record
    closed: Record | None = None

    @property
    def owner(self) -> str:
        return str(self.opened.body["owner"])

    @property
    def due(self) -> str:
        """The first instant at which it is overdue."""
        return end_of(self.opened.body["due_window"])

    def overdue(self, now: str) -> bool:
        return self.closed is None and self.due <= now


@dataclass(slots=True)
class Lane:
    """`began` is the place of the record with which the attempt began, `regressive` what was not contained yet."""

    id: str
    cohort: str
    entered: Record
    surfaces: list[str]
    packets: list[str]
    owner: str
    expiry: str  # window
    attempt: int = 1
    began: int = 0
    reached: list[Record] = field(default_factory=list)  # lifecycle events of the attempt
    regressive: list[Record] = field(default_factory=list)
    actions: dict[str, Action] = field(default_factory=dict)
    history: list[Record] = field(default_factory=list)
    exited: Record | None = None
    frozen: dict[str, str] = field(default_factory=dict)  # FOLDER/ID -> digest of what it is held to

    @property
    def stream(self) -> str:
        return stream_of(self.cohort)

    @property
    def word(self) -> str:
        """How a line to paste names it."""
        return word_of(self.cohort, self.id)

    @property
    def open(self) -> bool:
        return self.exited is None

    @property
    def critical(self) -> bool:
        return bool(self.entered.body["critical"])

    @property
    def reason(self) -> str:
        return str(self.entered.body["mitigation_entry_reason_code"])

    @property
    def criteria(self) -> str:
        return str(self.entered.body["criteria"])

    @property
    def latest(self) -> Record:
        """The newest lifecycle event."""
        return next(record for record in reversed(self.history) if name_of(record) in LIFECYCLE)

    @property
    def coming(self) -> str:
        """The lifecycle event that comes next in this attempt."""
        if not self.reached:
            return STARTUP
        return LIFECYCLE[LIFECYCLE.index(name_of(self.reached[-1])) + 1]

    @property
    def approved(self) -> Record | None:
        """The decision that lets the cohort in, while nothing has taken its place."""
        last = self.reached[-1] if self.reached else None
        return last if last is not None and name_of(last) == DECIDED else None

    @property
    def open_actions(self) -> list[Action]:
        return [action for action in self.actions.values() if action.closed is None]

    @property
    def contained(self) -> int:
        """The place of its last containment: what was shown before it is not counted any more."""
        return max((record.n for record in self.records("containment_reviewed")), default=0)

    def expired(self, now: str) -> bool:
        return end_of(self.expiry) <= now

    def records(self, *events: str) -> list[Record]:
        """Its records of these events, oldest first."""
        return [record for record in self.history if name_of(record) in events]

    def attempt_of(self, event: str) -> int:
        """The attempt that a lifecycle event belongs to: after an approval only the exit is part of the same one."""
        return self.attempt + (event != EXITED and self.approved is not None)

    def reach(self, record: Record) -> None:
        """A lifecycle event of this attempt, or the first of the next."""
        if record.body["attempt"] != self.attempt:
            self.end_attempt(record)
        self.reached.append(record)

    def end_attempt(self, record: Record) -> None:
        """The next attempt begins with `record`; what was reached is history."""
        self.attempt += 1
        self.began = record.n
        self.reached = []


def context_of(lane: Lane, event: str = "") -> dict[str, Any]:
    """What every record of a lane says first: whose it is, and which attempt."""
    attempt = lane.attempt_of(event) if event in LIFECYCLE else lane.attempt
    return {"cohort_key": lane.cohort, "mitigation_mode_id": lane.id, "attempt": attempt}
