"""Recorded counts of a replay pack: what can be one, of whom, and from which decisions."""

from typing import Any

import pytest

from builders import PACKET, World, branch, cohorts
from govern.domain.document import digest_of, lines
from govern.domain.evidence.replaying import wrong_replays
from govern.domain.rollout.recording import RecordEvidence

DECIDED, NOW = "2026-11-20T10:00:00Z", "2026-11-20T11:00:00Z"


def row(cohort: str = "a", **fields: Any) -> dict[str, Any]:
    """One complete decision of a cohort, with other fields where they are given."""
    made = {
        "kpi": None, "cohort": cohort, "window": None, "arm": "next", "n": 1, "excluded": 0, "value": None,
        "counts": {"complete": 1, "broken": 0},
    }  # fmt: skip
    return made | fields


def pack(rows: list[dict[str, Any]], windows: tuple[str, ...] = (), **params: Any) -> RecordEvidence:
    table = lines(rows)
    source = {
        "name": "replay_pack",
        "query": ["replay_pack"],
        "params": {"pack": "0123456789abcdef", "origin": "support", "last": DECIDED} | params,
        "input": {"path": "pack", "sha256": digest_of(b""), "rows": 5},
        "until": None,
    }
    body = {"border": "wide", "source": source, "windows": list(windows), "excluded": {}}
    body["table"] = {"sha256": digest_of(table), "rows": len(rows)}
    return RecordEvidence(PACKET, body, tables={digest_of(table): table})


@pytest.fixture
def canary() -> World:
    """Cohorts `a` and `b` are on next since nine, `c` is not; it is eleven."""
    made = World(branch(cohorts("a", "b", "c"))).opened()
    made.put("canary", only=("a", "b"))
    made.now = NOW
    return made


def test_pack_is_recorded_by_anybody_broken_or_not(canary: World) -> None:
    canary.do(pack([row("a"), row("b", counts={"complete": 0, "broken": 1})]), "ana")
    canary.do(pack([row("b", n=3, excluded=2, counts={"complete": 3, "broken": 0})], origin="qa"), "ana")
    assert len(canary.packet().evidence) == 2


REFUSED: dict[str, tuple[RecordEvidence, str]] = {
    "a cohort that is not on next": (pack([row("a"), row("c")]), "has not on next: c"),
    "decisions that nobody made": (pack([row()], origin="synthetic"), "of origin synthetic"),
    "no origin": (pack([row()], origin=None), "of origin None"),
    "a decision of the future": (pack([row()], last="2026-11-20T11:00:01Z"), "and it is 2026-11-20T11"),
    "no last decision": (pack([row()], last=None), "a decision of None"),
    "a decision before the last move": (
        pack([row()], last="2026-11-20T08:59:59Z"),
        "a moved at 2026-11-20T09",
    ),
    "more than the pack holds": (pack([row(excluded=5)]), "6 decisions are counted of a pack of 5"),
    "a window": (pack([row()], windows=("2026-11-20/P1D",)), "in no window"),
}


@pytest.mark.parametrize(("command", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_pack_is_refused_when_it_shows_nothing(canary: World, command: RecordEvidence, told: str) -> None:
    assert told in canary.refused(command, "ana").reasons[0]


WRONG: dict[str, tuple[list[Any], str]] = {
    "no row": ([], "it has no row"),
    "no mapping": ([7], "row 1: it has not the fields"),
    "a field too many": ([row() | {"more": 1}], "row 1: it has not the fields"),
    "a KPI": ([row(kpi="x")], "row 1: `kpi`"),
    "no cohort": ([row(cohort=None)], "row 1: `cohort`"),
    "a window": ([row(window="2026-11-20/P1D")], "row 1: `window`"),
    "the other arm": ([row(arm="prev")], "row 1: `arm`"),
    "counts of something else": ([row(counts={"complete": 1})], "row 1: `counts`"),
    "a count that is a truth": ([row(counts={"complete": True, "broken": 0})], "row 1: `counts`"),
    "a count beyond every number": (
        [row(n=10**400, counts={"complete": 10**400, "broken": 0})],
        "row 1: `counts`",
    ),
    "a negative count": ([row(counts={"complete": 2, "broken": -1})], "row 1: `counts`"),
    "n that is not their sum": ([row(n=2)], "row 1: `n`"),
    "no decision": ([row(n=0, counts={"complete": 0, "broken": 0})], "row 1: `n`"),
    "a value": ([row(value=1)], "row 1: `value`"),
    "a share left out": ([row(excluded=0.5)], "row 1: `excluded`"),
    "a cohort twice": ([row("a"), row("b"), row("a")], "row 3: a stands there twice"),
}


@pytest.mark.parametrize(("rows", "told"), WRONG.values(), ids=WRONG.keys())
def test_rows_are_no_pack_when_one_is_misshapen(rows: list[Any], told: str) -> None:
    assert wrong_replays(rows).startswith(told)


def test_rows_of_a_pack_are_well_shaped() -> None:
    assert wrong_replays([row("a"), row("b")]) == ""
