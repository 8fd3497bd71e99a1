"""What a grave trigger leads to is prepared: a package for its class, and a card that rehearses it."""

from collections.abc import Iterator
from typing import Any

from govern.domain.findings import Finding
from govern.domain.rules.view import Explanation, View, at, dictionary, finding, mapping, selected, text

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


def _critical(view: View, scope: Any) -> str | None:
    """A critical cohort that the scope can hit."""
    cohorts = dictionary(view)
    hit = selected(view, scope) if mapping(scope) else sorted(cohorts)
    return next((key for key in hit if cohorts[key].get("critical") is True), None)
