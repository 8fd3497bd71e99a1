"""Does canary bind explicit, known cohort keys of the packet's coverage, and at least one?

To pass: Name keys that cohorts.yaml has and that the packet covers: govern phase advance PACKET --only COHORT.
"""

from govern.domain.gates import Border
from govern.domain.verdict import Outcome, Verdict


def check(border: Border) -> Verdict:
    if not border.cohorts:
        return Verdict("allowlist", "failed", "no cohort to bind", final=True)
    unknown = [cohort for cohort in border.cohorts if cohort not in border.dictionary]
    covered = border.dictionary if border.adding else border.packet.stages  # an extension takes new keys in
    foreign = [cohort for cohort in border.cohorts if cohort not in covered]
    if unknown or foreign:
        outcomes: dict[str, Outcome] = dict.fromkeys((*unknown, *foreign), "failed")
        text = (
            f"not in the dictionary: {', '.join(unknown)}"
            if unknown
            else f"not covered: {', '.join(foreign)}"
        )
        return Verdict("allowlist", "failed", text, outcomes)
    return Verdict("allowlist", "passed", f"{len(border.cohorts)} explicit cohort keys")
