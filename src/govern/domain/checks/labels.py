"""Is every decision of the packet's incidents relabelled, and was it verified that none is left out?

A rollback owes the relabelling of what was decided meanwhile; the duty ends when it was verified, not when it was done.

To pass: Relabel what was decided meanwhile, and verify it: govern relabel apply PACKET.
"""

from govern.domain.gates import Border
from govern.domain.verdict import Verdict


def check(border: Border) -> Verdict:
    owed = [d for d in border.state.duties if d.kind == "relabel" and d.packet == border.packet.id]
    if owed:
        text = "; ".join(f"{duty.owner} owes the relabelling of {duty.record} by {duty.due}" for duty in owed)
        line = f"govern relabel verify {border.packet.id}"
        return Verdict("labels", "failed", text, uses=tuple(duty.record for duty in owed), todo=line)
    return Verdict("labels", "passed", "no relabelling is owed")
