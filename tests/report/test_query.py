"""Answers of a query fit the screen, and for programs they are whole."""

import csv
import io
import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from govern.report.answer import as_json, as_text
from govern.report.query import csv_answer, json_answer, table_answer

ODD = [  # a value, its cell, its text in CSV, its JSON
    (None, "-", "", None),
    (True, "true", "true", True),
    (1.0, "1", "1.0", 1.0),
    (0.895045564103622, "0.895046", "0.895045564103622", 0.895045564103622),
    (12345678.9, "12345679", "12345678.9", 12345678.9),
    (float("nan"), "nan", "nan", "nan"),
    (2**70, str(2**70), str(2**70), 2**70),
    (Decimal("1.50"), "1.5", "1.5", 1.5),
    (datetime(2026, 11, 20, 9), "2026-11-20T09:00:00Z", "2026-11-20T09:00:00Z", "2026-11-20T09:00:00Z"),  # noqa: DTZ001
    (date(2026, 11, 20), "2026-11-20", "2026-11-20", "2026-11-20"),
    (timedelta(hours=1), "3600 s", "3600 s", "3600 s"),
    (["xr", "pc"], "xr, pc", "xr, pc", ["xr", "pc"]),
    ({"a": [1, None]}, "a 1, ", "a 1, ", {"a": [1, None]}),
    (b"\x00\xff", "00ff", "00ff", "00ff"),
    ('say "no",\nthen go', 'say "no", then go', 'say "no",\nthen go', 'say "no",\nthen go'),
]  # fmt: skip


@pytest.mark.parametrize(("value", "cell", "text", "plain"), ODD, ids=[cell for _, cell, _, _ in ODD])
def test_a_value_in_every_format(value: Any, cell: str, text: str, plain: Any) -> None:
    columns, rows = [("a", "VARCHAR"), ("b", "BIGINT")], [(value, 1)]
    assert as_text(table_answer(columns, rows, more=False)).splitlines()[1].split("  ")[0] == cell.strip()
    assert list(csv.reader(io.StringIO(as_text(csv_answer(columns, rows))))) == [["a", "b"], [text, "1"]]
    found = json.loads(as_json(json_answer(columns, rows, "SELECT 1", more=False)))["data"]
    assert found["rows"] == [{"a": plain, "b": 1}]


@pytest.mark.parametrize("names", [1, 2, 5, 6, 12, 40])
@pytest.mark.parametrize("width", [1, 9, 30, 200])
def test_a_table_fits_the_screen_and_says_what_it_cut(names: int, width: int) -> None:
    columns = [(f"{'column' * (1 + width // 50)}_{place}", "VARCHAR") for place in range(names)]
    row = [f"{place}" * width for place in range(names)]
    lines = table_answer(columns, [row, row], more=False).lines
    assert max(map(len, lines)) <= 80 and lines[-1] == "2 rows"
    assert (
        any("…" in line for line in lines) == any("cut to fit" in line for line in lines)
        or lines[0] == "row 1"
    )
    if lines[0] == "row 1":
        whole = "".join("".join(lines).split())
        assert all(cell in whole for cell in row) or width == 200


def test_only_the_widest_are_cut() -> None:
    columns = [("a", "VARCHAR"), ("b", "VARCHAR"), ("c", "BIGINT")]
    lines = table_answer(columns, [("short", "x" * 200, 7)], more=False).lines
    assert lines[1].startswith("short  x") and lines[1].endswith("…  7")
    assert lines[2] == "cut to fit: b; --format csv has them whole"


def test_numbers_are_flush_right() -> None:
    lines = table_answer([("n", "BIGINT"), ("name", "VARCHAR")], [(5, "a"), (1200, "b")], more=False).lines
    assert lines[:3] == ("   n  name", "   5  a", "1200  b")


def test_what_the_limit_left_out_is_said() -> None:
    columns = [("n", "BIGINT")]
    assert table_answer(columns, [(1,)], more=True).lines[-1] == "the first 1 rows; there are more: --limit N"
    assert json_answer(columns, [(1,)], "", more=True).data["more"] is True
    assert table_answer(columns, [], more=False).lines == ("no rows",)


def test_nothing_of_a_value_obeys_a_terminal() -> None:
    for answer in (csv_answer, lambda c, r: table_answer(c, r, more=False)):
        assert "\x1b" not in as_text(answer([("a\x1b[2J", "VARCHAR")], [("\x1b[2J",)]))  # type: ignore[operator]
