"""Pinned files: what a baseline names by digest stays on the documents branch, and is read from there."""

from collections.abc import Iterator
from dataclasses import dataclass

from govern.domain.baseline import PARTS, Target
from govern.domain.document import digest_of
from govern.operations.workspace import Workspace


@dataclass(frozen=True)
class Pin:
    """A file that a baseline names by digest. `since` is a commit of the documents branch that had it."""

    baseline: str
    path: str
    digest: str
    since: str


def pins(workspace: Workspace, *, ever: bool = False) -> list[Pin]:
    """Every pinned file of every baseline that decides now, or that an open packet leads to or back to;
    with `ever`, of all that were bound or frozen."""
    found: dict[tuple[str, str, str], Pin] = {}
    for target, main in _in_use(workspace, ever):
        for part in PARTS:
            for path, digest in target.components[part].get("files", {}).items():
                found.setdefault((target.baseline, path, digest), Pin(target.baseline, path, digest, main))
    return list(found.values())


def _in_use(workspace: Workspace, ever: bool) -> Iterator[tuple[Target, str]]:
    """Baselines with the commit of the documents branch that their record had read."""
    state = workspace.state
    main = {record.name: record.main for record in workspace.history.records}
    for surface in state.surfaces.values():
        for timeline in (surface.default, *surface.cohorts.values()):
            for binding in timeline if ever else timeline[-1:]:
                yield from _sides(main[binding.record], binding.to, binding.otherwise)
    for packet in state.packets.values():
        if packet.frozen_by and (ever or packet.open):
            yield from _sides(main[packet.frozen_by], packet.prev, packet.next)


def _sides(main: str, *sides: Target | None) -> Iterator[tuple[Target, str]]:
    return ((side, main) for side in sides if side is not None)


def published(workspace: Workspace, pin: Pin) -> bool:
    """Whether the documents branch still has the bytes."""
    return _has(workspace.tree.read(pin.path), pin)


def original(workspace: Workspace, pin: Pin) -> bytes | None:
    """The bytes at the commit that had them; None where it is not in this clone."""
    repository = workspace.repository
    data = repository.tree(pin.since).read(pin.path) if repository.has(pin.since) else None
    return data if _has(data, pin) else None


def _has(data: bytes | None, pin: Pin) -> bool:
    return data is not None and digest_of(data) == pin.digest
