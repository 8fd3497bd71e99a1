"""Which windows of a lane are measured, on which source, and what is left out of it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from govern.domain.mitigation.containment import Contain
from govern.domain.mitigation.lane_health import ObserveInteraction, ObserveStartup
from govern.domain.mitigation.reentry import assess
from govern.errors import DocumentError, UsageError
from govern.evidence import prometheus
from govern.operations.lanes import lane_server
from govern.operations.lanes.lane_health import Observed, observed, signal_of
from govern.operations.lanes.lane_spans import Span
from mitigated import COHORT, NOW, READ, SERVER, day, in_mitigation, log_of
from typed import copied
from workspaces import Clone

MORE = {
    "frame-drops": {"measure": {"promql": "drops[$window]"}, "source": "metrics", "min_sample": 1},
    "slow": {"measure": {"sql": "measures/slow.sql"}},
}
ROUTE, DROPS = "fallback-route-persistence", "frame-drops"
FRIDAY, SATURDAY, SUNDAY = (f"2026-11-{number}/P1D" for number in (20, 21, 22))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return in_mitigation(tmp_path_factory.mktemp("watched"), MORE)


@pytest.fixture
def ben(made: Path, tmp_path: Path) -> Iterator[Clone]:
    clone = Clone(copied(made, tmp_path), "ben", NOW)
    yield clone
    assert replace(clone, now="2026-12-31T00:00:00Z").audited() == []


def look(ben: Clone, rows: list[dict[str, Any]] | None = None, **more: Any) -> Observed:
    log = str(log_of(ben, rows, (*READ, "error_class"))) if rows is not None else None
    return observed(ben.workspace(), COHORT, log=log, **more)


def figures(found: Observed, kpi: str) -> dict[str, tuple[int, float | None]]:
    """By window n and value."""
    rows = [signal for body in found.bodies for signal in body["signals"] if signal["kpi"] == kpi]
    return {row["window"]: (row["n"], row["value"]) for row in rows}


def test_windows_begin_with_the_entry_and_reach_as_far_as_the_log(ben: Clone) -> None:
    rows = [
        *day("20", 14, 50, start=1_000, route="fallback"),
        *day("20", 16, 40),
        *day("21", 9, 60, start=2_000),
    ]
    found = look(ben, rows)
    assert figures(found, ROUTE) == {FRIDAY: (40, 0), SATURDAY: (60, 0)}, "the log says nothing of sunday"
    assert found.reach == {"decisions": "2026-11-21T09:00:59Z"}
    record = ben.done(found.command()).records[0]
    assert record.body["source"]["until"] == "2026-11-21T09:00:59Z"


def test_window_that_the_log_did_not_reach_the_end_of_is_measured_again(ben: Clone) -> None:
    rows = day("21", 9, 60)
    ben.done(look(ben, rows, source="decisions").command())
    rows += [*day("21", 23, 60, start=500), *day("22", 9, 60, start=900)]
    again = look(ben, rows)
    assert figures(again, ROUTE) == {SATURDAY: (120, 0), SUNDAY: (60, 0)}
    ben.done(again.command())
    rows += [*day("21", 12, 60, start=3_000), *day("22", 11, 60, start=4_000)]
    assert figures(look(ben, rows), ROUTE) == {SUNDAY: (120, 0)}, "saturday was observed to its end"
    assert SATURDAY in figures(look(ben, rows, since="2026-11-21T00:00:00Z"), ROUTE)


def test_columns_that_say_nothing_are_no_data(ben: Clone) -> None:
    ben.done(ObserveStartup(COHORT, "b1"))
    ben.done(ObserveInteraction(COHORT, "b1"))
    later = replace(ben, now="2026-11-23T12:00:00Z")
    rows = [{**row, "route": None, "owner_mutation": None} for row in day("23", 9, 60)]
    found = look(later, rows)
    for kpi in (ROUTE, "owner-mutation-rejections", "first-interaction-regressions"):
        assert figures(found, kpi) == {"2026-11-23/P1D": (0, None)}
    signals = later.done(found.command()).records[0].body["signals"]
    assert signals[0]["outcome"] == "inconclusive"


def test_log_of_one_day_says_nothing_of_the_others(ben: Clone) -> None:
    ben.done(look(ben, day("21", 9, 300)).command())
    assert figures(look(ben, day("22", 9, 300)), ROUTE) == {SUNDAY: (300, 0)}


def test_what_was_decided_before_the_last_containment_says_nothing_any_more(ben: Clone) -> None:
    bad = day("22", 9, 300, route="fallback")
    ben.done(look(ben, bad).command())
    ana = ben.acting("ana").at("2026-11-22T13:00:00Z")
    ana.done(Contain(COHORT, "an old route table"))
    found = look(ana.at("2026-11-22T15:00:00Z"), [*bad, *day("22", 14, 250, start=700)])
    assert figures(found, ROUTE) == {SUNDAY: (250, 0)}


def test_judgement_takes_the_signal_of_its_own_window(ben: Clone) -> None:
    rows = [*day("21", 9, 300, route=["fallback"] * 45), *day("22", 9, 250, start=600)]
    ben.done(look(ben, rows).command())
    there = ben.at("2026-11-23T09:00:00Z").workspace()
    lane = there.state.lane(COHORT)
    assert lane is not None
    judged = {row.criterion: row for row in assess(there.state, there.documents(), lane, there.now()).signals}
    assert (judged[ROUTE].n, judged[ROUTE].value) == (250, 0)


def test_query_of_the_team_is_asked_as_it_was_frozen(ben: Clone) -> None:
    rows = [row | {"error_class": "slow" if n < 30 else None} for n, row in enumerate(day("21", 9, 300))]
    found = look(ben, rows)
    assert figures(found, "slow") == {SATURDAY: (300, 10)}
    (body,) = [body for body in found.bodies if body["source"].get("query")]
    assert body["source"]["query"].startswith("sha256:")
    ben.done(found.command())


def answered(*lines: prometheus.Line) -> prometheus.Answered:
    return prometheus.Answered("drops[86400s]", "sha256:" + "0" * 64, 9, lines)


def test_server_is_asked_for_whole_windows_since_entry(ben: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SERVER, "http://metrics.test")
    asked: list[prometheus.Windows] = []

    def ask(name: str, url: str, query: str, windows: prometheus.Windows) -> prometheus.Answered:
        asked.append(windows)
        return answered(prometheus.Line(COHORT, None, (3.0,)), prometheus.Line("other", None, (99.0,)))

    monkeypatch.setattr(lane_server.prometheus, "ask", ask)
    found = look(ben, source="metrics")
    assert asked == [prometheus.Windows("2026-11-21T00:00:00Z", "P1D", 1)]
    assert figures(found, DROPS) == {SATURDAY: (1, 3)} and found.left_out == []
    assert found.bodies[0]["source"]["query"] == "drops[86400s]"
    ben.done(found.command())


def test_server_before_the_first_whole_window_or_without_an_answer_leaves_its_signals_out(
    ben: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError) as unset:
        look(ben, source="metrics")
    assert unset.value.notes == (
        f"frame-drops: source metrics: the environment variable {SERVER} is not set",
    )
    monkeypatch.setenv(SERVER, "http://metrics.test")
    with pytest.raises(UsageError) as early:
        look(replace(ben, now="2026-11-21T09:00:00Z"), source="metrics")
    assert early.value.notes == ("frame-drops: no whole window since entry is over",)
    monkeypatch.setattr(
        lane_server.prometheus, "ask", lambda *_: answered(prometheus.Line(None, None, (3.0,)))
    )
    with pytest.raises(UsageError) as keyless:
        look(ben, source="metrics")
    assert "the answer has no cohort_key" in keyless.value.notes[0]


def test_log_that_is_not_there_leaves_its_signals_out_unless_a_person_pointed_at_it(ben: Clone) -> None:
    with pytest.raises(UsageError) as gone:
        look(ben, source="decisions")
    assert "fallback-route-persistence, owner-mutation-rejections" in gone.value.notes[0]
    with pytest.raises(UsageError, match=r"nowhere\.csv"):
        observed(ben.workspace(), COHORT, log="nowhere.csv")
    with pytest.raises(UsageError, match="theirs are decisions, metrics"):
        look(ben, source="logs")


SPAN = Span(SATURDAY, "2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z", True)


def part(n: int, value: float | None, **counts: int) -> dict[str, Any]:
    return {"n": n, "value": value, "counts": {"n": n, **counts}}


@pytest.mark.parametrize(("unit", "parts", "n", "value"), [
    ("percent", [part(100, 10, k=10), part(300, 2, k=6)], 400, 4),
    ("count", [part(100, 3, k=3), part(300, 4, k=4)], 400, 7),
    ("per_1000", [part(500, 2, k=1), part(1500, 0, k=0)], 2000, 0.5),
    ("ms", [part(0, None), part(30, 12.5)], 30, 12.5),
    ("percent", [part(0, None, k=0), part(0, None, k=0)], 0, None),
])  # fmt: skip
def test_surfaces_are_added_up_where_their_figures_can_be(
    unit: str, parts: list[dict[str, Any]], n: int, value: float | None
) -> None:
    found = signal_of({"id": "x", "unit": unit}, SPAN, parts)
    assert (found["n"], found["value"], found["window"]) == (n, value, SATURDAY)


def test_medians_of_two_surfaces_are_not_added_up() -> None:
    with pytest.raises(DocumentError, match="cannot be added up over 2 surfaces"):
        signal_of({"id": "x", "unit": "ms"}, SPAN, [part(3, 12.5), part(4, 13.5)])
