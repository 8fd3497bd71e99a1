"""`govern evidence`: figures by cohort, what keeps a file from being recorded, and explanations."""

import csv
import json
from pathlib import Path

import pytest

from typed import MARCH_TO_JUNE, Keyboard, copied, explain, into_shadow, measure, seven_cohorts
from workspaces import git


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return seven_cohorts(tmp_path_factory.mktemp("seven"))


@pytest.fixture
def typed(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Keyboard:
    return Keyboard(copied(made, tmp_path), capsys, monkeypatch)


@pytest.fixture
def shadow(typed: Keyboard) -> Keyboard:
    into_shadow(typed)
    return typed


def other_pairs(typed: Keyboard, column: str, value: str) -> str:
    """The pairs with one value changed in the first row."""
    rows = list(csv.DictReader((typed.directory / "data/pairs-gpt35.csv").read_text("utf-8").splitlines()))
    rows[0][column] = value
    path = typed.directory / "other.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path.name


def test_shadow_gives_cohorts_and_the_pooled_row_when_dry(shadow: Keyboard) -> None:
    before = shadow.tip
    said = measure(shadow, "--dry-run", "--format", "json")
    data = said.json["data"]
    assert said.code == 0 and shadow.tip == before
    composite = next(row for row in data["cohorts"] if row["cohort_key"] == "composite")
    wanted = {"n": 500, "worse": 147, "better": 53, "pass_to_fail": 21, "fail_to_pass": 0}
    assert {name: composite[name] for name in wanted} == wanted
    assert composite["mean_prev"] == pytest.approx(0.844, abs=5e-7)
    assert composite["mean_next"] == pytest.approx(0.656, abs=5e-7)
    assert len(data["cohorts"]) == 7 and data["pooled"]["n"] == 3256
    assert set(data["pooled"]) >= set(wanted) | {"mean_prev", "mean_next"}


def test_shadow_prints_every_cohort_in_eighty_columns_and_records(shadow: Keyboard) -> None:
    said = measure(shadow)
    assert said.code == 0 and said.advice == ("next", f"govern evidence explain {MARCH_TO_JUNE}")
    assert "composite              500 0.844 0.656 -18.8   147     53         21          0" in said.lines
    assert any(line.startswith("ALL, decides nothing 3,256") for line in said.lines)
    listed = shadow("evidence", "list", MARCH_TO_JUNE)
    assert "shadow_pairs, 3,256 rows of data/pairs-gpt35.csv" in listed.text
    assert listed.advice == ("next", "govern show packets/gpt35-june#3")
    assert shadow.audited() == []


@pytest.mark.parametrize(
    ("column", "value"),
    [("cohort_key", "composit"), ("model_version_next", "gpt-5"), ("decision_bound_model", "next")],
)
def test_shadow_shows_the_figures_and_records_nothing_when_file_and_packet_do_not_fit(
    shadow: Keyboard, column: str, value: str
) -> None:
    before = shadow.tip
    name = other_pairs(shadow, column, value)
    line = ("evidence", "shadow", MARCH_TO_JUNE, "--pairs", name)
    said = shadow(*line, who="lee")
    assert said.code == 1 and shadow.tip == before and any(" 500 0.844 " in text for text in said.lines)
    assert said.advice[1].startswith("govern explain GOV-")
    answer = shadow(*line, "--dry-run", "--format", "json").json
    assert answer["findings"] and answer["data"]["pooled"]["n"] > 3000 and not answer["ok"]
    assert {row["cohort_key"] for row in answer["data"]["cohorts"]} >= {"composite", "prime"}


def test_shadow_names_the_file_when_it_cannot_be_read(shadow: Keyboard) -> None:
    said = shadow("evidence", "shadow", MARCH_TO_JUNE, "--pairs", "nope.csv", who="lee")
    assert said.code == 2 and said.out == "" and "nope.csv" in said.err
    assert said.advice == ("type", f"govern evidence shadow {MARCH_TO_JUNE} --pairs FILE")


def test_shadow_is_refused_in_draft_with_the_line_into_shadow(typed: Keyboard) -> None:
    said = measure(typed)
    assert said.code == 1
    assert said.advice == ("type", f"govern phase advance {MARCH_TO_JUNE} --to shadow")


def test_explain_lists_cohorts_first_that_pass_all_else(shadow: Keyboard) -> None:
    measure(shadow)
    said = shadow("evidence", "explain", MARCH_TO_JUNE, who="kim")
    assert said.code == 1 and said.lines[0] == " 1/35 opinion_survey  opinionqa-W43  7 worse, 7 pass->fail"
    assert said.advice[1].startswith(
        f"govern evidence explain {MARCH_TO_JUNE} --cohort opinion_survey --cluster opinionqa-W43 --dimension"
    )
    one = shadow("evidence", "explain", MARCH_TO_JUNE, "--cohort", "sensitive_direct", "--format", "json")
    assert [group["cluster"] for group in one.json["data"]["groups"]] == ["sensitive-direct"]


def test_explain_leads_on_to_the_border_once_what_can_pass_is_explained(shadow: Keyboard) -> None:
    measure(shadow)
    first = explain(shadow, "prime")
    assert first.code == 0 and "prime explained" in first.text
    assert first.advice == ("next", f"govern evidence explain {MARCH_TO_JUNE}")
    second = explain(shadow, "opinion_survey")
    assert second.advice == ("next", f"govern phase check {MARCH_TO_JUNE} --to canary")
    assert shadow.audited() == []


@pytest.mark.parametrize("moved", ["model changed", "the new version is different"])
def test_explain_refuses_words_that_say_nothing(shadow: Keyboard, moved: str) -> None:
    measure(shadow)
    before = shadow.tip
    said = explain(shadow, "prime", moved)
    assert said.code == 1 and shadow.tip == before
    assert said.lines[0].startswith("refused: that is not what moved in the answers")
    assert said.advice[1].endswith("--cohort prime --dimension format --moved ...")


@pytest.mark.parametrize(("words", "line"), [
    (("--cohort", "prme"), "--cohort prime"),
    (("--cohort", "prme", "--dimension", "format", "--moved", "stops early"), "--cohort prime --dimension format"),
])  # fmt: skip
def test_explain_mends_a_misspelt_cohort(shadow: Keyboard, words: tuple[str, ...], line: str) -> None:
    measure(shadow)
    said = shadow("evidence", "explain", MARCH_TO_JUNE, *words, who="kim")
    assert said.code == 2 and line in said.advice[1]


def test_evidence_prints_no_escape_sequence_of_a_file(shadow: Keyboard) -> None:
    name = other_pairs(shadow, "cluster_id", "red \x1b[31m alert")
    assert shadow("evidence", "shadow", MARCH_TO_JUNE, "--pairs", name, who="lee").code in (0, 1)
    said = shadow("evidence", "explain", MARCH_TO_JUNE, who="kim")
    assert "\x1b" not in said.text
    as_json = shadow("evidence", "explain", MARCH_TO_JUNE, "--format", "json").out
    assert "\x1b" not in as_json and json.loads(as_json)


def test_evidence_changes_nothing_in_the_working_tree(shadow: Keyboard) -> None:
    before = git(shadow.directory, "status", "--porcelain"), git(shadow.directory, "rev-parse", "HEAD")
    measure(shadow)
    explain(shadow, "prime")
    assert (
        git(shadow.directory, "status", "--porcelain"),
        git(shadow.directory, "rev-parse", "HEAD"),
    ) == before
