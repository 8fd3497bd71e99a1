"""A series from a CSV file: its times, values and keys as they stand, or every fault of it in one run."""

import math
from datetime import UTC, datetime
from pathlib import Path

import pytest

from govern.errors import DocumentError, UsageError
from govern.evidence.series import Series, read_series


def series(folder: Path, text: str, name: str = "rates.csv") -> Series:
    path = folder / name
    path.write_bytes(text.encode())
    return read_series(path)


def test_rows_are_read_in_the_order_of_the_file(tmp_path: Path) -> None:
    read = series(
        tmp_path, "value,cohort_key,timestamp\n1.5,b,2026-11-20T02:00:00Z\n-2e3,a,2026-11-20T01:00:00Z\n"
    )
    assert [(p.row, p.cohort, p.value, p.at.hour) for p in read.points] == [
        (1, "b", 1.5, 2),
        (2, "a", -2000, 1),
    ]
    assert (read.keyed, read.zoned, read.starts) == (True, True, False)


@pytest.mark.parametrize(
    ("written", "zoned"),
    [
        ("2026-11-20T02:00:00Z", True),
        ("2026-11-20T03:00:00+01:00", True),
        ("2026-11-20 02:00:00", False),  # taken as UTC
        (" 2026-11-20T02:00 ", False),
    ],
)
def test_time_is_utc_however_it_is_written(written: str, zoned: bool, tmp_path: Path) -> None:
    read = series(tmp_path, f"window,value\n{written},1\n")
    assert read.points[0].at == datetime(2026, 11, 20, 2, tzinfo=UTC)
    assert (read.zoned, read.starts, read.keyed) == (zoned, True, False)


@pytest.mark.parametrize("text", ["NaN", "nan", "Inf", "+Inf", "-inf"])
def test_what_is_no_number_is_not_a_value_and_not_missing(text: str, tmp_path: Path) -> None:
    value = series(tmp_path, f"timestamp,value\n2026-11-20,{text}\n").points[0].value
    assert value is not None and math.isnan(value)


def test_empty_is_no_data_and_an_empty_line_is_no_row(tmp_path: Path) -> None:
    read = series(tmp_path, "timestamp,value\r\n2026-11-20,\r\n\r\n2026-11-21,3\r\n")
    assert [point.value for point in read.points] == [None, 3]


FAULTS = [
    ("", "has no column window or timestamp, value"),
    ("time,val\n1,2\n", "timestamp (nearest: time), value (nearest: val)"),
    ("timestamp,value\n", "has no row"),
    ("timestamp,value,Value\n2026-11-20,1,2\n", "names a column twice"),
    ("timestamp,value\n2026-11-20,1,5\n", "cells missing or too many, 1 row: row 1: 3 instead of 2"),
    ("timestamp,value\nyesterday,1\n1,1\n", "2 rows: row 1: 'yesterday'; row 2: '1'"),
    ("timestamp,value\n0001-01-01T00:00:00+10:00,1\n", "no time"),
    (
        'timestamp,value\n2026-11-20,"1,5"\n',
        "no number (leave it empty where there is none), 1 row: row 1: '1,5'",
    ),
    ("timestamp,value\n2026-11-20,1_000\n", "no number"),
    ("timestamp,value\n2026-11-20,error\x1b[2J\n", "'error\\x1b[2J'"),
    ("timestamp,value,cohort_key\n2026-11-20,1,pc na\n", "no cohort key, 1 row: row 1: 'pc na'"),
    ("timestamp,value\n2026-11-20T00:00:00Z,1\n2026-11-20,1\n", "some times name a zone and some do not"),
    ("timestamp,value\n" + "x,1\n" * 5, "row 1: 'x'; row 2: 'x'; row 3: 'x'; and 2 more"),
]


@pytest.mark.parametrize(("text", "says"), FAULTS, ids=[says for _, says in FAULTS])
def test_series_with_faults_is_refused(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as refused:
        series(tmp_path, text)
    assert says in "\n".join([refused.value.message, *refused.value.notes])
    assert refused.value.type_line == "--series FILE.csv"


def test_every_kind_of_fault_is_said_in_one_run(tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as refused:
        series(tmp_path, "timestamp,value\nx,1\n2026-11-20,x\n2026-11-20\n")
    assert [note.partition(",")[0] for note in refused.value.notes] == [
        "no time (2026-11-20T02:00:00Z)", "no number (leave it empty where there is none)",
        "cells missing or too many",
    ]  # fmt: skip


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "rates.csv").write_bytes(b"timestamp,value\n2026-11-20,\xff\n")
    with pytest.raises(DocumentError, match="cannot be read as CSV"):
        read_series(tmp_path / "rates.csv")


@pytest.mark.parametrize(("name", "says"), [("rates.txt", "JSON lines"), ("none.csv", "no such file")])
def test_file_that_is_not_there_or_of_no_known_form_is_refused(name: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=says):
        read_series(tmp_path / name)
