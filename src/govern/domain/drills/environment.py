"""Is everything as the ledger froze it? What is bound, by the digests of its records, against what stands there now.

A drill says that it went back; this looks. The card's own figures prove nothing and are not read.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from govern.domain.baseline import Target, target_of
from govern.domain.document import Documents, canonical, digest_of
from govern.domain.drills.leading import packages_of
from govern.domain.state import Packet, State


def environment(
    state: State, documents: Documents, package: Mapping[str, Any], clone: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The baselines of the surfaces that the package is about, else of every one, and what a clone gave."""
    rows = [
        {
            "surface": surface,
            "baseline": target.baseline,
            "frozen": target.digest,
            "found": _found(documents, target),
        }
        for surface in _surfaces(state, documents, package)
        for target in _bound(state, surface)
    ]
    same = bool(rows) and all(row["frozen"] == row["found"] for row in rows)
    return {
        "frozen": _one([row["frozen"] for row in rows]),
        "restored": _one([row["found"] for row in rows]),
        "same": same and (clone is None or bool(clone["same"])),
        "method": "tree" if clone is None else "clone",
        "baselines": rows,
    }


def to_rehearse(state: State, documents: Documents, package: Mapping[str, Any]) -> str | None:
    """The packet whose way back a drill of the package walks on a throw-away clone; None where none is in the field.

    One whose triggers lead to the package comes first: another surface in the package does not take its walk away.
    """
    leading, surface = _leading(state, documents, package["id"]), package.get("surface")
    there = [(each in leading, each.id) for each in state.packets.values() if each.open]
    own = [found for found in there if found[0] or state.packets[found[1]].surface == surface]
    return max(own)[1] if own else None


def _leading(state: State, documents: Documents, package: str) -> list[Packet]:
    """Packets in the field with a trigger that leads to the package."""
    return [each for each in state.packets.values() if each.open and package in packages_of(documents, each)]


def _surfaces(state: State, documents: Documents, package: Mapping[str, Any]) -> list[str]:
    named = {package["surface"]} if "surface" in package else set()
    about = named | {packet.surface for packet in _leading(state, documents, package["id"])}
    return sorted(about & state.surfaces.keys()) if about else sorted(state.surfaces)


def _bound(state: State, surface: str) -> Iterator[Target]:
    """Every baseline that decides for somebody there now, each once."""
    there = state.surfaces[surface]
    newest = [line[-1] for line in (there.default, *there.cohorts.values()) if line]
    targets = {side.digest: side for each in newest for side in (each.to, each.rest) if side is not None}
    yield from sorted(targets.values(), key=lambda target: (target.baseline, target.digest))


def _found(documents: Documents, target: Target) -> str | None:
    """The digest of that baseline as it stands now; None where it is gone."""
    document = documents.get("baseline", target.baseline)
    return target_of(document.value, documents.pinned, None).digest if document else None


def _one(digests: list[str | None]) -> str | None:
    """One digest for all: its own where there is one."""
    if len(digests) == 1 or None in digests:
        return digests[0] if len(digests) == 1 else None
    return digest_of(canonical(digests))
