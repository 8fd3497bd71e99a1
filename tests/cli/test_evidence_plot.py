"""`govern evidence plot`: a picture in a new file, the numbers behind it, and a line to type where there is none."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from docs.pages import ROOT
from docs.starts import STARTS
from typed import MARCH_TO_JUNE, Keyboard, copied
from workspaces import git, isolated

P = MARCH_TO_JUNE


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Mara's clone, with the packet in shadow and measured."""
    folder = tmp_path_factory.mktemp("model")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in isolated(folder / "home").items():
            patch.setenv(name, value)
        STARTS["a model in shadow"](folder)
    return folder / "mara"


@pytest.fixture
def measured(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Keyboard:
    return Keyboard(copied(made, tmp_path), capsys, monkeypatch)


def test_a_picture_is_written_and_nothing_is_recorded(measured: Keyboard) -> None:
    before = git(measured.directory, "for-each-ref")
    said = measured("evidence", "plot", P, "--out", "divergence.svg")
    data = (measured.directory / "divergence.svg").read_bytes()
    assert said.lines[:2] == [
        f"{P}   divergence of 7 cohorts on 2 KPIs", f"wrote divergence.svg, {len(data):,} bytes"
    ]  # fmt: skip
    assert said.advice == ("next", f"govern phase check {P}")
    assert (
        ElementTree.fromstring(data).tag.endswith("svg") and git(measured.directory, "for-each-ref") == before
    )
    again = measured("evidence", "plot", P, "--out", "divergence.svg", "--force")
    assert again.code == 0 and (measured.directory / "divergence.svg").read_bytes() == data


def test_the_numbers_of_a_picture_are_given_without_one(measured: Keyboard) -> None:
    data = measured("evidence", "plot", P, "--kpi", "mean-score-delta", "--format", "json").json["data"]
    (panel,) = data["panels"]
    worst = panel["cohorts"][0]
    assert (worst["cohort"], worst["n"], worst["value"], worst["outcome"]) == (
        "composite",
        500,
        -18.8,
        "failed",
    )
    assert panel["pooled"]["n"] == 3256 and data["border"] == "canary" and data["out"] is None
    two = measured("evidence", "plot", P, "--cohort", "prime,composite", "--format", "json").json["data"]
    assert [sorted(each["cohort"] for each in panel["cohorts"]) for panel in two["panels"]] == [
        ["composite", "prime"]
    ] * 2


@pytest.mark.parametrize(
    ("words", "code", "reason", "line"),
    [
        ("", 2, "a picture goes to a file", f"--out {P}.svg"),
        ("--out a.png", 2, "a.png: a plot is written as SVG", "--out a.svg"),
        ("--out pictures", 2, "pictures: a plot is written as SVG", "--out pictures.svg"),
        ("--out none/a.svg", 2, "there is no folder none", "--out a.svg"),
        ("--out there.svg", 2, "there.svg is there already", "--out there.svg --force"),
        ("--out folder.svg --force", 2, "folder.svg is a folder", "--out folder.svg/plot.svg --force"),
        ("--out a.svg --kpi mean-delta", 2, "no KPI on pairs `mean-delta`", "--kpi mean-score-delta"),
        ("--out a.svg --cohort prme", 2, "no cohort measured `prme`", "--cohort prime"),
        ("--out a.svg --border shadow", 2, "no border `shadow`", "--border canary"),
        ("--out a.svg --border wide", 1, "no figures of gpt35-june on decisions", "--out a.svg --border canary"),
    ],
)  # fmt: skip
def test_a_refusal_writes_nothing_and_says_what_to_type(
    measured: Keyboard, words: str, code: int, reason: str, line: str
) -> None:
    (measured.directory / "there.svg").write_text("mine")
    (measured.directory / "folder.svg").mkdir()
    said = measured("evidence", "plot", P, *words.split())
    assert said.code == code and reason in " ".join(said.text.split()) and said.advice[0] == "type"
    assert said.advice[1].endswith(line)
    assert not (measured.directory / "a.svg").exists()
    assert (measured.directory / "there.svg").read_text() == "mine"


@pytest.mark.parametrize("words", [(), ("--force",)])
def test_a_link_is_not_followed(measured: Keyboard, words: tuple[str, ...]) -> None:
    (measured.directory / "mine").write_text("mine")
    (measured.directory / "a.svg").symlink_to("mine")
    assert measured("evidence", "plot", P, "--out", "a.svg", *words).code == 2
    assert (measured.directory / "mine").read_text() == "mine"


def test_without_pairs_there_is_nothing_to_draw(measured: Keyboard) -> None:
    said = measured("evidence", "plot", "gpt4-june", "--out", "a.svg")
    assert said.code == 1 and said.advice == ("type", "govern evidence shadow gpt4-june --pairs FILE")


def test_the_picture_of_the_page_is_what_the_command_draws(measured: Keyboard) -> None:
    measured("evidence", "plot", P, "--out", "drawn.svg", now="2026-11-20T10:00:00Z")
    assert (measured.directory / "drawn.svg").read_text() == (ROOT / "docs/how-to/divergence.svg").read_text()


def test_the_picture_over_windows_is_what_the_command_draws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    STARTS["a prompt that decides for days"](tmp_path)
    typed = Keyboard(tmp_path / "ben", capsys, monkeypatch)
    now = "2026-11-23T08:00:00Z"
    assert typed("evidence", "collect", "no-system-prompt", "--quiet", now=now).code == 0
    said = typed("evidence", "plot", "no-system-prompt", "--out", "drawn.svg", now=now)
    assert said.lines[0] == "no-system-prompt   2 KPIs over 2 cycles"
    assert (typed.directory / "drawn.svg").read_text() == (ROOT / "docs/how-to/over-windows.svg").read_text()
