"""Does a mitigation lane of the surface hold promotions back?

No command of this version opens a lane, so there is nothing that could be owed: named, never counted.
"""

from govern.domain.gates import Border
from govern.domain.verdict import Verdict


def check(border: Border) -> Verdict:
    return Verdict("mitigation_debt", "not_applicable", "no lane can exist yet")
