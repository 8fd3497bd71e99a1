"""Bands relative to prev: the change over the same pairs, by hand."""

from typing import Any

import pytest

from govern.domain.bands import judge

KPI = {
    "measure": "mean_score_delta",
    "source": "shadow_pairs",
    "unit": "points",
    "on_no_data": "inconclusive",
    "min_sample": 100,
    "method": "point",
}


def judged(change: dict[str, Any], value: float, prev: str, new: str, **more: Any) -> tuple[str, str]:
    """100 pairs whose scores sum to `prev` and to `new`; the critical band says `change`."""
    kpi = {**KPI, "bands": {"warning": {}, "critical": {"relative": change}}, **more}
    base = {"n": 100, "counts": {"sum_prev": prev, "sum_next": new}}
    judgement = judge(kpi, {"n": 100, "value": value, "counts": {}}, base)
    return judgement.outcome, judgement.limit or judgement.why


TENTH = {"below": -10, "unit": "percent", "to": "prev"}


@pytest.mark.parametrize(
    ("change", "value", "prev", "new", "told"),
    [
        (TENTH, -5.0, "50", "45", ("passed", "in band")),  # exactly a tenth is not below
        (TENTH, -5.01, "50", "44.99", ("failed", "below -10 percent of prev")),
        (TENTH, -5.01, "80", "74.99", ("passed", "in band")),  # the same loss of a better prev
        ({"below": -3, "unit": "points", "to": "prev"}, -4.0, "50", "46", ("failed", "below -3 points of prev")),
        (TENTH, 1.0, "0", "1", ("error", "prev scores nothing")),
        ({**TENTH, "unit": "ms"}, 1.0, "5", "6", ("error", "the change against prev has no unit ms")),
        ({**TENTH, "to": "baseline"}, 1.0, "5", "6", ("error", "a band relative to baseline is not in this version")),
    ],
)  # fmt: skip
def test_change_against_prev(
    change: dict[str, Any], value: float, prev: str, new: str, told: tuple[str, str]
) -> None:
    assert judged(change, value, prev, new) == told


def test_an_absolute_limit_fails_before_the_relative_one_is_asked() -> None:
    bands = {"warning": {}, "critical": {"below": -3, "relative": {**TENTH, "to": "baseline"}}}
    assert judged({}, -4.0, "50", "46", bands=bands) == ("failed", "below -3")


def test_a_relative_warning_is_a_pass_with_a_warning() -> None:
    kpi = {**KPI, "bands": {"warning": {"relative": TENTH}, "critical": {"below": -30}}}
    base = {"n": 100, "counts": {"sum_prev": "50", "sum_next": "44"}}
    judgement = judge(kpi, {"n": 100, "value": -6.0, "counts": {}}, base)
    assert (judgement.outcome, judgement.warning) == ("passed", True)
