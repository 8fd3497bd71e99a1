"""Is there a complete set of shadow pairs for every cohort to be bound, with prev deciding in every row?

To pass: Measure pairs for the cohorts that are named: govern evidence shadow PACKET --pairs FILE.
"""

from collections.abc import Mapping

from govern.domain.evidence.newest import Row, accepted_risk, bound_to_next, newest_rows, sets_since
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
    uses = tuple(record.name for record in sets)
    if leaked := _decided_by_next(border, rows):
        outcomes: dict[str, Outcome] = dict.fromkeys(leaked, "failed")
        text = ", ".join(f"{cohort} {bad} of {counts[cohort]}" for cohort, bad in leaked.items())
        return Verdict(
            "shadow_pairs", "failed", f"bound to next in shadow: {text}", outcomes, uses=uses, final=True
        )
    few = {cohort: n for cohort, n in sorted(counts.items()) if n < needed}
    if few:
        text = ", ".join(f"{cohort} {n} of {needed}" for cohort, n in few.items())
        outcomes = dict.fromkeys(few, "inconclusive")
        return Verdict("shadow_pairs", "inconclusive", f"too few pairs: {text}", outcomes, uses=uses)
    cycles = border.value["shadow"]["cycles"]
    measured = len(
        {record.body["source"]["input"]["sha256"] for record in sets}
    )  # the same file is one cycle
    if measured < cycles:
        return Verdict("shadow_pairs", "inconclusive", f"{measured} of {cycles} shadow cycles", uses=uses)
    total = sum(counts.values())
    prev = total - sum(bound_to_next(rows[cohort]) for cohort in border.cohorts)
    return Verdict(
        "shadow_pairs", "passed", f"{total:,} pairs, bound to prev in {prev:,} of {total:,}", uses=uses
    )


def _decided_by_next(border: Border, rows: Mapping[str, Row]) -> dict[str, int]:
    """Rows of cohorts not in the field yet that next decided: who is in canary is served by both."""
    shadowed = [c for c in border.cohorts if border.packet.stages.get(c, "out") == "out" and c in rows]
    return {cohort: bad for cohort in shadowed if (bad := bound_to_next(rows[cohort]))}
