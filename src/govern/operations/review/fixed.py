"""What the ledger keeps fixed: documents and queries frozen by open packets, and baselines frozen or bound.

Each is a value with the record that fixed it, and a way to read the same value from a tree. Whether a
difference is somebody's fault is decided elsewhere.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from govern.documents.catalog import parse_document
from govern.documents.tree import Tree, pinned
from govern.domain import queries
from govern.domain.baseline import Target, components_of
from govern.domain.difference import ABSENT
from govern.domain.document import Document, Positions, Value
from govern.domain.findings import has_errors
from govern.domain.records import Record
from govern.domain.state import Binding, Packet, State
from govern.operations.reading import KeptDocuments, plain
from govern.operations.workspace import Workspace

BASELINES = "baselines/"
TEXT = "text"  # the one field that a query has


@dataclass(frozen=True, slots=True)
class Hold:
    """Who keeps it fixed: `how` is `draft -> shadow`, `change control`, or what is bound to it."""

    packet: str | None
    record: str
    at: str
    how: str


@dataclass(frozen=True)
class Fixed:
    """One value. Of a baseline only what decides is fixed; its checklist may be kept up to date."""

    key: str
    path: str
    value: Mapping[str, Any]
    hold: Hold

    @property
    def baseline(self) -> bool:
        return self.key.startswith(BASELINES)

    @property
    def query(self) -> bool:
        return self.key.startswith(queries.FOLDER)


@dataclass(frozen=True)
class Seen:
    """The same document in one tree: ABSENT where there is none, None where it cannot be read."""

    value: Value
    positions: Positions = field(default_factory=Positions)


def seen(tree: Tree, folder: str, fixed: Fixed) -> Seen:
    data = tree.read(fixed.path)
    if data is None:
        return Seen(ABSENT)
    if fixed.query:
        return Seen({TEXT: plain(data)})
    document, findings = parse_document(fixed.path, data, folder)
    if document is None or (fixed.baseline and has_errors(findings)):
        return Seen(None)
    if not fixed.baseline:
        return Seen(document.value, document.positions)
    components = components_of(document.value, lambda pattern: pinned(tree, pattern))
    value = {name: document.value[name] for name in ("surface", "model_version")}
    return Seen({**value, "components": components}, document.positions)


def frozen_documents(workspace: Workspace, packet: Packet) -> Iterator[Fixed]:
    """What an open packet has frozen, except for its baselines. Raises MissingInputError."""
    state = workspace.state
    kept = KeptDocuments(state.folder, workspace.inputs)
    for key, digest in sorted(packet.frozen.items()):
        if not key.startswith((BASELINES, queries.FOLDER)):
            document: Document = kept.frozen(key, digest)
            yield Fixed(key, document.path, document.value, _frozen_by(packet, key))
            name = queries.frozen_name(document.id)
            if document.kind == "kpi" and (text := packet.frozen.get(name)) is not None:
                path = queries.sql_file(document.value) or ""
                yield Fixed(name, path, {TEXT: plain(kept.kept(text))}, _frozen_by(packet, name))


def baselines_in_use(state: State) -> Iterator[Fixed]:
    """Baselines of open packets, what is bound now, and the way back of what was adopted and is bound still."""
    found: dict[tuple[str, str], Fixed] = {}

    def keep(surface: str, target: Target | None, hold: Hold) -> None:
        if target is not None:
            key = f"{BASELINES}{target.baseline}"
            decides = {"model_version": target.model_version, "components": target.components}
            named = replace(hold, how=f"{target.baseline}, {hold.how}")  # two may pin the same file
            fixed = Fixed(key, f"{state.folder}/{key}.yaml", {"surface": surface, **decides}, named)
            found.setdefault((key, target.digest), fixed)

    bound = list(_bindings(state))
    digests = {binding.to.digest for _, binding in bound}
    for packet in state.packets.values():
        adopted = packet.phase == "adopted" and packet.next is not None and packet.next.digest in digests
        if packet.open or adopted:
            for target in (packet.prev, packet.next):
                keep(packet.surface, target, _frozen_by(packet, f"packets/{packet.id}"))
    for surface, binding in bound:
        hold = Hold(binding.packet, binding.record, binding.at, f"bound on {surface}")
        for target in (binding.to, binding.otherwise):
            keep(surface, target, hold)
    yield from found.values()


def _bindings(state: State) -> Iterator[tuple[str, Binding]]:
    """What decides now, everywhere."""
    for name, surface in sorted(state.surfaces.items()):
        for timeline in (surface.default, *surface.cohorts.values()):
            if timeline:
                yield name, timeline[-1]


def _frozen_by(packet: Packet, key: str) -> Hold:
    """The record that fixed this document last."""
    fixing = [record for record in packet.history if key in record.body.get("frozen", {})]
    record: Record = fixing[-1]
    advance = record.event.startswith("phase_advanced/")
    how = f"{record.body['from']} -> {record.body['to']}" if advance else "change control"
    return Hold(packet.id, record.name, record.at, how)
