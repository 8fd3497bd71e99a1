"""Files of rows, opened read-only: their form, their digest, and of a file of pairs the rows as text in `raw`.

DuckDB runs in memory and may open the given files and nothing else: no network, no extension, no spill beside
the user's work. What the values mean is not asked here; a line that is no row is remembered in `torn`.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from govern.errors import UsageError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = "640MB"  # of a database with a scratch folder
FORMS = {".csv": "csv", ".csv.gz": "csv", ".parquet": "parquet", ".jsonl": "json", ".ndjson": "json"}

REQUIRED = (
    "option_id", "cluster_id", "cohort_key", "score_prev", "score_next", "rank_delta",
    "policy_pass_prev", "policy_pass_next", "decision_bound_model",
)  # fmt: skip
OPTIONAL = ("model_version_prev", "model_version_next")
DIMENSION = re.compile(r"dimension:(?P<name>.+)_(?:prev|next)")
NUMERIC = (
    "rank_delta",
    "policy_pass_prev",
    "policy_pass_next",
    "passed",
    "route_critical",
)  # a missing one may come as a float's NaN


class Unreadable(Exception):  # noqa: N818  # caught in this room, becomes a finding
    """The bytes are not what the suffix says."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file of pairs, or of other rows that it then names. `columns` are the names in the file, in order."""

    path: Path
    form: str  # csv | parquet | json
    sha256: str
    columns: tuple[str, ...] = ()
    torn: tuple[str, ...] = ()  # lines that are no row, each as a phrase
    required: tuple[str, ...] = REQUIRED
    optional: tuple[str, ...] = OPTIONAL

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(name for name in self.required if name not in self.columns)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Names of the dimensions that the file has on both sides."""
        names = dict.fromkeys(match["name"] for match in map(DIMENSION.fullmatch, self.columns) if match)
        return tuple(sorted(n for n in names if set(columns_of(n)) <= set(self.columns)))


def columns_of(dimension: str) -> tuple[str, str]:
    return f"dimension:{dimension}_prev", f"dimension:{dimension}_next"


def form_of(path: Path, what: str = "a file of pairs") -> str:
    """The form that the suffix names; UsageError names the forms there are."""
    for suffix, form in FORMS.items():
        if path.name.lower().endswith(suffix):
            return form
    raise UsageError(
        f"{path}: {what} is CSV (.csv, .csv.gz), Parquet (.parquet) or JSON lines (.jsonl, .ndjson)"
    )


def digest(path: Path) -> str:
    """`sha256:...` of the bytes. UsageError where there is no file to read."""
    try:
        with path.open("rb") as stream:
            return "sha256:" + hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from None


@contextmanager
def connect(*paths: Path, scratch: Path | None = None) -> Iterator["DuckDBPyConnection"]:
    """A database in memory that can read the files at `paths` and no other; its times are UTC.

    With a `scratch` folder it may write there, and more rows than memory should hold are laid down there.
    """
    import duckdb

    with duckdb.connect(
        ":memory:", config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    ) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"SET temp_directory = {literal(where(scratch) if scratch else '')}")
        if scratch:
            connection.execute(f"SET memory_limit = '{MEMORY}'")
            connection.execute(f"SET allowed_directories = [{literal(where(scratch))}]")
        connection.execute(f"SET allowed_paths = {listed(paths)}")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection


def load(connection: "DuckDBPyConnection", source: Source) -> Source:
    """Fill `raw` unless a column is missing. The source with columns and torn lines; raises Unreadable."""
    import duckdb

    try:
        return {"csv": load_csv, "parquet": load_parquet, "json": load_json}[source.form](connection, source)
    except duckdb.Error as error:
        raise Unreadable(str(error).splitlines()[0]) from None


def load_csv(connection: "DuckDBPyConnection", source: Source) -> Source:
    columns = header(source.path)
    types = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in columns)
    table = (
        f"read_csv({literal(where(source.path))}, columns = {{{types}}}, auto_detect = false, header = true,"
        " delim = ',', quote = '\"', escape = '\"', store_rejects = true)"
    )
    source = replace(source, columns=columns)
    if not source.missing:
        fill(connection, source, table, {name: identifier(name) for name in columns})
        rejects = "SELECT DISTINCT line, lower(error_type::VARCHAR) FROM reject_errors ORDER BY ALL"
        torn = [f"line {line}: {why}" for line, why in connection.execute(rejects).fetchall()]
        source = replace(source, torn=tuple(torn))
    return source


def load_parquet(connection: "DuckDBPyConnection", source: Source) -> Source:
    table = f"read_parquet({literal(where(source.path))})"
    described = connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()
    source = replace(source, columns=tuple(row[0] for row in described))
    if not source.missing:
        fill(connection, source, table, {name: identifier(name) for name in source.columns})
    return source


def load_json(connection: "DuckDBPyConnection", source: Source) -> Source:
    objects = f"read_ndjson_objects({literal(where(source.path))}, ignore_errors = true)"
    connection.execute(f"CREATE TABLE lines AS SELECT row_number() OVER () AS line, json FROM {objects}")
    torn = connection.execute(
        "SELECT line FROM lines WHERE json IS NULL OR json_type(json) <> 'OBJECT' ORDER BY line"
    ).fetchall()
    connection.execute("DELETE FROM lines WHERE json IS NULL OR json_type(json) <> 'OBJECT'")
    names = connection.execute("SELECT DISTINCT unnest(json_keys(json)) AS name FROM lines ORDER BY name")
    columns = tuple(row[0] for row in names.fetchall())
    why = tuple(f"record {line}: not a JSON object" for (line,) in torn)
    source = replace(source, columns=columns, torn=why)
    if columns and not source.missing:
        texts = {name: f"json ->> {literal(pointer(name))}" for name in columns}
        fill(connection, source, "(SELECT * FROM lines ORDER BY line)", texts)
    return source


def fill(connection: "DuckDBPyConnection", source: Source, table: str, texts: dict[str, str]) -> None:
    """`raw`: the columns we know, as text, NULL where empty or absent; `row_no` counts the rows from 1."""
    dimensions = [name for dimension in source.dimensions for name in columns_of(dimension)]
    known = ["row_number() OVER () AS row_no"]
    for name in (*source.required, *source.optional, *dimensions):
        text = f"NULLIF(CAST({texts[name]} AS VARCHAR), '')" if name in texts else "CAST(NULL AS VARCHAR)"
        if name in NUMERIC:
            text = f"CASE WHEN lower({text}) <> 'nan' THEN {text} END"
        known.append(f"{text} AS {identifier(name)}")
    connection.execute(f"CREATE TABLE raw AS SELECT {', '.join(known)} FROM {table}")


def header(path: Path) -> tuple[str, ...]:
    """The names in the first line of a CSV file; empty for an empty file."""
    import csv
    import gzip
    import zlib

    opened = gzip.open if path.name.lower().endswith(".gz") else open
    try:
        with opened(path, "rt", encoding="utf-8-sig", newline="") as stream:
            names = next(csv.reader(stream), [])
    except (csv.Error, UnicodeDecodeError, OSError, EOFError, zlib.error) as error:
        raise Unreadable(f"no header can be read ({error})") from None
    folded = [name.casefold() for name in names]  # to DuckDB `Note` and `note` are one column
    twice = [name for name in names if folded.count(name.casefold()) > 1]
    if twice:
        raise Unreadable(f"the header names a column twice: {', '.join(twice)}")
    return tuple(names)


def where(path: Path) -> str:
    return str(path.resolve())


def pointer(name: str) -> str:
    """A JSON pointer to a member of an object."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def listed(paths: Iterable[Path]) -> str:
    """The paths as a list in SQL."""
    return f"[{', '.join(literal(where(path)) for path in paths)}]"


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def identifier(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
