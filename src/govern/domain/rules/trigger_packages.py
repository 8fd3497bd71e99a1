"""What triggers lead to is prepared: a package for the class of a grave one, on the surface of its packets, with a card
that rehearses it.
"""

from collections.abc import Iterator
from typing import Any

from govern.domain.document import Document
from govern.domain.findings import Finding
from govern.domain.rules.view import (
    Explanation,
    View,
    at,
    dictionary,
    finding,
    mapping,
    selected,
    text,
    texts,
)

CODES = {
    "GOV-TRG-004": Explanation(
        "no package for a grave trigger",
        "Severity high or worse on a critical cohort is no moment to invent what to do.",
        "Write a package for the trigger's class, with a card: govern new card --packet ID.",
    ),
    "GOV-TRG-005": Explanation(
        "package of another class",
        "A package answers one class of trigger.",
        "Name a package of the trigger's class.",
    ),
    "GOV-PKG-001": Explanation(
        "a package without a card",
        "What is never rehearsed is not known to work.",
        "Write a card for it: govern new card --package ID.",
    ),
    "GOV-PKG-004": Explanation(
        "package of another surface",
        "Drills rehearse the real rollback on the package's surface: elsewhere, or without one, a way back that never "
        "works would still score.",
        "Write the surface of the packets whose triggers lead to it; a package for each where there are two.",
    ),
}
GRAVE = ("high", "critical")


def check(view: View) -> Iterator[Finding]:
    classes = {text(package.value, "trigger_class") for package in view.of("package")}
    hidden = {kind for kind, _ in view.unread}
    for trigger in view.of("trigger"):
        named = view.get("package", at(trigger.value, "package"))
        wanted = text(trigger.value, "trigger_class")
        if named and wanted and text(named.value, "trigger_class") not in (wanted, None):
            hint = f"{named.id} answers {text(named.value, 'trigger_class')}, this is {wanted}"
            yield finding(trigger, ("package",), "GOV-TRG-005", "package of another class", hint)
        elif wanted and "package" not in trigger.value and "package" not in hidden:
            grave = text(trigger.value, "severity") in GRAVE
            if grave and wanted not in classes and (hit := _critical(view, at(trigger.value, "scope"))):
                hint = f"severity {text(trigger.value, 'severity')} can hit {hit}, which is critical. "
                hint += f"Write a package for {wanted}, then: package: ID"
                pointer = ("severity",)
                yield finding(trigger, pointer, "GOV-TRG-004", "no package for a grave trigger", hint)
    carded = {text(card.value, "package_id") for card in view.of("card")}
    for package in view.of("package"):
        if package.id not in carded and "card" not in hidden:
            hint = f"type: govern new card --package {package.id}"
            yield finding(package, ("id",), "GOV-PKG-001", "a package without a card", hint)
        yield from _elsewhere(view, package)


def _elsewhere(view: View, package: Document) -> Iterator[Finding]:
    """A package on another surface than the packets whose triggers lead to it."""
    leads: dict[str, str] = {}
    for packet in view.of("packet"):
        surface = text(packet.value, "surface")
        for name in texts(packet.value, "triggers"):
            trigger = view.get("trigger", name)
            if surface and trigger and text(trigger.value, "package") == package.id:
                leads.setdefault(surface, f"trigger {name} of {packet.id}, on {surface}, leads to it")
    named, workspace = text(package.value, "surface"), view.single("workspace")
    wrong = [surface for surface in leads if surface != named]
    known = mapping(workspace.value, "surfaces") if workspace else {}
    if not wrong or ("surface" in package.value and named not in known):
        return  # a name that is no surface is told already
    hint = "; ".join(leads[surface] for surface in wrong)
    hint += f". Write: surface: {wrong[0]}" if len(leads) == 1 else ". Write a package for each surface"
    pointer = ("surface",) if named else ("id",)
    yield finding(package, pointer, "GOV-PKG-004", "package of another surface", hint)


def _critical(view: View, scope: Any) -> str | None:
    """A critical cohort that the scope can hit."""
    cohorts = dictionary(view)
    hit = selected(view, scope) if mapping(scope) else sorted(cohorts)
    return next((key for key in hit if cohorts[key].get("critical") is True), None)
