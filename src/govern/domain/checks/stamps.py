"""Does the decision log carry the right stamps in every cohort on next, as the sampler last saw it?

A stamp is right when it names what was bound for that cohort at that moment. One inside the serving lag after a move
is late: counted, no fault. The sampler writes one row a cohort: `{kpi: null, cohort, arm: "next", n, counts: {matched,
mismatched, missing_version, calibration_missing, late}}`; rows of several windows add up, a newer sample replaces the
older one. Those of a split cohort that were rightly on prev stand in a row of the arm `prev`, and show nothing of next.
"""

from collections import Counter
from collections.abc import Collection
from functools import partial

from govern.domain.binding import current
from govern.domain.evidence import table
from govern.domain.gates import Border
from govern.domain.records import Record
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
    sampled = _samples(border, set(judged))
    uses = tuple(sorted({name for name, _ in sampled.values()}))
    wrong = {
        cohort: f"{cohort} {', '.join(f'{counts[name]} {told}' for name, told in FAULTS.items() if counts[name])}"
        for cohort, (_, counts) in sampled.items()
        if any(counts[name] for name in FAULTS)
    }
    seen = {cohort for cohort, (_, counts) in sampled.items() if counts["matched"]}
    empty = [cohort for cohort in judged if cohort not in seen and cohort not in wrong]
    outcomes: dict[str, Outcome] = dict.fromkeys(empty, "inconclusive")
    if wrong:
        outcomes |= dict.fromkeys(wrong, "failed")
        text = "; ".join(wrong.values())
        return Verdict("stamps", "failed", text, outcomes, uses=uses, todo="govern binding reconcile")
    if empty:
        text = f"no decision on next was sampled: {', '.join(empty)}"
        todo = f"govern evidence collect {border.packet.id}"
        return Verdict("stamps", "inconclusive", text, outcomes, uses=uses, todo=todo)
    matched, late = (sum(counts[name] for _, counts in sampled.values()) for name in ("matched", "late"))
    text = f"{matched:,} of {matched + late:,} sampled decisions match" + (f", {late:,} late" if late else "")
    return Verdict("stamps", "passed", text, uses=uses)


def _samples(border: Border, judged: Collection[str]) -> dict[str, tuple[str, Counter[str]]]:
    """By cohort: the newest sample since counting began and since its last move, and what that counted."""
    found: dict[str, tuple[str, Counter[str]]] = {}
    for record in filter(partial(_counts, border), reversed(border.packet.evidence)):
        counted: dict[str, Counter[str]] = {}
        for row in table(border, record.body["table"]["sha256"]):
            if row["kpi"] is None and row["arm"] == "next" and row["cohort"] in judged:
                counted.setdefault(row["cohort"], Counter()).update(row["counts"])
        for cohort, counts in counted.items():
            if record.at >= current(border.surface, cohort).at:
                found.setdefault(cohort, (record.name, counts))
    return found


def _counts(border: Border, record: Record) -> bool:
    return (
        record.body["source"]["name"] == "stamps"
        and record.body["border"] == border.to
        and record.n > border.packet.counting_from
    )
