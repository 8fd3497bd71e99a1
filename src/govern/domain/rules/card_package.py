"""A card rehearses its package: the same class and severity; a package goes back over all that it did."""

from collections.abc import Iterator

from govern.domain.findings import Finding
from govern.domain.rules.view import Explanation, View, at, finding, items, text, texts

CODES = {
    "GOV-CRD-002": Explanation(
        "card and package differ",
        "A drill of another class or severity proves nothing about the package.",
        "Write what the package says.",
    ),
    "GOV-PKG-002": Explanation(
        "revert_order is not that of the actions",
        "An action that is not reverted stays behind after the rollback.",
        "List every action once; the reverse of `actions` is the usual order.",
    ),
}
SAME = (("trigger_class", "trigger_class"), ("expected_severity", "severity"))


def check(view: View) -> Iterator[Finding]:
    for card in view.of("card"):
        package = view.get("package", at(card.value, "package_id"))
        for ours, theirs in SAME if package else ():
            said, wanted = text(card.value, ours), text(package.value, theirs) if package else None
            if said and wanted and said != wanted:
                hint = f"{package.id if package else ''} says {wanted}. Write: {ours}: {wanted}"
                yield finding(card, (ours,), "GOV-CRD-002", "card and package differ", hint)
    for package in view.of("package"):
        actions = [name for item in items(package.value, "actions") if (name := text(item, "id"))]
        order = texts(package.value, "revert_order")
        if actions and order and sorted(order) != sorted(actions):
            hint = f"Write: revert_order: [{', '.join(reversed(actions))}]"
            message = "revert_order is not that of the actions"
            yield finding(package, ("revert_order",), "GOV-PKG-002", message, hint)
