"""Is a rehearsal of the way back planned, with a date and a form? That it was held is asked by `rehearsed`.

To pass: Write `rehearsal:` of the packet: a date, a form, and for a drill its card. In draft it is an edit: publish
it, then: govern phase check PACKET.
"""

from govern.domain.gates import Border
from govern.domain.verdict import Verdict


def check(border: Border) -> Verdict:
    planned = border.value["rehearsal"]
    if planned["form"] == "drill" and not planned.get("card"):
        return Verdict("rehearsal", "failed", "a drill names the card that is drilled")
    return Verdict("rehearsal", "passed", f"{planned['form']}, {planned['date']}")
