"""Pairs with columns of dimensions: what moved, in the table of cohorts, in the list to explain, and in its answer."""

import csv
from pathlib import Path

import pytest

from typed import MARCH_TO_JUNE, Keyboard, copied, into_shadow, seven_cohorts

P = MARCH_TO_JUNE


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return seven_cohorts(tmp_path_factory.mktemp("seven"))


@pytest.fixture
def typed(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Keyboard:
    """In shadow; the pairs of `prime` and `composite` say how long the answers were, and in which tone."""
    keyboard = Keyboard(copied(made, tmp_path), capsys, monkeypatch)
    into_shadow(keyboard)
    path = keyboard.directory / "data/pairs-gpt35.csv"
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    for place, row in enumerate(rows):
        told = row["cohort_key"] in ("prime", "composite")
        row["dimension:length_prev"], row["dimension:length_next"] = "120", "80.5" if told else "120"
        row["dimension:tone_prev"] = "plain"
        row["dimension:tone_next"] = "he\x1bdged" if told and place % 2 else "plain"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return keyboard


def test_what_moved_is_told_from_the_table_to_the_explanation(typed: Keyboard) -> None:
    said = typed("evidence", "shadow", P, "--pairs", "data/pairs-gpt35.csv", who="lee")
    assert said.code == 0
    at = said.lines.index("cohort     moved most  mean change  listed items")
    assert said.lines[at + 1 : at + 3] == [
        "composite  length             39.5      21 of 21", "prime      length             39.5      28 of 28"
    ]  # fmt: skip

    listed = typed("evidence", "explain", P, "--cohort", "prime")
    assert listed.lines[0].startswith("prime moved: length by 39.5 on average, 28 of 28 items; tone ")
    assert "length 120 -> 80.5 (-39.5)" in listed.text and r"tone plain -> he\x1bdged" in listed.text
    assert '--dimension length --moved "..."' in listed.advice[1]
    data = typed("evidence", "explain", P, "--cohort", "prime", "--format", "json").json["data"]
    assert data["moved"]["prime"][0] == {"dimension": "length", "items": 28, "of": 28, "mean": 39.5}
    assert data["groups"][0]["moved"][0]["mean"] == 39.5

    words = ("evidence", "explain", P, "--cohort", "prime", "--moved", "stops early")
    wrong = typed(*words, "--dimension", "lenght", who="kim")
    assert wrong.code == 1 and wrong.lines[0].startswith("refused: `lenght` is no dimension that moved")
    assert (
        wrong.advice[1]
        == "govern evidence explain gpt35-june --cohort prime --moved 'stops early' --dimension length"
    )
    assert typed(*words, "--dimension", "length", who="kim").code == 0
    free = ("--cohort", "sensitive_direct", "--dimension", "refusal", "--moved", "answers at last")
    assert typed("evidence", "explain", P, *free, who="kim").code == 0  # nothing is told of this cohort
    assert typed.audited() == []


def test_without_a_dimension_the_line_asks_for_one(typed: Keyboard) -> None:
    typed("evidence", "shadow", P, "--pairs", "data/pairs-gpt35.csv", who="lee")
    said = typed("evidence", "explain", P, "--cohort", "prime", "--moved", "stops early", who="kim")
    assert said.code == 2 and said.advice[1].endswith("--dimension NAME")


def test_on_the_terminal_the_farthest_is_offered_and_another_word_is_asked_again(
    typed: Keyboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed("evidence", "shadow", P, "--pairs", "data/pairs-gpt35.csv", who="lee")
    answers = iter(["lenght", "stops early", "", "model changed", "stops early"])
    offered: list[str] = []

    def ask(label: str, default: str = "") -> str:
        offered.append(f"{label.strip()} [{default}]")
        return next(answers) or default

    monkeypatch.setattr("govern.cli.evidence.interactive", lambda: True)
    monkeypatch.setattr("govern.cli.evidence.ask", ask)
    groups = typed("evidence", "explain", P, "--cohort", "composite", "--format", "json").json["data"][
        "groups"
    ]
    cluster = groups[0]["cluster"]
    said = typed("evidence", "explain", P, "--cohort", "composite", "--cluster", cluster, who="kim")
    assert said.code == 0 and said.text.count("Once more") == 2
    dimension, words = "dimension [length]", "what moved []"
    assert offered == [dimension, words, dimension, words, words]
