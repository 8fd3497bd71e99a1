"""Is every loss that counts explained, in each cohort to be bound, by the dimension that moved?

Asked for: each pass -> fail flip, and the largest losses of each cohort. Gains are listed, not asked for.

To pass: Say what moved, cohort by cohort: govern evidence explain PACKET.
"""

from govern.domain.evidence.newest import accepted_risk, newest_items, sets_since
from govern.domain.evidence.pairs import uncovered
from govern.domain.gates import Border
from govern.domain.verdict import Outcome, Verdict


def check(border: Border) -> Verdict:
    sets = sets_since(border)
    if not sets and accepted_risk(border):
        return Verdict("explained", "not_applicable", "no pairs: the risk was accepted")
    if not sets:
        return Verdict(
            "explained", "inconclusive", "no pairs yet", dict.fromkeys(border.cohorts, "inconclusive")
        )
    open_items: dict[str, int] = {}
    uses = [record.name for record in sets]
    for cohort, (items, table) in newest_items(border).items():
        given = [record for record in border.packet.explanations if record.body["items"] == table]
        left = uncovered(items, [record.body for record in given]).get(cohort, 0)
        uses += [record.name for record in given if record.body["cohort"] == cohort]
        if left and cohort in border.cohorts:
            open_items[cohort] = left
    if open_items:
        outcomes: dict[str, Outcome] = dict.fromkeys(open_items, "failed")
        text = f"{len(open_items)} of {len(border.cohorts)} cohorts have losses without an explanation"
        todo = f"govern evidence explain {border.packet.id}"
        return Verdict("explained", "failed", text, outcomes, uses=tuple(uses), todo=todo)
    return Verdict("explained", "passed", "every flip and the largest losses", uses=tuple(uses))
