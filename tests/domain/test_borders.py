"""canary -> wide and wide -> adopted: who goes, what is bound, what slides (nothing), and what is recorded of it."""

from typing import Any

import pytest

from builders import PACKET, World, cohorts, in_canary, in_shadow
from govern.domain.binding import current
from govern.domain.commands import Command
from govern.domain.rollback.execution import Rollback
from govern.domain.rollout.advance import Advance
from govern.domain.rollout.change_control import ApplyChange, OpenChange
from govern.domain.rollout.extension import Extend
from govern.domain.rollout.rehearsing import HoldRehearsal
from govern.domain.rollout.waiver import Waive
from windowed import collect, write_runbook

IN_WIDE = "2026-11-23T09:00:00Z"  # a Monday: two cycles of a day are complete
AT_LAST = "2026-11-26T09:00:00Z"
FAILING = {"policy-dislocation-rate": 3}  # beyond the warning limit of 2 %, not beyond the critical one


def written(made: World) -> World:
    write_runbook(made, made.border("wide"))
    return made


def in_field(edits: dict[str, Any] | None = None, now: str = IN_WIDE) -> World:
    """In canary since Friday, with a runbook; it is Monday."""
    made = written(in_canary(edits))
    made.now = now
    return made


def wide(edits: dict[str, Any] | None = None) -> World:
    made = in_field(edits)
    collect(made)
    made.do(Advance(PACKET, "wide"))
    return made


def stages(made: World) -> dict[str, str]:
    return dict(made.packet().stages)


THREE = {
    **cohorts("a", "b", "c", "d"),
    f"packets/{PACKET}": {
        "cohort_coverage": ["a", "b", "c"],
        "canary": {"allowlist": ["a", "b"], "percent": 20, "stands_for": {"c": "a"}},
    },
}


def test_wide_takes_the_whole_of_each_cohort_in_canary_and_who_it_stands_for() -> None:
    made = in_field(THREE)
    collect(made)
    advanced, bound = made.do(Advance(PACKET, "wide"))
    assert (advanced.body["from"], advanced.body["to"]) == ("canary", "wide")
    assert (advanced.body["cohorts"], advanced.body["left"]) == (["a", "b", "c"], [])
    assert [(m["cohort"], m["percent"]) for m in bound.body["moves"]] == [("a", 100), ("b", 100), ("c", 100)]
    assert stages(made) == {"a": "wide", "b": "wide", "c": "wide"}


def test_record_holds_each_cycle_that_was_judged() -> None:
    made = in_field(THREE)
    collect(made)
    advanced, _ = made.do(Advance(PACKET, "wide"))
    rows = [row for row in advanced.body["rows"] if row["kpi"] == "policy-dislocation-rate"]
    assert [(row["cohort"], row["window"], row["n"]) for row in rows] == [
        (cohort, f"2026-11-{day}/P1D", 200) for cohort in "ab" for day in (21, 22)
    ]


def test_cohort_goes_on_the_result_of_another_only_if_its_own_pairs_were_good() -> None:
    made = in_shadow(THREE)
    made.pairs(
        {"a": 200, "b": 200, "c": {"n": 200, "policy-flip-rate": {"value": 9, "counts": {"worse": 18}}}}
    )
    made.do(Advance(PACKET, "canary"))
    written(made).now = IN_WIDE
    collect(made)
    advanced, _ = made.do(Advance(PACKET, "wide"))
    assert advanced.body["left"] == [{"cohort": "c", "checks": ["shadow_bands"]}]
    assert stages(made) == {"a": "wide", "b": "wide", "c": "out"}


def test_one_failing_cohort_holds_back_itself_and_who_it_stands_for() -> None:
    made = in_field(THREE)
    collect(made, a=FAILING)
    refused = made.refused(Advance(PACKET, "wide"))
    assert refused.type_line == f"govern phase advance {PACKET} --to wide --only b"
    advanced, _ = made.do(Advance(PACKET, "wide", ("b",)))
    assert [(e["cohort"], e["checks"]) for e in advanced.body["left"]] == [
        ("a", ["kpi_bands", "policy_flip_spike"]),
        ("c", ["kpi_bands"]),
    ]
    assert stages(made) == {"a": "canary", "b": "wide", "c": "out"}


def test_packet_in_wide_asks_the_same_border_again_for_who_is_still_in_canary() -> None:
    made = in_field(THREE)
    collect(made, a=FAILING)
    made.do(Advance(PACKET, "wide", ("b",)))
    made.now = "2026-11-25T09:00:00Z"
    collect(made)
    advanced, _ = made.do(Advance(PACKET))
    assert (advanced.body["from"], advanced.body["to"], advanced.body["cohorts"]) == (
        "wide",
        "wide",
        ["a", "c"],
    )
    made.now = "2026-11-26T09:00:00Z"
    assert "from 2026-11-28T00:00:00Z" in " ".join(made.refused(Advance(PACKET, "adopted")).reasons)


@pytest.mark.parametrize(
    ("only", "says", "line"),
    [
        (("c",), "c was not in canary: it goes on the result of a, and with it", "--only a,c"),
        (("aa",), "no cohort `aa` to bind here; there are: a, b, c", "--only a"),
    ],
)
def test_only_takes_who_may_go_and_nobody_without_the_one_that_stands_for_it(
    only: tuple[str, ...], says: str, line: str
) -> None:
    made = in_field(THREE)
    collect(made)
    refused = made.refused(Advance(PACKET, "wide", only))
    assert refused.reasons == (says,)
    assert refused.type_line == f"govern phase advance {PACKET} --to wide {line}"


def test_too_early_says_from_when() -> None:
    made = in_field(now="2026-11-22T09:00:00Z")
    reasons = made.refused(Advance(PACKET, "wide")).reasons
    assert "2 cycles are complete from 2026-11-23T00:00:00Z" in reasons[0]


def test_adoption_makes_next_the_default_and_nobody_slides() -> None:
    made = wide(THREE)
    before = {cohort: current(made.state.surfaces["chat"], cohort).to for cohort in "abcd"}
    made.now = AT_LAST
    collect(made)
    *others, bound = made.do(Advance(PACKET, "adopted"))
    assert [r.event for r in (*others, bound)] == [
        "phase_advanced/1", "effectiveness_verified/1", "baseline_verified/1", "binding_changed/1",
    ]  # fmt: skip
    surface = made.state.surfaces["chat"]
    assert (made.packet().phase, stages(made)) == ("adopted", {"a": "wide", "b": "wide", "c": "wide"})
    assert surface.default[-1].to.baseline == "chat-b2"
    assert {cohort: current(surface, cohort).to for cohort in "abcd"} == before
    assert [move["cohort"] for move in bound.body["moves"]] == ["d"]
    assert current(surface, "somebody-new").to.baseline == "chat-b2"


def test_what_was_predicted_stands_beside_what_was_seen() -> None:
    made = in_field(cohorts("a"))
    collect(made, a={"policy-dislocation-rate": 1})
    made.do(Advance(PACKET, "wide"))
    made.now = AT_LAST
    collect(made, a={"policy-dislocation-rate": 0.5})
    verified = made.do(Advance(PACKET, "adopted"))[1]
    assert [(row["kpi"], row["predicted"], row["seen"]) for row in verified.body["rows"]] == [
        ("mean-score-delta", 0, None),
        ("policy-flip-rate", 0, None),
        ("policy-dislocation-rate", 1, 0.5),
        ("missing-model-version-count", 0, 0),
    ]


def test_cohort_that_went_back_stays_on_prev_when_its_packet_is_adopted() -> None:
    made = wide(THREE)
    made.do(Rollback(PACKET, "operator-judgement", ("b",), note="it was bad"))
    made.now = AT_LAST
    collect(made)
    refused = made.refused(Advance(PACKET, "adopted"))
    told = {reason.partition(":")[0] for reason in refused.reasons}
    assert {"labels", "no_freeze"} <= told and "effectiveness" not in told


def test_adopted_packet_goes_back_whole_with_the_default() -> None:
    made = wide(THREE)
    made.now = AT_LAST
    collect(made)
    made.do(Advance(PACKET, "adopted"))
    made.do(Rollback(PACKET, "operator-judgement", note="it was bad"))
    surface = made.state.surfaces["chat"]
    everybody = ("a", "b", "c", "d", "somebody-new")
    assert {current(surface, cohort).to.baseline for cohort in everybody} == {"chat-b1"}
    assert made.packet().phase == "rolled_back"


def test_whole_packet_is_adopted_or_nobody() -> None:
    made = wide(THREE)
    made.now = AT_LAST
    collect(made)
    refused = made.refused(Advance(PACKET, "adopted", ("a",)))
    assert refused.type_line == f"govern phase advance {PACKET} --to adopted"


CHANGES: tuple[Command, ...] = (
    OpenChange(
        PACKET, ({"document": "kpis/policy-dislocation-rate", "field": "min_sample", "value": 50},), "small"
    ),
    ApplyChange(PACKET),
)


def test_change_of_a_limit_begins_the_count_anew() -> None:
    made = in_field(cohorts("a"))
    collect(made)
    made.do(CHANGES[0], "ana")
    made.do(CHANGES[1])
    reasons = made.refused(Advance(PACKET, "wide")).reasons
    assert "2 cycles are complete from 2026-11-26T00:00:00Z" in reasons[0]


def test_extension_in_wide_enters_at_canary_and_asks_for_wide_again() -> None:
    made = wide(THREE)
    made.pairs(dict.fromkeys("abcd", 200))
    made.do(Extend(PACKET, ("d",)))
    assert (made.packet().phase, made.packet().stages["d"]) == ("wide", "canary")
    reasons = made.refused(Advance(PACKET, "wide")).reasons
    assert "2 cycles are complete from 2026-11-26T00:00:00Z" in reasons[0]
    made.do(HoldRehearsal(PACKET, True, 0.1))
    made.do(Extend(PACKET, percent=50))
    assert [current(made.state.surfaces["chat"], c).percent for c in "abcd"] == [100, 100, 100, 50]


def test_verdict_that_was_waived_is_recorded_as_it_was() -> None:
    made = in_field(cohorts("a"))
    collect(made, a=[{}, FAILING])
    for check in ("kpi_bands", "policy_flip_spike"):
        made.do(Waive(PACKET, check, "known and watched", "2026-11-30T00:00:00Z"))
    advanced, _ = made.do(Advance(PACKET, "wide"))
    assert {"check": "kpi_bands", "outcome": "failed", "waiver": f"packets/{PACKET}#8"} in advanced.body[
        "verdicts"
    ]
