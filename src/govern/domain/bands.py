"""How a measured value stands to a KPI's bands: `method: point`. Limits are words, so that none is misread."""

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import Any

from govern.domain.verdict import Outcome

BEYOND: Mapping[str, Callable[[float, float], bool]] = {
    "above": operator.gt,
    "at_least": operator.ge,
    "below": operator.lt,
    "at_most": operator.le,
}
ZONES: Mapping[str, Outcome] = {"critical": "failed", "warning": "passed"}


Band = Mapping[str, Any]
Reference = Callable[[Band], "float | str"]  # what a relative band compares with, or why there is nothing


@dataclass(frozen=True, slots=True)
class Judgement:
    outcome: Outcome
    warning: bool
    limit: str  # the band that decided, or "" where none was touched
    why: str
    flip: str = ""  # what would turn it
    figures: Mapping[str, Any] = field(default_factory=dict)  # what a method adds, for programs


def beyond(band: Mapping[str, Any], value: float) -> str:
    """The first limit of `band` that `value` lies beyond, as `above 5`; empty inside the band."""
    for op, test in BEYOND.items():
        if op in band and test(value, band[op]):
            return f"{op} {band[op]:g}"
    return ""


def judge(
    kpi: Mapping[str, Any],
    row: Mapping[str, Any] | None,
    base: Mapping[str, Any] | None = None,
    reference: Reference | None = None,
) -> Judgement:
    """The point verdict of one measured row. No row and too few are `inconclusive`, NaN is never a pass.

    Relative bands read `base` where pairs were measured, the row that counts the same pairs, and else `reference`.
    In the warning zone the answer is a pass with a warning; borders after canary read it as a failure.
    """
    if kpi.get("method", "point") != "point":
        return Judgement(
            "error", False, "", f"method {kpi['method']} is not in this version on {kpi['source']}"
        )
    change = partial(_change, kpi, base) if reference is None else partial(_against, reference)
    if row is None or not row["n"]:
        return _within(kpi, 0.0, 0, {}, change) if kpi["on_no_data"] == "zero" else no_data(kpi)
    value, n = row["value"], row["n"]
    if value is None or not math.isfinite(value):
        return Judgement("error", False, "", "the value is not a number")
    if n < kpi["min_sample"]:
        return too_few(kpi, n)
    return _within(kpi, value, n, row.get("counts") or {}, change)


def no_data(kpi: Mapping[str, Any]) -> Judgement:
    """As `on_no_data` says; a KPI that can take no zero is inconclusive then."""
    treated: dict[str, Outcome] = {"breach": "failed", "ok": "passed"}
    outcome = treated.get(kpi["on_no_data"], "inconclusive")
    return Judgement(
        outcome, False, "", "no data", f"{kpi['min_sample']} {units(kpi)}" if outcome != "passed" else ""
    )


def too_few(kpi: Mapping[str, Any], n: int) -> Judgement:
    lacking = f"{kpi['min_sample'] - n} {units(kpi)} more"
    return Judgement("inconclusive", False, "", f"n {n}, {kpi['min_sample']} asked", lacking)


def units(kpi: Mapping[str, Any]) -> str:
    """What its sample is counted in."""
    if kpi.get("sample_unit") == "cluster":
        return "clusters"
    return "pairs" if kpi["source"] == "shadow_pairs" else "decisions"


def _within(
    kpi: Mapping[str, Any],
    value: float,
    n: int,
    counts: Mapping[str, Any],
    changed: Callable[[Band, float], float | Judgement],
) -> Judgement:
    for name, outcome in ZONES.items():
        band = kpi["bands"].get(name, {})
        limit = beyond(band, value)
        flip = _flip(kpi, value, n, counts, limit) if limit and outcome == "failed" else ""
        if not limit and "relative" in band:
            change = changed(band["relative"], value)
            if isinstance(change, Judgement):
                return change
            limit = beyond(band["relative"], change)
            limit += f" {band['relative']['unit']} of {band['relative']['to']}" if limit else ""
        if limit:
            return Judgement(outcome, outcome == "passed", limit, f"{name} {limit}", flip)
    return Judgement("passed", False, "", "in band")


def _change(
    kpi: Mapping[str, Any], base: Mapping[str, Any] | None, band: Band, value: float
) -> float | Judgement:
    """The change against prev over the same pairs, in the unit of the band; or why there is none.

    Only a mean of differences has a prev side among what is recorded of pairs: the mean score of prev.
    """
    if band["to"] != "prev":
        return _none(f"a band relative to {band['to']} is not in this version")
    if kpi["measure"] != "mean_score_delta" or base is None:
        return _none(f"{kpi['measure']} has no value of prev to be compared with")
    if band["unit"] == kpi["unit"]:
        return value
    prev, new = Fraction(base["counts"]["sum_prev"]), Fraction(base["counts"]["sum_next"])
    if band["unit"] != "percent" or prev <= 0:
        return _none(
            f"the change against prev has no unit {band['unit']}" if prev > 0 else "prev scores nothing"
        )
    return float(100 * (new - prev) / prev)


def _against(reference: Reference, band: Band, value: float) -> float | Judgement:
    """The change against a value measured in windows; without one nobody can say yet."""
    known = reference(band)
    if isinstance(known, str):
        return Judgement("inconclusive", False, "", known)
    if band["unit"] != "percent" or value == known:
        return value - known
    return 100 * (value - known) / abs(known) if known else math.copysign(math.inf, value)


def _none(why: str) -> Judgement:
    return Judgement("error", False, "", why)


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
