"""How decisions on next stand to those on prev over all cycles so far: `method: anytime` on shares.

The share of bad decisions on next is compared with that on prev in the same cycles. Failed: it is proven to be worse
by more than the margin. Passed: it is proven not to be. Who is on prev are others of the same cohort, so a cohort
that is wholly on next can be compared with nobody. How proofs are made stands in `statistics`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from govern.domain.bands import Judgement, too_few
from govern.domain.evidence import anytime
from govern.domain.evidence.newest import Row
from govern.domain.evidence.windows import kpis_by_window
from govern.domain.gates import Border
from govern.domain.statistics.unpaired import Window, running
from govern.domain.verdict import Outcome

METHOD = "unpaired/1"
HUNDREDTHS = ("points", "percent")
Arms = tuple[Row | None, Row | None]  # next, prev of one cycle


def judge(border: Border, kpi: Mapping[str, Any], cycles: Sequence[Arms]) -> Judgement:
    """The verdict of one cohort over its cycles, oldest first."""
    if kpi["unit"] not in (*HUNDREDTHS, "ratio"):
        return Judgement("error", False, "", f"{kpi['measure']} is no share: it takes method point")
    counted = [_counted(arms) for arms in cycles]
    if any(window is None for window in counted):
        return Judgement("error", False, "", "the counts behind the value were not recorded")
    windows = [window for window in counted if window is not None]
    n = sum(window.n_next for window in windows)
    if not any(window.n_prev for window in windows):
        return Judgement("inconclusive", False, "", "no decision on prev to compare with")
    if n < kpi["min_sample"]:
        return too_few(kpi, n)
    scale = 100.0 if kpi["unit"] in HUNDREDTHS else 1.0
    return _proven(border, kpi, windows, scale)


def _counted(arms: Arms) -> Window | None:
    """Both arms of a cycle; one without a decision adds nothing. None: it has a value and no counts."""
    found: list[int] = []
    for row in reversed(arms):
        if row is None or not row["n"]:
            found += [0, 0]
        elif {"k", "n"} <= row["counts"].keys() and 0 <= row["counts"]["k"] <= row["counts"]["n"]:
            found += [row["counts"]["k"], row["counts"]["n"]]
        else:
            return None
    return Window(*found)


def _proven(border: Border, kpi: Mapping[str, Any], windows: Sequence[Window], scale: float) -> Judgement:
    kpis = sum(other["method"] == "anytime" for other in kpis_by_window(border))
    proof = replace(anytime.proof_of(border), kpis=kpis)
    higher, lower = list(windows), [_mirrored(window) for window in windows]
    sides = {"higher": [higher], "lower": [lower]}.get(kpi["worse_when"], [higher, lower])
    margin = kpi["margin"] / scale
    ln_e = {
        "failed": max(max(running(side, margin, "worse")) for side in sides),
        "passed": min(running(side, margin, "not worse")[-1] for side in sides),
    }
    need = {"failed": proof.to_fail(len(sides)), "passed": proof.to_pass}
    outcome: Outcome = "inconclusive"
    if ln_e["failed"] >= need["failed"]:
        outcome = "failed"
    elif ln_e["passed"] >= need["passed"]:
        outcome = "passed"
    value = difference(windows) * scale
    towards = "failed" if outcome == "failed" else "passed"
    why = f"{value:+.3g} against prev, ln E {ln_e[towards]:.1f} of {need[towards]:.1f}"
    limit = f"margin {kpi['margin']:g}"
    flip = "more decisions on both" if outcome == "inconclusive" else ""
    figures = {
        "method": METHOD,
        "margin": kpi["margin"],
        "ln_e": ln_e,
        "need": {name: round(value, 9) for name, value in need.items()},
        "value": round(value, 6),
    }
    return Judgement(outcome, False, limit if outcome == "failed" else "", why, flip, figures)


def _mirrored(window: Window) -> Window:
    """What was good counted as bad, for a KPI that is worse when lower."""
    return replace(window, bad_prev=window.n_prev - window.bad_prev, bad_next=window.n_next - window.bad_next)


def difference(windows: Sequence[Window]) -> float:
    """Share on next less share on prev, over all cycles."""
    bad_prev, n_prev, bad_next, n_next = (
        sum(getattr(window, name) for window in windows)
        for name in ("bad_prev", "n_prev", "bad_next", "n_next")
    )
    return bad_next / n_next - bad_prev / n_prev if n_next and n_prev else 0.0
