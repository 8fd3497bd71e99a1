"""A query sees the tables that were laid out for it, reads and does nothing else; what is wrong is said in one line."""

from datetime import date, datetime
from pathlib import Path

import pytest

from govern.errors import UsageError
from govern.evidence.query import Result, Table, ask

NOW = "2026-11-20T10:00:00Z"
TABLES = (
    Table(
        "lanes",
        (("cohort_key", "VARCHAR"), ("since", "TIMESTAMP"), ("surfaces", "VARCHAR[]"), ("left_in", "BIGINT")),
        [("xr", "2026-11-18T02:10:00Z", ["chat"], 1), ("pc", None, [], None)],
    ),
    Table("records", (("n", "BIGINT"), ("body", "JSON")), [(1, '{"a": {"b": 2}}')]),
    Table("nothing", (("owner", "VARCHAR"), ("share", "DOUBLE"))),
)


def asked(query: str, limit: int | None = None) -> Result:
    return ask(query, TABLES, NOW, limit)


def said(query: str) -> str:
    with pytest.raises(UsageError) as caught:
        asked(query)
    assert "\n" not in caught.value.message and caught.value.message.isascii()
    return caught.value.message


def test_values_come_as_they_are_typed() -> None:
    found = asked("SELECT * FROM lanes ORDER BY cohort_key DESC")
    assert found.rows == [("xr", datetime(2026, 11, 18, 2, 10), ["chat"], 1), ("pc", None, [], None)]  # noqa: DTZ001
    assert [type_ for _, type_ in found.columns] == ["VARCHAR", "TIMESTAMP", "VARCHAR[]", "BIGINT"]
    assert asked("SELECT body->>'$.a.b' FROM records").rows == [("2",)]
    assert asked("FROM nothing").rows == []


@pytest.mark.parametrize("name", ["now()", "current_timestamp", "get_current_timestamp()"])
def test_the_present_is_the_instant_that_is_asked_about(name: str) -> None:
    assert asked(f"SELECT {name}").rows == [(datetime(2026, 11, 20, 10),)]  # noqa: DTZ001


@pytest.mark.parametrize("name", ["current_date", "today()"])
def test_today_is_its_day(name: str) -> None:
    assert asked(f"SELECT {name}").rows == [(date(2026, 11, 20),)]


def test_a_limit_says_that_there_is_more() -> None:
    cut, whole = asked("FROM range(10)", 4), asked("FROM range(10)", 10)
    assert (len(cut.rows), cut.more, len(whole.rows), whole.more) == (4, True, 10, False)
    assert asked("FROM range(1000000000000)", 3).rows == [
        (0,),
        (1,),
        (2,),
    ]  # taken as it comes, never all at once


def test_no_answer_without_an_end() -> None:
    assert "LIMIT" in said("FROM range(1000001)")


def test_a_query_that_computes_for_ever_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    def pressed(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("concurrent.futures.Future.result", pressed)
    with pytest.raises(KeyboardInterrupt):  # it comes back at all
        asked("SELECT count(*) FROM range(100000000000) AS a WHERE a.range * 7 % 3 = 1")


def test_columns_are_told_apart() -> None:
    assert [name for name, _ in asked("SELECT 1 AS n, 2 AS n, 3 AS n").columns] == ["n", "n_2", "n_3"]


OTHER = {  # what is no question, and how it is called
    "DELETE FROM lanes": "DELETE",
    "INSERT INTO nothing VALUES ('a', 1)": "INSERT",
    "UPDATE lanes SET left_in = 9": "UPDATE",
    "CREATE TABLE mine (a INT)": "CREATE",
    "DROP TABLE lanes": "DROP",
    "COPY lanes TO 'out.csv'": "COPY",
    "COPY lanes FROM 'out.csv'": "COPY",
    "EXPORT DATABASE 'out'": "EXPORT",
    "ATTACH 'other.db'": "ATTACH",
    "INSTALL httpfs": "LOAD",
    "LOAD httpfs": "LOAD",
    "PRAGMA database_list": "PRAGMA",
    "SET threads = 1": "SET",
    "SET lock_configuration = false": "SET",
    "CALL pragma_version()": "CALL",
    "BEGIN": "TRANSACTION",
    "PREPARE q AS SELECT 1": "PREPARE",
    "SELECT 1; SELECT 2": "SELECT and SELECT",
    "PIVOT lanes ON cohort_key": "several in one",
    "SELECT 1; DROP TABLE lanes": "SELECT and DROP",
    "": "nothing",
    " -- a comment": "nothing",
}


@pytest.mark.parametrize("query", OTHER)
def test_a_query_is_one_question(query: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    assert said(query) == f"a query is one SELECT that reads, and this is {OTHER[query]}"
    assert not list(here.iterdir())


@pytest.mark.parametrize(
    "query",
    [
        "WITH gone AS (DELETE FROM lanes RETURNING *) SELECT * FROM gone",
        "WITH more AS (INSERT INTO nothing VALUES ('a', 1) RETURNING *) SELECT * FROM more",
    ],
)
def test_a_question_that_writes_is_refused(query: str) -> None:
    assert said(query) == "a query reads, and this one writes"


@pytest.mark.parametrize(
    "query",
    [
        "FROM read_csv('{0}')",
        "FROM read_text('{0}')",
        "FROM read_blob('{0}')",
        "FROM read_json('{0}')",
        "FROM read_parquet('{0}')",
        "FROM read_duckdb('{0}')",
        "FROM sniff_csv('{0}')",
        "FROM glob('{0}')",
        "FROM glob('*')",
        "FROM read_csv('https://example.com/a.csv')",
        "FROM duckdb_secrets()",
    ],
)
def test_no_file_folder_or_network_is_read(
    query: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    assert said(query.format(secret)).startswith("a query reads the views alone: no file, folder or network")


def test_a_path_is_no_view_and_neither_is_what_the_program_holds(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    assert said(f"FROM '{secret}'") == "a query reads the views alone: no file, folder or network"
    assert said(f"FROM '{secret}.gone'").startswith(("no view `", "a query reads the views alone"))
    mine = [(1, 2)]
    assert said("FROM mine").startswith("no view `mine`") and mine
    assert said("FROM TABLES").startswith("no view `TABLES`")


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("SELECT * FROM lane", "no view `lane` (column 15); nearest: lanes"),
        ("SELECT lane.left_in FROM lanes", "no view `lane` (column 8); nearest: lanes"),
        ("SELECT cohort_ky FROM lanes", "no column `cohort_ky` (column 8); nearest: cohort_key"),
        ("SELECT l.cohort_ky FROM lanes l", "no column `cohort_ky` (column 8); nearest: cohort_key"),
        ("SELECT 1\nFROM lanes\nWHERE owned = 'a'", "no column `owned` (line 3, column 7)"),
        ("SELECT coun(*) FROM lanes", "no function `coun` (column 8); nearest: count"),
        ("SELEC 1", 'syntax error at or near "SELEC" (column 1)'),
        ("SELECT 'a'::INT", "could not convert string 'a' to INT32 (column 11)"),
        ("SELECT ? FROM lanes", "values were not provided for the following parameters: 1"),
        ("SELECT 'a", "unterminated string literal (column 8)"),
        (
            "SELECT since::TIMESTAMPTZ AS z FROM lanes",
            "z has a time zone, and all times here are UTC without one:",
        ),
    ],
)
def test_what_is_wrong_is_said_in_a_line_with_its_place(query: str, wrong: str) -> None:
    assert said(query).startswith(wrong), said(query)


def test_the_place_in_a_long_line_is_that_of_the_line() -> None:
    before = "SELECT " + ", ".join(f"'{number:030}'" for number in range(20)) + ", "
    assert f"(column {len(before) + 1});" in said(
        f"{before}cohort_ky FROM lanes WHERE cohort_key <> 'x' AND 1 = 1"
    )


def test_nothing_of_an_error_obeys_a_terminal() -> None:
    said('SELECT "\x1b[2J" FROM lanes')
    said("SELECT '\x1b[2J'::INT")
    said('FROM "lan\u202ees"')
