"""Is there a complete set of shadow pairs for every cohort to be bound, with prev deciding in every row?"""

from govern.domain.evidence import bound_to_next, newest_rows, sets_since
from govern.domain.gates import Border
from govern.domain.verdict import Outcome, Verdict


def check(border: Border) -> Verdict:
    sets = sets_since(border)
    risk = accepted_risk(border)
    if not sets:
        if risk is not None:
            return Verdict(
                "shadow_pairs",
                "passed",
                f"none: the risk was accepted in writing ({risk})",
                uses=(risk,),
                warning=True,
            )
        return Verdict(
            "shadow_pairs",
            "inconclusive",
            "no pairs yet",
            dict.fromkeys(border.cohorts, "inconclusive"),
            final=True,
            todo=f"govern evidence shadow {border.packet.id} --pairs FILE",
        )
    needed = max(
        border.policy.numbers["shadow"]["pairs_per_cohort"],
        border.setting("shadow_pairs", "pairs_per_cohort", 0),
    )
    rows = newest_rows(border, kpi=None)
    counts = {cohort: rows[cohort]["n"] if cohort in rows else 0 for cohort in border.cohorts}
    outcomes: dict[str, Outcome] = {c: "inconclusive" for c, n in counts.items() if n < needed}
    outcomes |= {c: "failed" for c in border.cohorts if c in rows and bound_to_next(rows[c])}
    uses = tuple(record.name for record in sets)
    cycles = border.value["shadow"]["cycles"]
    if outcomes:
        few = [f"{cohort} {counts[cohort]} of {needed}" for cohort in sorted(outcomes)]
        return Verdict(
            "shadow_pairs", "inconclusive", f"too few pairs: {', '.join(few)}", outcomes, uses=uses
        )
    if len(sets) < cycles:
        return Verdict("shadow_pairs", "inconclusive", f"{len(sets)} of {cycles} shadow cycles", uses=uses)
    total = sum(counts.values())
    return Verdict(
        "shadow_pairs", "passed", f"{total:,} pairs, bound to prev in {total:,} of {total:,}", uses=uses
    )


def accepted_risk(border: Border) -> str | None:
    """The record in which the risk of no shadow was taken, while it holds."""
    for record in reversed(border.packet.risks):
        if record.body["expires"] > border.now and record.body["frozen"] == dict(border.frozen):
            return record.name
    return None
