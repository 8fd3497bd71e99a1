"""Does the decision log carry the right stamps in every cohort on next, as the sampler last saw it?

A stamp is right when it names what was bound for that cohort at that moment. One inside the serving lag after a move
is late: counted, no fault. The sampler writes one row a cohort: `{kpi: null, cohort, arm: "next", n, counts: {matched,
mismatched, missing_version, calibration_missing, late}}`; rows of several windows add up, a newer sample replaces the
older one. Those of a split cohort that were rightly on prev stand in a row of the arm `prev`, and show nothing of next.

On the way to adopted every decision of the newest windows of the soak is looked at, as many as `soak` asks for: samples
add up back to their beginning, and none of that time may be left out.

To pass: Sample the decisions: govern evidence collect PACKET. A wrong stamp is mended where it is served: govern
binding reconcile says which.
"""

from govern.domain.evidence.stamp_samples import Sampled, sampled, unsampled
from govern.domain.gates import Border
from govern.domain.verdict import Outcome, Verdict

FAULTS = {
    "mismatched": "with another stamp than was bound",
    "missing_version": "without a model version",
    "calibration_missing": "without the calibration of next",
}


def check(border: Border) -> Verdict:
    on_next = set(border.packet.on_next)
    judged = [cohort for cohort in border.cohorts if cohort in on_next]
    if not judged:
        return Verdict("stamps", "not_applicable", "none of them is on next yet")
    found = sampled(border, judged)
    uses = tuple(sorted({name for sample in found.values() for name in sample.uses}))
    wrong = {cohort: told for cohort, sample in found.items() if (told := _faults(sample))}
    seen = {cohort for cohort, sample in found.items() if sample.counts["matched"]}
    empty = [cohort for cohort in judged if cohort not in seen and cohort not in wrong]
    outcomes: dict[str, Outcome] = dict.fromkeys(empty, "inconclusive")
    if wrong:
        outcomes |= dict.fromkeys(wrong, "failed")
        text = "; ".join(f"{cohort} {told}" for cohort, told in wrong.items())
        return Verdict("stamps", "failed", text, outcomes, uses=uses, todo="govern binding reconcile")
    if empty:
        text = f"no decision on next was sampled: {', '.join(empty)}"
        todo = f"govern evidence collect {border.packet.id}"
        return Verdict("stamps", "inconclusive", text, outcomes, uses=uses, todo=todo)
    if parts := unsampled(border):
        text = f"the soak is not sampled {', '.join(f'from {since} until {until}' for since, until in parts)}"
        todo = f"govern evidence stamps {border.packet.id} --since {parts[0][0]}"
        return Verdict("stamps", "inconclusive", text, uses=uses, todo=todo)
    matched, late = (sum(sample.counts[name] for sample in found.values()) for name in ("matched", "late"))
    text = f"{matched:,} of {matched + late:,} sampled decisions match" + (f", {late:,} late" if late else "")
    return Verdict("stamps", "passed", text, uses=uses)


def _faults(sample: Sampled) -> str:
    return ", ".join(f"{sample.counts[name]} {told}" for name, told in FAULTS.items() if sample.counts[name])
