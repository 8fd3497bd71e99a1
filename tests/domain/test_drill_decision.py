"""The rule decides alone: each case is measured values and the one outcome that the criteria give them."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from govern.domain.decision import Refusal
from govern.domain.drills.rule import decide_by, metrics_of

FILE = Path(__file__).parents[1] / "cases" / "drills" / "decisions.yaml"
TOLD = yaml.load(FILE.read_text("utf-8"), Loader=yaml.CSafeLoader)
CRITERIA, TIERS = TOLD["criteria"], TOLD["tiers"]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["what"]) for case in TOLD["cases"]])
def test_values_have_the_outcome_of_their_case(case: dict[str, Any]) -> None:
    criteria = case.get("criteria", CRITERIA)
    if "refused" in case:
        with pytest.raises(Refusal) as refusal:
            decide_by(criteria, TIERS, case["values"])
        assert refusal.value.refused.reasons == (case["refused"],)
        return
    judged = decide_by(criteria, TIERS, case["values"])
    assert {"outcome": judged.outcome, "metric": judged.metric} == case["expect"]
    if "margins" in case:
        assert [margin.as_value() for margin in judged.margins] == case["margins"]


def test_derivation_shows_every_condition_in_the_order_in_which_it_is_asked() -> None:
    judged = decide_by(CRITERIA, TIERS, {"mismatch_rate": 1.8, "latency_change": 13.2})
    asked = [(each.outcome, each.metric, dict(each.limits), each.holds) for each in judged.conditions]
    assert asked == [
        ("rollback", "mismatch_rate", {"at_least": 2}, False),
        ("rollback", "latency_change", {"above": 15}, False),
        ("keep", "mismatch_rate", {"below": 2}, True),
        ("keep", "latency_change", {"at_most": 10}, False),
        ("tune", "mismatch_rate", {"below": 2}, True),
        ("tune", "latency_change", {"above": 10, "at_most": 15}, True),
    ]


@given(st.floats(0, 5, allow_nan=False), st.floats(0, 30, allow_nan=False))
def test_moving_by_less_than_every_margin_changes_no_outcome(mismatch: float, latency: float) -> None:
    values = {"mismatch_rate": mismatch, "latency_change": latency}
    judged = decide_by(CRITERIA, TIERS, values)
    for metric in metrics_of(CRITERIA):
        own = [abs(values[metric] - limit) for limit in ((2,) if metric == "mismatch_rate" else (10, 15))]
        for step in (min(own) / 2, -min(own) / 2):
            assert (
                decide_by(CRITERIA, TIERS, {**values, metric: values[metric] + step}).outcome
                == judged.outcome
            )
