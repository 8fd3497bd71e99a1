"""Bands relative to prev on the cases of another canary judge: where they agree, and that the page says where not."""

import json
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from govern.domain.bands import judge

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/decision-quality.md"
CASES = yaml.load((ROOT / "tests/cases/kayenta.yaml").read_bytes(), Loader=yaml.CSafeLoader)
VALUES: dict[str, Callable[[list[float]], float]] = {"mean": statistics.fmean, "median": statistics.median}
SAME = {"Pass": "passed", "High": "failed", "Low": "failed", "Nodata": "failed"}
KPI = {"measure": "response_latency_median", "source": "decisions", "unit": "ms", "min_sample": 5}


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["says"])
def test_band_on_two_samples(case: dict[str, Any], value: str) -> None:
    assert verdict(case, value) == case["govern"][value]
    if 0 < case["n"] < 30:
        assert verdict(case, value, min_sample=30) == "inconclusive"


def verdict(case: dict[str, Any], value: str, **more: Any) -> str:
    prev, new = case[value]
    relative = case["beyond"] | {"unit": "percent", "to": "prev"}
    bands = {"warning": {}, "critical": {"relative": relative}}
    kpi = KPI | {"bands": bands, "on_no_data": case.get("no_data", "inconclusive")} | more
    row = {"n": case["n"], "value": new, "counts": {}}
    return judge(kpi, row, reference=lambda _: prev).outcome


def test_the_page_tells_every_case_as_it_is() -> None:
    """Verdicts that differ from theirs are set in bold."""
    told = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    for place, case in enumerate(CASES, 1):
        ours = [case["govern"][value] for value in VALUES]
        cells = " | ".join(said if said == SAME[case["kayenta"]] else f"**{said}**" for said in ours)
        assert f"| {place} | {case['says']} | {case['n']} | {case['kayenta']} | {cells} |" in told


def test_the_cases_are_those_of_the_samples(shared_data: Path) -> None:
    samples = json.loads((shared_data / "canary_kayenta/classifier_cases.json").read_text("utf-8"))
    assert len(samples) == len(CASES)
    for sample, case in zip(samples, CASES, strict=True):
        assert case["kayenta"] == sample["expected"] and case["n"] == len(sample["experiment"])
        for name, value in VALUES.items():
            sides = [value(sample[side]) if sample[side] else None for side in ("control", "experiment")]
            assert case[name] == [side and pytest.approx(side, rel=1e-5) for side in sides]
        directions = {"above": "Increase", "below": "Decrease"}
        wanted = {op for op, only in directions.items() if sample["direction"] in (only, "Either")}
        assert case["beyond"].keys() == wanted
        if "effectSizeThresholds" not in sample["params"]:
            tolerated = 100 * sample["params"].get("tolerance", 0)
            assert {abs(limit) for limit in case["beyond"].values()} == {tolerated}
