"""What is observed of a cohort in mitigation: startup and interaction in their order, signals by their bands."""

from typing import Any

import pytest

from builders import World
from govern.domain.document import digest_of
from govern.domain.lane import CANDIDATE, INTERACTION, STARTUP
from govern.domain.mitigation.lane_health import ObserveHealth, ObserveInteraction, ObserveStartup
from govern.domain.mitigation.lane_replays import RecordReplay
from govern.domain.statistics import wilson
from lanes import COHORT, LANE, SIGNALS, in_lane, lane, replay, watched, worse

TODAY = "2026-11-20/P1D"
SOURCE = {"name": "logs/decisions.csv", "digest": digest_of(b"log"), "rows": 900}
ROUTE, OWNER, INTERACTIONS, EFFECTS, TREND = SIGNALS


def signal(
    kpi: str = ROUTE, n: int = 400, k: int | None = 0, value: float | None = 0, **more: Any
) -> dict[str, Any]:
    counts = {"n": n} | ({"k": k} if k is not None else {})
    return {"kpi": kpi, "window": TODAY, "n": n, "value": value, "counts": counts, **more}


def measured(*signals: dict[str, Any], source: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"signals": list(signals), "source": source or SOURCE}


def health(*signals: dict[str, Any], **more: Any) -> ObserveHealth:
    return ObserveHealth(COHORT, measured(*signals), **more)


def test_startup_comes_first_interaction_second_and_each_once() -> None:
    made = in_lane()
    early = made.refused(ObserveInteraction(COHORT, "b1"))
    assert f"{INTERACTION} comes after {STARTUP}" in early.reasons[0]
    assert early.type_line == "govern mitigation observe public --stable startup --build b1"
    decided: Any = made.decide(ObserveStartup(COHORT, "b1"))
    assert decided.next == "govern mitigation observe public --stable interaction --build b1"
    (first,) = made.do(ObserveStartup(COHORT, "b1"), "ana")
    assert first.event == f"{STARTUP}/1" and first.uses == (lane(made).entered.name,)
    assert "has it in attempt 1 already" in made.refused(ObserveStartup(COHORT, "b2")).reasons[0]
    (second,) = made.do(ObserveInteraction(LANE, "b1"), "ana")
    assert lane(made).reached[1:] == [first, second] and lane(made).coming == CANDIDATE
    assert second.asked is not None and second.asked["cohort"] == COHORT and second.asked["lane"] == LANE


def test_stable_body_says_build_evaluator_confidence_and_what_shows_it() -> None:
    made = in_lane()
    (bare,) = made.do(ObserveStartup(COHORT, "b1"), "ana")
    assert bare.body["candidate"] == {"build": "b1"} and bare.body["confidence"] is None
    made.do(RecordReplay(COHORT, "store-patch", "b1", replay()))
    shown = ObserveInteraction(COHORT, "b1", "reports/first.txt", digest_of(b"seen"))
    (told,) = made.do(shown, "ana")
    assert told.body["confidence"] == round(wilson.lower(40, 40), 6) and told.body["evaluator"] == "ana"
    assert told.body["source"] == {"name": "reports/first.txt", "digest": digest_of(b"seen")}


def test_nothing_goes_on_before_what_got_worse_is_contained() -> None:
    made = in_lane()
    worse(made)
    refused = made.refused(ObserveStartup(COHORT, "b1"))
    assert refused.type_line == 'govern mitigation contain public --finding "..."'
    assert "a build has a name" in in_lane().refused(ObserveStartup(COHORT, "x" * 201)).reasons[0]


JUDGED: dict[str, tuple[dict[str, Any], str, str]] = {
    "in band": (signal(k=4, value=1), "passed", ""),
    "beyond the warning": (signal(k=40, value=10), "warning", ""),
    "beyond the critical band": (signal(k=100, value=25), "failed", "above 20"),
    "too few": (signal(n=199, k=199, value=100), "inconclusive", ""),
    "no data": (signal(n=0, value=None), "inconclusive", ""),
    "a count": (signal(OWNER, k=6, value=6), "failed", "above 5"),
    "of a thousand": (signal(EFFECTS, n=2000, k=3, value=1.5), "warning", ""),
    "by hand, without its parts": (signal(k=None, value=25), "failed", "above 20"),
    "a mean over counts that it does not say": (signal(INTERACTIONS, n=30, k=None, value=1), "warning", ""),
}


@pytest.mark.parametrize(("given", "outcome", "limit"), JUDGED.values(), ids=JUDGED.keys())
def test_signal_is_judged_by_the_bands_of_its_frozen_kpi(
    given: dict[str, Any], outcome: str, limit: str
) -> None:
    made = in_lane(watched())
    made.documents.edit(
        f"kpis/{ROUTE}", {"bands.critical": {"above": 99}}
    )  # what is merged later judges nothing
    (record,) = made.do(health(given))
    assert record.body["signals"] == [given | {"outcome": outcome}]
    beyond = [{"kpi": given["kpi"], "value": given["value"], "limit": limit}] if limit else []
    assert record.body["regressive"] == beyond and bool(lane(made).regressive) == bool(limit)


def test_no_data_that_counts_as_a_breach_is_a_failure_and_nothing_that_got_worse() -> None:
    edits = watched(ROUTE)
    edits[f"kpis/{ROUTE}"] = {**edits[f"kpis/{ROUTE}"], "on_no_data": "breach"}
    (record,) = in_lane(edits).do(health(signal(n=0, value=None)))
    assert record.body["signals"][0]["outcome"] == "failed" and record.body["regressive"] == []


IMPOSSIBLE: dict[str, dict[str, Any]] = {
    "a value without a case": signal(n=0, k=0, value=1),
    "cases without a value": signal(value=None),
    "n below nothing": signal(n=-1),
    "n in words": signal() | {"n": "400"},
    "counts of another n": signal() | {"counts": {"n": 3, "k": 0}},
    "no counts": signal() | {"counts": None},
    "a share that its parts do not say": signal(k=4, value=2),
    "a count that is not its value": signal(OWNER, k=3, value=4),
    "more of them than cases": signal(k=401, value=100.25),
    "a value of a thousand that its parts do not say": signal(EFFECTS, n=2000, k=3, value=0.15),
    "not a number": signal(k=None, value=float("nan")),
}


@pytest.mark.parametrize("given", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_figure_that_cannot_be_is_refused(given: dict[str, Any]) -> None:
    refused = in_lane(watched()).refused(health(given))
    assert "cannot be what was measured" in refused.reasons[0]


def test_kpi_that_the_criteria_do_not_name_is_refused_with_those_they_do() -> None:
    made = in_lane(watched())
    slip = made.refused(health(signal("owner-mutation-rejection")))
    assert f"nearest: {OWNER}" in slip.reasons[0] and slip.type_line is not None and OWNER in slip.type_line
    computed = made.refused(health(signal(TREND)))
    assert "computed from the replays" in computed.reasons[0]
    none = in_lane().refused(health(signal()))
    assert "they name none" in none.reasons[0]


@pytest.mark.parametrize(
    "window", ["2026-11-19/P1D", "2026-11-21/P1D", "2026-11-20/P2D", "2026-11-20T01:00:00Z/P1D", "x"]
)
def test_window_is_one_of_the_workspace_since_entry(window: str) -> None:
    refused = in_lane(watched()).refused(health(signal(window=window)))
    assert refused.reasons == (f"{window} is no window of public-01: they go from {TODAY} to {TODAY}",)


def test_signal_stands_once_in_a_command_and_every_source_has_one() -> None:
    made = in_lane(watched())
    assert "stands there twice" in made.refused(health(signal(), signal())).reasons[0]
    other = measured(signal(), source=SOURCE | {"name": "metrics"})
    assert "stands there twice" in made.refused(health(signal(), more=(other,))).reasons[0]
    assert made.refused(health()).reasons == ("no signal was observed",)
    two = made.do(health(signal(), more=(measured(signal(OWNER)),)))
    assert [record.body["signals"][0]["kpi"] for record in two] == [ROUTE, OWNER]


def test_observation_says_whose_it_is_and_leads_on() -> None:
    made = in_lane(watched())
    made.now = "2026-11-21T08:00:00Z"
    (record,) = made.do(health(signal(), signal(window="2026-11-21/P1D"), build="b1"), "ana")
    assert record.body["candidate"] == {"build": "b1"} and record.body["source"] == SOURCE
    assert (record.body["attempt"], record.body["evaluator"]) == (1, "ana")
    bad: Any = made.decide(health(signal(k=100, value=25)))
    assert bad.next == 'govern mitigation contain public --finding "..."'


def past(made: World) -> list[str]:
    return [record.event for record in lane(made).history]


def test_every_fact_stands_in_the_history_of_its_lane() -> None:
    made = in_lane(watched())
    made.do(health(signal()))
    made.do(ObserveStartup(COHORT, "b1"))
    assert past(made)[1:] == ["health_observed/1", f"{STARTUP}/1"]
    assert lane(made).latest.event == f"{STARTUP}/1"
