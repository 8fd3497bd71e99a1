"""Answers of `govern query`: a table in 80 columns, CSV, or JSON, and the list of what can be asked.

What is too wide is cut, the widest columns first, and that is said; where too many columns leave no room, each row
becomes a block of lines. Times are instants of UTC.
"""

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from govern.report.answer import Answer
from govern.report.wrap import WIDTH, printable, wrapped

GAP = 2
NARROWEST = 16  # a column that is cut keeps as much
Columns = Sequence[tuple[str, str]]  # names and types
Rows = Sequence[Sequence[Any]]


def table_answer(columns: Columns, rows: Rows, *, more: bool) -> Answer:
    """For people: header, rows, how many, and what was cut."""
    names = [name for name, _ in columns]
    cells = [[_cell(value) for value in row] for row in rows]
    lines = _laid(names, cells, [_is_number(type_) for _, type_ in columns]) if rows else ["no rows"]
    if more:
        lines += wrapped(f"the first {len(rows):,} rows; there are more: --limit N", then="  ")
    elif len(rows) > 1:
        lines.append(f"{len(rows):,} rows")
    return Answer("query", tuple(lines))


def csv_answer(columns: Columns, rows: Rows) -> Answer:
    """For programs that read tables: a header and every value whole; NULL is empty."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow([name for name, _ in columns])
    writer.writerows([["" if value is None else _text(value) for value in row] for row in rows])
    return Answer("query", tuple(written.getvalue().rstrip("\n").split("\n")))


def json_answer(columns: Columns, rows: Rows, query: str, *, more: bool) -> Answer:
    names = [name for name, _ in columns]
    data = {
        "query": query,
        "columns": [{"name": name, "type": type_} for name, type_ in columns],
        "rows": [dict(zip(names, map(_plain, row), strict=True)) for row in rows],
        "more": more,
    }
    return Answer("query", data=data)


def list_answer(queries: Mapping[str, tuple[str, str]], views: Mapping[str, str]) -> Answer:
    """What can be asked by name. `queries` are what each is about and its SQL, `views` what each holds."""
    width = max(map(len, (*queries, *views)))
    lines = ["queries"]
    lines += [line for name, (about, _) in queries.items() for line in wrapped(about, f" {name:<{width}}  ")]
    lines.append("views")
    lines += [line for name, about in views.items() for line in wrapped(about, f" {name:<{width}}  ")]
    data = {
        "queries": {name: {"about": about, "sql": sql} for name, (about, sql) in queries.items()},
        "views": dict(views),
    }
    return Answer("query", tuple(lines), advice=("next", f"govern query {next(iter(queries))}"), data=data)


def views_answer(views: Mapping[str, tuple[str, Sequence[tuple[str, str, str]]]]) -> Answer:
    """Views with every column: name, type and meaning."""
    lines: list[str] = []
    for name, (about, columns) in views.items():
        width = max(len(column) for column, _, _ in columns)
        lines += wrapped(about, f"{name}  ", "  ")
        lines += [
            line
            for column, type_, meaning in columns
            for line in wrapped(meaning, f" {column:<{width}}  {type_:<9}  ")
        ]
    data = {
        name: {
            "about": about,
            "columns": [
                {"name": column, "type": type_, "about": meaning} for column, type_, meaning in columns
            ],
        }
        for name, (about, columns) in views.items()
    }
    return Answer(
        "query", tuple(lines), advice=("next", f"govern query {next(iter(views))}"), data={"views": data}
    )


def _laid(names: list[str], cells: list[list[str]], right: list[bool]) -> list[str]:
    widths = [max(len(row[place]) for row in (names, *cells)) for place in range(len(names))]
    if _width([min(width, NARROWEST) for width in widths]) > WIDTH:
        return _blocks(names, cells)
    natural = list(widths)
    while _width(widths) > WIDTH:
        widths[widths.index(max(widths))] -= 1
    lines = [_line(row, widths, right) for row in (names, *cells)]
    cut = [name for name, width, full in zip(names, widths, natural, strict=True) if width < full]
    note = f"cut to fit: {', '.join(cut)}; --format csv has them whole"
    return [*lines, *(wrapped(note, then="  ") if cut else ())]


def _width(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)


def _line(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    cells = []
    for cell, width, flush in zip(row, widths, right, strict=True):
        short = _short(cell, width)
        cells.append(short.rjust(width) if flush else short.ljust(width))
    return (" " * GAP).join(cells).rstrip()


def _blocks(names: list[str], cells: list[list[str]]) -> list[str]:
    """A line for each value, under the number of its row."""
    width = min(max(map(len, names)), WIDTH // 2)
    lines = []
    for number, row in enumerate(cells, start=1):
        lines.append(f"row {number}")
        for name, cell in zip(names, row, strict=True):
            lines += wrapped(cell, f" {_short(name, width).ljust(width)}  ")
    return lines


def _short(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _is_number(type_: str) -> bool:
    return type_.startswith(("DECIMAL", "U")) or type_ in (
        *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE"),
    )


def _cell(value: Any) -> str:
    """A value on one line; what is no number of decimals is as it is."""
    if value is None:
        return "-"
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:.6g}" if abs(value) < 1e6 else f"{value:.0f}"
    return printable(_text(value).replace("\n", " "))


def _text(value: Any) -> str:
    plain = _plain(value)
    if isinstance(plain, bool):
        return "true" if plain else "false"
    if isinstance(plain, list):
        return ", ".join(_text(each) for each in plain)
    if isinstance(plain, dict):
        return ", ".join(f"{name} {_text(each)}" for name, each in plain.items())
    return "" if plain is None else str(plain)


def _plain(value: Any) -> Any:
    """A value as JSON has it: times as instants, what is no number as text."""
    if isinstance(value, datetime):
        return value.isoformat() + "Z"
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, timedelta):
        return f"{value.total_seconds():.15g} s"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Iterable):
        return [_plain(each) for each in value]
    return str(value)
