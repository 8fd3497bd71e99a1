"""What change control has agreed to: the changes of a packet's frozen documents, open and applied.

An applied change is in force, and a pull request that brings the documents branch to it is honest; so is one
that says what an open change asks for. Who may open and apply one is decided in the domain.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from govern.domain.difference import Leaf, at, same
from govern.domain.document import Documents, Pointer
from govern.domain.records import Record
from govern.domain.rollout.change_control import changed_values
from govern.domain.state import Packet
from govern.operations.reading import KeptDocuments
from govern.operations.workspace import Workspace


@dataclass(frozen=True)
class Change:
    """`applied` is None while it is open; `values` are then the documents that it would freeze, by FOLDER/ID."""

    packet: str
    opened: Record
    applied: Record | None
    values: Mapping[str, Any] = field(default_factory=dict)

    def asks_for(self, key: str, leaf: Leaf) -> bool:
        """Whether this open change says what now stands there."""
        return key in self.values and same(at(self.values[key], leaf.pointer), leaf.now)

    def has_set(self, key: str, pointer: Pointer) -> bool:
        """Whether this applied change set the field, a part of it, or what it is a part of."""
        if self.applied is None:
            return False
        for setting in self.opened.body["set"]:
            steps = tuple(setting["field"].split("."))
            short = min(len(steps), len(pointer))
            if setting["document"] == key and steps[:short] == pointer[:short]:
                return True
        return False


def changes_of(workspace: Workspace, packet: Packet) -> list[Change]:
    """The change controls of a packet, the newest first."""
    applied = [r for r in reversed(packet.history) if r.event.startswith("change_control_applied/")]
    found = []
    if packet.change is not None:
        kept = KeptDocuments(workspace.state.folder, workspace.inputs)
        values = changed_values(
            cast(Documents, kept), packet, packet.change.body["set"]
        )  # frozen bytes alone
        found.append(Change(packet.id, packet.change, None, values))
    if applied:
        records = {record.name: record for _, records in workspace.commands() for record in records}
        found += [Change(packet.id, records[record.body["opened"]], record) for record in applied]
    return found
