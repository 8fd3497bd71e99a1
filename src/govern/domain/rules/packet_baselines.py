"""A packet names its two baselines by digest and stamp, and all three are of one surface."""

from collections.abc import Iterator
from typing import Any

from govern.domain.baseline import PARTS, baseline_digest, components_of
from govern.domain.document import Document
from govern.domain.findings import Finding
from govern.domain.rules.view import Explanation, View, at, finding, mapping, text, texts

CODES = {
    "GOV-PKT-002": Explanation(
        "digest is not that of the baseline",
        "The digest fixes what is rolled out and what is gone back to, file by file.",
        "If the baseline is as you want it: govern validate --fix writes the digest. If it was changed by "
        "mistake, restore it: a new version is a new baseline.",
    ),
    "GOV-PKT-004": Explanation(
        "model version is not that of the baseline",
        "Decisions are stamped with it; a wrong stamp cannot be told from a wrong binding.",
        "govern validate --fix writes it.",
    ),
    "GOV-PKT-014": Explanation(
        "baseline of another surface",
        "A packet changes one surface.",
        "Name a baseline of the packet's surface.",
    ),
}


def check(view: View) -> Iterator[Finding]:
    for packet in view.of("packet"):
        for side in ("prev", "next"):
            baseline = view.get("baseline", at(packet.value, side, "baseline"))
            if baseline is not None:
                yield from _side(view, packet, side, baseline)


def _side(view: View, packet: Document, side: str, baseline: Document) -> Iterator[Finding]:
    surface = text(packet.value, "surface")
    if surface and text(baseline.value, "surface") not in (surface, None):
        hint = f"{baseline.id} is of {text(baseline.value, 'surface')}, the packet of {surface}"
        yield finding(packet, (side, "baseline"), "GOV-PKT-014", "baseline of another surface", hint)
        return
    digest = digest_in(view, baseline)
    given = text(packet.value, side, "digest")
    if digest and given and given != digest:
        hint = f"{baseline.id} is {digest}; if that is meant: govern validate --fix"
        yield finding(
            packet,
            (side, "digest"),
            "GOV-PKT-002",
            "digest is not that of the baseline",
            hint,
            mendable=True,
        )
    name = f"model_version_{side}"
    version, stamp = text(baseline.value, "model_version"), text(packet.value, name)
    if version and stamp and version != stamp:
        hint = f"{baseline.id} is stamped {version}. Write: {name}: {version}"
        message = "model version is not that of the baseline"
        yield finding(packet, (name,), "GOV-PKT-004", message, hint, mendable=True)


def digest_in(view: View, baseline: Document) -> str | None:
    """The digest that a packet should name; None where the baseline is not complete."""
    surface, version = text(baseline.value, "surface"), text(baseline.value, "model_version")
    if not surface or not version or not all(_complete(view, baseline, part) for part in PARTS):
        return None
    return baseline_digest(surface, version, components_of(baseline.value, view.pinned))


def _complete(view: View, baseline: Document, part: str) -> bool:
    given: Any = at(baseline.value, "components", part)
    if isinstance(given, str):
        return True
    patterns = mapping(given).get("files", [])
    named = isinstance(patterns, list) and len(texts(patterns)) == len(patterns)
    return text(given, "version") is not None and named and all(view.pinned(name) for name in patterns)
