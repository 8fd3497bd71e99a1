"""Views of what was recorded in mitigation lanes: lifecycle events, observations, replays, decisions, rejections."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from govern.domain.lane import DECIDED, LIFECYCLE, Lane, name_of
from govern.domain.records import Record
from govern.operations.views.view import FLAG, NUMBER, TEXT, TEXTS, TIME, WHOLE, Column, Seen, View


@dataclass(frozen=True)
class Fact:
    """A record of a lane, or one `part` of it: a signal, a rejection."""

    seen: Seen
    lane: Lane
    record: Record
    part: Mapping[str, Any] = field(default_factory=dict)

    def place(self, window: str | None) -> int | None:
        return self.seen.place(window)

    @property
    def candidate(self) -> Any:
        """The build; of an entry the baseline that would come back."""
        named = self.record.body["candidate"] or {}
        return named.get("build", named.get("baseline"))

    @property
    def resolved(self) -> bool:
        return self.lane.actions[self.part["action"]].closed is not None

    @property
    def regressive(self) -> bool:
        return any(each["kpi"] == self.part["kpi"] for each in self.record.body["regressive"])

    def effects(self, severity: str) -> int:
        return sum(each["n"] for each in self.record.body["side_effects"] if each["severity"] == severity)


def _facts(seen: Seen, *events: str) -> Iterator[Fact]:
    """The records of all lanes with these events, in the order of the ledger."""
    lanes = (lane for each in seen.state.lanes.values() for lane in each)
    found = [Fact(seen, lane, record) for lane in lanes for record in lane.records(*events)]
    yield from sorted(found, key=lambda fact: fact.record.n)


def _parts(seen: Seen, event: str, name: str) -> Iterator[Fact]:
    for fact in _facts(seen, event):
        yield from (Fact(seen, fact.lane, fact.record, part) for part in fact.record.body[name])


def _said(name: str, type_: str, about: str) -> Column[Fact]:
    """A field of the body under its own name."""
    return Column(name, type_, about, lambda fact: fact.record.body[name])


def _part(name: str, type_: str, about: str) -> Column[Fact]:
    return Column(name, type_, about, lambda fact: fact.part[name])


LANE = (
    _said("cohort_key", TEXT, "Whose lane it is."),
    _said("mitigation_mode_id", TEXT, "The lane."),
    _said("attempt", WHOLE, "The try at re-entry."),
)
RECORD = (
    _said("evaluator", TEXT, "Who looked or decided."),
    Column[Fact]("recorded_at", TIME, "When it was recorded.", lambda fact: fact.record.at),
    Column[Fact]("record", TEXT, "The record.", lambda fact: fact.record.name),
)
CANDIDATE_BUILD = Column[Fact](
    "candidate_build", TEXT, "The build that it is about.", lambda fact: fact.candidate
)
CONFIDENCE = _said(
    "confidence", NUMBER, "Lower end of the 95 % interval as it stood then; NULL before any replay."
)
SOURCE = (
    Column[Fact]("source", TEXT, "What it was read from.", lambda fact: fact.record.body["source"]["name"]),
    Column[Fact]("source_digest", TEXT, "Of its bytes.", lambda fact: fact.record.body["source"]["digest"]),
)
CURRENT = Column[Fact]("current_window", WHOLE, "The present window.", lambda fact: fact.seen.current_window)

MITIGATION_EVENTS = View[Fact](
    "mitigation_events",
    "The lifecycle events of all lanes, six kinds in a fixed order within an attempt.",
    lambda seen: _facts(seen, *LIFECYCLE),
    (
        *LANE,
        Column("event", TEXT, "One of the six.", lambda f: name_of(f.record)),
        Column(
            "place",
            WHOLE,
            "Its place among the six, from 1.",
            lambda f: LIFECYCLE.index(name_of(f.record)) + 1,
        ),
        Column(
            "candidate", TEXT, "The build; of an entry the baseline that went back.", lambda f: f.candidate
        ),
        CONFIDENCE,
        *RECORD,
    ),
)

HEALTH_OBSERVATIONS = View[Fact](
    "health_observations",
    "Signals that were observed in lanes, one row a KPI and window.",
    lambda seen: _parts(seen, "health_observed", "signals"),
    (
        *LANE,
        _part("kpi", TEXT, "The signal."),
        Column("signal_window", WHOLE, "The window that was measured.", lambda f: f.place(f.part["window"])),
        Column("signal_interval", TEXT, "The same as an interval.", lambda f: f.part["window"]),
        _part("n", WHOLE, "How many were looked at."),
        _part("value", NUMBER, "The value in the KPI's unit; NULL without data."),
        _part("outcome", TEXT, "`passed`, `warning`, `failed` or `inconclusive`, by the KPI's own bands."),
        Column("regressive", FLAG, "Whether it lies beyond the critical band.", lambda f: f.regressive),
        CANDIDATE_BUILD,
        *SOURCE,
        *RECORD,
    ),
)

REPLAYS = View[Fact](
    "replays",
    "Completed replays in lanes.",
    lambda seen: _facts(seen, "replay_completed"),
    (
        *LANE,
        _said("pack", TEXT, "The replay pack."),
        CANDIDATE_BUILD,
        Column(
            "replay_window",
            WHOLE,
            "The window in which it was replayed.",
            lambda f: f.place(f.record.body["window"]),
        ),
        Column("replay_interval", TEXT, "The same as an interval.", lambda f: f.record.body["window"]),
        _said("n", WHOLE, "Decisions that were replayed."),
        _said("passed", WHOLE, "Those that passed."),
        CONFIDENCE,
        Column(
            "critical_route_mismatches",
            WHOLE,
            "Decisions that took another route where that is critical.",
            lambda f: f.record.body["route_mismatches"]["critical"],
        ),
        Column(
            "other_route_mismatches",
            WHOLE,
            "Other decisions that took another route.",
            lambda f: f.record.body["route_mismatches"]["other"],
        ),
        Column(
            "unauthorized_owner_mutations",
            WHOLE,
            "Changes of a route's owner that nobody allowed.",
            lambda f: f.record.body["owner_mutations"]["unauthorized"],
        ),
        Column(
            "authorized_owner_mutations",
            WHOLE,
            "Those that were allowed.",
            lambda f: f.record.body["owner_mutations"]["authorized"],
        ),
        Column("high_side_effects", WHOLE, "Side effects of high severity.", lambda f: f.effects("high")),
        Column("medium_side_effects", WHOLE, "Of medium severity.", lambda f: f.effects("medium")),
        Column("low_side_effects", WHOLE, "Of low severity.", lambda f: f.effects("low")),
        Column(
            "regressive",
            FLAG,
            "Whether it is worse than the first replay of the pack in the lane.",
            lambda f: bool(f.record.body["regressive"]),
        ),
        *SOURCE,
        *RECORD,
    ),
)

REENTRY_DECISIONS = View[Fact](
    "reentry_decisions",
    "Decisions on re-entry.",
    lambda seen: _facts(seen, DECIDED),
    (
        *LANE,
        Column(
            "reentry_label",
            TEXT,
            "What it was decided on; NULL where something was open.",
            lambda f: f.record.body["label"],
        ),
        _said("outcome", TEXT, "`approved`, `provisional`, `kept`, `containment` or `redesign`."),
        CONFIDENCE,
        CANDIDATE_BUILD,
        Column(
            "decision_window",
            WHOLE,
            "The window in which it was decided.",
            lambda f: f.place(f.record.body["decision_window"]),
        ),
        Column(
            "decision_interval", TEXT, "The same as an interval.", lambda f: f.record.body["decision_window"]
        ),
        CURRENT,
        Column(
            "rejections", WHOLE, "Criteria that were not met.", lambda f: len(f.record.body["rejections"])
        ),
        Column(
            "batch_pack",
            TEXT,
            "The pack that a provisional decision wants replayed once more.",
            lambda f: f.record.body.get("provisional", {}).get("pack"),
        ),
        Column(
            "batch_window",
            WHOLE,
            "By the end of which window.",
            lambda f: f.place(f.record.body.get("provisional", {}).get("window")),
        ),
        Column(
            "batch",
            TEXT,
            "The same as an interval.",
            lambda f: f.record.body.get("provisional", {}).get("window"),
        ),
        _said("proposed", TEXTS, "Why a redesign is proposed."),
        Column("packet_id", TEXT, "Its evidence packet.", lambda f: f.record.body["packet"]["id"]),
        Column(
            "evidence_hash",
            TEXT,
            "Of the packet's content.",
            lambda f: f.record.body["packet"]["evidence_hash"],
        ),
        Column(
            "packet_digest",
            TEXT,
            "Of the packet's bytes: `govern show` takes it.",
            lambda f: f.record.body["packet"]["sha256"],
        ),
        _said("evaluator", TEXT, "Who decided."),
        Column("decided_at", TIME, "When.", lambda f: f.record.at),
        Column("record", TEXT, "The record.", lambda f: f.record.name),
    ),
)

REENTRY_REJECTIONS = View[Fact](
    "reentry_rejections",
    "Why cohorts were kept out: one row for each criterion that a decision found not met.",
    lambda seen: _parts(seen, DECIDED, "rejections"),
    (
        *LANE,
        Column("reason_code", TEXT, "One of five.", lambda f: f.part["code"]),
        _part("criteria", TEXTS, "The criteria that were not met."),
        _part("owner", TEXT, "Who works on it."),
        Column(
            "due_window",
            WHOLE,
            "The window by whose end it is done.",
            lambda f: f.place(f.part["due_window"]),
        ),
        Column("due", TEXT, "The same as an interval.", lambda f: f.part["due_window"]),
        _part("required_evidence", TEXT, "What the next attempt has to show."),
        Column("resolved", FLAG, "Whether its corrective action is done.", lambda f: f.resolved),
        _part("action", TEXT, "Its corrective action in the lane."),
        CURRENT,
        *RECORD,
    ),
)
