"""A change of components as people name it: from the baseline that is bound to the one that is wanted.

What is bound is read from the ledger, documents from the working tree. The files that follow from it are made
in `packet_documents`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from govern.documents.tree import pinned
from govern.documents.wording import counted
from govern.domain.baseline import PARTS, Target, components_of, target_of
from govern.domain.document import Document
from govern.domain.findings import nearest
from govern.domain.policy import Policy
from govern.errors import RefusedError, UsageError
from govern.operations.authoring.capture import named_component, stamp_of, version_in
from govern.operations.context import Context
from govern.operations.place import Place, open_place, require_new_id
from govern.operations.workspace import Workspace, open_workspace


@dataclass(frozen=True, slots=True)
class Ground:
    """What a proposal stands on: the ledger's state, the working tree, and who proposes."""

    workspace: Workspace
    place: Place
    policy: Policy
    author: str

    def of(self, kind: str) -> dict[str, Document]:
        return {name: found for (each, name), found in self.place.catalog.documents.items() if each == kind}

    def pinned(self, pattern: str) -> Mapping[str, str]:
        return pinned(self.place.catalog.tree, pattern)

    def holders(self, role: str) -> list[str]:
        return list(self.policy.holders(role))

    @property
    def cohorts(self) -> Mapping[str, Mapping[str, Any]]:
        found = next(iter(self.of("cohorts").values()), None)
        return found.value.get("cohorts", {}) if found else {}


@dataclass(frozen=True, slots=True)
class Change:
    """From which baseline to which, on one surface. `parts` are the components that differ."""

    surface: str
    prev: Target
    next_id: str
    next: Target
    components: Mapping[str, Any]  # next's, as the document writes them
    parts: tuple[str, ...]

    @property
    def summary(self) -> str:
        """`chat: chat-b1 -> chat-b2, prompt v1 -> v2, the other four components unchanged`."""
        moved = [
            f"{part} {version_in(self.prev.components[part])} -> {version_in(self.components[part])}"
            for part in self.parts
        ]
        left = len(PARTS) - len(self.parts)
        others = f"the other {counted(left)} component{'s' * (left > 1)} unchanged" if left else ""
        change = f"{self.surface}: {self.prev.baseline} -> {self.next_id}"
        return ", ".join(filter(None, (change, *moved, others)))


def stand(context: Context) -> Ground:
    """Open what a proposal stands on; the fetch may fail, then what was last fetched counts."""
    workspace = open_workspace(context, fetch=True)
    place = open_place(replace(context, workspace=workspace.state.folder))
    return Ground(workspace, place, workspace.state.in_force, workspace.actor().person)


def require_packet_id(ground: Ground, packet_id: str) -> None:
    require_new_id(ground.place, "packet", packet_id)
    if packet_id in ground.workspace.state.packets:
        raise RefusedError(
            f"packet {packet_id} is on the ledger already", type_line=f"govern phase show {packet_id}"
        )


def change(ground: Ground, surface: str | None, changes: Sequence[str]) -> Change:
    """The change that `COMPONENT=VALUE` pairs mean on what the surface's default is bound to."""
    name = _surface(ground, surface)
    prev = ground.workspace.state.surfaces[name].default[-1].to
    before = _standing(ground, prev)
    named = _named(ground, changes)
    components = dict(before.value["components"]) | named
    number = _free_number(ground, name)
    next_id = f"{name}-b{number}"
    digests = components_of({"components": components}, ground.pinned)
    parts = tuple(part for part in PARTS if digests[part] != prev.components[part])
    if not parts:
        same = ", ".join(f"{part} {version_in(value)}" for part, value in named.items())
        raise RefusedError(f"nothing changes: {prev.baseline} is {same} already", type_line="govern status")
    for part in parts:
        if version_in(components[part]) == version_in(prev.components[part]):
            own = components[part]
            version = f"{version_in(own)}-b{number}"  # other bytes under the same name: a name of its own
            components[part] = {**own, "version": version} if isinstance(own, Mapping) else version
    stamp = stamp_of(components, name, ground.place.catalog, changed=parts, suffix=next_id)
    value = {"id": next_id, "surface": name, "model_version": stamp, "components": components}
    return Change(name, prev, next_id, target_of(value, ground.pinned, None), components, parts)


def _surface(ground: Ground, given: str | None) -> str:
    surfaces = sorted(ground.workspace.state.surfaces)
    if given is None and len(surfaces) == 1:
        return surfaces[0]
    if given not in surfaces:
        close = nearest(given, surfaces) if given else None
        what = f"no surface `{given}`" if given else "several surfaces"
        raise UsageError(
            f"{what}: there are {', '.join(surfaces)}", type_line=f"--surface {close or surfaces[0]}"
        )
    return given


def _standing(ground: Ground, prev: Target) -> Document:
    """The document of what is bound, with the very bytes that were bound."""
    before = ground.of("baseline").get(prev.baseline)
    if before is None:
        raise UsageError(
            f"no baselines/{prev.baseline}.yaml here, and it is what is bound", type_line="git pull"
        )
    for part, component in components_of(before.value, ground.pinned).items():
        for path, digest in prev.components[part].get("files", {}).items():
            if component.get("files", {}).get(path) != digest:
                raise RefusedError(
                    f"{path} is not what {prev.baseline} was bound with: save the change as a NEW file",
                    type_line=f"git restore --source {(ground.workspace.main or 'HEAD')[:12]} -- {path}",
                )
    if target_of(before.value, ground.pinned, None).digest != prev.digest:
        raise RefusedError(
            f"{before.path} is not what was bound: a baseline never changes",
            type_line=f"git restore --source {(ground.workspace.main or 'HEAD')[:12]} -- {before.path}",
        )
    return before


def _named(ground: Ground, changes: Sequence[str]) -> dict[str, Any]:
    """`COMPONENT=VALUE`, as often as wanted, each component once."""
    named: dict[str, Any] = {}
    for text in changes:
        part, sign, value = text.partition("=")
        if not sign or part not in PARTS:
            close = nearest(part, PARTS) or "prompt"
            raise UsageError(
                f"`{text}` is no change: COMPONENT=VALUE, where COMPONENT is one of {', '.join(PARTS)}",
                type_line=f"--change {close}={value or 'FILE-OR-VERSION'}",
            )
        if part in named:
            raise UsageError(f"{part} is changed twice: one packet changes each component once")
        named[part] = named_component(ground.place, part, value)
    if not named:
        raise UsageError(
            "a packet says what changes", type_line="govern new packet ID --change prompt=prompts/NEW-FILE"
        )
    return named


def _free_number(ground: Ground, surface: str) -> int:
    """One more than any baseline of this surface has, in the working tree or on the ledger."""
    state = ground.workspace.state
    known = {
        name
        for kind, name in (*ground.place.catalog.documents, *ground.place.catalog.unread)
        if kind == "baseline"
    }
    known |= set(state.verified) | {p.next.baseline for p in state.packets.values() if p.next is not None}
    found = (re.fullmatch(rf"{re.escape(surface)}-b([0-9]{{1,9}})", name) for name in known)
    return max((int(match[1]) for match in found if match), default=0) + 1
