"""Has next decided for everybody who went wide long enough to be trusted: two workspace windows, or as policy asks?

Counted are whole windows since the last of the cohorts went wide, and since any change of what is frozen. That what was
served in the newest of them is what was bound, `stamps` asks.

To pass: Time alone: `would flip` names the instant.
"""

from govern.domain.evidence.soaking import soak_of
from govern.domain.gates import Border
from govern.domain.verdict import Verdict


def check(border: Border) -> Verdict:
    soak = soak_of(border)
    counted = f"windows of {soak.grid.length} since {soak.since}"
    if soak.done >= soak.asked:
        return Verdict("soak", "passed", f"{soak.done} {counted}, {soak.asked} asked")
    text = f"{soak.done} of {soak.asked} {counted}; from {soak.ready}"
    return Verdict("soak", "inconclusive", text, flips=(f"it is {soak.ready}",))
