"""Decision logs for tests: one row with its defaults, and the same rows in every form a log may have."""

import csv
import gzip
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

COLUMNS = (
    "decision_id", "decided_at", "surface", "cohort_key", "model_version_active", "calibration_packet_id",
    "baseline_digest", "policy_pass", "unit_key", "cache_key",
)  # fmt: skip
Row = Mapping[str, Any]


def decision(decision_id: str, **fields: Any) -> dict[str, Any]:
    """A sound decision of a cohort on prev, with other fields where they are given."""
    row = {
        "decision_id": decision_id,
        "decided_at": "2026-11-18T12:00:00Z",
        "surface": "ranking",
        "cohort_key": "pc-na",
        "model_version_active": "m6",
        "calibration_packet_id": None,
        "baseline_digest": None,
        "policy_pass": True,
        "unit_key": None,
        "cache_key": None,
    }
    assert set(fields) <= set(row), "a column that the tests do not write"
    return row | fields


def write_csv(path: Path, rows: Iterable[Row], columns: Iterable[str] = COLUMNS) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(columns), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_json(path: Path, rows: Iterable[Row]) -> Path:
    """JSON lines that leave out what has no value, but for the first one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        json.dumps({k: v for k, v in row.items() if v is not None or not n}) for n, row in enumerate(rows)
    ]
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


def write_parquet(path: Path, rows: Iterable[Row], time: str = "TIMESTAMPTZ", partition: str = "") -> Path:
    """`time` is the type of decided_at; with `partition`, the name of a column, `path` becomes a folder."""
    import duckdb

    path.parent.mkdir(parents=True, exist_ok=True)
    kinds = {"decided_at": time, "policy_pass": "BOOLEAN"}
    declared = ", ".join(f"{name} {kinds.get(name, 'VARCHAR')}" for name in COLUMNS)
    option = f", PARTITION_BY ({partition})" if partition else ""
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"CREATE TABLE log ({declared})")
        values = [[row[name] for name in COLUMNS] for row in rows]
        connection.executemany(f"INSERT INTO log VALUES ({', '.join('?' * len(COLUMNS))})", values)
        connection.execute(f"COPY log TO '{path}' (FORMAT parquet{option})")
    return path


def write_every_form(folder: Path, rows: list[Row]) -> dict[str, str]:
    """The same decisions in every form; by the name of the form what `open_log` takes."""
    half = len(rows) // 2
    write_csv(folder / "parts/day=1/a.csv", rows[:half])
    write_csv(folder / "parts/day=2/b.csv", rows[half:], reversed(COLUMNS))
    (folder / "parts/_SUCCESS").write_text("")
    write_json(folder / "globbed/1.jsonl", rows[:half])
    write_json(folder / "globbed/2.jsonl", rows[half:])
    return {
        "csv": str(write_csv(folder / "log.csv", rows)),
        "zipped csv": str(write_csv(folder / "log.csv.gz", rows)),
        "json lines": str(write_json(folder / "log.ndjson", rows)),
        "parquet": str(write_parquet(folder / "log.parquet", rows)),
        "parquet with times as text": str(write_parquet(folder / "text.parquet", rows, time="VARCHAR")),
        "parquet by surface": str(write_parquet(folder / "by", rows, partition="surface")),
        "folder of csv": str(folder / "parts"),
        "glob of json lines": str(folder / "globbed/*.jsonl"),
    }
