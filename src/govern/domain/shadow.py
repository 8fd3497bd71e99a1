"""Recording a set of shadow pairs for a packet in shadow. What was measured comes in; here it is accepted or not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from govern.domain.capability import Capability, Writer
from govern.domain.commands import CARRIED, PAYLOAD, asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Documents, rows_of
from govern.domain.evidence_rows import wrong_items, wrong_rows
from govern.domain.gates import cohort_dictionary
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.state import Packet, State

RECORDED_IN = ("shadow", "canary", "wide")  # paired scoring goes on after canary


@dataclass(frozen=True)
class RecordShadow:
    """`measured` is the body of `evidence_recorded`; `tables` are the bytes that its digests name."""

    do: ClassVar[str] = "record-shadow"
    packet: str
    measured: Mapping[str, Any] = field(metadata=PAYLOAD)
    tables: Mapping[str, bytes] = field(default_factory=dict, metadata=CARRIED)


def decide(state: State, documents: Documents, command: RecordShadow, actor: Actor, now: str) -> Decision:
    packet = state.packet(command.packet)
    if packet.phase not in RECORDED_IN:
        line = f"govern phase advance {packet.id} --to shadow" if packet.phase == "draft" else "govern status"
        raise Refusal(
            f"{packet.id} is in {packet.phase.replace('_', ' ')}: pairs are recorded from shadow on",
            type_line=line,
        )
    body = dict(command.measured)
    rows, items = (_table(documents, command, name) for name in ("table", "items"))
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


def _measurable(documents: Documents, packet: Packet) -> set[str]:
    """Covered cohorts; once in the field also those that `phase extend` could take in."""
    return set(packet.stages) | (set(cohort_dictionary(documents)) if packet.on_next else set())


def _table(documents: Documents, command: RecordShadow, name: str) -> list[dict[str, Any]]:
    digest = command.measured[name]["sha256"]
    return rows_of(command.tables[digest]) if digest in command.tables else documents.table(digest)


def fold(state: State, record: Record) -> None:
    state.touch(record.stream.partition("/")[2]).evidence.append(record)


CAPABILITY = Capability(
    writers=(Writer(RecordShadow, decide, ("evidence_recorded/1",), automation=True, claimed=True),),
    folds={"evidence_recorded/1": fold},
)
