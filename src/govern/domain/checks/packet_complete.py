"""Does the packet hold the six preconditions, and does everything it names exist?

The six (rollout governance, phase 0): prev, next with its calibration, coverage, monitoring owners and
cadence, numeric triggers, a rehearsal date.
"""

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
        return Verdict("packet_complete", "failed", f"not there: {', '.join(border.missing)}")
    if unknown:
        return Verdict("packet_complete", "failed", f"cohorts not in the dictionary: {', '.join(unknown)}")
    if lacking:
        return Verdict("packet_complete", "failed", f"{met}; missing: {', '.join(lacking)}")
    return Verdict("packet_complete", "passed", met)
