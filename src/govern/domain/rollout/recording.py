"""Recording what was measured for a packet: a set of shadow pairs, or what came from another source.

What was measured comes in; here it is accepted or not. Each source says for itself what its rows have to be.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from govern.domain.capability import Capability, Writer
from govern.domain.commands import CARRIED, PAYLOAD, asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Documents, rows_of
from govern.domain.evidence import kpi_windows, replaying, stamping
from govern.domain.evidence.rows import wrong_items, wrong_rows
from govern.domain.gates import cohort_dictionary, open_border
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.rollout.promotion import next_phase
from govern.domain.state import Packet, Phase, State

PAIRS = "shadow_pairs"
RECORDED_IN = ("shadow", "canary", "wide", "adopted")  # paired scoring goes on while anybody is not on next
# By source a Refusal where its rows cannot be recorded; pairs have their own command.
Require = Callable[[State, Packet, Mapping[str, Any], Sequence[Mapping[str, Any]], str], None]
SOURCES: Mapping[str, Require] = {
    stamping.SOURCE: stamping.require,
    replaying.SOURCE: replaying.require,
}


@dataclass(frozen=True)
class RecordShadow:
    """`measured` is the body of `evidence_recorded`; `tables` are the bytes that its digests name."""

    do: ClassVar[str] = "record-shadow"
    packet: str
    measured: Mapping[str, Any] = field(metadata=PAYLOAD)
    tables: Mapping[str, bytes] = field(default_factory=dict, metadata=CARRIED)


@dataclass(frozen=True)
class RecordEvidence:
    """What a source other than pairs says of the cohorts on next, for the border that comes next.

    `more` are the bodies of other sources, recorded with it.
    """

    do: ClassVar[str] = "record-evidence"
    packet: str
    measured: Mapping[str, Any] = field(metadata=PAYLOAD)
    tables: Mapping[str, bytes] = field(default_factory=dict, metadata=CARRIED)
    more: tuple[Mapping[str, Any], ...] = ()

    @property
    def bodies(self) -> tuple[Mapping[str, Any], ...]:
        return (self.measured, *self.more)


def decide(state: State, documents: Documents, command: RecordShadow, actor: Actor, now: str) -> Decision:
    packet = state.packet(command.packet)
    if packet.phase not in RECORDED_IN:
        line = f"govern phase advance {packet.id} --to shadow" if packet.phase == "draft" else "govern status"
        raise Refusal(
            f"{packet.id} is in {packet.phase.replace('_', ' ')}: pairs are recorded from shadow on",
            type_line=line,
        )
    body = dict(command.measured)
    if body["source"]["name"] != PAIRS:
        raise Refusal(f"`{body['source']['name']}` is no set of pairs")
    rows, items = (_rows(documents, command, body[name]["sha256"]) for name in ("table", "items"))
    if wrong := wrong_rows(rows) or wrong_items(items):
        raise Refusal(f"the tables do not hold what was measured: {wrong}")
    measured = {row["cohort"] for row in rows if row["kpi"] is None and row["cohort"] is not None}
    unknown = sorted(measured - _measurable(documents, packet))
    if unknown:
        raise Refusal(f"cohorts that {packet.id} does not cover: {', '.join(unknown[:5])}")
    event = Event(f"packets/{packet.id}", "evidence_recorded/1", body, (packet.frozen_by,))
    return Accepted(
        (event,), asked(command), inputs=command.tables, next=f"govern evidence explain {packet.id}"
    )


def decide_evidence(
    state: State, documents: Documents, command: RecordEvidence, actor: Actor, now: str
) -> Decision:
    packet = state.packet(command.packet)
    border = open_border(state, documents, packet.id, actor, now, to=border_in_field(packet))
    events = []
    for body in command.bodies:
        if body["border"] != border.to:
            raise Refusal(
                f"it was measured for the border to {body['border']}; {packet.id} comes to {border.to} next"
            )
        rows = _rows(documents, command, body["table"]["sha256"])
        if require := SOURCES.get(body["source"]["name"]):
            require(state, packet, body, rows, now)
        else:
            kpi_windows.require(border, body, rows)
        events.append(Event(f"packets/{packet.id}", "evidence_recorded/1", dict(body), (packet.frozen_by,)))
    names = [body["source"]["name"] for body in command.bodies]
    if len(set(names)) < len(names):
        raise Refusal(f"one source, one record: {', '.join(names)}")
    following = f"govern evidence list {packet.id}"
    return Accepted(tuple(events), asked(command), inputs=command.tables, next=following)


def border_in_field(packet: Packet) -> Phase:
    """The border that comes next for a packet with cohorts on next; a Refusal where it has none."""
    coming = next_phase(packet, None, None)
    if not packet.on_next:
        raise Refusal(
            f"{packet.id} is in {packet.phase}: no cohort is on next yet",
            type_line=f"govern phase advance {packet.id} --to {coming}",
        )
    return coming


def _measurable(documents: Documents, packet: Packet) -> set[str]:
    """Covered cohorts; once in the field also those that `phase extend` could take in."""
    return set(packet.stages) | (set(cohort_dictionary(documents)) if packet.on_next else set())


def _rows(documents: Documents, command: RecordShadow | RecordEvidence, digest: str) -> list[dict[str, Any]]:
    return rows_of(command.tables[digest]) if digest in command.tables else documents.table(digest)


def fold(state: State, record: Record) -> None:
    state.touch(record.stream.partition("/")[2]).evidence.append(record)


CAPABILITY = Capability(
    writers=(
        Writer(RecordShadow, decide, ("evidence_recorded/1",), automation=True, claimed=True, offline=True),
        Writer(
            RecordEvidence,
            decide_evidence,
            ("evidence_recorded/1",),
            automation=True,
            claimed=True,
            offline=True,
        ),
    ),
    folds={"evidence_recorded/1": fold},
)
