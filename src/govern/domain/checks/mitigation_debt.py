"""Does a mitigation lane of the surface hold promotions back?

A lane in order holds nobody else back, one with a fault everybody: its cohort's trouble may be everyone's. A cohort
that is on its way back in is not held back by its own lane.

To pass: Settle what the lane is behind with: govern mitigation board gives each fault its line.
"""

from govern.domain.gates import Border
from govern.domain.mitigation.lane_debt import UNCONTAINED, Fault, faults
from govern.domain.verdict import Verdict


def check(border: Border) -> Verdict:
    lanes = [lane for lane in border.state.open_lanes(border.value["surface"]) if lane.id != border.reentry]
    if not lanes:
        return Verdict("mitigation_debt", "not_applicable", "no lane is open")
    found = [fault for lane in lanes for fault in faults(border.state, lane, border.now)]
    if not found:
        named = ", ".join(lane.id for lane in lanes)
        return Verdict("mitigation_debt", "passed", f"{len(lanes)} of {len(lanes)} lanes in order: {named}")
    blocking = [fault for fault in found if fault.blocks]
    told = blocking or found
    return Verdict(
        "mitigation_debt",
        "failed" if blocking else "passed",
        "; ".join(fault.said for fault in told),
        uses=tuple(dict.fromkeys(name for fault in told for name in fault.records)),
        warning=not blocking,
        final=any(fault.kind == UNCONTAINED for fault in blocking),
        todo=told[0].line,
        turn=_turn(border, told[0]),
    )


def _turn(border: Border, fault: Fault) -> str | None:
    """Who types the line, where it is another person."""
    another = fault.owner != border.actor.person and border.policy.kind(fault.owner) == "person"
    return fault.owner if another else None
