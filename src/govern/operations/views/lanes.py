"""Views of mitigation lanes as they stand: the state of each, and the corrective actions in them.

Label, confidence and faults of an open lane are those of the board. What led there stands in `lane_facts`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from govern.domain.lane import Action, Lane, name_of, windows_of
from govern.domain.mitigation.lane_board import Row, provisional_count, row_of, unresolved
from govern.operations.views.view import FLAG, NUMBER, TEXT, TEXTS, TIME, WHOLE, Column, Seen, View


@dataclass(frozen=True)
class Standing:
    """A lane; `row` is what the board says of it, None once it was left."""

    seen: Seen
    lane: Lane
    row: Row | None

    def entered(self, name: str) -> Any:
        return self.lane.entered.body[name]

    @property
    def label(self) -> Any:
        return self.row.found.label if self.row else self._left("label")

    @property
    def confidence(self) -> Any:
        return self.row.found.confidence if self.row else self._left("confidence")

    @property
    def age(self) -> int:
        windows = windows_of(self.seen.state.in_force)
        until = self.lane.exited.at if self.lane.exited else self.seen.now
        return windows.place_at(until) - windows.place_at(self.entered("entry_timestamp_utc"))

    @property
    def left(self) -> int | None:
        """Windows until it expires."""
        expiry = self.seen.place(self.lane.expiry)
        return expiry - self.seen.current_window if self.row and expiry is not None else None

    def _left(self, name: str) -> Any:
        return self.lane.exited.body[name] if self.lane.exited else None


@dataclass(frozen=True)
class Work:
    """A corrective action of a lane."""

    seen: Seen
    lane: Lane
    action: Action

    def opened(self, name: str) -> Any:
        return self.action.opened.body[name]

    def closed(self, name: str) -> Any:
        return self.action.closed.body["evidence"][name] if self.action.closed else None


def _standing(seen: Seen) -> Iterator[Standing]:
    for cohort in sorted(seen.state.lanes):
        for lane in seen.state.lanes[cohort]:
            row = row_of(seen.state, seen.documents, lane, seen.now) if lane.open else None
            yield Standing(seen, lane, row)


def _work(seen: Seen) -> Iterator[Work]:
    for cohort in sorted(seen.state.lanes):
        for lane in seen.state.lanes[cohort]:
            yield from (Work(seen, lane, action) for action in lane.actions.values())


MITIGATION_STATE = View[Standing](
    "mitigation_state",
    "Mitigation lanes, open and left: the state contract, and what the board says.",
    _standing,
    (
        Column("cohort_key", TEXT, "Whose lane it is.", lambda s: s.lane.cohort),
        Column("mitigation_mode_id", TEXT, "The lane.", lambda s: s.lane.id),
        Column("status", TEXT, "`active` or `exited`.", lambda s: "active" if s.lane.open else "exited"),
        Column("mitigation_entry_reason_code", TEXT, "Why it was entered.", lambda s: s.lane.reason),
        Column("entry_timestamp_utc", TIME, "Since when.", lambda s: s.entered("entry_timestamp_utc")),
        Column("entry_age_windows", WHOLE, "Windows since then, or until it was left.", lambda s: s.age),
        Column(
            "active_policy_version",
            TEXT,
            "The policy component of what the cohort is served meanwhile.",
            lambda s: s.entered("active_policy_version"),
        ),
        Column("reentry_criteria", TEXT, "The criteria that it is held to.", lambda s: s.lane.criteria),
        Column(
            "reentry_criteria_version",
            WHOLE,
            "Their version; NULL where the ledger lacks them.",
            lambda s: s.entered("reentry_criteria_version"),
        ),
        Column("state_owner", TEXT, "Who owns the lane now.", lambda s: s.lane.owner),
        Column("owner", TEXT, "The same person, as the board calls them.", lambda s: s.lane.owner),
        Column("critical", FLAG, "Whether the cohort is critical.", lambda s: s.lane.critical),
        Column("surfaces", TEXTS, "Where it went back.", lambda s: s.lane.surfaces),
        Column("packets", TEXTS, "The packets that went back.", lambda s: s.lane.packets),
        Column("attempt", WHOLE, "The try at re-entry.", lambda s: s.lane.attempt),
        Column("latest_event", TEXT, "Its newest lifecycle event.", lambda s: name_of(s.lane.latest)),
        Column(
            "reentry_label",
            TEXT,
            "The label by the rule, now; NULL while something is open. Of a lane that was left: its last.",
            lambda s: s.label,
        ),
        Column(
            "confidence",
            NUMBER,
            "Lower end of the 95 % interval, the lowest window; NULL before any replay.",
            lambda s: s.confidence,
        ),
        Column(
            "candidate_build",
            TEXT,
            "The build that was replayed last.",
            lambda s: s.row.found.build if s.row else s.lane.latest.body["candidate"]["build"],
        ),
        Column(
            "expiry_window",
            WHOLE,
            "The window with whose end it expires undecided.",
            lambda s: s.seen.place(s.lane.expiry),
        ),
        Column("expiry", TEXT, "The same as an interval.", lambda s: s.lane.expiry),
        Column(
            "windows_to_expiry",
            WHOLE,
            "0: it expires with this window; below: it has expired. NULL once it was left.",
            lambda s: s.left,
        ),
        Column(
            "next_replay_window",
            WHOLE,
            "The window in which the next replay is wanted.",
            lambda s: s.seen.place(s.row.next_replay) if s.row else None,
        ),
        Column(
            "next_replay", TEXT, "The same as an interval.", lambda s: s.row.next_replay if s.row else None
        ),
        Column(
            "unresolved_rejections",
            WHOLE,
            "Rejections whose corrective action is open.",
            lambda s: len(unresolved(s.lane)),
        ),
        Column(
            "provisional_count",
            WHOLE,
            "How often one more batch was wanted.",
            lambda s: provisional_count(s.lane),
        ),
        Column(
            "faults",
            TEXTS,
            "What is not in order, the gravest first.",
            lambda s: [fault.kind for fault in s.row.faults] if s.row else [],
        ),
        Column(
            "blocks",
            FLAG,
            "Whether that holds back promotions on its surfaces.",
            lambda s: any(fault.blocks for fault in s.row.faults) if s.row else False,
        ),
        Column("current_window", WHOLE, "The present window.", lambda s: s.seen.current_window),
    ),
)

CORRECTIVE_ACTIONS = View[Work](
    "corrective_actions",
    "Work in mitigation lanes, opened by a rejection or by hand.",
    _work,
    (
        Column("cohort_key", TEXT, "Whose lane it is.", lambda w: w.lane.cohort),
        Column("mitigation_mode_id", TEXT, "The lane.", lambda w: w.lane.id),
        Column(
            "attempt", WHOLE, "The try at re-entry in which it was opened.", lambda w: w.opened("attempt")
        ),
        Column("action", TEXT, "Its id in the lane.", lambda w: w.action.id),
        Column("reason_code", TEXT, "Why the cohort stays out.", lambda w: w.opened("reason_code")),
        Column("criteria", TEXTS, "The criteria that it is about.", lambda w: w.opened("criteria")),
        Column("owner", TEXT, "Who does it.", lambda w: w.action.owner),
        Column(
            "due_window",
            WHOLE,
            "The window by whose end it is done.",
            lambda w: w.seen.place(w.opened("due_window")),
        ),
        Column("due", TEXT, "The same as an interval.", lambda w: w.opened("due_window")),
        Column(
            "required_evidence",
            TEXT,
            "What the next attempt needs of it.",
            lambda w: w.opened("required_evidence"),
        ),
        Column("resolved", FLAG, "Whether it is done.", lambda w: w.action.closed is not None),
        Column("overdue", FLAG, "Whether it is late and not done.", lambda w: w.action.overdue(w.seen.now)),
        Column("opened_at", TIME, "Since when.", lambda w: w.action.opened.at),
        Column(
            "closed_at", TIME, "When it was done.", lambda w: w.action.closed.at if w.action.closed else None
        ),
        Column("evidence", TEXT, "The file that was brought.", lambda w: w.closed("name")),
        Column("evidence_digest", TEXT, "Of its bytes.", lambda w: w.closed("digest")),
        Column("current_window", WHOLE, "The present window.", lambda w: w.seen.current_window),
    ),
)
