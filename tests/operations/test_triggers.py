"""From a file to the windows that a trigger counts: whose they are, which of them, and what is left out."""

from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from builders import PACKET, Branch, World, cohorts, in_canary
from govern.domain.evidence.stamping import window
from govern.domain.rollback.execution import Rollback
from govern.domain.rollout.recording import RecordEvidence
from govern.domain.triggers.evaluation import fired_already
from govern.errors import DocumentError, UsageError
from govern.operations.triggers.evaluate import Evaluated, evaluate
from govern.operations.triggers.firings import intervention, to_type
from windowed import evidence, replays

TRIGGER = "policy-dislocation"  # above 5 percent, two windows of an hour in a row
DOCUMENT = f"triggers/{TRIGGER}"
NINE, EVENING = "2026-11-20T09:00:00Z", "2026-11-20T18:00:00Z"


@dataclass
class There:
    """As much of a workspace as evaluating reads, in memory."""

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

    def count(self, rows: list[str], *only: str) -> Evaluated:
        """Evaluate rows `HOUR,COHORT,VALUE`; a row of two has no cohort, and then the file has no such column."""
        keyed = "cohort_key," if rows[0].count(",") == 2 else ""
        lines = [
            f"2026-11-20T{hour:0>2}:00:00Z,{rest}" for hour, _, rest in (row.partition(",") for row in rows)
        ]
        path = self.folder / "rates.csv"
        path.write_text("\n".join([f"timestamp,{keyed}value", *lines]), "utf-8")
        return evaluate(self, PACKET, TRIGGER, path, only)  # type: ignore[arg-type]


@pytest.fixture
def there(tmp_path: Path) -> There:
    return made(tmp_path)


def made(folder: Path, edits: dict[str, Any] | None = None) -> There:
    """The cohorts a and b on next since nine in the morning; it is evening."""
    world = in_canary({**cohorts("a", "b"), **(edits or {})})
    world.now = "2026-11-20T18:00:00Z"
    return There(world, folder)


def fired(evaluated: Evaluated) -> list[tuple[str | None, int, float | None]]:
    return [
        (row.cohort, int(evaluated.watch.grid.start(row.place)[11:13]), row.value) for row in evaluated.fresh
    ]


def test_each_cohort_is_counted_by_itself_and_what_is_counted_can_be_recorded(there: There) -> None:
    evaluated = there.count(["10,a,9", "10,b,1", "11,a,8", "11,b,9", "12,a,1", "12,b,9"])
    assert fired(evaluated) == [("a", 10, 9), ("a", 11, 8), ("b", 11, 9), ("b", 12, 9)]
    (record,) = there.world.do(evaluated.command())
    assert record.body["cohorts"] == ["a", "b"] and record.body["source"]["path"] == "rates.csv"
    assert to_type(there.state, evaluated, record) == f"govern rollback execute {PACKET} --cohort a,b"


def test_only_some_cohorts_are_counted_when_they_are_named(there: There) -> None:
    rows = ["10,a,9", "10,b,9", "11,a,9", "11,b,9"]
    assert {cohort for cohort, _, _ in fired(there.count(rows, "b"))} == {"b"}
    assert fired(there.count(["10,9", "11,9"], "b")) == [("b", 10, 9), ("b", 11, 9)]


def test_file_without_keys_is_refused_where_several_are_on_next(there: There) -> None:
    with pytest.raises(DocumentError, match="2 cohorts are on next") as refused:
        there.count(["10,9", "11,9"])
    assert refused.value.type_line == "--cohort a"


def test_what_is_left_out_is_said(there: There) -> None:
    there.world.do(Rollback(PACKET, "operator-judgement", ("b",)))
    evaluated = there.count(["10,a,1", "10,b,9", "11,b,9", "10,a1,9", "10,,9"])
    assert fired(evaluated) == [] and evaluated.left_out == (
        "left out: b, 2 rows (not on next, or out of scope)",
        "left out: a1, 1 rows (no cohort of this packet, nearest: a)",
        "left out: 1 rows without a cohort key",
    )


@pytest.mark.parametrize(("on_no_data", "cohort"), [("breach", ["b"]), ("inconclusive", [])])
def test_silent_cohort_is_what_no_data_is(on_no_data: str, cohort: list[str], tmp_path: Path) -> None:
    there = made(tmp_path, {"kpis/policy-dislocation-rate": {"on_no_data": on_no_data}})
    evaluated = there.count(["10,a,1", "11,a,1"])
    assert "no data: b" in evaluated.left_out
    assert [key for key, hour, _ in fired(evaluated) if hour == 10] == cohort


def test_values_over_all_are_the_rows_without_a_key(tmp_path: Path) -> None:
    there = made(tmp_path, {DOCUMENT: {"scope": "all"}})
    for rows in (["10,,9", "11,,9", "11,a,1"], ["10,9", "11,9"]):
        evaluated = there.count(rows)
        assert fired(evaluated) == [(None, 10, 9), (None, 11, 9)]
        assert evaluated.command().cohorts == ("a", "b")
    with pytest.raises(UsageError, match="--cohort"):
        there.count(["10,9"], "a")
    there.world.do(evaluated.command())
    assert there.count(["10,9", "11,9"]).fresh == []


def test_worst_cohort_of_each_window_is_counted(tmp_path: Path) -> None:
    there = made(tmp_path, {DOCUMENT: {"scope": "worst_cohort"}})
    evaluated = there.count(["10,a,9", "10,b,1", "11,a,1", "11,b,9", "12,a,1", "12,b,1"])
    assert fired(evaluated) == [("a", 10, 9), ("b", 11, 9)]
    there.world.do(evaluated.command())


def test_rollback_goes_by_the_attributes_of_the_scope(tmp_path: Path) -> None:
    keys = {key: {"critical": False, "platform": "xr"} for key in ("a", "b")}
    scope = {"scope": {"where": {"platform": "xr"}}}
    there = made(tmp_path, {"cohorts": {"cohorts": keys}, DOCUMENT: scope})
    evaluated = there.count(["10,a,9", "11,a,9", "10,b,9", "11,b,9"])
    (record,) = there.world.do(evaluated.command())
    assert to_type(there.state, evaluated, record) == f"govern rollback execute {PACKET} --where platform=xr"


@pytest.mark.parametrize(
    ("action", "line", "events"),
    [
        ("mitigate", f"govern rollback execute {PACKET} --cohort a", []),
        ("pause", f"govern trigger ack {PACKET} --trigger packets/{PACKET}#", ["packet_paused/1"]),
        ("notify", f"govern trigger ack {PACKET} --trigger packets/{PACKET}#", []),
        ("recalibrate", f"govern calibration review {PACKET}", ["calibration_review_scheduled/1"]),
    ],
)
def test_line_to_type_goes_by_the_action(action: str, line: str, events: list[str], tmp_path: Path) -> None:
    there = made(tmp_path, {DOCUMENT: {"action": action}})
    evaluated = there.count(["10,a,9", "11,a,9"])
    record, *more = there.world.do(evaluated.command())
    assert to_type(there.state, evaluated, record).startswith(line)
    assert [each.event for each in more] == events


def test_package_of_the_trigger_is_found_and_needs_no_document_to_go_back(tmp_path: Path) -> None:
    package = {"id": "refusals", "actions": [{"id": "a", "do": "Stop", "revert": "Go"}]}
    there = made(tmp_path)
    evaluated = there.count(["10,a,9", "11,a,9"])
    assert intervention(there, evaluated) is None  # type: ignore[arg-type]  # it leads to none
    leads = {**evaluated.watch.trigger, "package": "refusals"}
    evaluated = replace(evaluated, watch=replace(evaluated.watch, trigger=leads))
    assert intervention(there, evaluated) is None  # type: ignore[arg-type]  # nowhere to be read
    there.world.documents.edit("packages/refusals", package)
    found = intervention(there, evaluated)  # type: ignore[arg-type]
    assert found is not None and found["id"] == "refusals"


def recorded(there: There, name: str, at: str, rows: list[dict[str, Any]], **params: Any) -> str:
    """A sample or a replay pack on the ledger: the name of its record."""
    there.world.now = at
    measured, table = evidence("wide", name, rows, **params)
    record = there.world.do(RecordEvidence(PACKET, measured, {measured["table"]["sha256"]: table}))[0]
    return record.name


def series_of(there: There, header: str, rows: list[str]) -> Evaluated:
    path = there.folder / "rows.csv"
    path.write_text("\n".join([header, *rows]), "utf-8")
    return evaluate(there, PACKET, TRIGGER, path)  # type: ignore[arg-type]


ATTEMPTS = [
    ("three failed ones in an hour", ["10:01,9", "10:20,1", "10:30,8", "10:59,7"], [3]),
    ("on both sides of the full hour", ["10:30,9", "10:59,8", "11:00,7"], [3]),
    ("three in just an hour", ["10:30,9", "10:59,8", "11:29,7"], [3]),
    ("three in more than an hour", ["10:30,9", "10:59,8", "11:30,7"], []),
    ("what failed before next was bound", ["08:55,9", "09:10,9", "09:20,9"], []),
    ("one that went well ends no count", ["10:01,9", "10:02,9", "10:03,1", "10:04,9", "10:05,1"], [3, 3]),
    ("what is no number is not one that failed", ["10:01,9", "10:20,NaN", "10:30,8"], []),
    ("no value is what no data is", ["10:01,9", "10:20,", "10:30,8"], []),
    ("four are one firing", ["10:01,9", "10:02,9", "10:03,9", "10:04,9"], [3, 4]),
    ("in any order", ["10:59,7", "10:30,9", "11:00,8"], [3]),
]


@pytest.mark.parametrize(
    ("rows", "values"), [case[1:] for case in ATTEMPTS], ids=[case[0] for case in ATTEMPTS]
)
def test_attempts_that_failed_are_counted_within_the_length_of_a_window(
    rows: list[str], values: list[int], tmp_path: Path
) -> None:
    there = made(tmp_path, {DOCUMENT: {"counter": {"attempts": 3}}})
    lines = [f"2026-11-20T{row[:5]}:00Z,a{row[5:]}" for row in rows]
    evaluated = series_of(there, "timestamp,cohort_key,value", lines)
    assert [row.value for row in evaluated.fresh] == values
    if values:
        (record,) = there.world.do(evaluated.command())
        assert record.body["counter"] == {"attempts": 3} and record.body["cohorts"] == ["a"]
        assert series_of(there, "timestamp,cohort_key,value", lines).fresh == []


def test_attempt_without_data_fails_where_that_is_a_breach(tmp_path: Path) -> None:
    breach = {"kpis/policy-dislocation-rate": {"on_no_data": "breach"}}
    there = made(tmp_path, {DOCUMENT: {"counter": {"attempts": 2}}, **breach})
    rows = ["2026-11-20T10:01:00Z,a,9", "2026-11-20T10:02:00Z,a,"]
    evaluated = series_of(there, "timestamp,cohort_key,value", rows)
    assert [row.value for row in evaluated.fresh] == [2]


def attempts(*at: str, cohort: str = "a") -> list[str]:
    return [f"2026-11-20T{each}:00Z,{cohort},9" for each in at]


HEADER = "timestamp,cohort_key,value"


def test_attempts_that_fired_are_not_counted_into_another_firing(tmp_path: Path) -> None:
    there = made(tmp_path, {DOCUMENT: {"counter": {"attempts": 2}}})
    (record,) = there.world.do(series_of(there, HEADER, attempts("10:50", "11:10")).command())
    body = record.body
    assert (body["first"], body["last"]) == ("2026-11-20T10:10:01Z", "2026-11-20T11:10:01Z")
    assert body["values"] == [{"cohort": "a", "window": "2026-11-20T10:10:01Z/PT1H", "value": 2}]
    goes_on = series_of(there, HEADER, attempts("10:50", "11:10", "12:05"))
    assert goes_on.fresh == [] and goes_on.known == [record]
    again = series_of(there, HEADER, attempts("10:50", "11:10", "13:00", "13:01"))
    assert [row.value for row in again.fresh] == [2] and again.known == [record]
    there.world.do(again.command())
    assert series_of(there, HEADER, attempts("10:50", "11:10", "13:00", "13:01")).fresh == []


def test_incident_of_attempts_begins_when_the_cohort_came_to_next(tmp_path: Path) -> None:
    there = made(tmp_path, {DOCUMENT: {"counter": {"attempts": 2}}})
    (record,) = there.world.do(series_of(there, HEADER, attempts("09:10", "09:20")).command())
    assert record.body["first"] == NINE


def test_each_failure_alone_is_a_firing_where_one_is_enough(tmp_path: Path) -> None:
    there = made(tmp_path, {DOCUMENT: {"counter": {"attempts": 1}}})
    evaluated = series_of(there, HEADER, attempts("10:05", "10:30", "14:00"))
    assert [len(line.rows) for each in evaluated.counted for line in each.fresh] == [2, 1]
    there.world.do(evaluated.command())


def test_attempts_of_all_cohorts_count_together_where_the_scope_says_so(tmp_path: Path) -> None:
    there = made(tmp_path, {DOCUMENT: {"counter": {"attempts": 2}, "scope": "all"}})
    rows = [*attempts("10:50"), *attempts("11:10", cohort="b")]
    (record,) = there.world.do(series_of(there, HEADER, rows).command())
    assert record.body["cohorts"] == ["a", "b"] and record.body["values"][0]["cohort"] is None


def test_values_by_window_stay_in_their_windows_where_attempts_are_counted(tmp_path: Path) -> None:
    there = made(tmp_path, {DOCUMENT: {"counter": {"attempts": 2}}})
    rows = attempts("10:00", "10:00", "11:00")
    evaluated = series_of(there, "window,cohort_key,value", rows)
    assert fired(evaluated) == [("a", 10, 2)]
    with pytest.raises(DocumentError, match="begins at 2026-11-20T10:00:00Z"):
        series_of(there, "window,cohort_key,value", attempts("10:10"))


def test_firing_of_an_earlier_stay_on_next_is_another(tmp_path: Path) -> None:
    there = made(tmp_path, {DOCUMENT: {"counter": {"attempts": 2}}})
    evaluated = series_of(there, HEADER, attempts("10:50", "11:10"))
    there.world.do(evaluated.command())
    (line,) = evaluated.counted[0].line.fired(evaluated.watch.rule, evaluated.watch.grid.width)
    watched = replace(evaluated.watch, packet=there.state.packets[PACKET])
    assert fired_already(watched, line) is not None
    later = replace(watched, since={"a": "2026-11-20T11:30:00Z"})
    assert fired_already(later, line) is None


def test_window_that_nobody_can_judge_lies_in_a_firing(tmp_path: Path) -> None:
    there = made(tmp_path, {DOCUMENT: {"counter": {"bad": 2, "of": 3}}})
    rows = ["10,a,9", "11,a,NaN", "12,a,9"]
    (record,) = there.world.do(there.count(rows).command())
    assert [(value["value"], value.get("unjudged")) for value in record.body["values"]] == [
        (9, None), (None, True), (9, None),
    ]  # fmt: skip
    assert there.count(rows).known == [record]


def test_recorded_samples_of_stamps_are_attempts(tmp_path: Path) -> None:
    signal = {"kpis/policy-dislocation-rate": {"measure": "stamp_mismatch_rate"}}
    there = made(tmp_path, {DOCUMENT: {"counter": {"attempts": 2}}, **signal})
    with pytest.raises(UsageError, match="no sample of stamps"):
        evaluate(there, PACKET, TRIGGER, None)  # type: ignore[arg-type]
    since = NINE
    for minute, wrong in ((10, 1), (20, 0), (30, 5)):
        at = f"2026-11-20T10:{minute}:00Z"
        counts = {"matched": 5 - wrong, "late": 0, "mismatched": wrong}
        row = {"kpi": None, "cohort": "a", "window": window(since, at), "arm": "next", "n": 5, "excluded": 0,
               "value": None, "counts": {**counts, "missing_version": 0, "calibration_missing": 0}}  # fmt: skip
        recorded(there, "stamps", at, [row], until=at, last=at)
        since = at
    there.world.now = "2026-11-20T11:00:00Z"
    evaluated = evaluate(there, PACKET, TRIGGER, None)  # type: ignore[arg-type]
    assert fired(evaluated) == [("a", 9, 2)]
    (record,) = there.world.do(evaluated.command())
    assert record.body["last"] == "2026-11-20T10:30:01Z"
    assert (record.body["source"]["name"], record.body["source"]["rows"]) == ("records", 3)
    assert to_type(there.state, evaluated, record) == f"govern rollback execute {PACKET} --cohort a"


CLUSTERS = "timestamp,cohort_key,value,cluster_id,replay"


@pytest.mark.parametrize("scope", ["each_cohort", "all"])
def test_distinct_clusters_are_counted_that_a_recorded_replay_reviewed(scope: str, tmp_path: Path) -> None:
    there = made(tmp_path, {DOCUMENT: {"counter": {"clusters": 2}, "scope": scope}})
    params = {"origin": "support", "last": "2026-11-20T10:00:00Z", "pack": "pack-1"}
    replay = recorded(there, "replay_pack", EVENING, replays({"a": {"complete": 3}}), **params)
    hour = "2026-11-20T10:{}:00Z,a,{},{},{}"
    rows = [
        hour.format("01", 9, "x", "pack-1"),
        hour.format("02", 8, "x", replay),
        hour.format("03", 9, "y", "none"),
    ]
    evaluated = series_of(there, CLUSTERS, rows)
    assert fired(evaluated) == []
    assert "left out: clusters that no recorded replay reviewed: y" in evaluated.left_out
    evaluated = series_of(there, CLUSTERS, [*rows, hour.format("04", 9, "z", replay)])
    (record,) = there.world.do(evaluated.command())
    value = record.body["values"][-1]
    assert value["value"] == 2
    assert value["clusters"] == [{"cluster": name, "replay": replay} for name in ("x", "z")]
    assert "a" in record.body["cohorts"]


def test_clusters_want_a_column_that_names_them(tmp_path: Path) -> None:
    there = made(tmp_path, {DOCUMENT: {"counter": {"clusters": 2}}})
    with pytest.raises(DocumentError, match="has no column cluster_id"):
        there.count(["10,a,9"])


def test_mitigation_is_entered_for_who_is_back_already(tmp_path: Path) -> None:
    critical = {"govern": {"policy.enter_mitigation": "critical_only"}}
    there = made(tmp_path, {DOCUMENT: {"action": "mitigate"}, **critical})
    evaluated = there.count(["10,a,9", "11,a,9"])
    (record,) = there.world.do(evaluated.command())
    there.world.do(Rollback(PACKET, "operator-judgement", ("a",)))
    again = replace(evaluated, watch=replace(evaluated.watch, packet=there.state.packets[PACKET]))
    line = to_type(there.state, again, record)
    assert line == "govern mitigation enter a --reason trigger"
