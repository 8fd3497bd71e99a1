"""One SELECT that a person asks of tables which are laid out for it, and what is wrong with one that cannot be asked.

The database is in memory, its own, and read-only before the query comes: no file, no network, no extension, no setting.
What is said of a mistake is one line, with its place. What the tables hold is not known here.
"""

import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from govern.domain.findings import nearest
from govern.errors import UsageError
from govern.evidence.decision_faults import reason_of
from govern.evidence.sources import connect, identifier, literal
from govern.evidence.timeline import fill, moment

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

AT_MOST = 1_000_000  # rows of an answer, where nobody limits it
PRESENT = ("now", "get_current_timestamp", "current_timestamp")
TODAY = ("today", "current_date")
ZONED = "TIMESTAMP WITH TIME ZONE"
COLUMN = re.compile(r'Referenced column "(.+?)" not found|does not have a column named "(.+?)"')
TABLE = re.compile(r'Table with name (.+?) does not exist|Referenced table "(.+?)" not found')
FUNCTION = re.compile(r"Function with name \"?([^\s\"]+)\"? (?:does not exist|is not in the catalog)")
MEANT = re.compile(r'Did you mean "([^"]+)"')
PLACE = re.compile(r"^LINE (?P<line>\d+): (?P<text>.*)\n(?P<marks> *)\^", re.MULTILINE)
READ_ONLY = "transaction is launched in read-only mode"


@dataclass(frozen=True)
class Table:
    """`columns` are names and types; `rows` have instants as text where a type is TIMESTAMP."""

    name: str
    columns: Sequence[tuple[str, str]]
    rows: Iterable[tuple[Any, ...]] = ()


@dataclass(frozen=True)
class Result:
    """`more`: the limit cut it. `columns` are names, each once, with their types."""

    columns: tuple[tuple[str, str], ...]
    rows: list[tuple[Any, ...]]
    more: bool


def ask(query: str, tables: Sequence[Table], now: str, limit: int | None = None) -> Result:
    """The answer of a query. UsageError says what is wrong with it, in the words of a person where they are known.

    `now` is the present of the query: an answer of the past does not hang on the clock.
    """
    import duckdb

    with connect() as connection:
        for table in tables:
            _lay_out(connection, table)
        for names, type_ in ((PRESENT, "TIMESTAMP"), (TODAY, "DATE")):
            for name in names:
                connection.execute(f"CREATE MACRO {name}() AS {literal(str(moment(now)))}::{type_}")
        try:
            _require_select(connection, query)
            connection.execute("BEGIN TRANSACTION READ ONLY")
            return _interruptible(connection, query, limit)
        except duckdb.Error as error:
            raise _wrong(str(error), query, tables) or UsageError(
                f"{_reason(error)}{_where(str(error), query)}", type_line="govern query --views"
            ) from None


def _interruptible(connection: "DuckDBPyConnection", query: str, limit: int | None) -> Result:
    """The answer, taken beside this thread: a database that computes hears no Ctrl-C by itself."""
    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(_answer, connection, query, limit)
        try:
            return found.result()
        except KeyboardInterrupt:
            while not found.done():  # it may not have begun when it is first told
                connection.interrupt()
                wait([found], timeout=0.1)
            raise


def _lay_out(connection: "DuckDBPyConnection", table: Table) -> None:
    columns = ", ".join(f"{identifier(name)} {type_}" for name, type_ in table.columns)
    times = [place for place, (_, type_) in enumerate(table.columns) if type_ == "TIMESTAMP"]
    fill(connection, table.name, columns, [_timed(row, times) for row in table.rows])


def _timed(row: tuple[Any, ...], times: Sequence[int]) -> tuple[Any, ...]:
    values = list(row)
    for place in times:
        values[place] = None if values[place] is None else moment(values[place])
    return tuple(values)


def _require_select(connection: "DuckDBPyConnection", query: str) -> None:
    kinds = [statement.type.name for statement in connection.extract_statements(query)]
    if kinds != ["SELECT"]:
        said = " and ".join(kinds).replace("MULTI", "several in one") if kinds else "nothing"
        raise UsageError(
            f"a query is one SELECT that reads, and this is {said}", type_line="govern query --views"
        )


def _answer(connection: "DuckDBPyConnection", query: str, limit: int | None) -> Result:
    cursor = connection.execute(query)
    described = [(str(column[0]), str(column[1])) for column in cursor.description or ()]
    for name, type_ in described:
        if type_ == ZONED:
            raise UsageError(
                f"{name} has a time zone, and all times here are UTC without one: write {name}::TIMESTAMP",
                type_line="govern query --views",
            )
    most = AT_MOST if limit is None else limit
    rows = cursor.fetchmany(most + 1)
    if limit is None and len(rows) > most:
        raise UsageError(f"more than {AT_MOST:,} rows: end the query with a LIMIT", type_line="--limit 1000")
    return Result(_named(described), rows[:most], len(rows) > most)


def _named(columns: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Names that are told apart: a second `owner` is `owner_2`."""
    found: dict[str, str] = {}
    for name, type_ in columns:
        number, fresh = 1, name
        while fresh in found:
            number += 1
            fresh = f"{name}_{number}"
        found[fresh] = type_
    return tuple(found.items())


def _wrong(error: str, query: str, tables: Sequence[Table]) -> UsageError | None:
    """What a name was most likely meant to be. The message ends with it, so that the line can be mended."""
    there = [table for table in tables if re.search(rf"\b{table.name}\b", query, re.IGNORECASE)]
    if found := TABLE.search(error):
        word = found[1] or found[2]
        return _slip("view", word, nearest(word, (table.name for table in tables)), _where(error, query))
    if found := COLUMN.search(error):
        word = found[1] or found[2]
        known = [name for table in there for name, _ in table.columns]
        among = f" in {' or '.join(table.name for table in there)}" if there else ""
        return _slip("column", word, nearest(word, known), _where(error, query) or among)
    if found := FUNCTION.search(error):
        meant = MEANT.search(error)
        return _slip("function", found[1], meant[1] if meant else None, _where(error, query))
    if READ_ONLY in error:
        return UsageError("a query reads, and this one writes", type_line="govern query --views")
    return None


def _slip(what: str, word: str, close: str | None, where: str) -> UsageError:
    said = f"no {what} `{ascii(word)[1:-1]}`{where}"
    if close is None:
        return UsageError(said, type_line="govern query --views")
    return UsageError(f"{said}; nearest: {close}")


def _reason(error: Exception) -> str:
    """In one line; where something was not allowed, in the words of this command."""
    import duckdb

    if isinstance(error, duckdb.PermissionException):
        return "a query reads the views alone: no file, folder or network"
    said = reason_of(error)
    return said[:1].lower() + said[1:]


def _where(error: str, query: str) -> str:
    """Where in the text it is, as far as that is known: what is shown of a long line is a part of it."""
    found = PLACE.search(error)
    lines = query.split("\n")
    if found is None or not 1 <= int(found["line"]) <= len(lines):
        return ""
    number = int(found["line"])
    shown = found["text"]
    column = len(found["marks"]) - len(f"LINE {number}: ")
    part = shown.removeprefix("...").removesuffix("...")
    begins = lines[number - 1].find(part)
    if begins < 0:
        return f" (line {number})" if len(lines) > 1 else ""
    column += begins - (len("...") if shown.startswith("...") else 0) + 1
    return f" (line {number}, column {column})" if len(lines) > 1 else f" (column {column})"
