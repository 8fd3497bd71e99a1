"""Views of packets: where they stand, what was measured and allowed for them, what fired, and who went back."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from govern.domain.records import Record
from govern.domain.state import Packet
from govern.operations.views.view import FLAG, TEXT, TEXTS, TIME, WHOLE, Column, Seen, View


@dataclass(frozen=True)
class Known:
    """A packet."""

    seen: Seen
    packet: Packet


@dataclass(frozen=True)
class Told:
    """A record of a packet; None: of the policy."""

    seen: Seen
    packet: Packet | None
    record: Record

    def body(self, *path: str) -> Any:
        """What stands there, None where the way ends."""
        value: Any = self.record.body
        for name in path:
            value = value.get(name) if value is not None else None
        return value

    @property
    def packet_id(self) -> str | None:
        return self.packet.id if self.packet else None

    @property
    def acknowledged(self) -> Record | None:
        return self.packet.acknowledged.get(self.record.name) if self.packet else None

    @property
    def served(self) -> Record | None:
        return self.packet.served.get(self.record.name) if self.packet else None

    @property
    def expired(self) -> bool:
        return bool(self.record.body["expires"] <= self.seen.now)


def _packets(seen: Seen) -> list[Packet]:
    return [seen.state.packets[name] for name in sorted(seen.state.packets)]


def _told(of: Callable[[Packet], Sequence[Record]]) -> Callable[[Seen], Iterator[Told]]:
    """The records of every packet, in the order of the ledger."""

    def told(seen: Seen) -> Iterator[Told]:
        found = [Told(seen, packet, record) for packet in _packets(seen) for record in of(packet)]
        yield from sorted(found, key=lambda each: each.record.n)

    return told


def _approvals(seen: Seen) -> Iterator[Told]:
    yield from (Told(seen, None, record) for record in seen.state.policy_approvals)
    yield from _told(lambda packet: packet.approvals)(seen)


PACKET = Column[Told]("packet", TEXT, "The packet.", lambda told: told.packet_id)
WRITTEN = (
    Column[Told]("actor", TEXT, "Who recorded it.", lambda told: told.record.actor),
    Column[Told]("recorded_at", TIME, "When.", lambda told: told.record.at),
    Column[Told]("record", TEXT, "The record.", lambda told: told.record.name),
)
EXPIRES = (
    Column[Told]("expires", TIME, "Until when it counts.", lambda told: told.body("expires")),
    Column[Told]("expired", FLAG, "Whether that is over.", lambda told: told.expired),
)

PACKETS = View[Known](
    "packets",
    "Packets that the ledger knows; a draft that nobody advanced or approved is only a document.",
    lambda seen: (Known(seen, packet) for packet in _packets(seen)),
    (
        Column("packet", TEXT, "Its id.", lambda k: k.packet.id),
        Column(
            "surface",
            TEXT,
            "What it changes; NULL before its first advance.",
            lambda k: k.packet.surface or None,
        ),
        Column("phase", TEXT, "`draft` to `adopted`, or how it ended.", lambda k: k.packet.phase),
        Column(
            "attempt", WHOLE, "Advances, additions, rollbacks and changes so far.", lambda k: k.packet.attempt
        ),
        Column(
            "prev",
            TEXT,
            "The baseline that it starts from.",
            lambda k: k.packet.prev and k.packet.prev.baseline,
        ),
        Column(
            "next", TEXT, "The baseline that it brings.", lambda k: k.packet.next and k.packet.next.baseline
        ),
        Column("cohorts", TEXTS, "Whom it covers.", lambda k: list(k.packet.covered)),
        Column("on_next", TEXTS, "Who is on its next.", lambda k: list(k.packet.on_next)),
        Column(
            "went_back",
            TEXTS,
            "Who was taken back.",
            lambda k: [cohort for cohort in k.packet.covered if k.packet.stages[cohort] == "back"],
        ),
        Column("paused_by", TEXT, "The record that paused it.", lambda k: k.packet.paused_by),
        Column(
            "open_change", TEXT, "A change that waits.", lambda k: k.packet.change and k.packet.change.name
        ),
        Column(
            "frozen_by", TEXT, "The record that froze its documents.", lambda k: k.packet.frozen_by or None
        ),
    ),
)

EVIDENCE = View[Told](
    "evidence",
    "Measurements that were recorded. The figures themselves: `govern evidence list PACKET`.",
    _told(lambda packet: packet.evidence),
    (
        PACKET,
        Column("border", TEXT, "The phase whose border it is for.", lambda t: t.body("border")),
        Column("source", TEXT, "What was measured.", lambda t: t.body("source", "name")),
        Column("windows", TEXTS, "The windows; none for pairs.", lambda t: list(t.body("windows"))),
        Column("table_rows", WHOLE, "Rows of its table.", lambda t: t.body("table", "rows")),
        Column(
            "table_digest",
            TEXT,
            "Of its table: `govern show` takes it.",
            lambda t: t.body("table", "sha256"),
        ),
        Column("excluded", WHOLE, "Rows of the source left out.", lambda t: sum(t.body("excluded").values())),
        *WRITTEN,
    ),
)

APPROVALS = View[Told](
    "approvals",
    "Approvals of packets and of policies.",
    _approvals,
    (
        PACKET,
        Column("border", TEXT, "The step; NULL for a policy.", lambda t: t.body("dossier", "border")),
        Column("cohorts", TEXTS, "For whom.", lambda t: list(t.body("dossier", "cohorts") or ())),
        Column("policy_epoch", WHOLE, "Of a policy: which.", lambda t: t.body("epoch")),
        Column("dossier_digest", TEXT, "Of what was approved.", lambda t: t.body("digest")),
        *EXPIRES,
        *WRITTEN,
    ),
)

WAIVERS = View[Told](
    "waivers",
    "Risks that somebody took in writing: one failed check, or no shadow pairs at all.",
    _told(lambda packet: (*packet.waivers, *packet.risks)),
    (
        PACKET,
        Column("waived", TEXT, "The check, or the risk.", lambda t: t.body("check") or t.body("risk")),
        Column("border", TEXT, "The step.", lambda t: t.body("border") or "canary"),
        Column("cohorts", TEXTS, "For whom; none: everybody.", lambda t: list(t.body("cohorts") or ())),
        Column("outcome", TEXT, "What the check said.", lambda t: t.body("outcome")),
        Column("reason", TEXT, "Why.", lambda t: t.body("reason")),
        Column("owner", TEXT, "Who owns the risk.", lambda t: t.body("owner")),
        *EXPIRES,
        *WRITTEN,
    ),
)

TRIGGERS_FIRED = View[Told](
    "triggers_fired",
    "Triggers that fired.",
    _told(lambda packet: packet.fired),
    (
        PACKET,
        Column("trigger", TEXT, "Which.", lambda t: t.body("trigger")),
        Column("action", TEXT, "What it asks for.", lambda t: t.body("action")),
        Column("cohorts", TEXTS, "Who was on next in its windows.", lambda t: list(t.body("cohorts"))),
        Column("began", TIME, "When the first of its windows began.", lambda t: t.body("first")),
        Column("ended", TIME, "When the last of them ended.", lambda t: t.body("last")),
        Column("window_count", WHOLE, "How many windows.", lambda t: len(t.body("windows"))),
        Column("baseline", TEXT, "What decided in them.", lambda t: t.body("baseline")),
        Column("model_version", TEXT, "What decisions were stamped with.", lambda t: t.body("model_version")),
        Column("calibration", TEXT, "The calibration bound with it.", lambda t: t.body("calibration")),
        Column(
            "acknowledged_at",
            TIME,
            "When somebody took note.",
            lambda t: t.acknowledged.at if t.acknowledged else None,
        ),
        Column("acknowledged_by", TEXT, "Who.", lambda t: t.acknowledged.actor if t.acknowledged else None),
        *WRITTEN,
    ),
)

ROLLBACKS = View[Told](
    "rollbacks",
    "Who went back, to what, and why.",
    _told(lambda packet: packet.rollbacks),
    (
        PACKET,
        Column("surface", TEXT, "Where.", lambda t: t.body("surface")),
        Column("cohorts", TEXTS, "Who went back.", lambda t: list(t.body("cohorts"))),
        Column("stayed", TEXTS, "Who stays on next.", lambda t: list(t.body("stay"))),
        Column("baseline", TEXT, "To what.", lambda t: t.body("to")),
        Column("reason", TEXT, "Why: a code.", lambda t: t.body("reason")),
        Column("note", TEXT, "What happened, in words.", lambda t: t.body("note")),
        Column("trigger_record", TEXT, "The trigger that had fired.", lambda t: t.body("trigger")),
        Column("incident_since", TIME, "Since when the incident lasted.", lambda t: t.body("range", "since")),
        Column(
            "broke_glass",
            FLAG,
            "Whether it was done without the role.",
            lambda t: "break_glass" in t.record.body,
        ),
        Column(
            "served_from",
            TEXT,
            "The first window in which the decision log shows it.",
            lambda t: t.served.body["window"] if t.served else None,
        ),
        *WRITTEN,
    ),
)
