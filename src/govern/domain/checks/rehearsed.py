"""Was the way back rehearsed since baselines, triggers or scope last changed? A recorded tabletop counts.

To pass: govern rollback rehearse PACKET, or a tabletop: govern drill tabletop PACKET.
"""

from govern.domain.gates import Border
from govern.domain.verdict import Verdict


def check(border: Border) -> Verdict:
    # A key that an extension takes in was bound to nothing else before: its way back is the default.
    covered = set(border.cohorts) & set(border.packet.stages)
    for record in reversed(border.packet.rehearsals):
        if covered <= set(record.body["cohorts"]) and record.n > border.packet.counting_from:
            if not record.body["same"]:
                return Verdict("rehearsed", "failed", f"the last rehearsal did not come back ({record.name})")
            held = f"{record.body['form']}, {record.at[:10]}"
            return Verdict("rehearsed", "passed", f"held: {held}", uses=(record.name,))
    return Verdict(
        "rehearsed",
        "failed",
        "not since the last change",
        todo=f"govern rollback rehearse {border.packet.id}",
    )
