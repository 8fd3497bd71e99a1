"""Triggers: when a rule fires, what a firing must show to be recorded, and taking note of it."""

import csv
import json
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from builders import PACKET, World, cohorts, in_canary, in_shadow, world
from govern.domain.capabilities import revive
from govern.domain.firing import Grid, Row, Rule
from govern.domain.rollback.execution import Rollback
from govern.domain.triggers.acknowledgement import Acknowledge
from govern.domain.triggers.evaluation import FireTrigger, firing_runs
from govern.domain.windows import instant
from govern.errors import ExitCode

CASES = yaml.load(
    (Path(__file__).parents[1] / "cases/triggers/runs.yaml").read_bytes(), Loader=yaml.CSafeLoader
)
TRIGGER = "policy-dislocation"  # above 5 percent, two windows of an hour in a row, each cohort
DOCUMENT = f"triggers/{TRIGGER}"
SOURCE = {"path": "rates.csv", "sha256": "sha256:" + "0" * 64, "rows": 9}
EVENING = "2026-11-20T18:00:00Z"
BOT = {"govern": {"people.bot": {"email": "bot@example.com", "kind": "automation"}}}

Value = tuple[str | None, int, float | None]  # cohort, the hour at which its window begins, value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["says"])
def test_rule_fires(case: dict[str, Any]) -> None:
    rule = Rule(**{"op": "above", "threshold": 5, "bad": 3} | case.get("rule", {}))
    assert [list(run) for run in rule.runs(case["values"])] == case["runs"]
    assert rule.counted(case["values"]) == case["counted"]
    assert rule.is_open(case["values"]) is case.get("open", False)


@given(st.lists(st.sampled_from((1.0, 9.0, None, float("nan")))), st.integers(1, 4))
def test_rule_fires_exactly_where_so_many_windows_up_to_there_are_bad(
    values: list[float | None], consecutive: int
) -> None:
    """The definition itself, window by window."""
    firing = {
        place
        for first, last in firing_runs(values, "above", 5, consecutive)
        for place in range(first, last + 1)
    }
    for place in range(len(values)):
        window = values[max(place + 1 - consecutive, 0) : place + 1]
        assert (place in firing) is (window == [9.0] * consecutive)


@given(st.lists(st.sampled_from((1.0, 9.0, None))), st.integers(1, 3), st.integers(0, 3))
def test_rule_fires_exactly_where_enough_windows_among_the_newest_are_bad(
    values: list[float | None], bad: int, more: int
) -> None:
    """The definition itself: a bad window that makes the count full lies in a firing, and every firing ends in one."""
    of = bad + more
    full = {
        place
        for place, value in enumerate(values)
        if value == 9.0 and values[max(place + 1 - of, 0) : place + 1].count(9.0) >= bad
    }
    firings = Rule("above", 5, bad, of=of).firings(values)
    assert {firing.full for firing in firings} | {firing.end for firing in firings} <= full
    assert all(sum(firing.full <= place <= firing.end for firing in firings) == 1 for place in full)
    assert all(one.end + 1 < other.begin for one, other in pairwise(firings))


def test_rule_fires_where_prometheus_fires(shared_data: Path) -> None:
    """Twelve real series against `for:` rules as promtool evaluated them, 108 cases; see ../shared/data/kpi_nab."""
    folder = shared_data / "kpi_nab"
    words = {">": "above", "<": "below"}
    cases = json.loads((folder / "oracle_promtool.json").read_text("utf-8"))
    assert len(cases) == 108
    for case in cases:
        with (folder / "series" / f"{case['series']}.csv").open(newline="") as file:
            values = [float(row["value"]) for row in csv.DictReader(file)][: case["windows"]]
        runs = firing_runs(values, words[case["op"]], case["threshold"], case["consecutive"])
        assert [list(run) for run in runs] == case["firing_runs"], case["series"]


@pytest.mark.parametrize(
    ("op", "values", "speaks"),
    [
        ("above", {"a": 1, "b": 3}, "b"),
        ("below", {"a": 1, "b": 3}, "a"),
        ("above", {"a": 9, "b": float("nan")}, "a"),
        ("above", {"a": 1, "b": float("nan")}, "b"),  # nobody can say that all is well
        ("above", {"a": 1, "b": None}, "b"),
    ],
)
def test_worst_cohort_speaks_for_a_window(op: str, values: dict[str, float | None], speaks: str) -> None:
    rule = Rule(op, 5, 1)
    assert rule.worst(Row(cohort, 0, value) for cohort, value in values.items()).cohort == speaks


@pytest.mark.parametrize(
    ("length", "at", "begins", "text"),
    [
        ("PT5M", "2026-11-20T02:04:59Z", "2026-11-20T02:00:00Z", "2026-11-20T02:00:00Z/PT5M"),
        ("PT1H", "2026-11-20T00:30:00Z", "2026-11-20T00:00:00Z", "2026-11-20/PT1H"),
        ("P7D", "2026-11-15T23:59:59Z", "2026-11-09T00:00:00Z", "2026-11-09/P7D"),
    ],
)
def test_windows_are_counted_from_the_anchor(length: str, at: str, begins: str, text: str) -> None:
    grid = Grid("2026-11-16", length)
    place = grid.place(instant(at))
    assert (grid.start(place), grid.text(place), grid.place_of(text)) == (begins, text, place)
    assert (grid.first_from(begins), grid.first_from(at)) == (place, place + 1)


def test_sliding_windows_end_with_a_second() -> None:
    grid = Grid("2026-11-16", "PT1H", sliding=True)
    place = grid.ending_with(instant("2026-11-20T02:05:59Z") + timedelta(milliseconds=500))
    assert (grid.start(place), grid.end(place)) == ("2026-11-20T01:06:00Z", "2026-11-20T02:06:00Z")
    assert grid.text(place) == "2026-11-20T01:06:00Z/PT1H" and grid.place_of(grid.text(place)) == place
    assert grid.decisive(place) == "2026-11-20T02:05:59Z"
    assert place < grid.open_at("2026-11-20T02:06:00Z") and place >= grid.open_at("2026-11-20T02:05:59Z")


def test_window_of_another_length_has_no_place() -> None:
    with pytest.raises(ValueError, match="PT1H"):
        Grid("2026-11-16", "PT1H").place_of("2026-11-20T02:05:00Z/PT5M")


def firing(*values: Value, named: Sequence[str] = (), length: str = "PT1H") -> FireTrigger:
    rows = [
        {"cohort": cohort, "window": f"2026-11-20T{hour:02}:00:00Z/{length}", "value": value}
        for cohort, hour, value in values
    ]
    keys = sorted(named or {cohort for cohort, _, _ in values if cohort})
    return FireTrigger(PACKET, TRIGGER, tuple(keys), {"values": rows, "source": SOURCE})


def late(edits: dict[str, Any] | None = None) -> World:
    """The cohorts a and b on next since nine in the morning; it is evening."""
    made = in_canary({**cohorts("a", "b"), **(edits or {})})
    made.now = EVENING
    return made


def test_firing_says_which_windows_and_what_decided_in_them() -> None:
    made = late()
    (record,) = made.do(firing(("b", 11, 6.5), ("b", 12, 7), ("a", 10, 9), ("a", 11, 8)))
    body = record.body
    assert (body["cohorts"], body["first"], body["last"]) == (
        ["a", "b"], "2026-11-20T10:00:00Z", "2026-11-20T13:00:00Z",
    )  # fmt: skip
    assert [window[11:13] for window in body["windows"]] == ["10", "11", "12"]
    assert [(value["cohort"], value["value"]) for value in body["values"]] == [
        ("a", 9), ("a", 8), ("b", 6.5), ("b", 7),
    ]  # fmt: skip
    assert (body["baseline"], body["model_version"]) == ("chat-b2", "llama-2-70b-chat+v2")
    assert (body["calibration"], body["action"], body["counter"]) == (
        "initial",
        "rollback",
        {"consecutive": 2},
    )
    assert made.packet().fired == [record] and record.uses == (made.packet().frozen_by,)


def test_firing_is_the_same_when_decided_again_and_another_when_it_was_touched() -> None:
    made = late()
    before = made.snapshot()
    (record,) = made.do(firing(("a", 10, 9), ("a", 11, 8)))
    assert record.asked is not None
    again = World(made.documents, made.now, before)
    command = revive(record.asked, record.body)
    assert command is not None
    assert again.do(command)[0].body == record.body
    milder = {**record.body, "values": [{**value, "value": 4} for value in record.body["values"]]}
    command = revive(record.asked, milder)
    assert (
        command is not None
        and "has not fired" in World(made.documents, made.now, before).refused(command).reasons[0]
    )


REFUSED = [
    ("one window is not two", (firing(("a", 10, 9)),), "there are not 2 bad in a row"),
    ("a border is no breach", (firing(("a", 10, 9), ("a", 11, 5)),), "there are not 2 bad in a row"),
    ("a hole between them", (firing(("a", 10, 9), ("a", 12, 9)),), "there are not 2 bad in a row"),
    ("a good one before them", (firing(("a", 9, 1), ("a", 10, 9), ("a", 11, 9)),), "there are not 2 bad in a row"),
    ("no data is not bad", (firing(("a", 10, 9), ("a", 11, None)),), "there are not 2 bad in a row"),
    ("two cohorts are not two windows", (firing(("a", 10, 9), ("b", 11, 9)),), "there are not 2 bad in a row"),
    ("a window twice", (firing(("a", 10, 9), ("a", 10, 9)),), "each of them once"),
    ("no window", (firing(named=["a"]),), "each of them once"),
    ("before next was bound", (firing(("a", 8, 9), ("a", 9, 9)),), "a was not on next"),
    ("a window that is not over", (firing(("a", 17, 9), ("a", 18, 9)),), "is not over"),
    ("a cohort that is not on next", (firing(("c", 10, 9), ("c", 11, 9)),), "c was not on next"),
    ("over all where each counts", (firing((None, 10, 9), (None, 11, 9), named=["a"]),), "values by cohort"),
    ("other cohorts than measured", (firing(("a", 10, 9), ("a", 11, 9), named=["b"]),), "not of b"),
    ("twice", (firing(("a", 10, 9), ("a", 11, 9)),) * 2, "fired already"),
    ("while it goes on", (firing(("a", 10, 9), ("a", 11, 9)), firing(("a", 11, 9), ("a", 12, 9))), "fired already"),
    ("where it went on", (firing(("a", 10, 9), ("a", 11, 9)), firing(("a", 12, 9), ("a", 13, 9))), "fired already"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("commands", "says"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_firing_is_refused(commands: tuple[FireTrigger, ...], says: str) -> None:
    made = late()
    for command in commands[:-1]:
        made.do(command)
    refused = made.refused(commands[-1])
    assert says in refused.reasons[0]
    assert refused.exit == (ExitCode.YES if says == "fired already" else ExitCode.NO)


def test_firing_is_new_for_another_cohort_and_after_a_good_window() -> None:
    made = late()
    made.do(firing(("a", 10, 9), ("a", 11, 9)))
    made.do(firing(("b", 10, 9), ("b", 11, 9)))
    made.do(firing(("a", 13, 9), ("a", 14, 9)))
    assert [record.body["cohorts"] for record in made.packet().fired] == [["a"], ["b"], ["a"]]


def test_firing_over_all_speaks_for_everybody_on_next() -> None:
    made = late({DOCUMENT: {"scope": "all"}})
    (record,) = made.do(firing((None, 10, 9), (None, 11, 9), named=["a", "b"]))
    assert record.body["cohorts"] == ["a", "b"]


def test_firing_of_the_worst_cohort_may_pass_from_one_to_the_other() -> None:
    made = late({DOCUMENT: {"scope": "worst_cohort"}})
    (record,) = made.do(firing(("a", 10, 9), ("b", 11, 9)))
    assert record.body["cohorts"] == ["a", "b"]


def test_scope_by_attribute_goes_by_what_was_bound() -> None:
    platforms = {"a": {"critical": False, "platform": "xr"}, "b": {"critical": False, "platform": "pc"}}
    made = late({"cohorts": {"cohorts": platforms}, DOCUMENT: {"scope": {"where": {"platform": "xr"}}}})
    made.documents.edit("cohorts", {"cohorts.b.platform": "xr"})
    assert "b was not on next" in made.refused(firing(("b", 10, 9), ("b", 11, 9))).reasons[0]
    made.do(firing(("a", 10, 9), ("a", 11, 9)))


def test_no_data_is_what_the_frozen_kpi_says() -> None:
    made = late({"kpis/policy-dislocation-rate": {"on_no_data": "breach"}})
    made.documents.edit("kpis/policy-dislocation-rate", {"on_no_data": "ok"})
    (record,) = made.do(firing(("a", 10, None), ("a", 11, None)))
    assert record.body["on_no_data"] == "breach"


def test_rule_is_the_frozen_one_whatever_the_branch_says() -> None:
    made = late()
    made.documents.edit(DOCUMENT, {"condition.threshold": 50})
    made.do(firing(("a", 10, 9), ("a", 11, 9)))


AMONG = {DOCUMENT: {"counter": {"bad": 2, "of": 3}}}


def test_firing_among_so_many_is_recorded_with_the_windows_between_and_is_the_same_again() -> None:
    made = late(AMONG)
    before = made.snapshot()
    (record,) = made.do(firing(("a", 10, 9), ("a", 11, 1), ("a", 12, 8)))
    assert [value["value"] for value in record.body["values"]] == [9, 1, 8]
    assert record.body["counter"] == {"bad": 2, "of": 3}
    assert record.asked is not None
    command = revive(record.asked, record.body)
    assert command is not None
    assert World(made.documents, made.now, before).do(command)[0].body == record.body
    again = made.refused(firing(("a", 12, 8), ("a", 13, 7)))
    assert "fired already" in again.reasons[0]


@pytest.mark.parametrize(
    "values",
    [
        (("a", 10, 9), ("a", 11, 1), ("a", 12, 1), ("a", 13, 9)),  # never two among three
        (("a", 10, 1), ("a", 11, 9), ("a", 12, 9)),  # begins with a good one
        (("a", 10, 9), ("a", 11, 9), ("a", 12, 1)),  # ends with a good one
    ],
)
def test_what_is_no_firing_among_so_many_is_not_recorded(values: tuple[Value, ...]) -> None:
    assert "there are not 2 bad of 3" in late(AMONG).refused(firing(*values)).reasons[0]


def test_worst_cohort_is_named_for_its_bad_windows_alone() -> None:
    made = late({DOCUMENT: {"counter": {"bad": 2, "of": 3}, "scope": "worst_cohort"}})
    (record,) = made.do(firing(("a", 10, 9), ("b", 11, 1), ("a", 12, 8), named=["a"]))
    assert record.body["cohorts"] == ["a"]


def test_window_in_the_warm_up_is_not_counted() -> None:
    made = late({DOCUMENT: {"warm_up": "PT2H"}})
    assert "not yet" in made.refused(firing(("a", 10, 9), ("a", 11, 9))).reasons[0]
    made.do(firing(("a", 11, 9), ("a", 12, 9)))


def test_attempts_fire_in_one_window_that_is_full() -> None:
    made = late({DOCUMENT: {"counter": {"attempts": 3}}})
    assert "has not fired" in made.refused(firing(("a", 10, 2))).reasons[0]
    (record,) = made.do(firing(("a", 10, 3)))
    assert record.body["counter"] == {"attempts": 3} and record.body["values"][0]["value"] == 3
    named = firing(("a", 12, 3))
    named.measured["values"][0]["clusters"] = [{"cluster": "x", "replay": "packets/x#1"}]
    assert "attempts are counted" in made.refused(named).reasons[0]


def test_clusters_are_named_and_each_was_reviewed_in_a_replay_on_record() -> None:
    made = late({DOCUMENT: {"counter": {"clusters": 2}}})
    assert "2 clusters are counted, 0 named" in made.refused(firing(("a", 10, 2))).reasons[0]
    for clusters, says in ((["x", "x"], "2 clusters are counted, 1 named"), (["x", "y"], "no replay of")):
        command = firing(("a", 10, 2))
        named = [{"cluster": cluster, "replay": f"packets/{PACKET}#1"} for cluster in clusters]
        command.measured["values"][0]["clusters"] = named
        assert says in made.refused(command).reasons[0]


def test_nothing_fires_where_nobody_is_on_next() -> None:
    assert "is in draft" in world().refused(firing(("public", 10, 9))).reasons[0]
    assert "nobody in the scope" in in_shadow().refused(firing(("public", 10, 9))).reasons[0]
    assert "c was not on next" in late().refused(firing(("c", 10, 9), ("c", 11, 9))).reasons[0]


def test_what_fired_before_a_cohort_went_back_is_recorded_and_what_came_after_is_not() -> None:
    """A firing may wait in a clone without its remote while somebody else takes the cohort back."""
    made = late()
    made.now = "2026-11-20T12:30:00Z"
    made.do(Rollback(PACKET, "operator-judgement", ("a",)))
    made.now = EVENING
    assert "a was not on next" in made.refused(firing(("a", 12, 9), ("a", 13, 9))).reasons[0]
    assert "a was not on next" in made.refused(firing(("a", 7, 9), ("a", 8, 9))).reasons[0]
    (fired,) = made.do(firing(("a", 10, 9), ("a", 11, 9)))
    assert fired.body["cohorts"] == ["a"]


def test_automation_may_say_that_a_trigger_fired_and_a_person_takes_note() -> None:
    made = late(BOT)
    (fired,) = made.do(firing(("a", 10, 9), ("a", 11, 9)), by="bot")
    assert "is automation" in made.refused(Acknowledge(PACKET, fired.name), "bot").reasons[0]
    made.now = "2026-11-20T18:04:19Z"
    (taken,) = made.do(Acknowledge(PACKET, fired.name), by="ana")
    assert made.packet().acknowledged == {fired.name: taken} and taken.uses == (fired.name,)


def test_note_is_taken_once_and_of_what_fired() -> None:
    made = late()
    assert "none has fired" in made.refused(Acknowledge(PACKET, f"packets/{PACKET}#1")).reasons[0]
    (fired,) = made.do(firing(("a", 10, 9), ("a", 11, 9)))
    made.do(Acknowledge(PACKET, fired.name), by="ana")
    again = made.refused(Acknowledge(PACKET, fired.name))
    assert (again.exit, again.reasons) == (ExitCode.YES, (f"ana took note of {fired.name} at {EVENING}",))


def test_rollback_by_a_trigger_takes_note_where_nobody_had() -> None:
    made = late()
    (fired,) = made.do(firing(("a", 10, 9), ("a", 11, 9)))
    records = made.do(Rollback(PACKET, "trigger", ("a",), trigger=fired.name))
    assert records[1].event == "incident_acknowledged/1" and records[0].uses == (fired.name,)
