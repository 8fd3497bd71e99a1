"""Worlds with a cohort in mitigation, for tests of lanes: the example's cohort `public`, gone back into its lane."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from builders import GONE, PACKET, Edits, World, in_shadow
from govern.domain.document import digest_of
from govern.domain.lane import Lane, context_of
from govern.domain.records import Record
from govern.domain.rollback.execution import Rollback

COHORT, LANE = "public", "public-01"
EVALUATOR = "ana"
SIGNALS = (
    "fallback-route-persistence",
    "owner-mutation-rejections",
    "first-interaction-regressions",
    "side-effect-emergence",
    "confidence-trend",
)
TEAM = Path(__file__).resolve().parents[1] / "examples" / "team" / "governance"
__all__ = (
    "COHORT", "EVALUATOR", "GONE", "LANE", "PACKET", "SIGNALS", "in_lane", "lane", "replay", "watched", "worse",
)  # fmt: skip


def in_lane(edits: Mapping[str, Edits | None] | None = None) -> World:
    """The packet in canary, `public` rolled back on the first afternoon: windows are days."""
    made = in_shadow(edits)
    made.put("canary")
    made.now = "2026-11-20T15:00:00Z"
    made.do(Rollback(PACKET, "operator-judgement"), "ben")
    return made


def lane(made: World, cohort: str = COHORT) -> Lane:
    found = made.state.lane(cohort)
    assert found is not None, f"no lane is open for {cohort}"
    return found


def worse(made: World, kpi: str = "fallback-persistence") -> Record:
    """A signal beyond its critical band, folded past every guard."""
    there = lane(made)
    counts = {"n": 30, "k": 3}
    signal = {
        "kpi": kpi,
        "window": "2026-11-20/P1D",
        "n": 30,
        "value": 10,
        "counts": counts,
        "outcome": "failed",
    }
    body = {
        **context_of(there), "candidate": {"build": None}, "evaluator": "ana", "signals": [signal],
        "source": {"name": "by-hand.csv", "digest": digest_of(b"")},
        "regressive": [{"kpi": kpi, "value": 10, "limit": "above 5"}],
    }  # fmt: skip
    return made.fact("health_observed/1", body, there.stream, by="ana")


def watched(*signals: str) -> dict[str, Edits]:
    """Edits by which the criteria name health signals, all five unless told: KPIs of the team's, owned by ana."""
    names = signals or SIGNALS
    read = {name: yaml.safe_load((TEAM / f"kpis/{name}.yaml").read_text("utf-8")) for name in names}
    kpis = {f"kpis/{name}": {**value, "owner": "ana"} for name, value in read.items()}
    for kpi in kpis.values():
        del kpi["kind"]
    return {"criteria/minimum": {"signals": list(names)}, **kpis}


def replay(name: str = "a", **changes: Any) -> dict[str, Any]:
    """What a file of 40 replayed decisions gave, all of them passed; `name` makes it a file of its own."""
    return {
        "n": 40,
        "passed": 40,
        "route_mismatches": {"critical": 0, "other": 0},
        "owner_mutations": {"unauthorized": 0, "authorized": 0},
        "side_effects": [],
        "source": {"name": f"{name}.csv", "digest": digest_of(name.encode()), "rows": changes.get("n", 40)},
        **changes,
    }
