"""A trigger's windows measured on a decision log, beside the bare query that groups by cohort and window.

    python benchmarks/signals.py [--rows N] [--rounds N]

One KPI, the share of decisions that break the policy, in windows of five minutes over a week. Opening a log looks for
faults and twins and takes its digest; the bare query does none of that, and trusts every stamp and instant. Seconds are
medians over the rounds, in turns, in one process; both must give the same figures before anything is timed.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from govern.evidence.decisions import open_log
from govern.evidence.measures import KpiSpec
from govern.evidence.row_measures import measure_row
from govern.evidence.sources import connect
from govern.evidence.windowed import Served, WindowRow

WEEK, WINDOW, FIRST = 7 * 86400, 300, "2026-11-16T00:00:00Z"
LOG = f"""
    COPY (
        SELECT
            'd' || i AS decision_id,
            TIMESTAMPTZ '{FIRST}' + to_microseconds(i * {WEEK} * 1000000 // $rows) AS decided_at,
            'chat' AS surface,
            'c' || (hash(i) % $cohorts) AS cohort_key,
            'm7' AS model_version_active,
            NULL::VARCHAR AS calibration_packet_id,
            NULL::VARCHAR AS baseline_digest,
            hash(7 * i) % 50 <> 0 AS policy_pass,
            'u' || i AS unit_key,
            NULL::VARCHAR AS cache_key
        FROM range($rows) AS numbers(i)
    ) TO '{{path}}' (FORMAT parquet)
"""
BARE = f"""
    SELECT
        cohort_key,
        floor(epoch(decided_at) / {WINDOW})::BIGINT AS place,
        100 * avg((NOT policy_pass)::INTEGER),
        count(*)
    FROM read_parquet('{{path}}')
    WHERE surface = 'chat' AND model_version_active = 'm7'
    GROUP BY ALL
"""
KPI = KpiSpec("policy-dislocation-rate", "policy_dislocation_rate", "percent", None, "item")
Figures = dict[tuple[str, int], tuple[float, int]]


def make(path: Path, rows: int, cohorts: int) -> None:
    with connect(path) as connection:
        connection.execute(LOG.format(path=path), {"rows": rows, "cohorts": cohorts})


def measured(path: Path, keys: list[str]) -> tuple[float, float, Figures]:
    """Seconds to open the log, seconds to measure, and the figures."""
    begin = time.perf_counter()
    with open_log(str(path)) as log:
        log.require()
        opened = time.perf_counter()
        row = WindowRow(FIRST, f"PT{WINDOW // 60}M", WEEK // WINDOW, {key: {key: FIRST} for key in keys})
        found = list(measure_row(log, Served("chat", "m7", "m6", tuple(keys)), KPI, row))
    ended = time.perf_counter()
    first = int(row.begin.timestamp()) // WINDOW
    figures = {(str(f.cohort), first + f.place): (round(f.value, 6), f.n) for f in found}
    return opened - begin, ended - opened, figures


def by_hand(path: Path) -> tuple[float, Figures]:
    with connect(path) as connection:
        begin = time.perf_counter()
        rows = connection.execute(BARE.format(path=path)).fetchall()
        seconds = time.perf_counter() - begin
    return seconds, {(cohort, place): (round(value, 6), n) for cohort, place, value, n in rows}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    print(
        "| cohorts | windows | open | measure | by hand | measure, times by hand |\n|---|---|---|---|---|---|"
    )
    for cohorts in (10, 200):
        keys = [f"c{number}" for number in range(cohorts)]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "log.parquet"
            make(path, given.rows, cohorts)
            rounds = [(measured(path, keys), by_hand(path)) for _ in range(given.rounds)]
        assert all(ours[2] == bare[1] for ours, bare in rounds), "the figures differ"
        opened, took, hand = (
            statistics.median(column)
            for column in zip(*((ours[0], ours[1], bare[0]) for ours, bare in rounds), strict=True)
        )
        many = len(rounds[0][0][2])
        print(f"| {cohorts} | {many:,} | {opened:.2f} | {took:.2f} | {hand:.2f} | {took / hand:.1f} |")


if __name__ == "__main__":
    main()
