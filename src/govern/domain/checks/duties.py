"""Is nothing overdue on this surface that somebody owes?

What a command of this version can settle blocks: the root cause of a freeze. What a rollback leaves behind besides
(relabel, note, calibration review) is shown as overdue and does not block before there is a command that closes it.
"""

from govern.domain.gates import Border
from govern.domain.state import Duty
from govern.domain.verdict import Verdict

CLOSABLE = ("root_cause",)


def check(border: Border) -> Verdict:
    surface = border.value["surface"]
    overdue = [duty for duty in border.state.duties if duty.surface == surface and duty.due <= border.now]
    blocking = [duty for duty in overdue if duty.kind in CLOSABLE]
    text = "; ".join(map(_said, blocking or overdue))
    if blocking:
        return Verdict("duties", "failed", text, uses=tuple(duty.record for duty in blocking))
    if overdue:
        return Verdict("duties", "passed", text, warning=True, uses=tuple(duty.record for duty in overdue))
    return Verdict("duties", "passed", "none overdue")


def _said(duty: Duty) -> str:
    return f"{duty.kind.replace('_', ' ')} of {duty.packet} was due {duty.due} ({duty.owner})"
