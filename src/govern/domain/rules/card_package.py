"""A card rehearses its package: the same class, severity and time to come back; a package goes back over all it did."""

from collections.abc import Iterator

from govern.domain.document import Document
from govern.domain.findings import Finding
from govern.domain.rules.view import Explanation, View, at, finding, items, text, texts

CODES = {
    "GOV-CRD-002": Explanation(
        "card and package differ",
        "A drill of another class or severity, or with more time to come back, proves nothing about the package.",
        "Write what the package says.",
    ),
    "GOV-PKG-002": Explanation(
        "revert_order is not that of the actions",
        "An action that is not reverted stays behind after the rollback.",
        "List every action once; the reverse of `actions` is the usual order.",
    ),
    "GOV-PKG-003": Explanation(
        "one id for two steps",
        "Actions and temporary guardrails are answered for by their ids: one of the two would never be asked for.",
        "Give each action and each temporary guardrail an id of its own.",
    ),
}
SAME = (
    ("trigger_class", "trigger_class"),
    ("expected_severity", "severity"),
    ("recovery_window", "recovery_window"),
)


def check(view: View) -> Iterator[Finding]:
    for card in view.of("card"):
        package = view.get("package", at(card.value, "package_id"))
        for ours, theirs in SAME if package else ():
            said, wanted = text(card.value, ours), text(package.value, theirs) if package else None
            if said and wanted and said != wanted:
                hint = f"{package.id if package else ''} says {wanted}. Write: {ours}: {wanted}"
                yield finding(card, (ours,), "GOV-CRD-002", "card and package differ", hint)
    for package in view.of("package"):
        yield from _twice(package) or _order(package)


def _twice(package: Document) -> list[Finding]:
    """Ids that stand there already, where they stand again."""
    seen: dict[str, str] = {}
    found = []
    for field, what in (("actions", "an action"), ("temporary_guardrails", "a temporary guardrail")):
        for place, item in enumerate(items(package.value, field)):
            name = text(item, "id")
            if name in seen:
                free = next(f"{name}-{n}" for n in range(2, 99) if f"{name}-{n}" not in seen)
                hint = f"{seen[name]} is called {name} already. Write, for example: id: {free}"
                found.append(
                    finding(package, (field, place, "id"), "GOV-PKG-003", "one id for two steps", hint)
                )
            elif name:
                seen[name] = what
    return found


def _order(package: Document) -> Iterator[Finding]:
    actions = [name for item in items(package.value, "actions") if (name := text(item, "id"))]
    order = texts(package.value, "revert_order")
    if actions and order and sorted(order) != sorted(actions):
        hint = f"Write: revert_order: [{', '.join(reversed(actions))}]"
        message = "revert_order is not that of the actions"
        yield finding(package, ("revert_order",), "GOV-PKG-002", message, hint)
