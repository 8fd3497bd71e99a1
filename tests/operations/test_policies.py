"""Whether a changed value of the policy is looser or stricter, and that every number has an answer."""

from pathlib import Path
from typing import Any

import pytest

from govern.documents.yaml import load
from govern.domain.policy import view_of
from govern.operations.policies import GROWTH, changes, effect

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/prompt-change/governance/govern.yaml"

CASES = [
    ("approvals.wide", 1, 2, "stricter"),
    ("approvals.policy", 2, 1, "looser"),
    ("approvals.valid", "P7D", "P14D", "looser"),
    ("waiver_at_most", "P14D", "P1W", "stricter"),
    ("waiver_at_most", "P7D", "P1W", ""),  # the same length
    ("shadow.pairs_per_cohort", 20, 200, "stricter"),
    ("checks.package_confidence.mode", "block", "warn", "looser"),
    ("signing", "optional", "required", "stricter"),
    ("enter_mitigation", "each_cohort", "critical_only", "looser"),
    ("roles.rollback_execute", ["ana"], ["ana", "ben"], "looser"),
    ("roles.rollback_execute", ["ana", "ben"], ["ana"], "stricter"),
    ("roles.rollback_execute", ["ana"], ["ben"], ""),
    ("lane.criteria", "minimum", "strict", ""),
    ("anytime.alpha", None, 0.05, ""),
]


@pytest.mark.parametrize(("field", "before", "after", "said"), CASES)
def test_effect_of_one_value(field: str, before: Any, after: Any, said: str) -> None:
    assert effect(field, before, after) == said


def test_changes_are_empty_for_the_same_view() -> None:
    assert changes(view(), view()) == ()


def test_every_number_of_the_policy_is_judged_when_it_changes() -> None:
    numbers = {name for name, _ in numbers_in(view()["policy"])} - {"epoch", "rules"}
    assert sorted(name for name in numbers if name.rpartition(".")[2] not in GROWTH) == []


def view() -> dict[str, Any]:
    value, _ = load(EXAMPLE.read_bytes())
    return view_of(value)


def numbers_in(value: Any, front: str = "") -> list[tuple[str, Any]]:
    """Numbers and durations by dotted name."""
    if isinstance(value, dict):
        return [
            pair for name, item in value.items() for pair in numbers_in(item, f"{front}.{name}".strip("."))
        ]
    counts = isinstance(value, int | float) or (isinstance(value, str) and value[:1] == "P")
    return [(front, value)] if counts else []
