"""The rows of decision files as SQL: which columns each file has, and how each of them becomes a typed one.

Files with the same columns are read together, so that a column that one file lacks is seen and not filled with
nothing. Folders `NAME=VALUE` above a file are columns of it. Nothing is read here but headers and types.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from govern.evidence.sources import header, identifier, listed, literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

REQUIRED = (
    "decision_id", "decided_at", "surface", "cohort_key", "model_version_active", "calibration_packet_id",
    "baseline_digest", "policy_pass",
)  # fmt: skip
TEXTS = (
    "unit_key", "build_id", "option_id", "error_class", "cache_key", "cluster_id",
    "route", "owner_mutation", "first_interaction", "side_effect_class",
)  # fmt: skip
NUMBERS = ("latency_ms", "score")
TIMES = ("held_at", "released_at", "reopened_at")
OPTIONAL = (*TEXTS, *NUMBERS, *TIMES)
PARTITION = re.compile(r"([^=]+)=.*")
HIVE = "hive_partitioning = true, hive_types_autocast = false"

Columns = dict[str, str]  # names of columns with their types in DuckDB
Tables = list[tuple[Columns, list[Path]]]


def tables_of(connection: "DuckDBPyConnection", form: str, paths: Sequence[Path]) -> Tables:
    """The columns of the files, each set of them with the files that have it."""
    if form == "json":
        return json_tables(connection, paths)
    groups: dict[tuple[tuple[str, str], ...], list[Path]] = {}
    for path in paths:
        if form == "parquet":
            columns = described(connection, f"read_parquet({listed([path])}, {HIVE})")
        else:
            columns = dict.fromkeys((*header(path), *partitions(path)), "VARCHAR")
        groups.setdefault(tuple(columns.items()), []).append(path)
    return [(dict(columns), files) for columns, files in groups.items()]


def json_tables(connection: "DuckDBPyConnection", paths: Sequence[Path]) -> Tables:
    """One table: a record may leave out what it has no value for. All is looked at only where a sample lacks
    a column."""
    if not paths:
        return []
    options = (
        "format = 'newline_delimited', maximum_depth = 1, map_inference_threshold = -1, union_by_name = true"
    )
    for sample in ("", ", sample_size = -1, maximum_sample_files = 1000000"):
        columns = described(connection, f"read_json({listed(paths)}, {options}{sample}, {HIVE})")
        if set(REQUIRED) <= set(columns):
            break
    return [(dict.fromkeys(columns, "VARCHAR"), list(paths))]


def described(connection: "DuckDBPyConnection", table: str) -> Columns:
    rows = connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()
    return {row[0]: row[1] for row in rows}


def partitions(path: Path) -> list[str]:
    """Names of the columns that the folders above a file give: `surface` for `…/surface=chat/part-0.csv`."""
    return [match[1] for part in path.resolve().parent.parts if (match := PARTITION.fullmatch(part))]


def select(form: str, tables: Tables, more: Sequence[str] = ()) -> str:
    """A query for the decisions of all files: REQUIRED and OPTIONAL, `zoned` and `written`; and `more` as text."""
    return " UNION ALL ".join(select_one(form, columns, files, more) for columns, files in tables)


def others(tables: Tables) -> list[str]:
    """The names of all columns that mean nothing here: a team's own."""
    known = {*REQUIRED, *OPTIONAL, "zoned", "written"}
    named = {name.lower(): name for columns, _ in tables for name in columns if name.lower() not in known}
    return sorted(named.values())


def select_one(form: str, columns: Columns, files: Sequence[Path], more: Sequence[str] = ()) -> str:
    """The decisions of files with the same columns. Texts are NULL where empty or absent."""
    given = [time_of(columns["decided_at"]), passed()]
    for name in (*REQUIRED, *OPTIONAL):
        if name not in ("decided_at", "policy_pass"):
            given.append(f"{typed(name, columns)} AS {name}")
    given += [f"{typed(name, columns)} AS {identifier(name)}" for name in more]
    return f"SELECT {', '.join(given)} FROM {reader(form, columns, files, more)}"


def typed(name: str, columns: Columns) -> str:
    """A column with its type. A number or a time that cannot be read is not finite, so that it can be told."""
    if name in NUMBERS:
        kind, unreadable = "DOUBLE", "CAST('NaN' AS DOUBLE)"
    elif name in TIMES:
        kind, unreadable = "TIMESTAMP", "CAST('infinity' AS TIMESTAMP)"
    else:
        return text_of(name) if name in columns else "CAST(NULL AS VARCHAR)"
    if name not in columns:
        return f"CAST(NULL AS {kind})"
    text = text_of(name)
    read = f"TRY_CAST({text} AS {'TIMESTAMPTZ' if kind == 'TIMESTAMP' else kind})::{kind}"
    return f"CASE WHEN {text} IS NOT NULL THEN COALESCE({read}, {unreadable}) END"


def reader(form: str, columns: Columns, files: Sequence[Path], more: Sequence[str] = ()) -> str:
    """DuckDB's reader of the files, with every column of a text form declared as text."""
    if form == "parquet":
        return f"read_parquet({listed(files)}, {HIVE})"
    if form == "csv":
        options = "auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"'"
        return f"read_csv({listed(files)}, columns = {texts(header(files[0]))}, {options}, {HIVE})"
    above = partitions(files[0])
    wanted = [name for name in (*REQUIRED, *OPTIONAL, *more) if name in columns and name not in above]
    return f"read_json({listed(files)}, columns = {texts(wanted)}, format = 'newline_delimited', {HIVE})"


def texts(names: Iterable[str]) -> str:
    return "{" + ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names) + "}"


def text_of(name: str) -> str:
    return f"NULLIF(CAST({identifier(name)} AS VARCHAR), '')"


def time_of(kind: str) -> str:
    """`decided_at` in UTC, NULL where it is no time; `zoned`: it names its zone; `written`: as in the file.

    A text is a date and a time of day, at least to the minute; without a zone it is taken as UTC.
    """
    written = text_of("decided_at")
    if kind.startswith("TIMESTAMP"):
        moment, zoned = "decided_at::TIMESTAMP", str(kind == "TIMESTAMP WITH TIME ZONE").upper()
    else:
        # TIMESTAMPTZ on the way, since a plain TIMESTAMP of a text drops the zone without a word
        moment = f"CASE WHEN length({written}) >= 16 THEN TRY_CAST({written} AS TIMESTAMPTZ)::TIMESTAMP END"
        zoned = f"regexp_matches(substr({written}, 12), '[-+A-Za-z]')"
    return f"{moment} AS decided_at, {zoned} AS zoned, {written} AS written"


def passed() -> str:
    text = f"lower({text_of('policy_pass')})"
    yes, no = "('1', '1.0', 'true')", "('0', '0.0', 'false')"
    return f"CASE WHEN {text} IN {yes} THEN 1 WHEN {text} IN {no} THEN 0 END AS policy_pass"
