"""A decision log, opened read-only: every decision typed and in UTC, in a view `decisions`.

A log is one file, a glob or a folder of files of one form. The view reads the files anew for each question, so
that a log may be larger than memory. Whether a stamp is right is not asked here, nor whether `policy_pass` says
anything: it is NULL where it does not.
"""

import glob
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from govern.domain.findings import Finding, has_errors
from govern.errors import DocumentError, UsageError
from govern.evidence import decision_faults as faults
from govern.evidence.decision_tables import Tables, select, tables_of
from govern.evidence.measures import rows_of
from govern.evidence.sources import Unreadable, connect, digest, form_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Log:
    """A decision log while it is open. `first` and `last` are the times of its outermost decisions, UTC.

    digest    over the digests of its files, sorted: neither names nor order of files change it
    findings  what is wrong with it; with an error among them no question is answered
    scratch   the only folder that the database may write to; it goes when the log is closed
    form      csv, parquet or json
    tables    the columns of its files, each set of them with the files that have it
    """

    name: str
    files: tuple[tuple[Path, str], ...]
    digest: str
    connection: "DuckDBPyConnection"
    scratch: Path
    rows: int = 0
    first: datetime | None = None
    last: datetime | None = None
    findings: tuple[Finding, ...] = ()
    form: str = ""
    tables: Tables = field(default_factory=list)

    def has(self, column: str) -> bool:
        """Whether every file has this column; where nothing is known of files, none does."""
        return bool(self.tables) and all(column in columns for columns, _ in self.tables)

    def ask(self, query: str, **parameters: object) -> list[dict[str, Any]]:
        """The rows that a query gives, as mappings. DocumentError where the log or a row has a fault."""
        import duckdb

        self.require()
        try:
            return rows_of(self.connection, query, parameters)
        except duckdb.Error as error:
            raise DocumentError(f"{self.name}: {faults.reason_of(error)}") from None

    def require(self) -> None:
        """DocumentError unless every decision of the log can be read and placed."""
        if has_errors(self.findings):
            said = tuple(finding.message for finding in self.findings if finding.severity == "error")
            raise DocumentError(f"{self.name}: nothing is computed from a log with faults", notes=said)


@contextmanager
def open_log(where: str | Path) -> Iterator[Log]:
    """Open the decisions at `where`: a file, a glob or a folder.

    UsageError: nothing there, a suffix that names no form, files of several forms. What is wrong with the rows
    comes as findings.
    """
    paths, form = found(where)
    files = tuple((path, digest(path)) for path in paths)
    whole = "sha256:" + hashlib.sha256("\n".join(sorted(sha for _, sha in files)).encode()).hexdigest()
    with (
        TemporaryDirectory(prefix="govern-") as scratch,
        connect(*paths, scratch=Path(scratch)) as connection,
    ):
        yield examined(Log(str(where), files, whole, connection, Path(scratch)), form)


def examined(log: Log, form: str) -> Log:
    """The log with its view, its size and its findings."""
    import duckdb

    paths = [path for path, _ in log.files if form == "parquet" or path.stat().st_size]
    try:
        tables = tables_of(log.connection, form, paths)
        findings = faults.of_columns(log.name, tables)
        if findings:
            return replace(log, findings=findings)
        log.connection.execute(f"CREATE VIEW decisions AS {select(form, tables)}")
        size = faults.size_of(log.connection)
        findings = faults.of_rows(log.name, log.connection, size)
    except (Unreadable, duckdb.Error) as error:
        return replace(log, findings=(faults.unreadable(log.name, form, error),))
    placed = replace(log, rows=size["rows"], first=size["first"], last=size["last"], findings=findings)
    return replace(placed, form=form, tables=tables)


def found(where: str | Path) -> tuple[list[Path], str]:
    """The files of the log and their form. In a folder names that begin with `.` or `_` are no part of it."""
    path = Path(where)
    if path.is_dir():
        paths = [p for p in path.rglob("*") if p.is_file() and not hidden(p.relative_to(path))]
    elif glob.has_magic(str(where)) and not path.exists():
        paths = [p for name in glob.glob(str(where), recursive=True) if (p := Path(name)).is_file()]  # noqa: PTH207  # as a shell reads it
    else:
        paths = [path]
    if not paths:
        raise UsageError(f"{where}: no file of decisions there")
    forms = {form_of(path, "a file of decisions"): path for path in sorted(paths)}
    if len(forms) > 1:
        named = ", ".join(str(path) for path in forms.values())
        raise UsageError(
            f"{where}: the files of a log have one form; here are {' and '.join(forms)} ({named})"
        )
    return sorted(paths), next(iter(forms))


def hidden(path: Path) -> bool:
    return any(part.startswith((".", "_")) for part in path.parts)
