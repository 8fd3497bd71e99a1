"""What a drill asks: everything once, each at a place of its own in the answers, and targets for what is not kept."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from govern.domain.drills.steps import answered, steps, targets
from govern.domain.drills.times import BRANCH, STAGES

TEAM = Path(__file__).resolve().parents[2] / "examples" / "team"
CARDS = sorted(path.stem for path in (TEAM / "governance/cards").glob("*.yaml"))


def value(path: str) -> dict[str, Any]:
    found = yaml.safe_load((TEAM / path).read_text("utf-8"))
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("card", CARDS)
def test_all_of_the_package_is_asked_once_stage_by_stage(card: str) -> None:
    drilled = value(f"governance/cards/{card}.yaml")
    package = value(f"governance/packages/{drilled['package_id']}.yaml")
    asked = list(steps(drilled, package, ("ana", "ben"), {}))
    places = [step.at for step in asked]
    assert len(set(places)) == len(places)
    assert [STAGES.index(step.stage) for step in asked] == sorted(STAGES.index(step.stage) for step in asked)
    for action in (*package["actions"], *package.get("temporary_guardrails", ())):
        assert ("execution", action["id"]) in places
    assert [at[1] for at in places if at[0] == "rollback"] == list(BRANCH)
    for owner in ("ana", "ben"):
        assert ("decisions_before", owner) in places and ("decisions", owner) in places
    first = next(step for step in asked if step.stage == "side_effect" and step.form == "done")
    assert places.index(("decisions_before", "ben")) < asked.index(first), "each decides before it is shown"


@pytest.mark.parametrize(
    ("measured", "wanted"),
    [
        ({"mismatch_rate": 1.8, "latency_change": 13.2}, ["latency_change"]),
        ({"mismatch_rate": 2, "latency_change": 13.2}, ["mismatch_rate", "latency_change"]),
        ({"mismatch_rate": 1.8, "latency_change": 10}, ["latency_change"]),  # all is kept: the side effect's
        ({"mismatch_rate": 2, "latency_change": 10}, ["mismatch_rate"]),
    ],
)
def test_targets_are_asked_for_what_is_not_kept(measured: dict[str, float], wanted: list[str]) -> None:
    assert targets(value("governance/cards/integrity-l2-mixed.yaml"), measured) == wanted


@pytest.mark.parametrize(
    ("at", "there"),
    [
        (("readout",), True),
        (("execution", "b"), False),
        (("execution", "a"), True),  # skipped: an answer without a time
        (("handoffs", 0, "asked_at"), True),
        (("handoffs", 1, "asked_at"), False),
        (("handoffs", 0, "acknowledged_at"), True),  # nobody did: an answer too
        (("closeout", "done_at"), False),
    ],
)
def test_what_is_answered_is_what_stands_there(at: tuple[str | int, ...], there: bool) -> None:
    answers = {
        "readout": {"done_at": "2026-11-18T14:04:30Z"},
        "execution": {"a": {}},
        "handoffs": [{"asked_at": "2026-11-18T14:05:00Z", "acknowledged_at": None}],
    }
    assert answered(answers, at) is there
