"""The shipped examples are true: documents without a finding, and pairs that say what was published of them."""

import csv
import shutil
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import yaml

from govern.documents.tree import WorkingTree
from govern.domain.rollback.runbook import find_section, runbook_section
from govern.evidence.pairs import Measurement, measure
from govern.operations.demonstrate import examples_folder
from govern.operations.review.validate import mend, validate
from workspaces import opened

EXAMPLES = Path(__file__).parents[1] / "examples"
NAMES = sorted(path.parent.parent.name for path in EXAMPLES.glob("*/governance/govern.yaml"))
EXPECTED = Path(__file__).parent / "cases" / "examples" / "pairs.csv"  # counted without govern
COUNTS = ("n", "worse", "better", "pass_to_fail", "fail_to_pass")
ORIGINALS = {
    "pairs-gpt35.csv": "pairs_llmdrift/pairs_gpt-3.5-turbo-0301__gpt-3.5-turbo-0613.csv",
    "pairs-gpt4.csv": "pairs_llmdrift/pairs_gpt-4-0314__gpt-4-0613.csv",
}


def expected() -> list[tuple[str, dict[str, dict[str, str]]]]:
    with EXPECTED.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        (name, {row["cohort_key"]: row for row in group})
        for name, group in groupby(rows, lambda r: r["file"])
    ]


def measured(name: str) -> Measurement:
    return measure(EXAMPLES / name, kpis=[], losses=5)


def value(path: Path) -> dict[str, Any]:
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def test_examples_are_found_where_they_are_shipped() -> None:
    assert examples_folder().resolve() == EXAMPLES.resolve()
    assert {"guardrail", "model-change", "prompt-change", "team"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_example_has_no_finding_and_nothing_to_compute(name: str, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / name, tmp_path / name)
    tree = WorkingTree(tmp_path / name)
    assert validate(tree, "governance").findings == ()
    assert mend(tree, "governance") == ""


@pytest.mark.parametrize("name", ["guardrail", "model-change", "prompt-change"])
def test_example_opens_a_ledger_that_audits_clean(name: str, tmp_path: Path) -> None:
    assert opened(tmp_path / "clone", name).audited() == []


@pytest.mark.parametrize(
    ("name", "cohorts"), expected(), ids=lambda part: part if isinstance(part, str) else ""
)
def test_pairs_give_the_figures_that_were_counted_without_govern(
    name: str, cohorts: dict[str, dict[str, str]]
) -> None:
    found = measured(name)
    assert found.findings == []
    shown = {row["cohort_key"]: row for row in found.cohorts} | {"ALL": found.pooled}
    assert set(shown) - set(cohorts) <= {"public"}  # the example without cohorts has only the pooled row
    for key, row in cohorts.items():
        assert {count: shown[key][count] for count in COUNTS} == {count: int(row[count]) for count in COUNTS}
        for mean in ("mean_prev", "mean_next"):
            assert shown[key][mean] == pytest.approx(float(row[mean]), abs=5e-7)


@pytest.mark.parametrize("name", sorted(ORIGINALS))
def test_pairs_differ_from_the_originals_by_stamp_and_columns_only(name: str, shared_data: Path) -> None:
    with (EXAMPLES / "model-change" / "data" / name).open(newline="") as file:
        ours = list(csv.DictReader(file))
    with (shared_data / ORIGINALS[name]).open(newline="") as file:
        theirs = list(csv.DictReader(file))
    stamped = [
        {column: text + "+v1" if column.startswith("model_") else text for column, text in row.items()}
        for row in theirs
    ]
    assert ours == [{column: row[column] for column in ours[0]} for row in stamped]


@pytest.mark.parametrize(
    ("example", "packet"),
    [("model-change", "gpt35-june"), ("model-change", "gpt4-june"), ("guardrail", "add-guardrail")],
)
def test_runbook_holds_the_section_of_its_packet(example: str, packet: str) -> None:
    folder = EXAMPLES / example / "governance"
    document = value(folder / f"packets/{packet}.yaml")
    triggers = [value(folder / f"triggers/{name}.yaml") for name in document["triggers"]]
    kpis = [value(folder / f"kpis/{name}.yaml") for name in document["monitoring"]["kpis"]]
    surface = value(folder / "govern.yaml")["surfaces"][document["surface"]]
    text = (EXAMPLES / example / document["runbook"]["path"]).read_text(encoding="utf-8")
    assert find_section(text, packet) == runbook_section(document, triggers, kpis, surface)


@pytest.mark.parametrize("surface", ["answers", "reasoning"])
def test_only_the_model_differs_between_the_baselines_of_a_model_change(surface: str) -> None:
    folder = EXAMPLES / "model-change" / "governance" / "baselines"
    prev, following = (value(folder / f"{surface}-b{number}.yaml")["components"] for number in (1, 2))
    assert [name for name in prev if prev[name] != following[name]] == ["model"]
