"""A decision log in PostgreSQL: the same SQL files, the same answers as over a file."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from decision_logs import COLUMNS, decision, write_csv
from govern.domain.document import Document
from govern.domain.measures import MEASURES, ON_DECISIONS, UNITS
from govern.errors import DocumentError, UsageError
from govern.evidence.decided import decided_since
from govern.evidence.decision_measures import Asked, measure
from govern.evidence.decisions import Log, open_log
from govern.evidence.measures import KpiSpec, run
from govern.evidence.narrowed import of_surface
from govern.evidence.reconcile import reconcile
from govern.evidence.relabel import Incident, plan
from govern.evidence.row_measures import measure_row
from govern.evidence.served import first_window_without, served_range
from govern.evidence.sources import connect, literal
from govern.evidence.stamps import Scope, sample, stamps
from govern.evidence.timeline import Interval
from govern.evidence.windowed import Served, WindowRow
from govern.operations.evidence.decision_log import decision_log, input_of
from servers import postgres

pytest.importorskip("ibis", reason="Ibis is not installed (requirements/scale.lock)")
psycopg = pytest.importorskip("psycopg", reason="no driver for PostgreSQL (requirements/scale.lock)")

from govern.evidence.warehouse import open_warehouse  # noqa: E402

ROOT = Path(__file__).parents[2]
STAMPS = json.loads((ROOT / "tests/cases/evidence/decisions/stamps.json").read_text("utf-8"))
NUMBERS = count()  # each table has one in its name
TYPES = {"decided_at": "timestamptz", "policy_pass": "boolean"}
Rows = Sequence[Mapping[str, Any]]


def interval(entry: Mapping[str, Any]) -> Interval:
    rest = entry.get("rest")
    return Interval(
        entry["surface"], entry["cohort"], entry["since"], entry.get("until"), entry.get("packet"),
        entry["to"], f"sha256:{entry['to']}", entry.get("calibration"),
        rest, rest and f"sha256:{rest}", entry.get("percent", 100), entry["cause"],
    )  # fmt: skip


INTERVALS = [interval(entry) for entry in STAMPS["intervals"]]
# every case with forty units each, so that splits are seen from both sides
ROWS = [
    decision(f"{case['name']} {unit}", **case["row"] | {"unit_key": f"unit {unit} é"})
    if "unit_key" in case["row"]
    else decision(f"{case['name']} {unit}", **case["row"])
    for case in STAMPS["cases"]
    for unit in range(40)
]
SINCE, UNTIL = "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"
COHORTS = sorted({row["cohort_key"] for row in ROWS if row["cohort_key"]})
VERSIONS = sorted({row["model_version_active"] for row in ROWS if row["model_version_active"]})


@pytest.fixture(scope="module")
def dsn() -> Iterator[str]:
    with postgres() as dsn:
        lay(dsn, "serving.decisions", ROWS)
        yield dsn


def lay(dsn: str, table: str, rows: Rows, columns: Sequence[str] = COLUMNS, **types: str) -> None:
    """A table of the database with these rows."""
    kinds = TYPES | types
    with psycopg.connect(
        dsn.replace("/postgres?", "/postgres?application_name=tests&"), autocommit=True
    ) as there:
        there.execute(f"CREATE SCHEMA IF NOT EXISTS {table.split('.')[0]}")
        declared = ", ".join(f"{column} {kinds.get(column, 'text')}" for column in columns)
        there.execute(f"CREATE TABLE {table} ({declared})")
        with there.cursor().copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row([row[column] for column in columns])


QUESTIONS: dict[str, Callable[[Log], Any]] = {
    "size": lambda log: (log.rows, log.first, log.last, log.findings),
    "reconcile": lambda log: reconcile(log, INTERVALS, lag=STAMPS["lag"]),
    "reconcile a week": lambda log: reconcile(
        log, INTERVALS, lag=STAMPS["lag"], since="2026-11-10T00:00:00Z", until="2026-11-19T00:00:00Z"
    ),
    "stamps": lambda log: sample(log, INTERVALS, scope(None), lag=STAMPS["lag"]),
    "newest stamps": lambda log: sample(log, INTERVALS, scope(3), lag=STAMPS["lag"]),
    "stamps themselves": lambda log: list(stamps(log, scope(2))),
    "served": lambda log: [served_range(log, "ranking", COHORTS, one, SINCE) for one in VERSIONS],
    "silence": lambda log: [
        first_window_without(log, "ranking", COHORTS, one, SINCE, timedelta(hours=1)) for one in VERSIONS
    ],
    "decided": lambda log: [decided_since(log, "ranking", COHORTS, one, SINCE) for one in VERSIONS],
    "incident": lambda log: plan(
        log,
        Incident(
            "incident-1", "ranking", COHORTS, VERSIONS[0], f"sha256:{VERSIONS[0]}", SINCE, everyone=True
        ),
    ),
    "quoted": lambda log: served_range(log, "it's", ['a"b', "c'--", "d"], "m'6", SINCE),
}


def scope(latest: int | None) -> Scope:
    return Scope("ranking", dict.fromkeys(COHORTS, SINCE), UNTIL, latest)


MEASURED = (
    "error_class", "cluster_id", "latency_ms", "score", "held_at", "released_at", "reopened_at",
    "route", "owner_mutation", "first_interaction", "side_effect_class",
)  # fmt: skip
HOURS = [f"2026-11-18T{hour:02}:00:00Z/PT1H" for hour in range(10, 16)]


def with_measures() -> Rows:
    """Decisions of six hours with all that measures read, here and there without."""
    return [
        decision(
            f"d{k}",
            decided_at=f"2026-11-18T{10 + k % 6}:{k % 60:02}:00Z",
            cohort_key=("pc-na", "pc-eu", "tv")[k % 3],
            model_version_active=("m7", "m6", "m7", None, "m5")[k % 5],
            policy_pass=(True, False, None)[k % 7 % 3],
        )
        | {
            "error_class": ("policy_dislocation", "route_mismatch", None)[k % 11 % 3],
            "cluster_id": f"k{k % 4}" if k % 9 else None,
            "latency_ms": 100 + k * 37 % 1000 if k % 8 else None,
            "score": round(k * 0.618 % 1, 3) if k % 13 else None,
            "held_at": f"2026-11-18T{10 + k % 6}:{k % 60:02}:30Z" if k % 2 else None,
            "released_at": f"2026-11-18T{11 + k % 6}:10:00Z" if k % 4 == 1 else None,
            "reopened_at": "2026-11-18T13:30:00Z" if k % 10 == 3 else None,
            "route": ("fallback", "primary", None)[k % 17 % 3],
            "owner_mutation": ("none", "rejected", "authorized", None)[k % 19 % 4],
            "first_interaction": ("ok", None, "regressed")[k % 23 % 3],
            "side_effect_class": (None, "overlap", "declared", "none")[k % 29 % 4],
        }
        for k in range(600)
    ]


@pytest.mark.parametrize("by_cluster", [False, True])
def test_measures_on_decisions_are_those_over_a_file(by_cluster: bool, dsn: str, tmp_path: Path) -> None:
    columns, table = (*COLUMNS, *MEASURED), f"measured.t{next(NUMBERS)}"
    times = dict.fromkeys(("held_at", "released_at", "reopened_at"), "timestamptz")
    lay(dsn, table, with_measures(), columns, latency_ms="integer", score="double precision", **times)
    windows = {"pc-na": HOURS, "pc-eu": HOURS, "tv": HOURS[:2], "nobody": HOURS[:1], None: HOURS}
    kpis = [KpiSpec(name, name, UNITS[ON_DECISIONS[name]][-1]) for name in ON_DECISIONS]
    asked = [Asked(kpi, windows, by_cluster=by_cluster) for kpi in kpis]
    together = ("pc-na", "pc-eu", "tv")
    served = Served("ranking", "m7", "m6", together, tuple(INTERVALS), STAMPS["lag"], ("declared",))
    with (
        open_log(write_csv(tmp_path / "log.csv", with_measures(), columns)) as file,
        open_warehouse("decisions", "postgres", dsn, table) as there,
    ):
        found, expected = (measure(log, served, asked) for log in (there, file))
    assert found.excluded == expected.excluded
    assert sorted(found.rows, key=str) == sorted(expected.rows, key=str)
    assert {row["kpi"] for row in found.rows if row["n"]} == set(ON_DECISIONS)


IN_A_ROW: Mapping[str, Mapping[str | None, Mapping[str, str]]] = {
    "each": {key: {key: SINCE} for key in ("pc-na", "pc-eu", "tv")},
    "together": {None: {"pc-na": SINCE, "pc-eu": "2026-11-18T12:30:00Z"}},
}


@pytest.mark.parametrize("lines", IN_A_ROW)
def test_windows_in_a_row_are_those_over_a_file(lines: str, dsn: str, tmp_path: Path) -> None:
    """Of two months in minutes, many more than the small tables that go along with a question have rows."""
    columns, table = (*COLUMNS, *MEASURED), f"measured.t{next(NUMBERS)}"
    times = dict.fromkeys(("held_at", "released_at", "reopened_at"), "timestamptz")
    lay(dsn, table, with_measures(), columns, latency_ms="integer", score="double precision", **times)
    served = Served("ranking", "m7", "m6", ("pc-na", "pc-eu", "tv"), tuple(INTERVALS), STAMPS["lag"])
    row = WindowRow("2026-10-20T00:00:00Z", "PT1M", 60 * 24 * 60, IN_A_ROW[lines])
    with (
        open_log(write_csv(tmp_path / "log.csv", with_measures(), columns)) as file,
        open_warehouse("decisions", "postgres", dsn, table) as there,
    ):
        for name in ON_DECISIONS:
            kpi = KpiSpec(name, name, UNITS[ON_DECISIONS[name]][-1])
            found, expected = (sorted(measure_row(log, served, kpi, row), key=str) for log in (there, file))
            assert found == expected and len(found) > 3


@pytest.fixture(scope="module")
def both(dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Log, Log]]:
    """The same decisions in a file and in the database."""
    path = write_csv(tmp_path_factory.mktemp("log") / "log.csv", ROWS)
    with open_log(path) as file, open_warehouse("decisions", "postgres", dsn, "serving.decisions") as table:
        yield file, table


@pytest.mark.parametrize("question", QUESTIONS)
def test_answers_are_those_over_a_file(question: str, both: tuple[Log, Log]) -> None:
    file, table = map(QUESTIONS[question], both)
    assert table == file


def test_one_surface_alone_answers_as_over_a_file(dsn: str, tmp_path: Path) -> None:
    with (
        open_log(write_csv(tmp_path / "log.csv", ROWS)) as file,
        open_warehouse("decisions", "postgres", dsn, "serving.decisions") as table,
    ):
        narrow = [of_surface(log, "ranking") for log in (file, table)]
        served = [served_range(log, "ranking", COHORTS, "m7", SINCE) for log in narrow]
    assert narrow[0].rows == narrow[1].rows < len(ROWS) and served[0] == served[1]


def test_decisions_compared_lie_in_splits_match_and_mismatch(both: tuple[Log, Log]) -> None:
    found = reconcile(both[0], INTERVALS, lag=STAMPS["lag"])
    assert found.total("split_checked") > 200 and found.total("mismatched") and found.total("matched")


@pytest.mark.parametrize(
    ("rows", "columns", "types", "says"),
    [
        ([], COLUMNS, {}, "has no decision"),
        ([decision("a")], COLUMNS[:-3], {}, "has no column policy_pass"),
        ([decision("a")], COLUMNS, {"decided_at": "text"}, "decided_at is of type string"),
        ([decision("a"), decision("a"), decision("b")], COLUMNS, {}, "'a' 2 times"),
        ([decision("a", surface=""), decision("b")], COLUMNS, {}, "no surface in 1 decision"),
        ([decision("a", decided_at=None), decision("b")], COLUMNS, {}, "decided_at cannot be read"),
    ],
)
def test_log_with_faults_answers_nothing(
    rows: Rows,
    columns: Sequence[str],
    types: dict[str, str],
    says: str,
    dsn: str,
    request: pytest.FixtureRequest,
) -> None:
    table = f"faults.t{next(NUMBERS)}"
    lay(dsn, table, rows, columns, **types)
    with open_warehouse("decisions", "postgres", dsn, table) as log:
        assert says in " ".join(finding.message for finding in log.findings)
        with pytest.raises(DocumentError, match="log with faults"):
            log.ask("SELECT COUNT(*) AS n FROM decisions")


@pytest.mark.parametrize(
    "types",
    [
        {"decided_at": "timestamp"},
        {"policy_pass": "integer"},
        {"policy_pass": "text"},
        {"decision_id": "varchar(80)"},
    ],
)
def test_types_that_say_the_same_give_the_same(types: dict[str, str], dsn: str) -> None:
    rows = [row | {"policy_pass": int(bool(row["policy_pass"]))} for row in ROWS[:200]]
    table = f"types.t{next(NUMBERS)}"
    lay(dsn, table, rows, **types)
    with open_warehouse("decisions", "postgres", dsn, table) as log:
        assert log.first is not None and log.first.tzinfo is None
        counted = log.ask(
            "SELECT policy_pass, COUNT(*) AS n, MIN(decided_at) AS first FROM decisions GROUP BY 1 ORDER BY 1"
        )
    passed = [row for row in rows if row["policy_pass"]]
    assert counted[-1]["n"] == len(passed)
    assert counted[-1]["first"].isoformat() + "Z" == min(row["decided_at"] for row in passed)


def test_nothing_but_reading_is_possible_and_no_answer_shows_the_connection(dsn: str) -> None:
    with open_warehouse("decisions", "postgres", dsn, "serving.decisions") as log:
        warehouse: Any = log.connection
        with pytest.raises(DocumentError, match="read-only transaction"):
            warehouse.send("CREATE TABLE serving.mine (a int)")
        with pytest.raises(DocumentError, match=r"database refuses: .*nosuch") as refused:
            log.ask("SELECT nosuch FROM decisions")
        with pytest.raises(DocumentError, match="not written to a file"):
            log.ask(f"COPY (SELECT * FROM decisions) TO {literal(str(log.scratch / 'out.csv'))}")
    assert "tok-123" not in str(refused.value.message)


@pytest.mark.parametrize(
    ("change", "table", "says"),
    [
        (("host=/", "host=/nowhere/"), "serving.decisions", "no connection"),
        (("postgres://", "nosuch://"), "serving.decisions", "no connection"),
        (("", ""), "serving.nosuch", "no table serving.nosuch"),
    ],
)
def test_database_that_cannot_be_asked_is_an_error_without_its_secrets(
    change: tuple[str, str], table: str, says: str, dsn: str
) -> None:
    with (
        pytest.raises(DocumentError, match=says) as refused,
        open_warehouse("decisions", "postgres", dsn.replace(*change), table),
    ):
        raise AssertionError("not reached")
    assert "tok-123" not in str(refused.value.message) and refused.value.__cause__ is None


def test_source_of_the_workspace_is_opened_from_the_environment(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = {"type": "postgres", "dsn_from_env": "GOVERN_WAREHOUSE", "table": "serving.decisions"}
    document = Document("workspace", "main", "", "", {"sources": {"decisions": source}})
    documents = SimpleNamespace(get=lambda *_: document)
    workspace: Any = SimpleNamespace(documents=lambda: documents, repository=SimpleNamespace(root=ROOT))
    monkeypatch.delenv("GOVERN_WAREHOUSE", raising=False)
    with pytest.raises(UsageError, match="GOVERN_WAREHOUSE is not set"), decision_log(workspace):
        raise AssertionError("not reached")
    monkeypatch.setenv("GOVERN_WAREHOUSE", dsn)
    with decision_log(workspace) as log:
        kept = input_of(workspace, log)
    assert kept["rows"] == len(ROWS) and kept["sha256"].startswith("sha256:")
    assert "serving.decisions" in kept["path"] and "tok-123" not in json.dumps(kept)


PAIRS = sorted((ROOT / "examples").glob("*/data/pairs*.csv"))


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_measures_on_pairs_are_those_of_duckdb(path: Path, dsn: str) -> None:
    """The shipped measures, over pairs as `typed_to_pairs` leaves them, in a table of the database."""
    table = f"pairs.t{next(NUMBERS)}"
    columns = {
        "row_no": "bigint", "option_id": "text", "cluster_id": "text", "cohort_key": "text",
        "decision_bound_model": "text", "excluded": "text", "score_prev": "numeric(30, 12)",
        "score_next": "numeric(30, 12)", "score_delta": "numeric(31, 12)", "rank_delta": "numeric(30, 12)",
        "policy_pass_prev": "integer", "policy_pass_next": "integer",
    }  # fmt: skip
    typed = {"cohort_key": "cohort_key", "excluded": "NULL", "row_no": "row_number() OVER ()"}
    typed |= {name: f"{name}::DECIMAL(30, 12)" for name in ("score_prev", "score_next", "rank_delta")}
    typed |= {name: f"{name}::BOOLEAN::INT" for name in ("policy_pass_prev", "policy_pass_next")}
    typed["score_delta"] = f"{typed['score_next']} - {typed['score_prev']}"
    listed = ", ".join(f"{typed.get(name, name)} AS {name}" for name in columns)
    made = f"SELECT {listed} FROM read_csv({literal(str(path))})"
    with connect(path) as duckdb, open_warehouse("decisions", "postgres", dsn, "serving.decisions") as log:
        duckdb.execute(f"CREATE TABLE pairs AS {made}")
        rows = duckdb.execute("SELECT * FROM pairs").fetchall()
        lay(dsn, table, [dict(zip(columns, row, strict=True)) for row in rows], list(columns), **columns)
        warehouse: Any = log.connection
        warehouse.define("pairs", f"SELECT * FROM {table}")
        for measure in (*MEASURES, "pairs_summary", "pairs_deltas"):
            assert run(log.connection, measure) == run(duckdb, measure), measure
        assert run(log.connection, "pairs_items", losses=20) == run(duckdb, "pairs_items", losses=20)
