"""A way back that leads round in a circle is no way back."""

from collections.abc import Iterator

from govern.domain.findings import Finding
from govern.domain.rules.view import Explanation, View, finding, text

CODES = {
    "GOV-BAS-001": Explanation(
        "the way back is a circle",
        "Each baseline names the one before it; a circle never ends at one that was verified.",
        "Let the oldest baseline of the circle name none.",
    ),
    "GOV-PKT-001": Explanation(
        "prev and next are the same baseline",
        "A packet that changes nothing has nothing to measure and nowhere to go back to.",
        "Name the baseline that runs today as prev, the new one as next.",
    ),
}


def check(view: View) -> Iterator[Finding]:
    before = {
        document.id: previous
        for document in view.of("baseline")
        if (previous := text(document.value, "rollback", "previous"))
    }
    for start in before:
        way = [start]
        while (step := before.get(way[-1])) is not None and step not in way:
            way.append(step)
        if step == start == min(way):  # told once, at its first id
            hint = f"{' -> '.join((*way, start))}; let the oldest name none"
            document = view.documents["baseline", start]
            yield finding(document, ("rollback", "previous"), "GOV-BAS-001", "the way back is a circle", hint)
    for packet in view.of("packet"):
        prev, following = text(packet.value, "prev", "baseline"), text(packet.value, "next", "baseline")
        if prev and prev == following:
            hint = "prev is what runs today, next is the new one"
            yield finding(
                packet, ("next", "baseline"), "GOV-PKT-001", "prev and next are the same baseline", hint
            )
