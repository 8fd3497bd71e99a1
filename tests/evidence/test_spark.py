"""A decision log in Spark: the same SQL files, the same answers as over a file."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from decision_logs import decision, write_csv, write_parquet
from govern.evidence.decided import decided_since
from govern.evidence.decisions import Log, open_log
from govern.evidence.narrowed import of_surface
from govern.evidence.reconcile import reconcile
from govern.evidence.relabel import Incident, plan
from govern.evidence.stamps import Scope, sample
from govern.evidence.timeline import Interval

pytest.importorskip("ibis", reason="Ibis is not installed (requirements/scale.lock)")
pytest.importorskip(
    "pyspark", reason="Spark is not installed (pip install 'ibis-framework[pyspark]'; needs Java)"
)

from govern.evidence.warehouse import open_warehouse

pytestmark = [pytest.mark.deep, pytest.mark.filterwarnings("ignore")]  # what Spark warns of is not ours

STAMPS = json.loads((Path(__file__).parents[1] / "cases/evidence/decisions/stamps.json").read_text("utf-8"))
ROWS = [
    decision(
        f"{case['name']} {k}",
        **case["row"] | ({"unit_key": f"unit {k}"} if "unit_key" in case["row"] else {}),
    )
    for case in STAMPS["cases"]
    for k in range(30)
]
SINCE, UNTIL = "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"
COHORTS = sorted({row["cohort_key"] for row in ROWS if row["cohort_key"]})


def interval(entry: dict[str, Any]) -> Interval:
    rest = entry.get("rest")
    return Interval(
        entry["surface"], entry["cohort"], entry["since"], entry.get("until"), entry.get("packet"),
        entry["to"], f"sha256:{entry['to']}", entry.get("calibration"),
        rest, rest and f"sha256:{rest}", entry.get("percent", 100), entry["cause"],
    )  # fmt: skip


INTERVALS = [interval(entry) for entry in STAMPS["intervals"]]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Log, Log]]:
    """The same decisions in a file, and in a view of a Spark session on this machine."""
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    parquet, csv = write_parquet(folder / "log.parquet", ROWS), write_csv(folder / "log.csv", ROWS)
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.shuffle.partitions", "2").getOrCreate()
    try:
        session.read.parquet(str(parquet)).createOrReplaceTempView("decision_log")
        with (
            open_log(csv) as file,
            open_warehouse("decisions", "spark", "pyspark://", "decision_log") as table,
        ):
            yield file, table
    finally:
        session.stop()


QUESTIONS: dict[str, Callable[[Log], Any]] = {
    "size": lambda log: (log.rows, log.first, log.last),
    "reconcile": lambda log: reconcile(log, INTERVALS, lag=STAMPS["lag"]),
    "stamps": lambda log: sample(
        log, INTERVALS, Scope("ranking", dict.fromkeys(COHORTS, SINCE), UNTIL, 3), lag={}
    ),
    "decided": lambda log: decided_since(log, "ranking", COHORTS, "m7", SINCE),
    "incident": lambda log: plan(
        log, Incident("i-1", "ranking", COHORTS, "m7", "sha256:m7", SINCE, everyone=True)
    ),
    "one surface": lambda log: (
        of_surface(log, "ranking").rows
    ),  # the last one: what follows has no other surface
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_answers_are_those_over_a_file(question: str, both: tuple[Log, Log]) -> None:
    file, table = map(QUESTIONS[question], both)
    assert table == file
