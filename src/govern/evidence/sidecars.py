"""Files that are written beside a decision log: laid down whole, never over another one, and read back.

A file comes into being in the log's own scratch folder and is moved to its place under another name first. The log
itself is never written to.
"""

import hashlib
import os
import shutil
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from govern.errors import UsageError
from govern.evidence.decision_faults import reason_of
from govern.evidence.decision_tables import texts
from govern.evidence.decisions import Log
from govern.evidence.sources import Unreadable, digest, header, literal, where

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FORMS = {".parquet": "FORMAT parquet", ".csv": "FORMAT csv, HEADER"}
# Ids are told apart by chance: to compress them, or to look for one that comes again, takes as long as writing them.
OF_IDS = FORMS | {".parquet": "FORMAT parquet, COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 1000"}
COLUMNS = ("decision_id", "rollback_context")  # what has to stand in a sidecar that is read


def require_place(log: Log, path: Path) -> None:
    """UsageError unless a file may be written at `path`: a form we write, and not among the files of the log."""
    if path.suffix.lower() not in FORMS:
        raise UsageError(f"{path}: written are Parquet (.parquet) and CSV (.csv); the suffix names the form")
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; name a file in it")
    place, pattern = path.resolve(), Path(log.name).resolve()  # either may be relative
    inside = pattern.is_dir() and place.is_relative_to(pattern)
    matches = any(fnmatch(str(place), each) for each in (str(pattern), str(pattern).replace("/**/", "/")))
    if inside or matches or place in [file.resolve() for file, _ in log.files]:
        raise UsageError(
            f"{path}: lies in the decision log, which is never written to; name a file elsewhere"
        )


def make(
    log: Log, query: str, suffix: str, parameters: dict[str, object], forms: Mapping[str, str] = FORMS
) -> Path:
    """The rows of `query` as a file in the scratch folder; the same rows in the same order give the same bytes."""
    path = log.scratch / f"made{suffix.lower()}"
    log.ask(f"COPY ({query}) TO {literal(where(path))} ({forms[suffix.lower()]})", **parameters)
    return path


def lay(made: Path, path: Path) -> str:
    """Move a file from the scratch folder to `path`, whole or not at all. The digest of its bytes."""
    aside, seen = path.with_name(f".{path.name}.{os.getpid()}"), hashlib.sha256()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with made.open("rb") as source, aside.open("xb") as target:
                while block := source.read(1 << 20):
                    seen.update(block)
                    target.write(block)
                target.flush()
                os.fsync(target.fileno())
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from None
    made.unlink()
    return f"sha256:{seen.hexdigest()}"


def read(log: Log, paths: list[Path]) -> list[str]:
    """Make the view `sidecar` of the rows in sidecars. The digests of their bytes, as they were read."""
    digests, selects = [], []
    for number, path in enumerate(paths):
        copied = log.scratch / f"sidecar-{number}{path.suffix.lower()}"
        try:
            shutil.copyfile(path, copied)
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror or error}") from None
        digests.append(digest(copied))
        selects.append(f"SELECT {', '.join(COLUMNS)} FROM {table_of(log.connection, path, copied)}")
    nothing = "SELECT NULL::VARCHAR AS decision_id, NULL::VARCHAR AS rollback_context WHERE FALSE"
    log.connection.execute(f"CREATE OR REPLACE VIEW sidecar AS {' UNION ALL '.join(selects) or nothing}")
    return digests


def table_of(connection: "DuckDBPyConnection", path: Path, copied: Path) -> str:
    """The reader for the copy of a sidecar. UsageError where it is none, or torn."""
    import duckdb

    try:
        if copied.suffix == ".parquet":
            table = f"read_parquet({literal(where(copied))})"
            columns = [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()]
        else:
            columns = list(header(copied))
            options = (
                f"columns = {texts(columns)}, auto_detect = false, header = true, delim = ',', quote = '\"'"
            )
            table = f"read_csv({literal(where(copied))}, {options}, escape = '\"')"
        if not set(COLUMNS) <= set(columns):
            raise Unreadable(f"it has no column {' and '.join(COLUMNS)}")
        connection.execute(f"SELECT COUNT({COLUMNS[0]}) FROM {table}").fetchall()
    except (duckdb.Error, Unreadable) as error:
        raise UsageError(f"{path}: cannot be read as a sidecar: {reason_of(error)}") from None
    return table
