"""`govern evidence plan`: how many pairs each cohort takes, in draft and from what was measured."""

from pathlib import Path

import pytest

from govern.operations.evidence.measure import measure_shadow
from typed import MARCH_TO_JUNE, Keyboard, copied, into_shadow, measure, seven_cohorts
from workspaces import Clone, git

PAIRS = ("--pairs", "data/pairs-gpt35.csv")
FIVE = ("--margin", "5")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return seven_cohorts(tmp_path_factory.mktemp("seven"))


@pytest.fixture
def typed(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Keyboard:
    return Keyboard(copied(made, tmp_path), capsys, monkeypatch)


def plan(typed: Keyboard, *words: str) -> dict[str, dict[str, dict[str, object]]]:
    """By KPI and cohort what the JSON says."""
    data = typed("evidence", "plan", MARCH_TO_JUNE, *words, "--format", "json").json["data"]
    return {kpi["kpi"]: {row["cohort"]: row for row in kpi["cohorts"]} for kpi in data["kpis"]}


def test_plan_works_in_draft_from_a_share_that_differs(typed: Keyboard) -> None:
    before = typed.tip
    said = typed("evidence", "plan", MARCH_TO_JUNE, *FIVE, "--discordance", "10")
    assert said.code == 0 and typed.tip == before
    assert said.lines[0] == f"{MARCH_TO_JUNE}   7 cohorts, alpha 0.05"
    assert "each of 7      -  10.0 %           127        567      908  -" in said.lines


def test_plan_without_a_sample_asks_for_one(typed: Keyboard) -> None:
    said = typed("evidence", "plan", MARCH_TO_JUNE, *FIVE)
    assert said.code == 1
    assert said.advice == ("type", f"govern evidence plan {MARCH_TO_JUNE} --margin 5 --discordance 10")


def test_plan_from_a_file_is_the_plan_from_what_is_recorded_of_it(typed: Keyboard) -> None:
    from_file = plan(typed, *FIVE, *PAIRS)
    scores = from_file["mean-score-delta"]
    assert scores["opinion_survey"]["answer"] == "yes" and scores["code_generation"]["answer"] == "no"
    assert scores["composite"]["needed"] == {"floor": 127, "median": 2281, "ninety": 3695}
    flips = from_file["policy-flip-rate"]["happy_numbers"]
    assert (flips["needed"], flips["differ"]) == ({"floor": 127, "median": None, "ninety": None}, 0.15)
    into_shadow(typed)
    measure(typed)
    assert plan(typed, *FIVE) == from_file


def test_too_few_planned_is_a_no_with_the_number_that_is_enough(typed: Keyboard) -> None:
    line = ("evidence", "plan", MARCH_TO_JUNE, *PAIRS, "--margin", "10")
    said = typed(*line, "--items", "40")
    assert said.code == 1 and "  more needed:" in said.text
    enough = said.advice[1]
    assert enough.startswith(f"govern {' '.join(line)} --items ")
    scores = plan(typed, *enough.split()[4:])["mean-score-delta"]
    assert {row["answer"] for row in scores.values()} == {"yes"}


def losses(typed: Keyboard, *words: str) -> dict[str, dict[str, dict[str, object]]]:
    """By KPI and cohort what the JSON says of a declared loss."""
    data = typed("evidence", "plan", MARCH_TO_JUNE, *words, "--format", "json").json["data"]
    return {plan["kpi"]: {row["cohort"]: row for row in plan["cohorts"]} for plan in data["losses"]}


def test_a_declared_loss_asks_for_the_pairs_that_find_it(typed: Keyboard) -> None:
    found = losses(typed, *FIVE, *PAIRS, "--loss", "10")
    assert found.keys() == {"mean-score-delta", "policy-flip-rate"}
    scores = found["mean-score-delta"]
    assert {cohort for cohort, row in scores.items() if row["answer"] == "yes"} == {"opinion_survey"}
    assert scores["opinion_survey"]["needed"] < scores["composite"]["needed"]  # fewer pairs differ
    assert {row["needed"] for row in found["policy-flip-rate"].values()} == {689}
    said = typed("evidence", "plan", MARCH_TO_JUNE, *FIVE, *PAIRS, "--loss", "10")
    assert said.code == 0 and "  cannot be decided: code_generation, composite, " in said.text
    greater = losses(typed, *FIVE, *PAIRS, "--loss", "20")["mean-score-delta"]
    assert all(greater[cohort]["needed"] < scores[cohort]["needed"] for cohort in scores)


def test_a_loss_may_be_declared_for_each_kpi_and_one_for_the_others(typed: Keyboard) -> None:
    own = losses(typed, *FIVE, *PAIRS, "--loss", "policy-flip-rate=20", "--loss", "10")
    for_all = losses(typed, *FIVE, *PAIRS, "--loss", "10")
    assert own["mean-score-delta"] == for_all["mean-score-delta"]
    flips = [own["policy-flip-rate"]["prime"]["needed"], for_all["policy-flip-rate"]["prime"]["needed"]]
    assert flips[0] < flips[1]
    alone = typed("evidence", "plan", MARCH_TO_JUNE, *FIVE, *PAIRS, "--loss", "mean-score-delta=20")
    assert "no plan for policy-flip-rate: no loss was declared for it" in alone.lines


def test_too_few_to_find_a_loss_is_a_no_with_the_number_that_finds_it(typed: Keyboard) -> None:
    line = ("evidence", "plan", MARCH_TO_JUNE, *PAIRS, "--margin", "5", "--loss", "20")
    said = typed(*line, "--items", "400")
    enough = said.advice[1]
    assert said.code == 1 and enough.startswith(f"govern {' '.join(line)} --items ")
    again = typed(*enough.split()[1:])
    assert again.code == 0 and "cannot be decided" not in again.text


def test_without_a_sample_a_loss_is_planned_from_the_share_that_differs(typed: Keyboard) -> None:
    said = typed("evidence", "plan", MARCH_TO_JUNE, *FIVE, "--discordance", "10", "--loss", "10")
    assert said.code == 0 and "each of 7      -  10.0 %        914  -" in said.lines


@pytest.mark.parametrize(
    ("words", "code", "told", "line"),
    [
        (("--margin", "0"), 2, "a margin lies above 0", "--margin 5"),
        (("--margin", "100", *PAIRS), 1, "is the whole range", f"govern phase show {MARCH_TO_JUNE}"),
        (PAIRS, 1, "it has bands and no margin", "--margin 5"),
        ((*FIVE, *PAIRS, "--loss", "5"), 1, "lies within the margin of 5: it is accepted", "--loss 10"),
        ((*FIVE, *PAIRS, "--loss", "101"), 1, "more than the whole range", "--loss 10"),
        ((*FIVE, *PAIRS, "--loss", "x"), 2, "a loss is a number above 0", "--loss 10"),
        ((*FIVE, *PAIRS, "--loss", "-1"), 2, "a loss is a number above 0", "--loss 10"),
        ((*FIVE, *PAIRS, "--loss", "mean-scor=9"), 2, "no KPI `mean-scor`", "--loss mean-score-delta=9"),
        ((*FIVE, "--pairs", "nope.csv"), 2, "nope.csv", "--pairs FILE"),
        ((*FIVE, "--pairs", "data/pairs-gpt4.csv"), 1, "pairs-gpt4.csv", "--dry-run"),
    ],
)
def test_what_cannot_be_planned_is_refused_with_a_line(
    typed: Keyboard, words: tuple[str, ...], code: int, told: str, line: str
) -> None:
    said = typed("evidence", "plan", MARCH_TO_JUNE, *words)
    assert said.code == code and told in " ".join(said.text.split())
    assert said.advice[0] == "type" and line in said.advice[1]


def test_anytime_gate_judges_what_is_recorded_and_the_audit_agrees(typed: Keyboard) -> None:
    """With margins instead of bands a packet passes whom the pairs prove, and nobody else."""
    for kpi in ("mean-score-delta", "policy-flip-rate"):
        path = typed.directory / f"governance/kpis/{kpi}.yaml"
        text = path.read_text("utf-8").replace("method: point", "method: anytime\nmargin: 5")
        path.write_text(
            "".join(row for row in text.splitlines(keepends=True) if not row.startswith("bands:"))
        )
    git(typed.directory, "commit", "-qam", "margins instead of bands")
    into_shadow(typed)
    lee = Clone(typed.directory, "lee")
    there = lee.workspace()
    pairs = typed.directory / "data/pairs-gpt35.csv"
    lee.done(measure_shadow(there, MARCH_TO_JUNE, pairs, there.actor()).command())
    said = typed("phase", "check", MARCH_TO_JUNE, "--format", "json", who="mara")
    bands = next(each for each in said.json["data"]["verdicts"] if each["check"] == "shadow_bands")
    flips = {row["cohort"]: row for row in bands["rows"] if row["kpi"] == "policy-flip-rate"}
    assert {cohort: row["outcome"] for cohort, row in flips.items()} == {
        "code_generation": "inconclusive",  # 50 pairs, 100 asked
        "composite": "inconclusive",
        "happy_numbers": "failed",
        "opinion_survey": "passed",
        "prime": "inconclusive",
        "sensitive_direct": "inconclusive",
        "sensitive_jailbreak": "inconclusive",
    }
    assert flips["happy_numbers"]["interval"] == pytest.approx([9.76, 21.45], abs=0.01)
    assert flips["opinion_survey"]["ln_e"]["passed"] > flips["opinion_survey"]["need"]["passed"]
    assert typed.audited() == []
