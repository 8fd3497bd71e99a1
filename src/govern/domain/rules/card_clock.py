"""The clock and the handoffs of a card: 45 minutes in all, and each handoff from one route to another."""

from collections.abc import Iterator
from datetime import timedelta

from govern.domain.document import Document
from govern.domain.drills.times import LIMIT
from govern.domain.findings import Finding
from govern.domain.rules.view import Explanation, View, finding, items, mapping, text
from govern.domain.windows import duration, spoken

CODES = {
    "GOV-CRD-010": Explanation(
        "a drill of more than 45 minutes",
        "A package that cannot be rehearsed in 45 minutes will not be carried out in an incident.",
        "Shorten a stage, or split the package.",
    ),
    "GOV-CRD-011": Explanation(
        "a handoff to itself",
        "Nothing is handed over where a route takes it from itself, and nothing is measured.",
        "Name the route that takes over.",
    ),
}
LONG = timedelta(weeks=9999)  # longer than any drill; two of them can still be added
ROUTES = ("release", "analytics", "support")


def check(view: View) -> Iterator[Finding]:
    for card in view.of("card"):
        yield from _stages(card)
        for place, handoff in enumerate(items(card.value, "handoffs")):
            route = text(handoff, "from")
            if route in ROUTES and route == text(handoff, "to"):
                others = " or ".join(name for name in ROUTES if name != route)
                hint = f"{route} has it already. Write: to: {others}"
                yield finding(card, ("handoffs", place, "to"), "GOV-CRD-011", "a handoff to itself", hint)


def _stages(card: Document) -> Iterator[Finding]:
    stages = {name: _length(card, name) for name in mapping(card.value, "checkpoint_slas")}
    total = sum((length for length in stages.values()), timedelta())
    if total > LIMIT:
        longest = max(stages, key=lambda name: stages[name])
        left = LIMIT - (total - stages[longest])
        hint = f"the stages take {spoken(total)} together, {spoken(total - LIMIT)} too many"
        minutes = int(left.total_seconds()) // 60
        hint += f". Write: {longest}: PT{minutes}M" if minutes >= 1 else ""
        pointer = ("checkpoint_slas", longest)
        yield finding(card, pointer, "GOV-CRD-010", "a drill of more than 45 minutes", hint)


def _length(card: Document, stage: str) -> timedelta:
    try:
        return min(duration(text(card.value, "checkpoint_slas", stage) or ""), LONG)
    except ValueError:
        return timedelta()  # its schema tells it
