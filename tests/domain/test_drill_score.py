"""The score of a drill, part by part, on the answers of the example: each case names every point that is missing."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from drilled import CARD, PACKAGE, answers, edited, team
from govern.domain.drills.rule import decide_by, tiers_of
from govern.domain.drills.score import GROUPS, POINTS, Score, score

FILE = Path(__file__).parents[1] / "cases" / "drills" / "scores.yaml"
CASES = yaml.load(FILE.read_text("utf-8"), Loader=yaml.CSafeLoader)
DOCUMENTS = team().documents.values
CARD_VALUE, PACKAGE_VALUE = DOCUMENTS[f"cards/{CARD}"], DOCUMENTS[f"packages/{PACKAGE}"]


def scored(case: dict[str, Any]) -> Score:
    given = edited(answers(), case.get("answers", {}))
    judged = decide_by(CARD_VALUE["criteria"], tiers_of(CARD_VALUE), given["measured"])
    covered = case.get("covered", list(given["measured"]))
    restored = case.get("restored", True)
    return score(CARD_VALUE, PACKAGE_VALUE, given, judged, restored=restored, covered=covered)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["what"]) for case in CASES])
def test_every_missing_point_is_named(case: dict[str, Any]) -> None:
    found = scored(case)
    names = {" ".join(filter(None, (part.part, part.who))): part.missing for part in found.parts}
    assert {name: missing for name, missing in names.items() if missing} == case["missing"]
    assert found.total == case["total"] == 100 - sum(case["missing"].values())


def test_example_has_its_points_by_group() -> None:
    found = scored({})
    assert {group: found.of_group(group) for group in GROUPS} == {
        "execution": 27, "consistency": 10, "rollback": 20, "governance": 20,
    }  # fmt: skip


def test_parts_add_up_to_a_hundred_and_each_costs_something_in_a_case() -> None:
    parts = scored({}).parts
    assert sum(part.of for part in parts) == 100
    for group, points in GROUPS.items():
        assert sum(part.of for part in parts if part.group == group) == points
    lost = {name.partition(" ")[0] for case in CASES for name in case["missing"]}
    assert lost == {part for _, part in POINTS}


def test_points_by_share_are_whole_and_rounded_down() -> None:
    found = scored({"answers": {"execution.hold-templates.done_at": None}})
    part = next(part for part in found.parts if part.part == "actions_in_order")
    assert (part.done, part.out_of, part.points) == (2, 3, 6)
