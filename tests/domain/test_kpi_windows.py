"""Recorded figures of KPIs: of complete cycles, of cohorts on next, following from their counts; nothing else."""

from collections.abc import Callable
from typing import Any

import pytest

from builders import PACKET, World, branch, cohorts
from govern.domain.document import digest_of, lines
from govern.domain.evidence.windows import Key, rows_by_key
from govern.domain.rollout.recording import RecordEvidence

RATE, MISSING = "policy-dislocation-rate", "missing-model-version-count"
DAYS = ["2026-11-21/P1D", "2026-11-22/P1D"]
NOW = "2026-11-23T08:00:00Z"
HUGE = 10**400


def row(cohort: str | None = "a", window: str = DAYS[0], **fields: Any) -> dict[str, Any]:
    made = {
        "kpi": RATE, "cohort": cohort, "window": window, "arm": "next", "n": 200, "excluded": 0, "value": 1.0,
        "counts": {"n": 200, "k": 2},
    }  # fmt: skip
    return made | fields


def body(rows: list[dict[str, Any]], **more: Any) -> tuple[dict[str, Any], dict[str, bytes]]:
    table = lines(rows)
    source = {
        "name": more.pop("source", "decisions"), "query": ["policy_dislocation_rate"], "params": more.pop("params", {}),
        "input": {"path": "log.csv", "sha256": digest_of(b""), "rows": more.pop("read", 1000)}, "until": None,
    }  # fmt: skip
    measured = {
        "border": "wide", "source": source, "windows": sorted({r["window"] for r in rows}), "excluded": {},
        "table": {"sha256": digest_of(table), "rows": len(rows)},
    }  # fmt: skip
    return measured | more, {digest_of(table): table}


def figures(rows: list[dict[str, Any]], **more: Any) -> RecordEvidence:
    return RecordEvidence(PACKET, *body(rows, **more))


def made(kpi: dict[str, Any] | None = None) -> World:
    """Cohorts `a` and `b` are on next since nine of the 20th, `c` is not; two cycles are complete."""
    edits = cohorts("a", "b", "c")
    there = World(branch({**edits, f"kpis/{RATE}": kpi or {}})).opened()
    there.put("canary", only=("a", "b"))
    there.now = NOW
    return there


@pytest.fixture
def canary() -> World:
    return made()


BOTH = [row("a"), row("b", n=0, value=None, counts={"n": 0})]


def test_figures_of_every_cohort_are_recorded_by_anybody(canary: World) -> None:
    prev = row("a", arm="prev", value=50.0, counts={"n": 200, "k": 100})
    canary.do(figures([*BOTH, prev]), "ana")
    canary.do(figures([row("a", value=2.0, counts={"n": 200, "k": 4}), row("b")]), "ben")
    found = rows_by_key(canary.border("wide"))
    assert found[Key(RATE, "a", DAYS[0])]["value"] == 2.0, "the newest row replaces the older one"
    assert found[Key(RATE, "a", DAYS[0], "prev")]["value"] == 50.0


def test_source_has_one_record_in_a_command(canary: World) -> None:
    (first, tables), (second, more) = body(BOTH), body(BOTH)
    refused = canary.refused(RecordEvidence(PACKET, first, {**tables, **more}, (second,)))
    assert refused.reasons == ("one source, one record: decisions, decisions",)


Change = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
REFUSED: dict[str, tuple[Change, dict[str, Any], str]] = {
    "a cycle that is not over": (
        lambda _: [row(c, "2026-11-23/P1D") for c in "ab"], {}, "2026-11-23/P1D does not count for a",
    ),
    "a cycle that began before the cohort moved": (
        lambda _: [row(c, "2026-11-20/P1D") for c in "ab"], {}, "2026-11-20/P1D does not count for a",
    ),
    "a window of another length": (
        lambda _: [row(c, "2026-11-21/PT1H") for c in "ab"], {}, "2026-11-21/PT1H does not count for a",
    ),
    "a cohort without a row": (lambda rows: rows[:1], {}, "b has no row in 2026-11-21/P1D: no data is a row too"),
    "a cohort that is not on next": (lambda rows: [*rows, row("c")], {}, "c is not on next"),
    "all together where nobody asked": (lambda rows: [*rows, row(None)], {}, "row 3: `cohort`"),
    "a KPI of pairs": (lambda _: [row(kpi="policy-flip-rate")], {}, "row 1: policy-flip-rate is no KPI"),
    "a KPI that is not frozen": (lambda _: [row(kpi="mine")], {}, "row 1: mine is no KPI of this packet"),
    "the same twice": (lambda rows: [*rows, row("b", excluded=1)], {}, "stands there twice"),
    "no row": (lambda _: [], {}, "it has no row"),
    "a row of something else": (lambda _: [{"kpi": RATE}], {"windows": []}, "row 1: it has not the fields"),
    "a value without a decision": (lambda _: [row("a", n=0, counts={"n": 0}), row("b")], {}, "row 1: `value`"),
    "a value that its counts deny": (lambda _: [row("a", value=0.5), row("b")], {}, "row 1: `value`"),
    "more hits than decisions": (
        lambda _: [row("a", value=150.0, counts={"n": 200, "k": 300}), row("b")], {}, "row 1: `value`",
    ),
    "counts of another n": (lambda _: [row("a", counts={"n": 100, "k": 1}), row("b")], {}, "row 1: `counts`"),
    "more decisions than there can be": (
        lambda _: [row("a", n=HUGE, counts={"n": HUGE, "k": 2}), row("b")], {}, "row 1: `n`",
    ),
    "more hits than there can be": (lambda _: [row("a", counts={"n": 200, "k": HUGE}), row("b")], {}, "row 1: `value`"),
    "a value beyond every number": (lambda _: [row("a", value=HUGE), row("b")], {}, "row 1: `value`"),
    "more decisions than were read": (
        lambda rows: [*rows, row("a", arm="prev", excluded=1)], {"read": 400}, "401 decisions are counted of 400",
    ),
    "a value in words": (lambda _: [row("a", value="1"), row("b")], {}, "row 1: `value`"),
    "n below nothing": (lambda _: [row("a", n=-1, counts={"n": -1}, value=None), row("b")], {}, "row 1: `n`"),
    "an arm that is none": (lambda _: [row("a", arm="both"), row("b")], {}, "row 1: `arm`"),
    "a cluster where nobody asked": (lambda _: [row("a", cluster="x"), row("b")], {}, "row 1: `cluster`"),
    "windows that are not those of the table": (lambda rows: rows, {"windows": DAYS}, "the windows of the table"),
    "another border": (lambda rows: rows, {"border": "adopted"}, "measured for the border to adopted"),
    "a source that no KPI has": (lambda rows: rows, {"source": "metrics"}, "no KPI of no-system-prompt has the source"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "more", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_figures_are_refused(canary: World, change: Change, more: dict[str, Any], told: str) -> None:
    rows = sorted(change([dict(each) for each in BOTH]), key=lambda each: str(each.get("cohort")))
    more = {"windows": sorted({r["window"] for r in rows if "window" in r})} | more
    measured, tables = _with(rows, more)
    refused = canary.refused(RecordEvidence(PACKET, measured, tables))
    assert told in refused.reasons[0]


def _with(rows: list[dict[str, Any]], more: dict[str, Any]) -> tuple[dict[str, Any], dict[str, bytes]]:
    safe = [each for each in rows if "window" in each]
    measured, _ = body(safe, **more)
    table = lines(rows)
    return measured | {"table": {"sha256": digest_of(table), "rows": len(rows)}}, {digest_of(table): table}


def test_all_together_and_clusters_are_figures_where_the_kpi_asks() -> None:
    pooled = made({"scope": "all"})
    assert "all together has no row" in pooled.refused(figures(BOTH)).reasons[0]
    pooled.do(figures([*BOTH, row(None)]))
    clustered = made({"scope": "cluster"})
    clustered.do(figures([*BOTH, row("a", cluster="x"), row("a", cluster="y")]))


def test_decisions_are_counted_once_for_each_kpi_and_once_more_for_all_together() -> None:
    """Two arms of one cohort share what was read; the row over all of them, clusters and other KPIs read it again."""
    pooled = made({"scope": "all"})
    pooled.do(figures([*BOTH, row("a", arm="prev"), row(None, n=400, counts={"n": 400, "k": 4})], read=400))
    clustered = made({"scope": "cluster"})
    others = [row(c, kpi=MISSING, n=100, value=0, counts={"n": 100, "k": 0}) for c in "ab"]
    clustered.do(figures([*BOTH, row("a", cluster="x"), *others], read=200))


def test_query_of_a_team_stays_what_it_was_in_the_first_record(canary: World) -> None:
    name = f"query_{RATE.replace('-', '_')}"
    canary.do(figures(BOTH, params={name: "sha256:1"}))
    canary.do(figures(BOTH, params={name: "sha256:1"}))
    refused = canary.refused(figures(BOTH, params={name: "sha256:2"}))
    assert refused.reasons[0].startswith(f"{RATE}: its query is not that of packets/{PACKET}#")


def test_times_of_the_ledger_are_computed_again() -> None:
    there = made({"source": "records", "measure": "time_to_acknowledge", "unit": "s"})
    nothing = [row(c, n=0, value=None, counts={"n": 0, "sum": "0"}) for c in "ab"]
    asked = {"source": "records", "params": {"at": NOW}}
    quick = [row(c, n=1, value=1.0, counts={"n": 1, "sum": "1"}) for c in "ab"]
    assert "say something else" in there.refused(figures(quick, **asked)).reasons[0]
    late = there.refused(figures(nothing, source="records", params={"at": "2026-11-24T00:00:00Z"}))
    assert "it was measured at 2026-11-24T00:00:00Z" in late.reasons[0]
    there.do(figures(nothing, **asked))
