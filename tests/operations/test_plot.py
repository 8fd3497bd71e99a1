"""The numbers of a plot are those that the checks read: values, verdicts, cycles that count, moves of a cohort."""

from dataclasses import replace
from typing import Any

import pytest

from builders import PACKET, World, cohorts, in_shadow
from govern.domain.checks import kpi_bands, shadow_bands
from govern.domain.evidence.windows import kpis_by_window
from govern.domain.gates import Border
from govern.domain.rollback.execution import Rollback
from govern.domain.rollout.advance import Advance
from govern.operations.evidence import plot_pairs, plot_windows
from govern.operations.evidence.plot_axes import Limit, axis_of
from windowed import collect, evidence, rows_of

RATE, DELTA, FLIPS = "policy-dislocation-rate", "mean-score-delta", "policy-flip-rate"


def kpi(**told: Any) -> dict[str, Any]:
    return {"source": "decisions", "unit": "percent", "method": "point", "worse_when": "higher"} | told


RELATIVE = {"above": 25, "unit": "percent", "to": "prev"}
ON_PAIRS = {"method": "anytime", "margin": 5, "source": "shadow_pairs"}
BELOW, ABOVE = ("margin", "below", -5, ""), ("margin", "above", 5, "")


@pytest.mark.parametrize(
    ("told", "limits"),
    [
        ({"bands": {"warning": {"above": 2}, "critical": {"at_least": 5}}},
         [("warning", "above", 2, ""), ("critical", "at_least", 5, "")]),
        ({"bands": {"warning": {"above": 2, "below": -2}, "critical": {"above": 3}}},
         [("warning", "above", 2, ""), ("warning", "below", -2, ""), ("critical", "above", 3, "")]),
        ({"bands": {"warning": {"above": 2}, "critical": {"relative": RELATIVE}}},
         [("warning", "above", 2, ""), ("critical", "above", 25, "prev")]),
        ({**ON_PAIRS, "worse_when": "lower"}, [BELOW]),
        (ON_PAIRS, [ABOVE]),
        ({**ON_PAIRS, "worse_when": "either"}, [BELOW, ABOVE]),
        ({"method": "anytime", "margin": 5}, [("margin", "above", 5, "prev")]),
    ],
)  # fmt: skip
def test_limits_of_an_axis(told: dict[str, Any], limits: list[tuple[str, str, float, str]]) -> None:
    axis = axis_of(kpi(id="k", measure={"sql": "own.sql"}, **told))
    assert [(each.zone, each.op, each.at, each.of) for each in axis.limits] == limits
    assert axis.measure == "own.sql" and not any(each.of for each in axis.drawn)


def test_a_limit_knows_which_side_is_bad() -> None:
    ops = {op: Limit("warning", op, 1, "").upwards for op in ("above", "at_least", "below", "at_most")}
    assert ops == {"above": True, "at_least": True, "below": False, "at_most": False}


def drawn(made: World, to: str = "canary") -> Any:
    border = made.border(to, cohorts=())  # type: ignore[arg-type]
    if to == "canary":
        asked = with_cohorts(border, plot_pairs.measured(border))
        return plot_pairs.divergence(asked, asked.kpis("shadow_pairs"))
    asked = with_cohorts(border, plot_windows.measured(border))
    return plot_windows.over_windows(asked, kpis_by_window(asked))


def with_cohorts(border: Border, keys: list[str]) -> Border:
    return replace(border, cohorts=tuple(keys))


def test_cohorts_of_pairs_come_the_worst_first_with_the_verdict_of_the_gate() -> None:
    made = in_shadow(cohorts("a", "b", "c", "d", "e"))
    made.pairs({"a": {"n": 200, DELTA: 4}, "b": {"n": 200, DELTA: -1}, "c": {"n": 200, DELTA: -9}, "d": 7,
                "e": {"n": 200, DELTA: -20}})  # fmt: skip
    found = drawn(made)
    panel = next(each for each in found.panels if each.axis.kpi == DELTA)
    assert [(each.cohort, each.outcome, each.warning) for each in panel.cohorts] == [
        ("e", "failed", False), ("c", "failed", False), ("d", "inconclusive", False), ("b", "passed", True),
        ("a", "passed", False),
    ]  # fmt: skip
    rows = {
        row["cohort"]: row for row in shadow_bands.check(made.border("canary")).rows if row["kpi"] == DELTA
    }
    for each in panel.cohorts:
        row = rows[each.cohort]
        assert (each.n, each.value, each.outcome, each.limit) == (
            row["n"],
            row["value"],
            row["outcome"],
            row["limit"],
        )
        assert each.interval is None
    assert found.records == (made.packet().evidence[-1].name,)


def test_an_interval_is_drawn_where_the_method_proves_one() -> None:
    edits: dict[str, Any] = {f"kpis/{DELTA}": {"method": "anytime", "margin": 5, "bands": None}}
    made = in_shadow({**cohorts("a", "b"), **edits})
    made.pairs(
        {
            "a": {"n": 2000, DELTA: {"value": -10.0, **counts(400, 1400, 200)}},
            "b": {"n": 2000, DELTA: {"value": 0.0, **counts(10, 1980, 10)}},
        }
    )
    panel = next(each for each in drawn(made).panels if each.axis.kpi == DELTA)
    bad, good = panel.cohorts
    assert (bad.cohort, bad.outcome, good.outcome) == ("a", "failed", "passed")
    assert bad.interval[0] < -10 < bad.interval[1] < -5 < good.interval[0] < 0 < good.interval[1]


def counts(worse: int, same: int, better: int) -> dict[str, Any]:
    return {"counts": {"worse": worse, "same": same, "better": better}}


def test_of_very_many_cohorts_the_worst_are_drawn() -> None:
    keys = [f"c{number:03}" for number in range(100)]
    made = in_shadow(cohorts(*keys))
    made.pairs({key: {"n": 200, DELTA: place - 50} for place, key in enumerate(keys)})
    panel = next(each for each in drawn(made).panels if each.axis.kpi == DELTA)
    assert [each.cohort for each in panel.cohorts] == keys[:60] and panel.left_out == 40


def field(made: World, *keys: str) -> World:
    made.pairs(dict.fromkeys(made.packet().covered, 200))
    made.do(Advance(PACKET, "canary", keys))
    return made


def over(made: World, to: str = "wide") -> dict[str | None, Any]:
    panel = next(each for each in drawn(made, to).panels if each.axis.kpi == RATE)
    return {each.cohort: each for each in panel.series}


def test_cycles_with_their_zones_prev_and_the_one_that_waits() -> None:
    made = field(in_shadow(cohorts("a", "b")), "a", "b")
    made.now = "2026-11-24T08:00:00Z"
    collect(made, a=[{RATE: 1}, {RATE: 3, "prev": {RATE: 2}}, {RATE: 6}], b={"n": 0})
    made.now = "2026-11-25T08:00:00Z"
    series = over(made)
    assert [*series] == ["a", "b"]
    a = [(each.window, each.value, each.prev, each.zone, each.counts) for each in series["a"].points]
    assert a == [
        ("2026-11-21/P1D", 1, None, "passed", True), ("2026-11-22/P1D", 3, 2, "warning", True),
        ("2026-11-23/P1D", 6, None, "failed", True), ("2026-11-24/P1D", None, None, "missing", True),
    ]  # fmt: skip
    assert {(each.value, each.n) for each in series["b"].points} == {(None, 0)}
    border = made.border("wide")
    rows = [row for row in kpi_bands.check(border).rows if row["kpi"] == RATE and row["cohort"] == "a"]
    assert series["a"].outcome == max(
        (row["outcome"] for row in rows), key=["passed", "inconclusive", "failed"].index
    )
    assert [(move.what, move.percent) for move in series["a"].moves] == [("canary", 100)]


def test_what_does_not_count_any_more_and_who_went_back_are_still_drawn() -> None:
    made = field(in_shadow(cohorts("a", "b")), "a", "b")
    made.now = "2026-11-23T08:00:00Z"
    collect(made, a={RATE: 1}, b={RATE: 9})
    made.do(Rollback(PACKET, "operator-judgement", ("b",), note="it was bad"))
    series = over(made)
    assert (series["b"].outcome, series["a"].outcome) == ("back", "passed")
    assert [move.what for move in series["b"].moves] == ["canary", "rollback"]
    assert [each.counts for each in series["b"].points] == [False, False]
    assert [each.counts for each in series["a"].points] == [True, True]


def test_of_many_cohorts_and_cycles_the_worst_and_the_newest_are_drawn() -> None:
    keys = [f"c{number:02}" for number in range(12)]
    made = field(in_shadow(cohorts(*keys)), *keys)
    made.now = "2027-02-10T08:00:00Z"
    collect(made, **{key: {RATE: place} for place, key in enumerate(keys)})
    panel = next(each for each in drawn(made, "wide").panels if each.axis.kpi == RATE)
    assert [each.cohort for each in panel.series] == [*reversed(keys)][:8] and panel.left_out == 4
    points = panel.series[0].points
    assert len(points) == 60 and points[-1].window == "2027-02-09/P1D"


@pytest.mark.parametrize(
    ("scope", "measured", "charts"),
    [
        ("all", {"*": {RATE: 1}}, [(None, None, [1, 1])]),
        ("worst_cohort", {"a": {RATE: 1}, "b": {RATE: 9}}, [("b", None, [9, 9]), ("a", None, [1, 1])]),
        ("cluster", {"a": {RATE: 1, "clusters": {"x": {RATE: 1}, "y": {RATE: 3}}}, "b": {RATE: 1.5}},
         [("a", "y", [3, 3]), ("a", "x", [1, 1]), ("b", None, [1.5, 1.5])]),
    ],
)  # fmt: skip
def test_a_chart_is_what_the_scope_of_its_kpi_judges(
    scope: str, measured: dict[str, Any], charts: list[tuple[str | None, str | None, list[float]]]
) -> None:
    made = field(in_shadow({**cohorts("a", "b"), f"kpis/{RATE}": {"scope": scope}}), "a", "b")
    made.now = "2026-11-23T08:00:00Z"
    rows = [row for row in rows_of(made.border("wide"), measured) if row["kpi"] == RATE]
    body, table = evidence("wide", "decisions", rows)
    made.documents.kept[body["table"]["sha256"]] = table
    made.fact("evidence_recorded/1", body)
    panel = next(each for each in drawn(made, "wide").panels if each.axis.kpi == RATE)
    found = [(each.cohort, each.cluster, [point.value for point in each.points]) for each in panel.series]
    assert found == charts
