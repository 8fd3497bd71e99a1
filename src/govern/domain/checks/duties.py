"""Is nothing overdue on this surface that somebody owes?

What a rollback leaves behind (relabelling, the note, the reviews, the root cause) each has its owner, its instant and
the command that settles it. From that instant on it holds back every border of the surface. What drills leave to a
package holds back its surface too, and every surface where a trigger of a packet leads to it.

To pass: Settle what is overdue: govern status shows each duty with its line.
"""

from govern.domain.drills.leading import packages_of
from govern.domain.duties import closing, gone, name_of, of_package
from govern.domain.gates import Border
from govern.domain.state import Duty
from govern.domain.verdict import Verdict


def check(border: Border) -> Verdict:
    late = [duty for duty in border.state.duties if duty.due <= border.now]
    led = _led(border) if any(of_package(duty) for duty in late) else set()
    surface = border.value["surface"]
    due = [duty for duty in late if duty.surface == surface or of_package(duty) in led]
    if not due:
        return Verdict("duties", "passed", "none overdue")
    due.sort(key=lambda duty: duty.due)
    first = due[0]
    another = first.owner != border.actor.person and border.policy.kind(first.owner) == "person"
    return Verdict(
        "duties",
        "failed",
        "; ".join(map(_said, due)),
        uses=tuple(dict.fromkeys(duty.record for duty in due)),
        todo=closing(first, gone=gone(border.documents, first)),
        turn=first.owner if another else None,
    )


def _led(border: Border) -> set[str | None]:
    """The packages that a trigger leads to: of this packet, and of those in the field on its surface."""
    found: set[str | None] = {trigger.value.get("package") for trigger in border.documents_of("trigger")}
    for packet in border.state.packets.values():
        if packet.open and packet.surface == border.value["surface"]:
            found |= packages_of(border.documents, packet)
    return found - {None}


def _said(duty: Duty) -> str:
    return f"{name_of(duty)} of {duty.packet} was due {duty.due} ({duty.owner})"
