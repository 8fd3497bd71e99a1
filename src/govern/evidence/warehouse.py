"""A decision log in a database that outgrew this machine, opened through Ibis: the same SQL files, the same answers.

What is wrong with the table comes as findings, as with files. The connection string stands in no text.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from govern.domain.findings import Finding
from govern.errors import DocumentError, UsageError
from govern.evidence import decision_faults as faults
from govern.evidence.decision_tables import (
    NUMBERS,
    OPTIONAL,
    REQUIRED,
    TIMES,
    Columns,
    Tables,
    passed,
    text_of,
)
from govern.evidence.decisions import Log
from govern.evidence.remote import Rows, Warehouse
from govern.evidence.sources import connect, identifier

if TYPE_CHECKING:
    pass

DIALECTS = ("postgres", "spark", "trino", "bigquery", "snowflake")  # the types of a source are called so
SET_UP = {  # a session's time is UTC, so that a time with a zone becomes one without as everywhere here
    "postgres": ("SET TIME ZONE 'UTC'", "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"),
    "spark": ("SET spark.sql.session.timeZone=UTC",),
    "trino": ("SET TIME ZONE 'UTC'",),
    "snowflake": ("ALTER SESSION SET TIMEZONE = 'UTC'",),
}


@contextmanager
def open_warehouse(name: str, kind: str, dsn: str, table: str) -> Iterator[Log]:
    """The decisions in `table` of the database `name`, opened read-only, as a log.

    UsageError: Ibis or the driver is missing; DocumentError: no connection, or no such table. What is wrong with the
    rows comes as findings, as with files.
    """
    with TemporaryDirectory(prefix="govern-") as scratch, connect(scratch=Path(scratch)) as here:
        backend = _connected(name, dsn)
        try:
            for setting in SET_UP.get(kind, ()):
                _asked(name, backend, setting)
            columns = _columns(name, backend, table)
            warehouse = Warehouse(name, kind, lambda query: _asked(name, backend, query), here)
            log = Log(f"{name}:{table}", (), "", warehouse, Path(scratch))  # type: ignore[arg-type]
            yield _examined(log, warehouse, columns, table)
        finally:
            backend.disconnect()


def _connected(name: str, dsn: str) -> Any:
    try:
        import ibis
    except ImportError:
        raise UsageError(
            f"source {name}: a database is asked through Ibis", type_line="pip install 'govern-cli[scale]'"
        ) from None
    try:
        return ibis.connect(dsn)
    except ImportError as error:
        raise UsageError(
            f"source {name}: the driver is not installed: {error.name}",
            type_line="pip install 'ibis-framework[…]'",
        ) from None
    except Exception as error:
        # whatever a driver raises: its text may hold the connection string, so that its kind alone is shown
        raise DocumentError(f"source {name}: no connection ({type(error).__name__})") from None


def _asked(name: str, backend: Any, query: str) -> Rows:
    """The rows of a query; times without a zone are UTC."""
    try:
        answer = backend.raw_sql(query)
        if hasattr(answer, "collect"):  # Spark
            return Rows(tuple(answer.columns), iter([tuple(row) for row in answer.collect()]))
        names = tuple(column[0] for column in answer.description or ())
        rows: Sequence[tuple[Any, ...]] = answer.fetchall() if names else ()
        answer.close()
    except Exception as error:
        raise DocumentError(f"source {name}: the database refuses: {faults.reason_of(error)}") from None
    return Rows(names, iter([tuple(map(_plain, row)) for row in rows]))


def _plain(value: Any) -> Any:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def _columns(name: str, backend: Any, table: str) -> Columns:
    """The columns of the table with their types as Ibis names them."""
    *places, last = table.split(".")
    try:
        schema = backend.table(last, database=tuple(places) or None).schema()
    except Exception as error:
        raise DocumentError(f"source {name}: no table {table} ({type(error).__name__})") from None
    return {column: str(kind) for column, kind in schema.items()}


def _examined(log: Log, warehouse: Warehouse, columns: Columns, table: str) -> Log:
    """The log with its view, its size and its findings."""
    tables: Tables = [(columns, [Path(table)])]
    findings = faults.of_columns(log.name, tables) or tuple(_of_types(log.name, columns))
    if findings:
        return replace(log, findings=findings)
    query = select(columns, table)
    warehouse.define("decisions", query)
    size = faults.size_of(log.connection)
    findings = faults.of_rows(log.name, log.connection, size)
    said = f"{table}\n{size['rows']}\n{size['first']}\n{size['last']}\n{query}"
    digest = f"sha256:{sha256(said.encode()).hexdigest()}"
    placed = replace(log, digest=digest, rows=size["rows"], first=size["first"], last=size["last"])
    return replace(placed, findings=findings, tables=tables)


def _of_types(name: str, columns: Columns) -> Iterator[Finding]:
    """Columns of another type than the database has for such values; nothing is guessed from texts."""
    for wanted, code, names, kinds in (
        ("time", 13, ("decided_at", *TIMES), ("timestamp",)),
        ("number", 4, NUMBERS, ("int", "uint", "float", "decimal")),
    ):
        for column in names:
            kind = columns.get(column, kinds[0]).removeprefix("!")
            if not kind.startswith(kinds):
                hint = f"Point at a view that casts it to a {wanted}" + (
                    ", in UTC" if wanted == "time" else ""
                )
                yield faults.fault(name, code, f"{column} is of type {kind}, which is no {wanted}", hint)


def select(columns: Columns, table: str) -> str:
    """The decisions of a table in DuckDB's dialect, with the columns of a log of files."""
    zoned = "'" in columns["decided_at"]
    given = [f"{str(zoned).upper()} AS zoned", "CAST(decided_at AS VARCHAR) AS written", passed()]
    for name in (*REQUIRED, *OPTIONAL):
        if name != "policy_pass":
            given.append(f"{_typed(name, columns)} AS {name}")
    place = ".".join(identifier(part) for part in table.split("."))
    return f"SELECT {', '.join(given)} FROM {place}"


def _typed(name: str, columns: Columns) -> str:
    """A column as a log of files has it: a time in UTC without a zone, a number, a text or NULL."""
    times = ("decided_at", *TIMES)
    target = "TIMESTAMP" if name in times else "DOUBLE" if name in NUMBERS else "VARCHAR"
    if name not in columns:
        return f"CAST(NULL AS {target})"
    if name in times:
        return (
            f"CAST({name} AT TIME ZONE 'UTC' AS TIMESTAMP)"
            if "'" in columns[name]
            else f"CAST({name} AS TIMESTAMP)"
        )
    return f"CAST({name} AS DOUBLE)" if name in NUMBERS else text_of(name)
