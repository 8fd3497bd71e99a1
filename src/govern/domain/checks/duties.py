"""Is nothing overdue on this surface that somebody owes?

What a rollback leaves behind (relabelling, the note, the reviews, the root cause) each has its owner, its instant and
the command that settles it. From that instant on it holds back every border of the surface.
"""

from govern.domain.duties import closing
from govern.domain.gates import Border
from govern.domain.state import Duty
from govern.domain.verdict import Verdict


def check(border: Border) -> Verdict:
    surface = border.value["surface"]
    due = [duty for duty in border.state.duties if duty.surface == surface and duty.due <= border.now]
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
        todo=closing(first),
        turn=first.owner if another else None,
    )


def _said(duty: Duty) -> str:
    return f"{duty.kind.replace('_', ' ')} of {duty.packet} was due {duty.due} ({duty.owner})"
