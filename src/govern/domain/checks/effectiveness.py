"""Does next do in wide what it promised: every KPI on decisions in band for each cohort on it, and no trigger fired?

Judged are the newest complete review cycles since the cohort went wide, as many as on the way there. A KPI with
`method: anytime` compares with decisions on prev; at 100 percent there are none, so what was proven in canary stands.
A trigger that fired for a cohort since it went wide fails it, acknowledged or not, until the cohort goes back.

On adoption the record `effectiveness_verified` keeps, by cohort and KPI, what the phase before had predicted beside
what was seen in wide.

To pass: Collect the newest cycles: govern evidence collect PACKET. A cohort whose trigger fired goes back: govern
rollback execute PACKET --cohort COHORT.
"""

from govern.domain.evidence.cycles import counting_start
from govern.domain.evidence.window_bands import standing
from govern.domain.evidence.windows import kpis_by_window, sources
from govern.domain.gates import Border
from govern.domain.records import Record
from govern.domain.verdict import Outcome, Verdict


def check(border: Border) -> Verdict:
    if not border.cohorts:
        return Verdict("effectiveness", "failed", "nobody is on next")
    kpis = [kpi for kpi in kpis_by_window(border) if kpi["method"] == "point"]
    cycles = int(border.policy.numbers["review_cycles_in_band"])
    found = standing(border, kpis, cycles)
    fired = {cohort: record for cohort in border.cohorts for record in _fired(border, cohort)}
    uses = tuple(dict.fromkeys([*(r.name for r in sources(border)), *(r.name for r in fired.values())]))
    bad: dict[str, Outcome] = {**found.bad, **dict.fromkeys(fired, "failed")}
    if not bad:
        text = (
            f"{len(border.cohorts)} of {len(border.cohorts)} cohorts in band, {cycles} cycles; nothing fired"
        )
        return Verdict("effectiveness", "passed", text, None, found.rows, (), uses)
    said = [f"{cohort}: {record.body['trigger']} fired {record.when}" for cohort, record in fired.items()]
    said += [f"{cohort} {outcome}" for cohort, outcome in found.bad.items()]
    said += ["a complete cycle is not collected"] if found.missing else []
    said += [f"{cycles} cycles are complete from {found.early}"] if found.early else []
    todo = f"govern evidence collect {border.packet.id}" if found.missing else None
    overall: Outcome = "failed" if fired else found.outcome
    return Verdict("effectiveness", overall, "; ".join(said), bad, found.rows, (), uses, todo=todo)


def _fired(border: Border, cohort: str) -> list[Record]:
    """What fired for the cohort since it went wide."""
    since = counting_start(border, cohort)
    return [r for r in border.packet.fired if cohort in r.body["cohorts"] and r.body["last"] > since]
