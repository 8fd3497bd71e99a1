"""Is the weighted total of the KPIs on decisions high enough in each cohort?

Asked beside `kpi_bands`, never instead of it, and only where the packet says so:
`gates: {kpi_score: {mode: block, pass: 90, warning: 75, weights: {latency: 2}, veto: [latency]}}`.
Over the same review cycles a KPI in band counts its whole weight (1 where none is given), one whose breach another KPI
excuses counts half, and one out of band nothing; the total is the share of all weights in percent. At `pass` or more
it passes, at `warning` or more it passes with a warning, below that it fails. A KPI in `veto` that is out of band
fails the total whatever it is.

A KPI that cannot be judged yet leaves the total between two numbers: inconclusive, unless even the higher is too low.

To pass: As kpi_bands; the total rises with every KPI that is in band: govern evidence collect PACKET.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from govern.domain.evidence.window_bands import ORDER, Standing, standing
from govern.domain.evidence.windows import kpis_by_window, sources
from govern.domain.gates import Border
from govern.domain.verdict import Outcome, Verdict

NAME = "kpi_score"
PASS, WARNING = 90, 75
HALF = 0.5
Points = tuple[float, float]  # the least and the most that a KPI may come to, as a share of its weight


def check(border: Border) -> Verdict:
    kpis = {kpi["id"]: kpi for kpi in kpis_by_window(border)}
    weights: Mapping[str, float] = border.setting(NAME, "weights", {})
    veto: Sequence[str] = border.setting(NAME, "veto", ())
    strangers = sorted({*weights, *veto} - set(kpis))
    total = sum(weights.get(kpi, 1) for kpi in kpis)
    if strangers or total <= 0:
        said = (
            f"no KPI on decisions of this packet: {', '.join(strangers)}" if strangers else "no weight at all"
        )
        return Verdict(NAME, "failed", said)
    cycles = int(border.policy.numbers["review_cycles_in_band"])
    cycles = max(cycles, int(border.setting("kpi_bands", "cycles", 0)))
    stood = {name: standing(border, [kpi], cycles) for name, kpi in kpis.items()}
    rows = []
    for cohort in border.cohorts:
        points = {name: _points(border, kpis[name], found, cohort) for name, found in stood.items()}
        low, high = (
            100 * sum(weights.get(name, 1) * share[side] for name, share in points.items()) / total
            for side in (0, 1)
        )
        vetoed = [name for name in veto if points[name][1] == 0]
        rows.append(_row(border, cohort, low, high, vetoed))
    return _verdict(border, rows, any(found.missing for found in stood.values()))


def _points(border: Border, kpi: Mapping[str, Any], found: Standing, cohort: str) -> Points:
    """What a KPI comes to in a cohort: all, half where a breach was excused, nothing, or nobody can say."""
    outcome = found.cohorts[cohort]
    if outcome == "failed":
        return 0, 0
    if outcome != "passed":
        return 0, 1
    deciding = (None, border.stand_in(cohort))
    mine = (row for row in found.rows if kpi["scope"] == "worst_cohort" or row["cohort"] in deciding)
    share = HALF if any(row["warning"] for row in mine) else 1
    return share, share


def _row(border: Border, cohort: str, low: float, high: float, vetoed: Sequence[str]) -> dict[str, Any]:
    passing, warning = (border.setting(NAME, "pass", PASS), border.setting(NAME, "warning", WARNING))
    outcome: Outcome = "inconclusive" if low < high else "passed"
    limit = ""
    if vetoed or high < min(warning, passing):
        outcome, limit = "failed", f"veto {vetoed[0]}" if vetoed else f"below {min(warning, passing):g}"
    return {
        "kpi": NAME,
        "cohort": cohort,
        "n": 0,
        "value": round(low, 6) if low == high else None,
        "unit": "percent",
        "outcome": outcome,
        "warning": outcome == "passed" and low < passing,
        "limit": limit,
        "why": f"{low:.3g}" if low == high else f"{low:.3g} to {high:.3g}",
    }


def _verdict(border: Border, rows: Sequence[Mapping[str, Any]], missing: bool) -> Verdict:
    bad: dict[str, Outcome] = {row["cohort"]: row["outcome"] for row in rows if row["outcome"] != "passed"}
    said = [f"{row['cohort']} {row['why']}" + (f" ({row['limit']})" if row["limit"] else "") for row in rows]
    return Verdict(
        NAME,
        max((row["outcome"] for row in rows), key=ORDER.index, default="inconclusive"),
        f"total in percent: {', '.join(said)}",
        bad or None,
        tuple(rows),
        uses=tuple(record.name for record in sources(border)),
        warning=not bad and any(row["warning"] for row in rows),
        todo=f"govern evidence collect {border.packet.id}" if missing else None,
    )
