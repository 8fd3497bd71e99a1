"""Does every waiver that these cohorts came this far on still hold, and every risk that was accepted?

A waiver is debt with a day on it. One that no border rested on is none; a newer one of the same check replaces it. What
has run out is waived anew here, owned and for a time, or the cohorts go back.

To pass: Waive it anew, owned and for a time: govern packet waive PACKET --check waivers --reason "..." --expires
DATE.
"""

from govern.domain.gates import Border
from govern.domain.records import Record
from govern.domain.verdict import Outcome, Verdict
from govern.domain.windows import after


def check(border: Border) -> Verdict:
    over = {debt: record for debt, record in _debts(border).items() if record.body["expires"] <= border.now}
    if not over:
        return Verdict("waivers", "passed", "none has run out")
    bad: dict[str, Outcome] = {cohort: "failed" for cohort, _ in sorted(over)}
    told = {f"{what} {record.body['expires']} ({record.name})" for (_, what), record in over.items()}
    last = after(border.now, border.policy.numbers["waiver_at_most"])[:10]
    return Verdict(
        "waivers",
        "failed",
        f"run out: {'; '.join(sorted(told))}",
        bad,
        uses=tuple(sorted({record.name for record in over.values()})),
        todo=f'govern packet waive {border.packet.id} --check waivers --reason "..." --expires {last}',
    )


def _debts(border: Border) -> dict[tuple[str, str], Record]:
    """By cohort and what was passed over: the newest waiver or risk that a border rested on."""
    rested_on = {name for record in border.packet.history for name in record.uses}
    debts: dict[tuple[str, str], Record] = {}
    for record in (*border.packet.waivers, *border.packet.risks):
        if record.name in rested_on:
            cohorts = set(record.body.get("cohorts", border.cohorts))  # a risk is taken for the packet
            what = record.body.get("check") or record.body["risk"]
            debts |= {(cohort, what): record for cohort in border.cohorts if cohort in cohorts}
    return debts
