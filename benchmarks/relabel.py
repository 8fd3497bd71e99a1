"""Relabel and reconcile ten million decisions, each beside a plain scan of the columns it reads.

    python benchmarks/relabel.py [--rows N] [--rounds N]

Every figure is of a process of its own, in rounds one after the other: seconds of the work without starting Python,
the median over the rounds, its ratio to the scan, and the peak of resident memory. The log is made in a temporary
folder: one Parquet file, 200 cohorts, a third of it on the version that went back.
"""

import argparse
import hashlib
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from govern.evidence.decisions import open_log
from govern.evidence.reconcile import reconcile
from govern.evidence.relabel import Incident, verify, write_sidecar
from govern.evidence.timeline import Interval

COHORTS = [f"cohort-{n}" for n in range(200)]
DIGESTS = {version: "sha256:" + hashlib.sha256(version.encode()).hexdigest() for version in ("m6", "m7")}
START = datetime(2026, 11, 16)  # noqa: DTZ001  # a log's times are UTC, without a zone
# The whole log is nine spells: prev, next, prev again, three times over; 200 cohorts move together.
NEXT = "(i * 9 // $rows) % 3 = 1"
LOG = f"""
    COPY (
        SELECT
            md5(i::VARCHAR) AS decision_id,
            TIMESTAMPTZ '2026-11-16 00:00:00Z' + to_milliseconds(i * 43) AS decided_at,
            'ranking' AS surface,
            CASE WHEN i % 50 > 0 THEN 'cohort-' || (hash(i) % 200) END AS cohort_key,
            CASE WHEN i % 1000 = 7 THEN NULL WHEN {NEXT} AND i % 50 > 0 THEN 'm7' ELSE 'm6' END AS model_version_active,
            CASE WHEN {NEXT} AND i % 50 > 0 THEN 'cal-9' END AS calibration_packet_id,
            CASE WHEN {NEXT} AND i % 50 > 0 THEN '{DIGESTS["m7"]}' ELSE '{DIGESTS["m6"]}' END AS baseline_digest,
            hash(i) % 20 > 0 AS policy_pass,
            'unit-' || (hash(7 * i) % 1000000) AS unit_key,
            CASE WHEN {NEXT} AND i % 50 > 0 THEN 'm7:' ELSE 'm6:' END || (hash(i) % 100000) AS cache_key
        FROM range($rows) AS numbers(i)
    ) TO '{{path}}' (FORMAT parquet)
"""
MARKING = ("decision_id", "decided_at", "surface", "cohort_key", "model_version_active", "baseline_digest")
STAMPS = (*MARKING[1:], "calibration_packet_id", "unit_key", "cache_key")


def at(seconds: float) -> str:
    return f"{START + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}"


def make(path: Path, rows: int) -> None:
    import duckdb

    with duckdb.connect(":memory:") as connection:
        connection.execute(LOG.format(path=path), {"rows": rows})


def scan(path: Path, columns: tuple[str, ...]) -> float:
    """The seconds to read every value of the columns once."""
    from govern.evidence.sources import connect

    with connect(path) as connection:
        values = ", ".join(f"bit_xor(hash({column}))" for column in columns)
        begin = time.perf_counter()
        connection.execute(f"SELECT {values} FROM read_parquet('{path}')").fetchall()
        return time.perf_counter() - begin


def by_hand(path: Path) -> float:
    """The seconds of the bare query that marks the same decisions: no counts, no proof, no care for the file."""
    from govern.evidence.sources import connect

    with tempfile.TemporaryDirectory() as folder, connect(path, scratch=Path(folder)) as connection:
        begin = time.perf_counter()
        connection.execute(
            f"COPY (SELECT decision_id, 'incident', model_version_active, '{at(0)}' FROM read_parquet('{path}')"
            " WHERE surface = 'ranking' AND cohort_key LIKE 'cohort-%' AND model_version_active = 'm7'"
            f" ORDER BY decision_id) TO '{folder}/marked.parquet' (FORMAT parquet)"
        )
        return time.perf_counter() - begin


def bindings(rows: int) -> list[Interval]:
    """What was bound: next at the second spell of each three, back at the third."""
    found = [Interval("ranking", None, at(-1), None, None, "m6", DIGESTS["m6"], None)]
    for cohort in COHORTS:
        for spell in (1, 2, 4, 5, 7, 8):
            since = at(rows * 0.043 * spell / 9)
            version, calibration, cause = (
                ("m7", "cal-9", "advance") if spell % 3 == 1 else ("m6", None, "rollback")
            )
            what = (version, DIGESTS[version], calibration)
            found.append(Interval("ranking", cohort, since, None, "p", *what, cause=cause))
    return found


def work(task: str, path: Path, rows: int) -> float:
    """The seconds that a task takes; what every command does before, hashing and checking the log, is `open`."""
    import duckdb  # noqa: F401  # its import is no part of the work

    if task.startswith("scan"):
        return scan(path, MARKING if task.endswith("marking") else STAMPS)
    if task == "marked by hand":
        return by_hand(path)
    begin = time.perf_counter()
    with open_log(path) as log:
        if task == "open":
            return time.perf_counter() - begin
        incident = Incident("incident", "ranking", COHORTS, "m7", DIGESTS["m7"], at(0))
        sidecar = path.with_name(f"sidecar-{task}.parquet")
        if task == "verify":
            write_sidecar(log, incident, sidecar, relabeled_at=at(0))
        begin = time.perf_counter()
        if task == "relabel":
            write_sidecar(log, incident, sidecar, relabeled_at=at(0))
        elif task == "verify":
            assert verify(log, incident, sidecar).complete
        else:
            found = reconcile(log, bindings(rows), lag={"ranking": 120})
            assert (
                found.n
                == rows
                == found.total("matched") + found.total("missing_version") + found.total("late")
            )
        taken = time.perf_counter() - begin
        sidecar.unlink(missing_ok=True)
        return taken


BESIDE = {  # task: the scan that it stands beside
    "scan for marking": "scan for marking",
    "marked by hand": "scan for marking",
    "open": "scan for marking",
    "relabel": "scan for marking",
    "verify": "scan for marking",
    "scan of stamps": "scan of stamps",
    "reconcile": "scan of stamps",
}


def measured(path: Path, rows: int, rounds: int) -> None:
    found: dict[str, list[dict[str, float]]] = {task: [] for task in BESIDE}
    for _ in range(rounds):
        for task in BESIDE:
            line = [sys.executable, __file__, "--rows", str(rows), "--task", task, str(path)]
            found[task].append(
                json.loads(subprocess.run(line, capture_output=True, check=True, text=True).stdout)
            )
    print(f"{rows:,} decisions, {path.stat().st_size / 1e6:,.0f} MB of Parquet, median of {rounds} rounds\n")
    print(f"{'':<18}{'seconds':>8}{'x scan':>8}{'peak MB':>9}")
    for task, beside in BESIDE.items():
        seconds = statistics.median(one["seconds"] for one in found[task])
        pairs = zip(found[task], found[beside], strict=True)
        ratio = statistics.median(one["seconds"] / other["seconds"] for one, other in pairs)
        peak = max(one["peak"] for one in found[task])
        print(f"{task:<18}{seconds:>8.2f}{ratio:>8.1f}{peak:>9.0f}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=10_000_000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--task", nargs=2, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.task:
        task, path = given.task
        seconds = work(task, Path(path), given.rows)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": seconds, "peak": peak}))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "decisions.parquet"
        make(path, given.rows)
        measured(path, given.rows, given.rounds)


if __name__ == "__main__":
    main()
