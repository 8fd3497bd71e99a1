"""Does the decision log carry the right stamps in every cohort on next, as the sampler last saw it?

A stamp is right when it names what was bound for that cohort at that moment. One inside the serving lag after a move
is late: counted, no fault. The sampler writes one row a cohort: `{kpi: null, cohort, arm: "next", n, counts: {matched,
mismatched, missing_version, late}}`; rows of several windows add up, a newer sample replaces the older one.
"""

from collections import Counter
from collections.abc import Sequence

from govern.domain.binding import current
from govern.domain.evidence import Row, table
from govern.domain.gates import Border
from govern.domain.records import Record
from govern.domain.verdict import Outcome, Verdict

FAULTS = {"mismatched": "with another stamp than was bound", "missing_version": "without a model version"}


def check(border: Border) -> Verdict:
    judged = [cohort for cohort in border.cohorts if cohort in border.packet.on_next]
    if not judged:
        return Verdict("stamps", "not_applicable", "none of them is on next yet")
    sampled = {cohort: _newest(border, cohort) for cohort in judged}
    uses = tuple(sorted({name for name, _ in sampled.values() if name}))
    wrong = {
        cohort: f"{cohort} {', '.join(f'{counts[name]} {told}' for name, told in FAULTS.items() if counts[name])}"
        for cohort, (_, counts) in sampled.items()
        if any(counts[name] for name in FAULTS)
    }
    empty = [cohort for cohort in judged if cohort not in wrong and not sampled[cohort][1]["matched"]]
    outcomes: dict[str, Outcome] = dict.fromkeys(empty, "inconclusive")
    if wrong:
        outcomes |= dict.fromkeys(wrong, "failed")
        return Verdict("stamps", "failed", "; ".join(wrong.values()), outcomes, uses=uses)
    if empty:
        text = f"no decision on next was sampled: {', '.join(empty)}"
        todo = f"govern evidence stamps {border.packet.id}"
        return Verdict("stamps", "inconclusive", text, outcomes, uses=uses, todo=todo)
    matched, late = (sum(counts[name] for _, counts in sampled.values()) for name in ("matched", "late"))
    text = f"{matched:,} of {matched + late:,} sampled decisions match" + (f", {late:,} late" if late else "")
    return Verdict("stamps", "passed", text, uses=uses)


def _newest(border: Border, cohort: str) -> tuple[str, Counter[str]]:
    """The newest sample that has the cohort, and its counts; no name where there is none."""
    for record in reversed(border.packet.evidence):
        rows = _rows(border, record, cohort) if _counts(border, record, cohort) else []
        if rows:
            total: Counter[str] = Counter()
            for row in rows:
                total.update(row["counts"])
            return record.name, total
    return "", Counter()


def _counts(border: Border, record: Record, cohort: str) -> bool:
    """Sampled for this border since counting began, and not before the cohort's last move."""
    return (
        record.body["source"]["name"] == "stamps"
        and record.body["border"] == border.to
        and record.n > border.packet.counting_from
        and record.at >= current(border.surface, cohort).at
    )


def _rows(border: Border, record: Record, cohort: str) -> Sequence[Row]:
    rows = table(border, record.body["table"]["sha256"])
    return [row for row in rows if (row["kpi"], row["cohort"], row["arm"]) == (None, cohort, "next")]
