"""Changing what is frozen, in the open: one person opens a change with its reason, another applies it.

Applying restarts the count of cycles, makes approvals of the old bytes worthless, and is the only way in
which a frozen number moves. The new bytes are the old value with the change applied, as canonical JSON, so
that anyone can make them again.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from govern.domain import queries
from govern.domain.capability import Capability, Writer
from govern.domain.checks.approvals import may_approve
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import FOLDERS, Document, Documents, canonical, digest_of
from govern.domain.findings import nearest
from govern.domain.gates import named_by, open_border, references
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.state import Packet, State
from govern.errors import ExitCode

IMMUTABLE = (
    "surface",
    "prev",
    "next",
    "model_version_prev",
    "model_version_next",
    "calibration_packet_id",
    "authors",
)
UNCHANGED = ("baselines/", queries.FOLDER)  # frozen for good
Setting = Mapping[str, Any]  # {document: FOLDER/ID, field: dotted path, value}


@dataclass(frozen=True)
class OpenChange:
    do: ClassVar[str] = "open-change"
    packet: str
    set: tuple[Setting, ...]
    reason: str
    attempt: int | None = None


@dataclass(frozen=True)
class ApplyChange:
    do: ClassVar[str] = "apply-change"
    packet: str
    change: str | None = None  # the record that opened it
    attempt: int | None = None


def open_change(state: State, documents: Documents, command: OpenChange, actor: Actor, now: str) -> Decision:
    packet = _frozen(state, command.packet, command.attempt)
    changed_values(documents, packet, command.set)
    body = {"set": [dict(setting) for setting in command.set], "reason": command.reason}
    event = Event(f"packets/{packet.id}", "change_control_opened/1", body, (packet.frozen_by,))
    pinned = replace(command, attempt=packet.attempt)
    return Accepted((event,), asked(pinned), next=f"govern packet change {packet.id} --apply")


def apply_change(
    state: State, documents: Documents, command: ApplyChange, actor: Actor, now: str
) -> Decision:
    packet = _frozen(state, command.packet, command.attempt)
    change = packet.change
    if change is None or command.change not in (None, change.name):
        raise Refusal(
            f"no change of {packet.id} is open", type_line=f"govern packet change {packet.id} --set ..."
        )
    if change.actor == actor.person:
        raise Refusal(f"{actor.person} opened this change ({change.name}): somebody else applies it")
    border = open_border(state, documents, packet.id, actor, now, to="canary")
    if not may_approve(border, actor.person):
        owners = ", ".join(border.value["owners"]["rollout_approve"])
        raise Refusal(f"{actor.person} may not apply a change of {packet.id}; {owners} may, no author")
    values = changed_values(documents, packet, change.body["set"])
    files = {key: canonical(value) for key, value in values.items()}
    fresh = _newly_named(documents, packet, values)
    files |= _queries(documents, packet, values, fresh)
    frozen = {key: digest_of(data) for key, data in files.items()} | {k: d.digest for k, d in fresh.items()}
    body = {"opened": change.name, "frozen": frozen}
    event = Event(f"packets/{packet.id}", "change_control_applied/1", body, (change.name, packet.frozen_by))
    pinned = replace(command, change=change.name, attempt=packet.attempt)
    inputs = {digest_of(data): data for data in files.values()}
    return Accepted((event,), asked(pinned), inputs=inputs, next=f"govern phase check {packet.id}")


def _newly_named(documents: Documents, packet: Packet, values: Mapping[str, Any]) -> dict[str, Document]:
    """What the changed documents name for the first time is frozen with them, as it is on the branch now."""
    fresh: dict[str, Document] = {}
    value = values.get(f"packets/{packet.id}")
    wanted = references(value) if value else []
    for document in _changed(documents, packet, values):
        wanted += named_by(document) if document.kind == "criteria" else []
    for kind, name in wanted:  # criteria bring what they name themselves
        key = f"{FOLDERS[kind]}/{name}"
        if key not in packet.frozen and key not in fresh:
            found = documents.get(kind, name)
            if found is None:
                raise Refusal(f"no {kind} `{name}` on the documents branch", exit=ExitCode.COULD_NOT)
            fresh[key] = found
            wanted += named_by(found) if kind == "criteria" else []
    return fresh


def _changed(documents: Documents, packet: Packet, values: Mapping[str, Any]) -> list[Document]:
    """The frozen documents with the change applied."""
    return [replace(documents.frozen(key, packet.frozen[key]), value=value) for key, value in values.items()]


def _queries(
    documents: Documents, packet: Packet, values: Mapping[str, Any], fresh: Mapping[str, Document]
) -> dict[str, bytes]:
    """The texts of queries that come in with the change; what is frozen already stays what it is."""
    texts = queries.texts(documents, (*_changed(documents, packet, values), *fresh.values()))
    return {name: text for name, text in texts.items() if name not in packet.frozen}


def _frozen(state: State, packet_id: str, attempt: int | None) -> Packet:
    packet = state.packet(packet_id)
    if not packet.frozen or packet.ended:
        what = (
            "it has ended"
            if packet.ended
            else "edit its documents and merge them: nothing is frozen before shadow"
        )
        raise Refusal(f"{packet_id} is in {packet.phase.replace('_', ' ')}: {what}")
    if attempt is not None and attempt != packet.attempt:
        raise Refusal(f"{packet_id} was advanced meanwhile", type_line=f"govern phase show {packet_id}")
    return packet


def changed_values(
    documents: Documents, packet: Packet, settings: Sequence[Setting]
) -> dict[str, dict[str, Any]]:
    """The frozen documents that the change touches, with it applied. A Refusal where it does not fit."""
    values: dict[str, dict[str, Any]] = {}
    for setting in settings:
        key = setting["document"]
        if key not in packet.frozen or key.startswith(UNCHANGED):
            close = nearest(key, [each for each in packet.frozen if not each.startswith(UNCHANGED)])
            raise Refusal(
                f"{packet.id} has not frozen `{key}`" + (f"; nearest: {close}" if close else ""),
                exit=ExitCode.COULD_NOT,
            )
        _changeable(packet, key, setting["field"])
        document = documents.frozen(key, packet.frozen[key])
        value = values.setdefault(key, deepcopy(dict(document.value)))
        _set(value, key, setting["field"].split("."), setting["value"])
        if problems := documents.problems(document.kind, value):
            raise Refusal(f"{key}:{setting['field']}: {problems[0]}", exit=ExitCode.COULD_NOT)
    return values


def _changeable(packet: Packet, key: str, field: str) -> None:
    """What a packet is about never changes under way: another prev or next is another packet."""
    first = field.partition(".")[0]
    folder, _, name = key.partition("/")
    if folder == "kpis" and first == "measure" and queries.frozen_name(name) in packet.frozen:
        raise Refusal(
            f"{key}:measure is fixed with the text of its query: a KPI that is measured otherwise is a new one",
            type_line="govern new kpi ID",
        )
    if first in ("kind", "id") or (key.startswith("packets/") and first in IMMUTABLE):
        raise Refusal(
            f"{key}:{first} is fixed for good: another one is another packet",
            type_line="govern new packet ID --change prompt=FILE",
        )


def _set(value: dict[str, Any], key: str, path: list[str], new: Any) -> None:
    for name in path[:-1]:
        inner = value.get(name)
        if not isinstance(inner, dict):
            raise Refusal(f"{key} has no field `{'.'.join(path)}`", exit=ExitCode.COULD_NOT)
        value = inner
    value[path[-1]] = new


def fold_opened(state: State, record: Record) -> None:
    state.touch(record.stream.partition("/")[2]).change = record


def fold_applied(state: State, record: Record) -> None:
    packet = state.touch(record.stream.partition("/")[2])
    packet.change = None
    packet.attempt += 1
    packet.frozen |= record.body["frozen"]
    packet.frozen_by = record.name
    packet.counting_from = record.n
    packet.history.append(record)
    for lane in state.open_lanes():
        if lane.packets[:1] == [packet.id]:  # what its criteria are now, it is held to
            lane.frozen |= record.body["frozen"]


CAPABILITY = Capability(
    writers=(
        Writer(OpenChange, open_change, ("change_control_opened/1",)),
        Writer(ApplyChange, apply_change, ("change_control_applied/1",), "rollout_approve"),
    ),
    folds={"change_control_opened/1": fold_opened, "change_control_applied/1": fold_applied},
)
