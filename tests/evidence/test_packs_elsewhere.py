"""The packs of real pairs in a database: each count, mean, delta and pass rate is that of the oracle and of DuckDB."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from decision_logs import COLUMNS, decision, write_parquet
from govern.domain.evidence.pairs import figures
from govern.domain.measures import MEASURES
from govern.evidence.measures import run, sql
from govern.evidence.pairs import exact
from govern.evidence.sources import Source, connect, digest, literal, load
from servers import postgres

pytest.importorskip("ibis", reason="Ibis is not installed (requirements/scale.lock)")

from govern.evidence.warehouse import open_warehouse

PACKS = ("pairs_alpaca", "pairs_llmdrift", "pairs_xstest")
COUNTS = ("n", "worse", "better", "pass_to_fail", "fail_to_pass")
MEANS = ("mean_prev", "mean_next", "delta", "pass_rate_prev", "pass_rate_next")
HALF = (
    5e-7 + 1e-15
)  # the oracle is rounded to six decimals, so half of the last one, and a hair for binary floats
Lay = Callable[
    [Any, str], Any
]  # the pairs of a DuckDB into a table of that name: a connection that asks there


def test_pairs_in_postgres_give_the_figures_of_the_oracle(shared_data: Path) -> None:
    psycopg = pytest.importorskip("psycopg", reason="no driver for PostgreSQL (requirements/scale.lock)")
    with postgres() as dsn, psycopg.connect(dsn, autocommit=True) as there:

        def table(name: str, columns: list[tuple[str, str]], rows: list[tuple[Any, ...]]) -> None:
            declared = ", ".join(f"{column} {kind}" for column, kind in columns)
            there.execute(f"CREATE TABLE {name} ({declared})")
            with there.cursor().copy(f"COPY {name} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)

        kinds = {"decided_at": "timestamptz", "policy_pass": "boolean"}
        one = tuple(decision("a")[name] for name in COLUMNS)
        table("decisions", [(name, kinds.get(name, "text")) for name in COLUMNS], [one])
        with open_warehouse("packs", "postgres", dsn, "decisions") as log:

            def lay(here: Any, name: str) -> Any:
                described = here.execute("DESCRIBE pairs").fetchall()
                types = [(row[0], row[1].replace("VARCHAR", "text")) for row in described]
                table(name, types, here.execute("SELECT * FROM pairs").fetchall())
                return log.connection

            every_pack(shared_data, lay)


@pytest.mark.deep
@pytest.mark.filterwarnings("ignore")  # what Spark warns of is not ours
def test_pairs_in_spark_give_the_figures_of_the_oracle(shared_data: Path, tmp_path: Path) -> None:
    pytest.importorskip(
        "pyspark", reason="Spark is not installed (pip install 'ibis-framework[pyspark]'; needs Java)"
    )
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.shuffle.partitions", "2").getOrCreate()
    try:
        one = write_parquet(tmp_path / "log.parquet", [decision("a")])
        session.read.parquet(str(one)).createOrReplaceTempView("decision_log")
        with open_warehouse("packs", "spark", "pyspark://", "decision_log") as log:

            def lay(here: Any, name: str) -> Any:
                path = tmp_path / f"{name}.parquet"
                here.execute(f"COPY pairs TO {literal(str(path))}")
                session.read.parquet(str(path)).createOrReplaceTempView(name)
                return log.connection

            every_pack(shared_data, lay, tmp_path)
    finally:
        session.stop()


def every_pack(shared_data: Path, lay: Lay, scratch: Path | None = None) -> None:
    compared = 0
    for number, (path, expected) in enumerate(oracle(shared_data)):
        with pairs_of(path, scratch) as here:
            there = lay(here, f"pack_{number}")
            there.define("pairs", f"SELECT * FROM pack_{number} WHERE cohort_key IS NOT NULL")
            for measure in (*MEASURES, "pairs_summary", "pairs_deltas"):
                assert run(there, measure) == run(here, measure), (path.name, measure)
            found = {row["cohort_key"]: told(row) for row in run(there, "pairs_summary")}
            whole = ", ".join("'' AS cohort_key" if c == "cohort_key" else c for c in columns(here))
            there.define("pairs", f"SELECT {whole} FROM pack_{number}")
            (pooled,) = run(there, "pairs_summary")
            found["ALL"] = told(pooled)
        assert found.keys() == expected.keys()
        for cohort, row in expected.items():
            for name in COUNTS:
                assert found[cohort][name] == int(row[name]), (path.name, cohort, name)
            for name in MEANS:
                value = pytest.approx(float(row[name]), rel=0, abs=HALF)
                assert found[cohort][name] == value, (path.name, cohort, name)
            compared += len(COUNTS) + len(MEANS)
    assert compared > 500


def oracle(shared_data: Path) -> Iterator[tuple[Path, dict[str, dict[str, str]]]]:
    """Every file of the packs with its figures by cohort, computed elsewhere; ALL is the pooled row."""
    for pack in PACKS:
        files: dict[str, dict[str, dict[str, str]]] = {}
        with (shared_data / pack / "expected_by_cohort.csv").open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                files.setdefault(row["file"], {})[row["cohort_key"]] = row
        for name, expected in files.items():
            yield shared_data / pack / name, expected


@contextmanager
def pairs_of(path: Path, scratch: Path | None) -> Iterator[Any]:
    """A DuckDB with the table `pairs` as the shipped SQL makes it of a file; it may write into `scratch`."""
    with connect(path, scratch=scratch) as here:
        load(here, Source(path, "csv", digest(path)))
        here.execute(f"CREATE TABLE typed AS {sql('raw_to_typed')}")
        here.execute(f"CREATE TABLE pairs AS {sql('typed_to_pairs')}", {"low": 0.0, "high": 1.0})
        yield here


def columns(here: Any) -> list[str]:
    return [row[0] for row in here.execute("DESCRIBE pairs").fetchall()]


def told(row: dict[str, Any]) -> dict[str, Any]:
    """The figures of a cohort, as they are shown of its recorded row."""
    fixed = ("cohort_key", "n", "excluded", "value")
    counts = {name: exact(value) for name, value in row.items() if name not in fixed}
    return figures({"n": row["n"], "excluded": row["excluded"], "counts": counts})
