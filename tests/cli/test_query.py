"""`govern query` as it is typed: on a workspace whose cohort went back, read as it is and as it was."""

import csv
import io
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from docs.starts import prompt_rolled_back
from govern.operations.reading import MissingInputError
from typed import Ended, Keyboard
from workspaces import isolated

NOW = "2026-11-22T10:00:00Z"
Typed = Callable[..., Ended]


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("query")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in isolated(folder / "home").items():
            patch.setenv(name, value)
        prompt_rolled_back(folder)
    return folder / "ben"


@pytest.fixture
def typed(team: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Nothing that is typed here writes, so that all of it may be typed on one ledger."""
    keyboard = Keyboard(team, capsys, monkeypatch)
    return lambda *words, now=NOW: keyboard("query", *words, now=now)


def test_without_a_word_it_lists_what_can_be_asked(typed: Typed) -> None:
    ended = typed()
    assert ended.code == 0 and ended.advice == ("next", "govern query lanes-near-expiry")
    for name in (
        "lanes-near-expiry",
        "repeated-provisional",
        "unresolved-rejections",
        "mitigation_state",
        "records",
    ):
        assert any(line.startswith(f" {name} ") for line in ended.lines)
    assert set(typed("--format", "json").json["data"]) == {"queries", "views", "next"}


def test_a_query_that_ships_is_asked_by_its_name(typed: Typed) -> None:
    ended = typed("lanes-near-expiry")
    assert (ended.code, [line.split() for line in ended.lines]) == (
        0,
        [
            ["cohort_key", "mitigation_mode_id", "expiry_window", "owner"],
            ["public", "public-01", "7", "ben"],
        ],
    )
    assert typed("repeated-provisional").lines == ["no rows"]


def test_a_view_by_its_name_and_its_columns(typed: Typed) -> None:
    rows = typed("bindings", "--format", "json").json["data"]["rows"]
    assert [(row["cohort_key"], row["baseline"]) for row in rows] == [
        (None, "chat-b1"),
        ("public", "chat-b1"),
    ]
    told = typed("bindings", "--views", "--format", "json").json["data"]["views"]
    assert [column["name"] for column in told["bindings"]["columns"]] == list(rows[0])
    assert len(typed("--views", "--format", "json").json["data"]["views"]) > 15


def test_csv_has_every_row_and_a_table_says_that_it_stops(typed: Typed) -> None:
    many = "SELECT range AS n FROM range(250)"
    rows = list(csv.reader(io.StringIO(typed(many, "--format", "csv").out)))
    assert rows == [["n"], *([str(n)] for n in range(250))]
    assert typed(many).lines[-1] == "the first 100 rows; there are more: --limit N"
    assert len(typed(many, "--format", "json").json["data"]["rows"]) == 250
    cut = typed(many, "--format", "json", "--limit", "3").json["data"]
    assert (len(cut["rows"]), cut["more"]) == (3, True)


def test_it_was_otherwise_then(typed: Typed) -> None:
    query = "SELECT baseline FROM bindings WHERE cohort_key = 'public'"
    assert [typed(query, "--at", at).lines[1:] for at in ("2026-11-20", NOW)] == [["chat-b2"], ["chat-b1"]]
    then = typed("SELECT now() AS present FROM workspace", "--at", "2026-11-20T12:00:00Z")
    assert then.lines == ["present", "2026-11-20T12:00:00Z"]
    ledger = typed(
        "SELECT commit_id FROM records WHERE event = 'phase_advanced' LIMIT 1", "--format", "csv"
    ).lines[1]
    assert typed(query, "--at", ledger).lines == ["no rows"]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("lanes-near-expire",), "govern query lanes-near-expiry"),
        (("mitigation_states", "--limit", "5"), "govern query mitigation_state --limit 5"),
        (("SELECT onwer FROM duties",), "govern query 'SELECT owner FROM duties'"),
        (
            ("SELECT d.onwer FROM duties d", "--limit", "5"),
            "govern query 'SELECT d.owner FROM duties d' --limit 5",
        ),
        (("SELECT * FROM dutys",), "govern query 'SELECT * FROM duties'"),
        (("SELECT coutn(n) FROM records",), "govern query 'SELECT count(n) FROM records'"),
        (("dutys", "--views"), "govern query duties --views"),
    ],
)
def test_a_slip_is_answered_with_the_whole_line(words: tuple[str, ...], line: str, typed: Typed) -> None:
    ended = typed(*words)
    assert (ended.code, ended.advice, ended.out) == (2, ("type", line), "")
    assert typed(*shlex.split(line)[2:]).code == 0


@pytest.mark.parametrize(
    "words", [("nonsense-of-any-kind",), ("",), ("DROP TABLE records",), ("zzz", "--views")]
)
def test_what_cannot_be_asked_is_refused_in_two_lines(words: tuple[str, ...], typed: Typed) -> None:
    ended = typed(*words)
    assert ended.code == 2 and ended.out == "" and ended.lines[0].startswith("refused: ")
    assert ended.advice[0] == "type" and ended.advice[1].startswith("govern query")


def test_an_unknown_format_is_said(typed: Typed) -> None:
    assert "table, csv or json" in typed("duties", "--format", "text").text


def test_a_ledger_that_is_not_whole_is_said(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking(*_: object) -> None:
        raise MissingInputError("sha256:0123")

    monkeypatch.setattr("govern.operations.query.ask", lacking)
    ended = typed("mitigation_state")
    assert (ended.code, ended.advice) == (2, ("type", "govern audit")) and "sha256:0123" in ended.err
