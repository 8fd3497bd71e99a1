"""Is every shadow KPI inside its band in each cohort to be bound? The pooled row is shown and decides nothing.

To pass: More pairs turn what is inconclusive: govern evidence plan PACKET says how many. What is out of band needs
another version, or the cohort is left out: govern phase advance PACKET --only COHORT.
"""

from collections.abc import Mapping
from typing import Any

from govern.domain import bands
from govern.domain.evidence import anytime
from govern.domain.evidence.newest import accepted_risk, newest_rows, sets_since
from govern.domain.gates import Border
from govern.domain.verdict import Outcome, Verdict

ORDER: tuple[Outcome, ...] = ("passed", "inconclusive", "error", "failed")


def check(border: Border) -> Verdict:
    sets = sets_since(border)
    kpis = border.kpis("shadow_pairs")
    if not sets and accepted_risk(border):
        return Verdict("shadow_bands", "not_applicable", "no pairs: the risk was accepted")
    if not kpis:
        return Verdict("shadow_bands", "failed", "the packet has no KPI on shadow pairs")
    base = newest_rows(border, kpi=None)
    proof = anytime.proof_of(border)
    rows: list[dict[str, Any]] = []
    worst: dict[str, Outcome] = {}
    for kpi in kpis:
        measured = newest_rows(border, kpi=kpi["id"])
        seen = anytime.looks(border, kpi["id"]) if kpi["method"] == "anytime" else {}
        for cohort in border.cohorts:
            row = measured.get(cohort)
            if kpi["method"] == "anytime":
                judgement = anytime.judge(kpi, seen.get(cohort, anytime.Looks()), proof)
            else:
                judgement = bands.judge(kpi, row, base.get(cohort))
            worst[cohort] = max(worst.get(cohort, "passed"), judgement.outcome, key=ORDER.index)
            rows.append(_row(kpi, cohort, row, judgement))
    return _verdict(rows, worst, tuple(record.name for record in sets))


def _row(
    kpi: Mapping[str, Any], cohort: str, row: Mapping[str, Any] | None, judgement: bands.Judgement
) -> dict[str, Any]:
    return {
        "kpi": kpi["id"],
        "cohort": cohort,
        "n": row["n"] if row else 0,
        "value": row["value"] if row else None,
        "unit": kpi["unit"],
        "counts": row["counts"] if row else {},
        "outcome": judgement.outcome,
        "warning": judgement.warning,
        "limit": judgement.limit,
        "why": judgement.why,
        "flip": judgement.flip,
        **judgement.figures,
    }


def _verdict(rows: list[dict[str, Any]], worst: dict[str, Outcome], uses: tuple[str, ...]) -> Verdict:
    bad = {cohort: outcome for cohort, outcome in worst.items() if outcome != "passed"}
    overall: Outcome = max(worst.values(), key=ORDER.index, default="inconclusive")
    wanted = [f"{row['cohort']} {row['flip']}" for row in rows if row["outcome"] != "passed" and row["flip"]]
    flips = tuple(dict.fromkeys(wanted))  # two KPIs may lack the same pairs
    warned = any(row["warning"] for row in rows)
    if bad:
        groups = [
            f"{sum(outcome == kind for outcome in bad.values())} {kind}"
            for kind in ("failed", "error", "inconclusive")
            if kind in bad.values()
        ]
        text = f"{', '.join(groups)} of {len(worst)} cohorts"
        return Verdict("shadow_bands", overall, text, bad, tuple(rows), flips, uses)
    text = f"{len(worst)} of {len(worst)} cohorts in band" + (", with warnings" if warned else "")
    return Verdict("shadow_bands", "passed", text, None, tuple(rows), (), uses, warning=warned)
