"""Answers from files: one of both owners, or one of each; what is faulty or contradicts itself is said."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from govern.domain.document import digest_of
from govern.errors import GovernError
from govern.operations.drills.answers import last_values, read_answers
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
    "the same owner twice": (own("mara"), "mara.yaml and jo.yaml both hold `decisions_before` of mara"),
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


def blank(owner: str) -> dict[str, Any]:
    """The sheet of one owner as it was handed out: the lines of the other were left blank."""
    value = own(owner)
    for name in ("decisions_before", "decisions"):
        value[name] |= {each: {"decision": None} for each in value["owners"] if each != owner}
    return value


def test_lines_that_are_the_other_owners_may_stay_blank_in_a_sheet(tmp_path: Path) -> None:
    paths = [written(tmp_path, f"{owner}.yaml", blank(owner)) for owner in ("mara", "jo")]
    assert read_answers(CARD, paths) == whole()


def test_sheet_that_decides_for_the_other_is_told_which_line_to_delete(tmp_path: Path) -> None:
    paths = [written(tmp_path, "mara.yaml", own("mara")), written(tmp_path, "jo.yaml", whole())]
    with pytest.raises(GovernError) as no:
        read_answers(CARD, paths)
    assert no.value.notes == ("each holds those of its own owner: delete decisions_before.mara from jo.yaml",)
    assert no.value.type_line == f"govern drill run {CARD} --answers {paths[0]} --answers {paths[1]}"


def edited(**changes: Any) -> dict[str, Any]:
    return whole() | changes


UNFILLED: dict[str, tuple[dict[str, Any], str]] = {
    "one blank": (edited(readout={"done_at": None}), "a blank: readout.done_at"),
    "two, the first in the file": (
        edited(readout={"done_at": None}, side_effect={"seen_at": None}), "2 blanks, first: readout.done_at"),
    "alone, a decision is a blank too": (
        edited(decisions={"mara": {"decision": "tune"}, "jo": {"decision": None}}), "a blank: decisions.jo.decision"),
    "a blank in a list": (edited(evidence=[None]), "a blank: evidence.0"),
    "a word that is no decision": (
        edited(decisions={"mara": {"decision": "tune"}, "jo": {"decision": "rollbak"}}),
        "`rollbak` not one of the allowed values; nearest: rollback (of keep, tune, rollback, wait)"),
}  # fmt: skip


@pytest.mark.parametrize("what", UNFILLED)
def test_what_is_left_to_fill_in_is_counted_and_what_is_wrong_is_shown(what: str, tmp_path: Path) -> None:
    value, said = UNFILLED[what]
    path = written(tmp_path, "sheet.yaml", value)
    with pytest.raises(GovernError) as no:
        read_answers(CARD, [path])
    assert said in no.value.message and no.value.type_line == f"govern validate {path}"


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
    assert last_values(tmp_path / "drill.csv") == TABLES[text]


def test_what_is_no_text_shows_nothing(tmp_path: Path) -> None:
    (tmp_path / "drill.png").write_bytes(b"\x89PNG\xff")
    assert last_values(tmp_path / "drill.png") == {}


@pytest.mark.parametrize(
    "sheet", sorted((EXAMPLES / "team/answers").glob("*.yaml")), ids=lambda path: path.stem
)
def test_sheets_of_the_example_are_of_its_cards_and_packages(sheet: Path) -> None:
    """The second sheet of the integrity card is of its package as the story refines it."""
    from govern.cli.stories.drills import BY_ROUTE, HOLD

    value, documents = yaml.safe_load(sheet.read_text("utf-8")), EXAMPLES / "team/governance"
    card = (documents / f"cards/{value['card']}.yaml").read_bytes()
    package = (documents / f"packages/{yaml.safe_load(card)['package_id']}.yaml").read_bytes()
    if sheet.stem == "2026-11-25":
        package = package.replace(HOLD.encode(), BY_ROUTE.encode())
    assert (value["card_digest"], value["package_digest"]) == (digest_of(card), digest_of(package))
