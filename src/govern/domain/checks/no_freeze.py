"""Is the surface free of a freeze for every cohort to be bound?

Adoption makes next everybody's default: there each covered cohort is asked, also one that went back.

To pass: Say the root cause of the incident, which lifts the freeze: govern binding unfreeze SURFACE --root-cause
REFERENCE.
"""

from govern.domain.gates import Border
from govern.domain.verdict import Outcome, Verdict


def check(border: Border) -> Verdict:
    asked = {*border.cohorts, *(border.packet.covered if border.to == "adopted" else ())}
    frozen = {c: by for c in sorted(asked) if (by := border.surface.frozen_for(c))}
    if frozen:
        outcomes: dict[str, Outcome] = dict.fromkeys(frozen, "failed")
        text = f"frozen: {', '.join(sorted(frozen))} since {sorted(set(frozen.values()))[0]}"
        return Verdict("no_freeze", "failed", text, outcomes, uses=tuple(sorted(set(frozen.values()))))
    return Verdict("no_freeze", "passed", "no freeze on these cohorts")
