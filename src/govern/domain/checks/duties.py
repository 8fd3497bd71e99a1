"""Is nothing overdue on this surface that somebody owes after a rollback?"""

from govern.domain.gates import Border
from govern.domain.verdict import Verdict


def check(border: Border) -> Verdict:
    surface = border.value["surface"]
    overdue = [duty for duty in border.state.duties if duty.surface == surface and duty.due <= border.now]
    if overdue:
        text = "; ".join(
            f"{duty.kind.replace('_', ' ')} of {duty.packet} was due {duty.due} ({duty.owner})"
            for duty in overdue
        )
        return Verdict("duties", "failed", text, uses=tuple(duty.record for duty in overdue))
    return Verdict("duties", "passed", "none overdue")
