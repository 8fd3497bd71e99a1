"""What is wrong with a file of pairs: every fault of it in one run, as findings.

Rows are counted from 1, the header of a CSV file is not one. A finding names the first three rows of its kind
and how many there are. Whether a fault stops the command is not decided here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from govern.domain.findings import Finding, nearest
from govern.evidence.sources import FORMS, REQUIRED, Source

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SHOWN = 3  # rows named in one finding
KEYS_SHOWN = 10  # unknown cohort keys, each with a finding of its own

# What a column takes, said where a value cannot be read. `cohort_key` has a code of its own.
TAKES = {
    "option_id": "a name",
    "cluster_id": "a name, in every row the same where there are no clusters",
    "score_prev": "a number",
    "score_next": "a number",
    "rank_delta": "a number, rank_next - rank_prev",
    "policy_pass_prev": "0, 1, true or false",
    "policy_pass_next": "0, 1, true or false",
    "decision_bound_model": "prev or next",
}
NEVER_EMPTY = ("option_id", "cluster_id", "decision_bound_model")


@dataclass(frozen=True, slots=True)
class Expected:
    """What the packet knows: the keys of its cohorts and the versions on its two sides."""

    cohorts: frozenset[str]
    model_version_prev: str
    model_version_next: str


def unreadable(source: Source, reason: str) -> Finding:
    hint = f"The suffix names the form: {', '.join(FORMS)}"
    return fault(source, 9, f"cannot be read as {source.form}: {reason}", hint)


def empty(source: Source) -> Finding:
    return fault(source, 8, "has no row", "One row is one option, scored by prev and by next")


def missing(source: Source) -> Finding:
    """All missing columns at once, each with the existing name it was most likely meant to be."""
    spare = [name for name in source.columns if name not in REQUIRED]
    close = {name: nearest(name, spare) for name in source.missing}
    named = [f"{name} (nearest: {close[name]})" if close[name] else name for name in source.missing]
    hint = "Rename or add them; one row is one option, scored by prev and by next"
    if len(source.columns) == 1 and any(mark in source.columns[0] for mark in ";\t|"):
        hint = "The columns of a CSV file are separated by commas"
    return fault(source, 1, f"has no column {', '.join(named)}", hint)


def of_rows(
    connection: "DuckDBPyConnection",
    source: Source,
    bounds: tuple[float, float],
    expected: Expected | None,
    *,
    shadow: bool,
) -> list[Finding]:
    """The faults of the rows in `raw`, `typed` and `pairs`, by code."""
    found = [*torn(source), *twice(connection, source), *misread(connection, source)]
    found += outside(connection, source, bounds)
    if shadow:
        found += bound_to_next(connection, source)
    if expected is not None:
        found += unknown_cohorts(connection, source, expected)
        found += other_versions(connection, source, expected)
    return sorted(found, key=lambda finding: finding.code)


def torn(source: Source) -> Iterator[Finding]:
    if source.torn:
        message = f"{count(len(source.torn), 'line')} cannot be read: {first(source.torn, '; ')}"
        yield fault(
            source, 9, message, "Write the file again, whole; a torn line is a row that is not counted"
        )


def twice(connection: "DuckDBPyConnection", source: Source) -> Iterator[Finding]:
    rows = connection.execute(
        "SELECT option_id, list(row_no ORDER BY row_no) FROM raw WHERE option_id IS NOT NULL"
        " GROUP BY option_id HAVING COUNT(*) > 1 ORDER BY MIN(row_no)"
    ).fetchall()
    if rows:
        named = [f"{option!r} in rows {first(at)}" for option, at in rows]
        message = f"option_id twice, {count(len(rows), 'option')}: {first(named, '; ')}"
        yield fault(source, 2, message, "One option is one row; a second score of it is no new evidence")


def bound_to_next(connection: "DuckDBPyConnection", source: Source) -> Iterator[Finding]:
    query = "SELECT row_no FROM typed WHERE decision_bound_model = 'next' ORDER BY row_no"
    rows = [row for (row,) in connection.execute(query).fetchall()]
    if rows:
        message = f"{count(len(rows), 'row')} bound to next: {first(rows)}; in shadow prev decides"
        yield fault(source, 3, message, "Find what let next decide before anything is measured")


def misread(connection: "DuckDBPyConnection", source: Source) -> Iterator[Finding]:
    """Values that a column does not take, one finding a column."""
    for column, takes in TAKES.items():
        also_empty = "OR TRUE" if column in NEVER_EMPTY else ""
        rows = connection.execute(
            f"SELECT row_no, raw.{column} FROM raw JOIN typed USING (row_no)"
            f" WHERE typed.{column} IS NULL AND (raw.{column} IS NOT NULL {also_empty}) ORDER BY row_no"
        ).fetchall()
        if rows:
            named = [f"row {row}: {shown(value)}" for row, value in rows]
            message = f"{column} cannot be read in {count(len(rows), 'row')}: {first(named, '; ')}"
            yield fault(source, 4, message, f"{column} takes {takes}")
    rows = connection.execute(
        "SELECT row_no, raw.cohort_key FROM raw JOIN typed USING (row_no)"
        " WHERE typed.cohort_key IS NULL ORDER BY row_no"
    ).fetchall()
    if rows:
        named = [f"row {row}: {shown(value)}" for row, value in rows]
        message = f"no cohort key in {count(len(rows), 'row')}: {first(named, '; ')}"
        hint = "A cohort key is 1 to 128 printable ASCII characters without space, quote or comma"
        yield fault(source, 10, message, hint)


def outside(
    connection: "DuckDBPyConnection", source: Source, bounds: tuple[float, float]
) -> Iterator[Finding]:
    rows = connection.execute(
        "SELECT row_no, typed.score_prev, typed.score_next FROM typed JOIN pairs USING (row_no)"
        " WHERE excluded = 'score_out_of_range' ORDER BY row_no"
    ).fetchall()
    if rows:
        low, high = bounds
        named = [f"row {row}: {prev:g} -> {next_:g}" for row, prev, next_ in rows]
        message = f"score outside {low:g} to {high:g} in {count(len(rows), 'row')}: {first(named, '; ')}"
        yield fault(source, 5, message, "The KPI's `range` says what a score can be")


def unknown_cohorts(
    connection: "DuckDBPyConnection", source: Source, expected: Expected
) -> Iterator[Finding]:
    query = "SELECT cohort_key, COUNT(*) FROM typed WHERE cohort_key IS NOT NULL GROUP BY 1 ORDER BY 1"
    rows = [(key, n) for key, n in connection.execute(query).fetchall() if key not in expected.cohorts]
    for key, n in rows[:KEYS_SHOWN]:
        close = nearest(key, expected.cohorts)
        hint = f"nearest: {close}" if close else f"the packet covers {first(sorted(expected.cohorts))}"
        yield fault(source, 6, f"cohort {key} ({count(n, 'row')}) is not of this packet", hint)
    if len(rows) > KEYS_SHOWN:
        yield fault(source, 6, f"{len(rows) - KEYS_SHOWN} more cohorts are not of this packet")


def other_versions(connection: "DuckDBPyConnection", source: Source, expected: Expected) -> Iterator[Finding]:
    sides = {
        "model_version_prev": expected.model_version_prev,
        "model_version_next": expected.model_version_next,
    }
    for column, version in sides.items():
        if column not in source.columns:
            continue
        rows = connection.execute(
            f"SELECT {column}, COUNT(*) AS n FROM typed WHERE {column} IS DISTINCT FROM ?"
            f" GROUP BY {column} ORDER BY n DESC, {column}",
            [version],
        ).fetchall()
        if rows:
            named = [f"{shown(value)} in {count(n, 'row')}" for value, n in rows]
            message = f"{column} is not the packet's: {first(named, '; ')}"
            yield fault(source, 7, message, f"the packet has {version}")


def fault(source: Source, number: int, message: str, hint: str = "") -> Finding:
    return Finding(f"GOV-EVD-{number:03}", "error", message, path=str(source.path), hint=hint)


def first(values: Sequence[Any], between: str = ", ") -> str:
    more = f"{between}and {len(values) - SHOWN} more" if len(values) > SHOWN else ""
    return between.join(str(value) for value in values[:SHOWN]) + more


def count(n: int, noun: str) -> str:
    return f"{n:,} {noun}" + ("" if n == 1 else "s")


def shown(value: str | None) -> str:
    """A value of the file, quoted, with nothing that a terminal would obey."""
    return "empty" if value is None else ascii(value if len(value) <= 40 else value[:39] + "…")
