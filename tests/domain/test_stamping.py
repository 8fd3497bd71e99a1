"""Recorded samples of stamps: what can be one, for whom, and from when until when."""

from typing import Any

import pytest

from builders import PACKET, World, branch, cohorts
from govern.domain.document import digest_of, lines
from govern.domain.evidence.rows import STAMPED
from govern.domain.evidence.stamping import sampled_until, window
from govern.domain.rollout.recording import RecordEvidence, RecordShadow
from govern.domain.windows import after

MOVED, UNTIL, NOW = "2026-11-20T09:00:00Z", "2026-11-20T10:00:00Z", "2026-11-20T11:00:00Z"


def row(cohort: str = "a", **fields: Any) -> dict[str, Any]:
    """A clean row of the sample, with other fields where they are given."""
    made = {
        "kpi": None, "cohort": cohort, "window": window(MOVED, UNTIL), "arm": "next", "n": 3, "excluded": 0,
        "value": None, "counts": dict.fromkeys(STAMPED, 0) | {"matched": 3},
    }  # fmt: skip
    return made | fields


def sample(rows: list[dict[str, Any]], kind: type = RecordEvidence, **more: Any) -> Any:
    """A command that records the rows; `source`, `params` and other fields of the body may be replaced."""
    table = lines(rows)
    source = {
        "name": more.pop("source", "stamps"),
        "query": ["stamps"],
        "params": {"until": UNTIL, "sample": None} | more.pop("params", {}),
        "input": {"path": "log.csv", "sha256": digest_of(b""), "rows": more.pop("read", 9)},
        "until": None,
    }
    body = {
        "border": "wide",
        "source": source,
        "windows": sorted({r["window"] for r in rows}),
        "excluded": {},
    }
    body["table"] = {"sha256": digest_of(table), "rows": len(rows)}
    return kind(PACKET, body | more, {digest_of(table): table})


@pytest.fixture
def canary() -> World:
    """Cohorts `a` and `b` are on next since nine, `c` is not; it is eleven."""
    made = World(branch(cohorts("a", "b", "c"))).opened()
    made.put("canary", only=("a", "b"))
    made.now = NOW
    return made


def test_sample_is_recorded_by_anybody_and_its_end_is_known(canary: World) -> None:
    assert sampled_until(canary.documents, canary.packet()) == {}
    canary.do(sample([row("a"), row("a", arm="prev", n=3), row("b")]), "ana")
    assert sampled_until(canary.documents, canary.packet()) == {"a": UNTIL, "b": UNTIL}
    again = {"params": {"until": NOW}}
    canary.do(sample([row("a", window=window(UNTIL, NOW))], **again), "ana")
    assert sampled_until(canary.documents, canary.packet()) == {"a": NOW, "b": UNTIL}


LATE, EARLY = "2026-11-20T12:00:00Z", "2026-11-20T08:59:59Z"
REFUSED: dict[str, tuple[list[dict[str, Any]], dict[str, Any], str]] = {
    "no row": ([], {}, "it has no row"),
    "a cohort that is not on next": ([row("c")], {}, "cohorts that no-system-prompt has not on next: c"),
    "a pooled row": ([row() | {"cohort": None}], {}, "row 1: `cohort`"),
    "a KPI": ([row(kpi="policy-flip-rate")], {}, "row 1: `kpi`"),
    "another arm": ([row(arm="paired")], {}, "row 1: `arm`"),
    "counts that are not n": ([row(n=4)], {}, "row 1: `n`"),
    "a count below zero": ([row(counts=dict.fromkeys(STAMPED, 0) | {"late": -1})], {}, "row 1: `counts`"),
    "a count that lacks": ([row(counts={"matched": 3})], {}, "row 1: `counts`"),
    "a count of another kind": ([row(counts=row()["counts"] | {"bound_next": 0})], {}, "row 1: `counts`"),
    "no decision": ([row(n=0, counts=dict.fromkeys(STAMPED, 0))], {}, "row 1: `n`"),
    "a cohort twice": ([row(), row(excluded=1)], {}, "row 2: a, arm next stands there twice"),
    "a window without an end": ([row(window="2026-11-20T09:00:00Z")], {}, "row 1: `window`"),
    "another window": ([row(window="2026-11-20T09:00:00Z/PT1H")], {}, "is no window until"),
    "a window that was not measured": ([row()], {"windows": []}, "the windows of the table are not those"),
    "what is still to come": ([row(window=window(MOVED, LATE))], {"params": {"until": LATE}}, "the sample reaches to"),
    "an end that is a number": ([row()], {"params": {"until": 7}}, "the sample reaches to 7"),
    "a last decision that is a number": ([row()], {"params": {"last": 7}}, "last decision of its log is said to be 7"),
    "before the move": ([row(window=window(EARLY, UNTIL))], {}, f"a moved at {MOVED}, after the sample began"),
    "more than the log holds": ([row(excluded=4), row("b")], {}, "10 decisions are sampled of a log of 9"),
    "another border": ([row()], {"border": "adopted"}, "it was measured for the border to adopted"),
    "a source that nobody knows": ([row()], {"source": "tea_leaves"}, "has the source `tea_leaves`"),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "more", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_table_is_refused(canary: World, rows: list[dict[str, Any]], more: dict[str, Any], told: str) -> None:
    assert told in canary.refused(sample(rows, **more)).reasons[0]


def test_stamps_do_not_come_in_by_the_door_of_pairs(canary: World) -> None:
    refused = canary.refused(sample([row()], RecordShadow, items={"sha256": digest_of(b""), "rows": 0}))
    assert refused.reasons == ("`stamps` is no set of pairs",)


def test_nothing_is_sampled_while_nobody_is_on_next() -> None:
    made = World(branch(cohorts("a"))).opened()
    made.put("shadow")
    refused = made.refused(sample([row()]))
    assert refused.type_line == f"govern phase advance {PACKET} --to canary"


@pytest.mark.parametrize(("seconds", "told"), [
    (1, "PT1S"), (99_999, "PT99999S"), (100_000, "PT1667M"), (99_999 * 60, "PT99999M"), (99_999 * 60 + 1, "PT1667H"),
])  # fmt: skip
def test_window_is_said_in_a_unit_that_holds_it(seconds: int, told: str) -> None:
    """A record's window has five digits at most; the exact end stands in the parameters."""
    assert window(MOVED, after(MOVED, f"PT{seconds}S")) == f"{MOVED}/{told}"
