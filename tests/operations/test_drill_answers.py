"""Answers from files: one of both owners, or one of each; what is faulty or contradicts itself is said."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from govern.errors import GovernError
from govern.operations.drills.answers import read_answers, values_in
from workspaces import EXAMPLES

CARD = "integrity-l2-mixed"
WHOLE = EXAMPLES / "team/answers/2026-11-18.yaml"


def whole() -> dict[str, Any]:
    value: dict[str, Any] = yaml.safe_load(WHOLE.read_text("utf-8"))
    return value


def written(folder: Path, name: str, value: dict[str, Any]) -> Path:
    path = folder / name
    path.write_text(yaml.safe_dump(value, sort_keys=False), "utf-8")
    return path


def own(owner: str) -> dict[str, Any]:
    """The sheet of one owner: what both saw, and what this one decided."""
    value = whole()
    for name in ("decisions_before", "decisions"):
        value[name] = {owner: value[name][owner]}
    return value


def test_two_files_are_one_drill(tmp_path: Path) -> None:
    paths = [written(tmp_path, f"{owner}.yaml", own(owner)) for owner in ("mara", "jo")]
    assert read_answers(CARD, paths) == read_answers(CARD, [WHOLE]) == whole()
    assert read_answers(CARD, paths[::-1]) == whole()


def other(**changes: Any) -> dict[str, Any]:
    return own("jo") | changes


REFUSED = {
    "of another card": (other(card="ownership-l2-reopen"), "answers card ownership-l2-reopen"),
    "the same owner twice": (own("mara"), "of mara: each holds those of its own owner"),
    "other values": (other(measured={"mismatch_rate": 1.8, "latency_change": 12}), "measured.latency_change"),
    "another beginning": (other(started_at="2026-11-18T14:01:00Z"), "differ in started_at"),
    "a word too many": (other(mood="good"), "jo.yaml:"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_files_that_do_not_fit_are_refused(what: str, tmp_path: Path) -> None:
    value, said = REFUSED[what]
    paths = [written(tmp_path, "mara.yaml", own("mara")), written(tmp_path, "jo.yaml", value)]
    with pytest.raises(GovernError) as no:
        read_answers(CARD, paths)
    assert said in no.value.message and no.value.type_line


def test_three_files_or_none_there_are_refused(tmp_path: Path) -> None:
    for paths in ([WHOLE] * 3, [tmp_path / "none.yaml"]):
        with pytest.raises(GovernError):
            read_answers(CARD, paths)


TABLES = {
    "metric,value\na,1\na,2\nb,3\n": {"a": 2.0, "b": 3.0},
    "metric,value\na,nan\n": {},
    "metric,value\na,many\n": {},
    "kpi,figure\na,1\n": {},
    "": {},
}


@pytest.mark.parametrize("text", TABLES)
def test_last_value_of_each_metric_is_what_a_table_shows(text: str, tmp_path: Path) -> None:
    (tmp_path / "drill.csv").write_text(text, "utf-8")
    assert values_in(tmp_path, None, "drill.csv") == TABLES[text]


def test_what_is_no_text_shows_nothing(tmp_path: Path) -> None:
    (tmp_path / "drill.png").write_bytes(b"\x89PNG\xff")
    assert values_in(tmp_path, None, "drill.png") == {}
