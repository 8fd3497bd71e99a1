"""What is wrong with a decision log: every fault of it in one run, as findings.

A finding names the first three decisions of its kind, by id, and how many there are. Rows without a cohort key
or without a version are no faults here: they are counted where they matter.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from govern.domain.findings import Finding, Severity, nearest
from govern.evidence.decision_tables import OPTIONAL, REQUIRED, Tables
from govern.evidence.faults import SHOWN, count, first, shown
from govern.evidence.measures import run
from govern.evidence.sources import FORMS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ONE_ROW = "One row is one decision, with the stamp of what decided it"
ZONES = "Write every time in UTC with a Z: 2026-11-20T02:10:21Z"


def unreadable(name: str, form: str, error: Exception) -> Finding:
    hint = f"Write the file again, whole; its suffix names the form: {', '.join(FORMS)}"
    return fault(name, 9, f"cannot be read as {form}: {reason_of(error)}", hint)


def reason_of(error: Exception) -> str:
    """What DuckDB says in one line, without the words of the file, which a terminal might obey."""
    lines = str(error).splitlines() or [type(error).__name__]
    if line := re.search(r"CSV Error on Line: (\d+)", lines[0]):
        file = next((text.strip() for text in lines if text.strip().startswith("file = ")), "")
        why = next((text for text in lines if text.startswith(("Expected", "Invalid unicode"))), "no row")
        return ascii(f"line {line[1]}: {why}" + (f" ({file})" if file else ""))[1:-1]
    return ascii(re.sub(r"^[A-Za-z ]+ Error: ", "", lines[0]))[1:-1]


def of_columns(name: str, tables: Tables) -> tuple[Finding, ...]:
    """The columns that files lack, or that there is no file with columns at all."""
    if not tables:
        return (empty(name),)
    found = []
    for columns, files in tables:
        lacking = [column for column in REQUIRED if column not in columns]
        if not lacking:
            continue
        spare = [column for column in columns if column not in (*REQUIRED, *OPTIONAL)]
        close = {column: nearest(column, spare) for column in lacking}
        named = [f"{column} (nearest: {close[column]})" if close[column] else column for column in lacking]
        some = "" if len(tables) == 1 else f" in {count(len(files), 'file')}: {first(files)}"
        hint = f"Rename or add them. {ONE_ROW}"
        if len(columns) == 1 and any(mark in next(iter(columns)) for mark in ";\t|"):
            hint = "The columns of a CSV file are separated by commas"
        found.append(fault(name, 11, f"has no column {', '.join(named)}{some}", hint))
    return tuple(found)


def size_of(connection: "DuckDBPyConnection") -> dict[str, Any]:
    """{rows, first, last, timeless, nameless, surfaceless, zoned, unzoned}, see the SQL file."""
    return run(connection, "decisions_size")[0]


def of_rows(name: str, connection: "DuckDBPyConnection", size: dict[str, Any]) -> tuple[Finding, ...]:
    """The faults of the rows in `decisions`, by code."""
    if not size["rows"]:
        return (empty(name),)
    return (
        *nameless(name, connection, size),
        *timeless(name, connection, size),
        *zones(name, connection, size),
        *twice(name, connection),
    )


def empty(name: str) -> Finding:
    return fault(
        name, 16, "has no decision", "No data is never a pass: point at the log of the time asked for"
    )


def nameless(name: str, connection: "DuckDBPyConnection", size: dict[str, Any]) -> Iterator[Finding]:
    """Decisions that cannot be named, or that belong to no surface."""
    for column, lost in (("decision_id", size["nameless"]), ("surface", size["surfaceless"])):
        if lost:
            named = sample(connection, f"{column} IS NULL", "written")
            message = f"no {column} in {count(lost, 'decision')}: {named}"
            yield fault(name, 12, message, ONE_ROW)


def timeless(name: str, connection: "DuckDBPyConnection", size: dict[str, Any]) -> Iterator[Finding]:
    if size["timeless"]:
        named = sample(connection, "decided_at IS NULL OR NOT isfinite(decided_at)", "written")
        message = f"decided_at cannot be read in {count(size['timeless'], 'decision')}: {named}"
        yield fault(name, 13, message, ZONES)


def zones(name: str, connection: "DuckDBPyConnection", size: dict[str, Any]) -> Iterator[Finding]:
    """Some times with a zone and some without: which of them are UTC nobody can know."""
    if size["zoned"] and size["unzoned"]:
        fewer = "NOT zoned" if size["unzoned"] <= size["zoned"] else "zoned"
        named = sample(connection, f"isfinite(decided_at) AND {fewer}", "written")
        message = (
            f"decided_at names a zone in {size['zoned']:,} decisions and none in {size['unzoned']:,}: {named}"
        )
        yield fault(name, 14, message, ZONES)
    elif size["unzoned"]:
        message = f"decided_at names no zone in {count(size['unzoned'], 'decision')}: taken as UTC"
        yield fault(name, 14, message, ZONES, "note")


def twice(name: str, connection: "DuckDBPyConnection") -> Iterator[Finding]:
    rows = run(connection, "decisions_twice")
    if rows:
        named = [f"{shown(row['decision_id'])} {row['times']} times" for row in rows]
        message = f"decision_id more than once, {count(len(rows), 'decision')}: {first(named)}"
        yield fault(name, 15, message, "Point at each file once; a decision that is counted twice is not one")


def sample(connection: "DuckDBPyConnection", where: str, column: str) -> str:
    """The first decisions for which `where` holds, by id, each with what `column` says."""
    query = f"SELECT decision_id, {column} FROM decisions WHERE {where} ORDER BY ALL LIMIT {SHOWN}"
    rows = connection.execute(query).fetchall()
    return ", ".join(f"{shown(decision)} at {shown(value)}" for decision, value in rows)


def fault(name: str, number: int, message: str, hint: str, severity: Severity = "error") -> Finding:
    return Finding(f"GOV-EVD-{number:03}", severity, message, path=name, hint=hint)
