"""A trigger asks the KPI's own source: every window that is over, for whoever is on next, and nothing is guessed."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from builders import PACKET, Branch, World, cohorts, in_canary
from govern.domain.firing import Grid
from govern.domain.windows import instant
from govern.errors import DocumentError, UsageError
from govern.evidence.series import Series
from govern.operations.triggers.evaluate import Evaluated, evaluate
from govern.operations.triggers.past_signals import asked as past
from servers import prometheus

TRIGGER = "policy-dislocation"  # above 5 percent, two windows of an hour in a row
KPI = "kpis/policy-dislocation-rate"
ENV = "GOVERN_PROMETHEUS_URL"
NEXT = "llama-2-70b-chat+v2"
NINE = int(instant("2026-11-20T09:00:00Z").timestamp())
SHARE = (
    "100 * sum by (cohort_key, model_version_active) (increase(dislocated_total[$window]))"
    " / sum by (cohort_key, model_version_active) (increase(decided_total[$window]))"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Decisions of a and b, scraped each five minutes: from noon on 9 percent of a's on next are out of policy, 1
    of b's, and of all on prev 50."""
    samples = []
    for cohort, version in (("a", NEXT), ("b", NEXT), ("a", "prev"), ("b", "prev")):
        dislocated = 0.0
        for scrape in range(115):
            at, worn = NINE + 300 * scrape, {"cohort_key": cohort, "model_version_active": version}
            samples.append(("decided", worn, at, 100.0 * scrape))
            samples.append(("dislocated", worn, at, dislocated))
            late = 9 if cohort == "a" and scrape >= 36 else 1
            dislocated += 50 if version == "prev" else late
    with prometheus(tmp_path_factory.mktemp("prometheus"), samples) as url:
        yield url


@dataclass
class There:
    """As much of a workspace as evaluating reads, in memory: a and b on next since nine, it is half past three."""

    world: World

    @property
    def state(self) -> Any:
        return self.world.state

    repository = SimpleNamespace(root=None)

    def documents(self) -> Branch:
        return self.world.documents

    def now(self) -> str:
        return self.world.now

    def count(self, *only: str) -> Evaluated:
        return evaluate(self, PACKET, TRIGGER, None, only)  # type: ignore[arg-type]


def made(query: str = SHARE, edits: dict[str, Any] | None = None, **kpi: Any) -> There:
    signal = {"source": "metrics", "measure": {"promql": query}, **kpi}
    sources = {"sources.metrics": {"type": "prometheus", "url_from_env": ENV}}
    world = in_canary({**cohorts("a", "b"), KPI: signal, "govern": sources, **(edits or {})})
    world.now = "2026-11-20T15:30:00Z"
    return There(world)


@pytest.fixture
def asked(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENV, server)


def test_windows_since_next_was_bound_are_asked_and_a_firing_can_be_recorded(asked: None) -> None:
    there = made()
    evaluated = there.count()
    (a, b) = evaluated.counted
    assert [(row.place - a.line.rows[0].place, round(row.value or 0)) for row in a.line.rows] == [
        (0, 1), (1, 1), (2, 1), (3, 9), (4, 9), (5, 9)
    ]  # fmt: skip
    assert [round(row.value or 0) for row in b.line.rows] == [1] * 6
    assert evaluated.left_out == ("left out: a on prev", "left out: b on prev")
    (record,) = there.world.do(evaluated.command())
    source = record.body["source"]
    assert record.body["cohorts"] == ["a"] and source["name"] == "metrics" and "[3600s]" in source["query"]
    assert not there.count().fresh  # asked again, it is the firing that is known


def test_nobody_else_is_asked_for_when_cohorts_are_named(asked: None) -> None:
    evaluated = made().count("b")
    assert [each.line.name for each in evaluated.counted] == ["b"] and not evaluated.fresh


@pytest.mark.parametrize(
    ("on_no_data", "fires"), [("inconclusive", False), ("ok", False), ("breach", True), ("zero", False)]
)
def test_source_without_any_data_is_what_the_kpi_says_of_no_data(
    on_no_data: str, fires: bool, asked: None
) -> None:
    there = made("sum by (cohort_key) (rate(never_counted[$window]))", on_no_data=on_no_data)
    evaluated = there.count()
    assert bool(evaluated.fresh) == fires
    assert evaluated.left_out == ("no data: a", "no data: b")
    assert all(row.value is None for each in evaluated.counted for row in each.line.rows)
    if fires:
        (record,) = there.world.do(evaluated.command())
        assert record.body["source"]["rows"] == 0


def test_value_without_a_cohort_is_nobodys(asked: None) -> None:
    evaluated = made("sum(rate(decided_total[$window]))").count()
    assert not evaluated.fresh
    assert evaluated.left_out == ("left out: 6 rows without a cohort key", "no data: a", "no data: b")


def test_value_without_a_cohort_is_that_of_all_where_the_scope_says_so(asked: None) -> None:
    evaluated = made(
        "sum(increase(decided_total[$window]))", {f"triggers/{TRIGGER}": {"scope": "all"}}
    ).count()
    (all_,) = evaluated.counted
    assert all_.line.name is None and len(all_.fresh) == 1


def test_server_that_is_down_or_not_named_is_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    there = made()
    monkeypatch.delenv(ENV, raising=False)
    with pytest.raises(UsageError, match=f"{ENV} is not set"):
        there.count()
    monkeypatch.setenv(ENV, "http://zoe:tok-123@127.0.0.1:1")
    with pytest.raises(DocumentError, match="cannot be reached") as refused:
        there.count()
    assert "tok-123" not in refused.value.message


@pytest.mark.parametrize(
    ("kpi", "says"),
    [
        ({"measure": "policy_dislocation_rate"}, "is a Prometheus server, which has not the measure"),
        ({"source": "decisions"}, "its source `decisions` is of type csv"),
        ({"source": "gone"}, "names no source `gone`"),
    ],
)
def test_other_sources_are_refused(kpi: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=says) as refused:
        made(**kpi).count()
    assert refused.value.type_line in ("--series FILE.csv", "govern validate")


def test_before_the_first_window_is_over_nothing_is_asked() -> None:
    there = made()
    there.world.now = "2026-11-20T09:30:00Z"
    with pytest.raises(DocumentError, match="no window of PT1H is over"):
        there.count()


EVERYBODY = "100 * sum by (cohort_key) (increase(dislocated_total[$window]))"
SOURCES = {"metrics": {"type": "prometheus", "url_from_env": ENV}}
GRID = Grid("2026-11-20T00:00:00Z", "PT1H")
SPAN = ("2026-11-20T10:00:00Z", "2026-11-20T15:30:00Z")


def history(query: str, span: tuple[str | None, str] = SPAN) -> Series:
    kpi = {"id": "breaks", "source": "metrics", "measure": {"promql": query}}
    return past(kpi, SOURCES, GRID, *span)[0]


def test_past_is_asked_in_whole_windows_for_every_cohort(asked: None) -> None:
    found = history(EVERYBODY)
    assert [point.at.hour for point in found.points] == [10, 11, 12, 13, 14] * 2
    assert [point.cohort for point in found.points] == ["a"] * 5 + ["b"] * 5
    assert all(point.value is not None for point in found.points)
    versions = "sum by (cohort_key, model_version_active) (increase(decided_total[$window]))"
    with pytest.raises(DocumentError, match="a has two versions in one window"):
        history(versions)
    assert not history("sum(increase(decided_total[$window]))").keyed


@pytest.mark.parametrize(
    ("query", "span", "says"),
    [
        (EVERYBODY, (None, SPAN[1]), "how far back"),
        (EVERYBODY, ("2026-11-20T15:00:00Z", SPAN[1]), "no window of PT1H lies between"),
        ("none_total", SPAN, "has no sample"),
    ],
)
def test_past_that_cannot_be_asked_is_said(
    query: str, span: tuple[str | None, str], says: str, asked: None
) -> None:
    with pytest.raises((DocumentError, UsageError), match=says):
        history(query, span)
