"""Views of the ledger as a whole: who is on what, what is owed, every record, and the workspace itself."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from govern.domain.lane import windows_of
from govern.domain.records import Record
from govern.domain.state import Binding, Surface
from govern.operations.bound import timeline
from govern.operations.owed import Owed, owed
from govern.operations.views.view import FLAG, JSON, NUMBER, TEXT, TIME, WHOLE, Column, Seen, View


@dataclass(frozen=True)
class Bound:
    """What was bound for a cohort (None: the surface's default) from its instant `until` the next; None: still."""

    surface_id: str
    surface: Surface
    cohort: str | None
    binding: Binding
    until: str | None

    @property
    def frozen_by(self) -> str | None:
        if self.until is not None:
            return None
        return self.surface.frozen_for(self.cohort) if self.cohort else self.surface.frozen.get("*")


@dataclass(frozen=True)
class Due:
    seen: Seen
    owed: Owed

    @property
    def overdue(self) -> bool:
        return self.owed.due is not None and self.owed.due <= self.seen.now


@dataclass(frozen=True)
class Written:
    """A record; one without effect may hold anything."""

    seen: Seen
    commit: str
    record: Record

    @property
    def asked(self) -> str | None:
        asked = self.record.asked
        return None if asked is None else str(asked.get("do"))


def _history(seen: Seen) -> Iterator[Bound]:
    for surface_id, surface in sorted(seen.state.surfaces.items()):
        for cohort in (None, *sorted(surface.cohorts)):
            line = timeline(surface, cohort)
            ends = [*(binding.at for binding in line[1:]), None]
            for binding, until in zip(line, ends, strict=True):
                yield Bound(surface_id, surface, cohort, binding, until)


def _due(seen: Seen) -> Iterator[Due]:
    found = owed(seen.state, seen.now)
    yield from (
        Due(seen, each) for each in sorted(found, key=lambda each: (each.due or "~", each.of, each.what))
    )


BINDING = (
    Column[Bound]("surface", TEXT, "The surface.", lambda b: b.surface_id),
    Column[Bound](
        "cohort_key", TEXT, "Who; NULL: the default, for every key that nobody bound.", lambda b: b.cohort
    ),
    Column[Bound]("baseline", TEXT, "What decides.", lambda b: b.binding.to.baseline),
    Column[Bound]("share", NUMBER, "For how many percent of them.", lambda b: b.binding.percent),
    Column[Bound](
        "rest",
        TEXT,
        "What decides for the others.",
        lambda b: b.binding.rest.baseline if b.binding.rest else None,
    ),
    Column[Bound](
        "model_version", TEXT, "What decisions are stamped with.", lambda b: b.binding.to.model_version
    ),
    Column[Bound]("calibration", TEXT, "The calibration bound with it.", lambda b: b.binding.to.calibration),
    Column[Bound]("packet", TEXT, "The packet that moved them.", lambda b: b.binding.packet),
    Column[Bound](
        "cause", TEXT, "`genesis`, `advance`, `rollback`, `reentry` and so on.", lambda b: b.binding.cause
    ),
    Column[Bound]("since", TIME, "From when.", lambda b: b.binding.at),
)
BINDING_RECORD = (
    Column[Bound]("actor", TEXT, "Who moved them.", lambda b: b.binding.actor),
    Column[Bound]("record", TEXT, "The record.", lambda b: b.binding.record),
)

BINDINGS = View[Bound](
    "bindings",
    "Who is on what now: the default of every surface and each cohort bound by name.",
    lambda seen: (bound for bound in _history(seen) if bound.until is None),
    (
        *BINDING,
        Column("frozen_by", TEXT, "The record that froze promotions for them.", lambda b: b.frozen_by),
        *BINDING_RECORD,
    ),
)

BINDING_HISTORY = View[Bound](
    "binding_history",
    "Who was on what, from when until when. A cohort begins with the default that it had.",
    _history,
    (
        *BINDING,
        Column("until", TIME, "Until when; NULL: still.", lambda b: b.until),
        *BINDING_RECORD,
    ),
)

DUTIES = View[Due](
    "duties",
    "What named people owe: after rollbacks, and in mitigation lanes.",
    _due,
    (
        Column("duty", TEXT, "What is owed.", lambda d: d.owed.what),
        Column("subject", TEXT, "The packet or the lane.", lambda d: d.owed.of),
        Column("owner", TEXT, "By whom.", lambda d: d.owed.owner),
        Column("due", TIME, "By when; NULL: no instant is set.", lambda d: d.owed.due),
        Column("overdue", FLAG, "Whether it is late.", lambda d: d.overdue),
        Column("settled_by", TEXT, "The line that settles it.", lambda d: d.owed.line),
    ),
)

RECORDS = View[Written](
    "records",
    "Every record of the ledger, in its order, those without effect too.",
    lambda seen: (Written(seen, commit, record) for commit, record in seen.records),
    (
        Column("n", WHOLE, "Its place in the ledger.", lambda w: w.record.n),
        Column("name", TEXT, "STREAM#SEQ.", lambda w: w.record.name),
        Column("stream", TEXT, "Its stream.", lambda w: w.record.stream),
        Column("seq", WHOLE, "Its place in the stream.", lambda w: w.record.seq),
        Column("event", TEXT, "What happened.", lambda w: w.record.event.partition("/")[0]),
        Column("event_form", TEXT, "With the number of its body's shape.", lambda w: w.record.event),
        Column("recorded_at", TIME, "When it was recorded.", lambda w: w.record.at),
        Column(
            "happened_at", TIME, "When it happened, where that was earlier.", lambda w: w.record.happened_at
        ),
        Column("actor", TEXT, "Who acted.", lambda w: w.record.actor),
        Column("claimed", FLAG, "Whether that is only claimed.", lambda w: w.record.claimed),
        Column("command", TEXT, "The id that all records of one command share.", lambda w: w.record.command),
        Column("asked", TEXT, "What was asked; the first of a command alone says it.", lambda w: w.asked),
        Column("void", FLAG, "Whether it has no effect.", lambda w: w.record.command in w.seen.state.void),
        Column("commit_id", TEXT, "The commit that holds it.", lambda w: w.commit),
        Column("body", JSON, "What it says.", lambda w: json.dumps(dict(w.record.body), ensure_ascii=False)),
    ),
)

WORKSPACE = View[Seen](
    "workspace",
    "One row: the instant that is asked about, and its window.",
    lambda seen: [seen],
    (
        Column("present", TIME, "The instant; `now()` is the same.", lambda s: s.now),
        Column("current_window", WHOLE, "Its window, counted from the anchor.", lambda s: s.current_window),
        Column(
            "current_interval",
            TEXT,
            "The same as an interval.",
            lambda s: windows_of(s.state.in_force).text(s.current_window),
        ),
        Column("policy_epoch", WHOLE, "The policy in force.", lambda s: s.state.in_force.epoch),
        Column("ledger_commit", TEXT, "The ledger's commit.", lambda s: s.ledger),
        Column("record_count", WHOLE, "How many records it has.", lambda s: len(s.records)),
    ),
)
