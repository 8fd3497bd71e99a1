"""Was prev shown to be good within the time that policy gives (30 days)?

To pass: Show that prev is good in staging or in a window, then: govern baseline verify BASELINE.
"""

from govern.domain.gates import Border
from govern.domain.verdict import Verdict
from govern.domain.windows import before


def check(border: Border) -> Verdict:
    assert border.prev is not None
    within = border.policy.numbers["baseline_verified_within"]
    for record in reversed(border.state.verified.get(border.prev.baseline, [])):
        if (
            record.body["digest"] == border.prev.digest
            and record.body["day"] >= before(border.now, within)[:10]
        ):
            text = f"{border.prev.baseline}: {record.body['method']}, {record.body['day']}"
            return Verdict("prev_verified", "passed", text, uses=(record.name,))
    return Verdict(
        "prev_verified",
        "failed",
        f"{border.prev.baseline} was not verified within {within}",
        todo=f"govern baseline verify {border.prev.baseline}",
    )
