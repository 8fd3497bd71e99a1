"""Does the packet hold the six preconditions, and does everything it names exist?

The six (rollout governance, phase 0): prev, next with its calibration, coverage, monitoring owners and
cadence, numeric triggers, a rehearsal date.

To pass: Write what is named as missing; govern validate says where. In draft it is an edit: publish it, then: govern
phase check PACKET.
"""

from govern.domain.document import FOLDERS
from govern.domain.gates import Border
from govern.domain.verdict import Verdict


def check(border: Border) -> Verdict:
    value = border.value
    unknown = sorted(set(border.cohorts) - set(border.dictionary))
    preconditions = {
        "prev": border.prev is not None,
        "next with calibration": border.next is not None and bool(value.get("calibration_packet_id")),
        "cohort coverage": bool(border.cohorts) and not unknown,
        "monitoring": bool(value["monitoring"]["dashboard_owners"] and value["monitoring"]["review_cadence"]),
        "triggers": bool(value["triggers"]),
        "rehearsal": bool(value["rehearsal"]["date"]),
    }
    lacking = [name for name, met in preconditions.items() if not met]
    met = f"{len(preconditions) - len(lacking)} of {len(preconditions)} preconditions"
    if border.missing:
        folder, _, name = border.missing[0].partition("/")
        kind = next(kind for kind, where in FOLDERS.items() if where == folder)
        text = f"not there: {', '.join(border.missing)}"
        return Verdict("packet_complete", "failed", text, lacks=(kind, name))
    if unknown:
        return Verdict("packet_complete", "failed", f"cohorts not in the dictionary: {', '.join(unknown)}")
    if lacking:
        return Verdict("packet_complete", "failed", f"{met}; missing: {', '.join(lacking)}")
    return Verdict("packet_complete", "passed", met)
