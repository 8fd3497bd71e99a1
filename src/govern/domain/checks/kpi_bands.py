"""Is every KPI on decisions inside its warning band in each cohort, for several review cycles in a row?

Asked are the newest complete cycles, two unless policy or the packet (`gates.kpi_bands.cycles`) ask for more. A cycle
begins after the cohort came into canary or its share changed, and after any change of what is frozen; a KPI's warm-up
is left out. Beyond the warning limit is a failure here, not only beyond the critical one. A cohort that was not in
canary is judged on the cohort that `canary.stands_for` names. KPIs with `method: anytime` compare next with prev over
all cycles and pass once it is proven that next is not worse than the margin.

Not collected yet: `govern evidence collect PACKET`. Too few cycles, or decisions in one: time brings more.

To pass: Collect the complete cycles: govern evidence collect PACKET. What is out of band needs another version, or
goes back: govern rollback execute PACKET --cohort COHORT.
"""

from govern.domain.evidence.window_bands import EARLY, MISSING, Standing, standing
from govern.domain.evidence.windows import kpis_by_window, sources
from govern.domain.gates import Border
from govern.domain.verdict import Verdict

KINDS = ("failed", "error", "inconclusive")


def check(border: Border) -> Verdict:
    kpis = kpis_by_window(border)
    if not kpis:
        return Verdict("kpi_bands", "failed", "the packet has no KPI on decisions")
    policy = int(border.policy.numbers["review_cycles_in_band"])
    cycles = max(policy, int(border.setting("kpi_bands", "cycles", 0)))
    found = standing(border, kpis, cycles)
    uses = tuple(record.name for record in sources(border))
    if not found.bad:
        excused = any(row["warning"] for row in found.rows)
        text = f"{len(found.cohorts)} of {len(found.cohorts)} cohorts in band, {cycles} cycles"
        text += ", one excused by another KPI" if excused else ""
        return Verdict("kpi_bands", "passed", text, None, found.rows, (), uses, warning=excused)
    return Verdict(
        "kpi_bands",
        found.outcome,
        _text(found, cycles),
        found.bad,
        found.rows,
        _flips(found),
        uses,
        todo=f"govern evidence collect {border.packet.id}" if found.missing else None,
    )


def _text(found: Standing, cycles: int) -> str:
    counts = {kind: sum(outcome == kind for outcome in found.bad.values()) for kind in KINDS}
    said = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
    text = f"{said} of {len(found.cohorts)} cohorts"
    if found.missing:
        text += "; a complete cycle is not collected"
    return text + (f"; {cycles} cycles are complete from {found.early}" if found.early else "")


def _flips(found: Standing) -> tuple[str, ...]:
    """What would turn each value that was measured; time alone is said above."""
    wanted = [
        f"{row['cohort'] or 'all'} {row['kpi']} {row['window']}: {row['flip']}"
        for row in found.rows
        if row["outcome"] != "passed" and row["flip"] and row["why"] not in (EARLY, MISSING)
    ]
    return tuple(dict.fromkeys(wanted))
