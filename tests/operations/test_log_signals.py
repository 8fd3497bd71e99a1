"""A trigger measures its own windows on the decision log, and on what the ledger knows: whose, which, and what is
left out."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from builders import PACKET, Branch, World, cohorts, in_canary
from decision_logs import COLUMNS, decision, write_csv
from govern.domain.document import digest_of
from govern.domain.records import Record
from govern.domain.triggers.acknowledgement import Acknowledge
from govern.errors import DocumentError, UsageError
from govern.operations.triggers.evaluate import Evaluated, evaluate
from servers import postgres

TRIGGER = "policy-dislocation"  # above 5 percent, two windows of an hour in a row
DOCUMENT, KPI = f"triggers/{TRIGGER}", "kpis/policy-dislocation-rate"
NEXT = "llama-2-70b-chat+v2"
MORE = (*COLUMNS, "latency_ms")


@dataclass
class There:
    """As much of a workspace as evaluating reads, in memory: a and b on next since nine, it is half past three."""

    world: World
    folder: Path

    @property
    def state(self) -> Any:
        return self.world.state

    @property
    def repository(self) -> Any:
        return SimpleNamespace(root=self.folder)

    def documents(self) -> Branch:
        return self.world.documents

    def now(self) -> str:
        return self.world.now

    def log(self, *rows: dict[str, Any], name: str = "logs/decisions-1.csv") -> "There":
        write_csv(self.folder / name, rows, MORE)
        return self

    def count(self, *only: str) -> Evaluated:
        return evaluate(self, PACKET, TRIGGER, None, only)  # type: ignore[arg-type]


def made(folder: Path, edits: dict[str, Any] | None = None, *, files: dict[str, str] | None = None) -> There:
    usual = {KPI: {"source": "decisions", "measure": "policy_dislocation_rate", "min_sample": 1}}
    merged: dict[str, Any] = {**cohorts("a", "b"), **usual}
    for key, fields in (edits or {}).items():
        merged[key] = {**merged.get(key, {}), **fields}
    world = in_canary(merged)
    for path, text in (files or {}).items():
        world.documents.write(path, text)
    world.now = "2026-11-20T15:30:00Z"
    return There(world, folder)


NUMBERS = iter(range(1_000_000))


def hour(
    at: str, cohort: str, bad: int, of: int = 20, version: str = NEXT, **more: Any
) -> list[dict[str, Any]]:
    """So many decisions of an hour, `HH` or `HH:MM`, of which the first are out of policy."""
    latency = more.pop("latency_ms", None)
    usual = {"surface": "chat", "cohort_key": cohort, "model_version_active": version, **more}
    time = f"2026-11-20T{at if ':' in at else f'{at}:30'}:00Z"
    return [
        decision(f"d{next(NUMBERS)}", decided_at=time, policy_pass=n >= bad, **usual)
        | {"latency_ms": latency}
        for n in range(of)
    ]


END = hour("15:10", "b", 0, of=1)  # the log goes on: what lies before it is over
BAD = [
    *hour("10", "a", 0),
    *hour("11", "a", 4),
    *hour("12", "a", 2),
    *hour("13", "a", 1),
    *hour("14", "a", 0),
]


def values(evaluated: Evaluated) -> dict[str | None, dict[int, float | None]]:
    """By line the value of each hour."""
    start = evaluated.watch.grid.start
    return {
        each.line.name: {int(start(row.place)[11:13]): row.value for row in each.line.rows}
        for each in evaluated.counted
    }


def test_what_next_decided_fires_by_cohort_and_window(tmp_path: Path) -> None:
    old = [*hour("11", "a", 20, version="llama-2-70b-chat+v1"), *hour("11", "b", 20, version="other")]
    elsewhere = [*hour("11", "b", 20, surface="search"), *hour("11", "c", 20)]
    there = made(tmp_path).log(*BAD, *hour("12", "b", 1), *old, *elsewhere, *END)
    evaluated = there.count()
    assert values(evaluated) == {
        "a": {10: 0, 11: 20, 12: 10, 13: 5, 14: 0},
        "b": {10: None, 11: None, 12: 5, 13: None, 14: None},
    }
    (record,) = there.world.do(evaluated.command())
    assert record.body["cohorts"] == ["a"]
    assert [(each["window"][11:13], each["value"]) for each in record.body["values"]] == [
        ("11", 20),
        ("12", 10),
    ]
    source = record.body["source"]
    assert (source["name"], source["query"], source["rows"]) == (
        "decisions",
        "policy_dislocation_rate",
        201,
    )
    assert source["sha256"].startswith("sha256:")
    assert not there.count().fresh and there.count().known == [record]


def test_only_some_cohorts_are_measured_when_they_are_named(tmp_path: Path) -> None:
    evaluated = made(tmp_path).log(*BAD, *END).count("b")
    assert list(values(evaluated)) == ["b"] and not evaluated.fresh


def test_all_together_are_one_value(tmp_path: Path) -> None:
    there = made(tmp_path, {DOCUMENT: {"scope": "all"}}).log(
        *BAD, *hour("11", "b", 0), *hour("12", "b", 8), *END
    )
    evaluated = there.count()
    assert values(evaluated)[None] == {10: 0, 11: 10, 12: 25, 13: 5, 14: 0}
    (record,) = there.world.do(evaluated.command())
    assert record.body["cohorts"] == ["a", "b"]


def test_worst_cohort_of_each_window_is_counted(tmp_path: Path) -> None:
    rows = [*hour("11", "a", 4), *hour("11", "b", 0), *hour("12", "a", 0), *hour("12", "b", 4)]
    there = made(tmp_path, {DOCUMENT: {"scope": "worst_cohort"}}).log(*rows, *END)
    (record,) = there.world.do(there.count().command())
    assert record.body["cohorts"] == ["a", "b"]


@pytest.mark.parametrize(
    ("on_no_data", "silent"), [("inconclusive", []), ("ok", []), ("breach", ["a", "b"]), ("zero", [])]
)
def test_window_without_a_decision_is_what_no_data_is(
    on_no_data: str, silent: list[str], tmp_path: Path
) -> None:
    there = made(tmp_path, {KPI: {"on_no_data": on_no_data}})
    evaluated = there.log(*hour("09:59", "a", 0), *hour("12", "a", 0), *END).count()
    assert values(evaluated)["b"] == dict.fromkeys(range(9, 15))
    assert "no data: b" in evaluated.left_out
    assert sorted({row.cohort or "" for row in evaluated.fresh}) == silent


def test_window_counts_when_the_log_reaches_its_end(tmp_path: Path) -> None:
    there = made(tmp_path)
    evaluated = there.log(*BAD[:40], *hour("12:59", "a", 9)).count()
    assert max(values(evaluated)["a"]) == 11 and not evaluated.fresh
    assert "not over in the log, which ends at 2026-11-20T12:59:00Z: 3 windows" in evaluated.left_out
    evaluated = there.log(*BAD[:40], *hour("12:59", "a", 9), *hour("13:00", "b", 0, of=1)).count()
    assert max(values(evaluated)["a"]) == 12 and evaluated.fresh


def test_what_lies_before_the_log_begins_is_not_counted_as_silence(tmp_path: Path) -> None:
    there = made(tmp_path, {KPI: {"on_no_data": "breach"}})
    evaluated = there.log(*hour("12", "a", 0), *hour("12", "b", 0), *hour("13", "b", 0), *END).count()
    assert min(values(evaluated)["a"]) == 12
    assert "left out: 3 windows before the log begins, 2026-11-20T12:30:00Z" in evaluated.left_out


def test_decision_ahead_of_the_clock_proves_no_window(tmp_path: Path) -> None:
    there = made(tmp_path)
    evaluated = there.log(*BAD[:40], *hour("12", "a", 9), *hour("18", "a", 9)).count()
    assert max(values(evaluated)["a"]) == 11
    assert "left out: decisions ahead of the clock, up to 2026-11-20T18:30:00Z" in evaluated.left_out
    with pytest.raises(UsageError, match="ahead of the clock") as refused:
        there.log(*hour("18", "a", 9)).count()
    assert refused.value.type_line == "--series FILE.csv"


def test_window_with_too_few_is_not_judged_and_a_firing_may_hold_it(tmp_path: Path) -> None:
    rows = [*hour("11", "a", 20), *hour("12", "a", 9, of=9), *hour("13", "a", 20), *END]
    there = made(tmp_path, {KPI: {"min_sample": 10}}).log(*rows)
    evaluated = there.count()
    assert not evaluated.fresh, "two in a row: between them nobody can say"
    assert "not judged: a, 1 of 4 windows with fewer than 10 decisions" in evaluated.left_out
    among = made(tmp_path, {KPI: {"min_sample": 10}, DOCUMENT: {"counter": {"bad": 2, "of": 3}}}).log(*rows)
    (record,) = among.world.do(among.count().command())
    assert [(each["value"], each.get("unjudged")) for each in record.body["values"]] == [
        (100, None), (None, True), (100, None),
    ]  # fmt: skip
    assert among.count().known == [record]


def test_before_the_first_window_is_over_no_log_is_read(tmp_path: Path) -> None:
    there = made(tmp_path)
    there.world.now = "2026-11-20T09:30:00Z"
    with pytest.raises(DocumentError, match="no window of PT1H is over that began since next was bound"):
        there.count()


def test_as_many_windows_are_counted_as_a_rule_looks_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("govern.operations.triggers.log_signals.MOST", 1)
    there = made(tmp_path, {DOCUMENT: {"counter": {"bad": 2, "of": 4}}})
    rows = [*hour("10", "a", 9), *hour("11", "a", 9), *hour("14", "a", 9)]
    assert list(values(there.log(*rows, *END).count())["a"]) == [11, 12, 13, 14]


SLOW = """
SELECT w.cohort, w.window, COUNT(*) AS n, AVG(CAST(d.latency_ms AS DOUBLE)) AS value
FROM windows w JOIN decisions d
    ON d.cohort_key = w.cohort_key AND w.since <= d.decided_at AND d.decided_at < w.until AND d.arm = 'next'
GROUP BY ALL
"""


def test_query_of_the_team_is_the_frozen_one(tmp_path: Path) -> None:
    path = "measures/slow.sql"
    kpi = {"measure": {"sql": path}, "unit": "ms"}
    trigger = {"condition": {"op": "above", "threshold": 100, "unit": "ms"}}
    there = made(tmp_path, {KPI: kpi, DOCUMENT: trigger}, files={path: SLOW})
    there.log(
        *hour("11", "a", 0, latency_ms=150), *hour("12", "a", 0, latency_ms=200),
        *hour("12", "a", 0, latency_ms=900, version="other"), *hour("12", "b", 0, latency_ms=20), *END,
    )  # fmt: skip
    evaluated = there.count()
    assert values(evaluated)["a"] == {11: 150, 12: 200, 13: None, 14: None}
    (record,) = there.world.do(evaluated.command())
    assert record.body["source"]["query"] == digest_of(SLOW.encode())


def test_newest_windows_are_counted_where_there_are_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("govern.operations.triggers.log_signals.MOST", 6)
    evaluated = made(tmp_path).log(*hour("09:59", "a", 0), *BAD, *END).count()
    assert list(values(evaluated)["a"]) == [12, 13, 14]
    assert "left out: 3 windows before 2026-11-20T12:00:00Z: the newest are counted" in evaluated.left_out


@pytest.mark.parametrize(
    ("rows", "error", "says"),
    [
        ([], DocumentError, "faults"),
        (hour("09:10", "a", 0), DocumentError, "to 2026-11-20T09:10:00Z: one counts once"),
        ([*hour("10", "a", 0), {"decision_id": "x"}], DocumentError, "faults"),
        (None, UsageError, "no file of decisions there"),
    ],
)
def test_log_that_says_nothing_is_refused_with_another_way(
    rows: list[dict[str, Any]] | None, error: type[Exception], says: str, tmp_path: Path
) -> None:
    there = made(tmp_path)
    if rows is not None:
        there.log(*rows)
    with pytest.raises(error, match=says) as refused:
        there.count()
    assert refused.value.type_line == "--series FILE.csv"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("edits", "says"),
    [
        (
            {
                "kpis/flips": {"like": KPI, "source": "shadow_pairs", "measure": "policy_flip_rate"},
                DOCUMENT: {"signal": "flips"},
            },
            "carry no time",
        ),
        ({DOCUMENT: {"counter": {"attempts": 3}}}, "give each attempt"),
        ({DOCUMENT: {"counter": {"clusters": 3}}}, "give each cluster"),
    ],
)
def test_what_no_source_can_say_is_given_as_a_file(edits: dict[str, Any], says: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=says) as refused:
        made(tmp_path, edits).log(*BAD, *END).count()
    assert refused.value.type_line == "--series FILE.csv"


def fired(there: There, at: str, bad: str) -> Record:
    """The trigger fires, for what a file says of an hour."""
    path = there.folder / "rates.csv"
    path.write_text(f"timestamp,cohort_key,value\n2026-11-20T{bad}:00:00Z,a,99\n", "utf-8")
    there.world.now = f"2026-11-20T{at}:00Z"
    command = evaluate(there, PACKET, TRIGGER, path).command()  # type: ignore[arg-type]
    return there.world.do(command)[0]


SLOW_ANSWERS = {
    KPI: {"source": "records", "measure": "time_to_acknowledge", "unit": "s"},
    DOCUMENT: {"condition": {"op": "above", "threshold": 60, "unit": "s"}, "counter": {"consecutive": 1}},
}


def test_time_to_acknowledge_is_that_of_what_fired_in_a_window(tmp_path: Path) -> None:
    there = made(tmp_path, SLOW_ANSWERS)
    first = fired(there, "11:05", "09")
    there.world.now = "2026-11-20T11:05:50Z"
    there.world.do(Acknowledge(PACKET, first.name))
    fired(there, "14:10", "11")
    there.world.now = "2026-11-20T15:10:00Z"
    evaluated = there.count()
    assert values(evaluated)["a"] == {9: None, 10: None, 11: 50, 12: None, 13: None, 14: 3600}
    assert values(evaluated)["b"] == dict.fromkeys(range(9, 15))
    assert [row.value for row in evaluated.fresh] == [3600]
    (record,) = there.world.do(evaluated.command())
    assert record.body["source"]["name"] == "records" and record.body["source"]["rows"] == 3


def test_time_to_acknowledge_before_anything_fired_is_no_data(tmp_path: Path) -> None:
    evaluated = made(tmp_path, SLOW_ANSWERS).count()
    assert evaluated.left_out == ("no data: a", "no data: b") and not evaluated.fresh


def laid(dsn: str, rows: Iterable[dict[str, Any]]) -> None:
    psycopg = pytest.importorskip("psycopg", reason="no driver for PostgreSQL (requirements/scale.lock)")
    kinds = {"decided_at": "timestamptz", "policy_pass": "boolean", "latency_ms": "double precision"}
    declared = ", ".join(f"{name} {kinds.get(name, 'text')}" for name in MORE)
    with psycopg.connect(dsn, autocommit=True) as there:
        there.execute(f"CREATE SCHEMA serving CREATE TABLE decisions ({declared})")
        with there.cursor().copy("COPY serving.decisions FROM STDIN") as copy:
            for row in rows:
                copy.write_row([row[name] for name in MORE])


def test_table_of_a_database_says_the_same_as_files_and_no_record_has_its_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ibis", reason="Ibis is not installed (requirements/scale.lock)")
    rows = [*BAD, *hour("11", "b", 3), *END]
    source = {"type": "postgres", "dsn_from_env": "GOVERN_WAREHOUSE", "table": "serving.decisions"}
    there = made(tmp_path, {KPI: {"source": "warehouse"}, "govern": {"sources.warehouse": source}})
    with postgres() as dsn:
        laid(dsn, rows)
        monkeypatch.setenv("GOVERN_WAREHOUSE", dsn)
        evaluated = there.count()
    assert values(evaluated) == values(made(tmp_path).log(*rows).count())
    (record,) = there.world.do(evaluated.command())
    assert record.body["source"]["name"] == "warehouse" and record.body["source"]["rows"] == len(rows)
    assert "tok-123" not in str(record.body)
