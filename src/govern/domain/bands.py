"""How a measured value stands to a KPI's bands: `method: point`. Limits are words, so that none is misread."""

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from govern.domain.verdict import Outcome

BEYOND: Mapping[str, Callable[[float, float], bool]] = {
    "above": operator.gt,
    "at_least": operator.ge,
    "below": operator.lt,
    "at_most": operator.le,
}


@dataclass(frozen=True, slots=True)
class Judgement:
    outcome: Outcome
    warning: bool
    limit: str  # the band that decided, or "" where none was touched
    why: str
    flip: str = ""  # what would turn it


def beyond(band: Mapping[str, Any], value: float) -> str:
    """The first limit of `band` that `value` lies beyond, as `above 5`; empty inside the band."""
    for op, test in BEYOND.items():
        if op in band and test(value, band[op]):
            return f"{op} {band[op]:g}"
    return ""


def judge(kpi: Mapping[str, Any], row: Mapping[str, Any] | None) -> Judgement:
    """The point verdict of one measured row. No row and too few are `inconclusive`, NaN is never a pass.

    In the warning zone the answer is a pass with a warning; borders after canary read it as a failure.
    """
    if kpi.get("method", "point") != "point":
        return Judgement("error", False, "", f"method {kpi['method']} is not in this version")
    if row is None or not row["n"]:
        treatment = kpi["on_no_data"]
        outcome: Outcome = {"breach": "failed", "ok": "passed"}.get(treatment, "inconclusive")  # type: ignore[assignment]
        if treatment == "zero":
            return _within(kpi, 0.0, 0, {})
        return Judgement(
            outcome, False, "", "no data", f"{kpi['min_sample']} pairs" if outcome != "passed" else ""
        )
    value, n = row["value"], row["n"]
    if value is None or not math.isfinite(value):
        return Judgement("error", False, "", "the value is not a number")
    if n < kpi["min_sample"]:
        lacking = kpi["min_sample"] - n
        return Judgement(
            "inconclusive", False, "", f"n {n}, {kpi['min_sample']} asked", f"{lacking} pairs more"
        )
    return _within(kpi, value, n, row.get("counts") or {})


def _within(kpi: Mapping[str, Any], value: float, n: int, counts: Mapping[str, Any]) -> Judgement:
    bands = kpi["bands"]
    if any("relative" in bands.get(name, {}) for name in ("warning", "critical")):
        return Judgement("error", False, "", "relative bands are not in this version")
    limit = beyond(bands.get("critical", {}), value)
    if limit:
        return Judgement("failed", False, limit, f"critical {limit}", _flip(kpi, value, n, counts, limit))
    limit = beyond(bands.get("warning", {}), value)
    return Judgement("passed", bool(limit), limit, f"warning {limit}" if limit else "in band")


def _flip(kpi: Mapping[str, Any], value: float, n: int, counts: Mapping[str, Any], limit: str) -> str:
    """How far the value is from the band: in events where a share is counted, else in its own unit."""
    op, _, text = limit.partition(" ")
    edge = float(text)
    if kpi["measure"] == "policy_flip_rate" and "worse" in counts and op in ("above", "at_least"):
        allowed = edge * n / 100
        most = math.ceil(allowed) - 1 if op == "at_least" else math.floor(allowed)
        needed = counts["worse"] - most
        return f"{needed} of its {counts['worse']} flips" if counts["worse"] > 1 else "its only flip"
    sign = "+" if value < edge else "-"
    return f"{sign}{abs(value - edge):.3g} {kpi['unit']}"
