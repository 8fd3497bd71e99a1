"""The rows of a small file as text by column: CSV, Parquet or JSON lines, as they stand there.

What the columns mean, and whether a text is what its column takes, is asked by who reads them.
"""

import csv
import gzip
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from govern.domain.findings import nearest
from govern.errors import DocumentError, UsageError
from govern.evidence.sources import (
    FORMS,
    Source,
    Unreadable,
    connect,
    digest,
    form_of,
    header,
    identifier,
    load,
)

Names = tuple[str, ...]
TORN = {"csv": "cells missing or too many", "json": "not a JSON object"}


@dataclass(frozen=True, slots=True)
class TextRows:
    """Rows with their number, from 1; a cell that is empty or not there is "". `torn` are those that are no row."""

    sha256: str
    columns: Names
    rows: tuple[tuple[int, Mapping[str, str]], ...]
    torn: tuple[str, ...]
    form: str


def text_rows(
    path: Path, known: Iterable[Names], needed: Iterable[Names], *, what: str, again: str
) -> TextRows:
    """Read the file at `path`; `known` are the columns that may be asked for, of each group in `needed` one is.

    UsageError: no such file; DocumentError: it cannot be read, or a column is missing. `again` is typed then.
    """
    names = tuple(name for group in known for name in group)
    if not any(path.name.lower().endswith(suffix) for suffix in FORMS):
        raise UsageError(
            f"{path}: {what} is CSV (.csv), Parquet (.parquet) or JSON lines (.jsonl)", type_line=again
        )
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file", type_line=again)
    form = form_of(path)
    try:
        if form == "csv":
            columns = header(path)
            _require_columns(path, columns, needed, what, again)
            rows, torn = _of_csv(path, columns)
        else:
            columns, rows, torn = _of_columns(path, form, names, needed, what, again)
    except (Unreadable, UnicodeDecodeError, csv.Error, EOFError, OSError) as error:
        said = {"csv": "CSV", "json": "JSON lines", "parquet": "Parquet"}[form]
        raise DocumentError(f"{path}: cannot be read as {said}: {error}", type_line=again) from None
    return TextRows(digest(path), columns, rows, torn, form)


def _of_csv(path: Path, columns: Names) -> tuple[tuple[tuple[int, Mapping[str, str]], ...], Names]:
    rows: list[tuple[int, Mapping[str, str]]] = []
    torn: list[str] = []
    opened = gzip.open if path.name.lower().endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as stream:
        lines = csv.reader(stream)
        next(lines)
        for row, cells in enumerate((line for line in lines if line), start=1):
            if len(cells) == len(columns):
                rows.append((row, dict(zip(columns, cells, strict=True))))
            else:
                torn.append(f"row {row}: {len(cells)} instead of {len(columns)}")
    return tuple(rows), tuple(torn)


def _of_columns(
    path: Path, form: str, names: Names, needed: Iterable[Names], what: str, again: str
) -> tuple[Names, tuple[tuple[int, Mapping[str, str]], ...], Names]:
    """Through the database in memory: every column as text."""
    with connect(path) as connection:
        source = load(connection, Source(path, form, "", required=(), optional=names))
        _require_columns(path, source.columns, needed, what, again)
        columns = tuple(name for name in names if name in source.columns)
        listed = ", ".join(map(identifier, columns))
        found = connection.execute(f"SELECT row_no, {listed} FROM raw ORDER BY row_no").fetchall()
    rows = tuple(
        (no, {name: text or "" for name, text in zip(columns, cells, strict=True)}) for no, *cells in found
    )
    return columns, rows, source.torn


def _require_columns(path: Path, columns: Names, needed: Iterable[Names], what: str, again: str) -> None:
    needed = tuple(needed)
    lacking = [names for names in needed if not set(names) & set(columns)]
    if not lacking:
        return
    said = []
    for names in lacking:
        close = next(filter(None, (nearest(name, columns) for name in names)), None)
        said.append(" or ".join(names) + (f" (nearest: {close})" if close else ""))
    wanted = " and ".join(" or ".join(names) for names in needed)
    raise DocumentError(
        f"{path}: has no column {', '.join(said)}", notes=(f"{what} has {wanted}",), type_line=again
    )
