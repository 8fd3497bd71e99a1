"""Completed replays of a lane: counts that can be, one file once, and what is worse than at entry."""

from typing import Any

import pytest

from builders import World, branch
from govern.domain.mitigation.containment import Contain
from govern.domain.mitigation.criteria import criteria_of
from govern.domain.mitigation.lane_replays import RecordReplay, required
from govern.domain.records import Record
from govern.domain.rollback.execution import Rollback
from govern.domain.rollout.advance import Advance
from govern.domain.statistics import wilson
from lanes import COHORT, LANE, PACKET, in_lane, lane, replay

EFFECT = {"class": "overlap", "severity": "high", "n": 1}
PACKED = "packs: [store-patch, first-interaction]\n"


def record(made: World, measured: dict[str, Any], pack: str = "store-patch", build: str = "b1") -> Record:
    return made.do(RecordReplay(COHORT, pack, build, measured))[0]


def held_to_packs() -> World:
    """A lane whose criteria name the packs that must be replayed."""
    documents = branch({"criteria/minimum": {"criteria.route-match.replay_set": "replays/required.yaml"}})
    documents.write("replays/required.yaml", PACKED)
    made = World(documents).opened()
    made.do(Advance(PACKET, "shadow", rehearsal={"same": True, "seconds": 0.4}))
    made.put("canary")
    made.do(Rollback(PACKET, "operator-judgement"))
    return made


def test_body_says_whose_it_is_what_was_counted_and_how_sure() -> None:
    made = in_lane()
    counted = replay(passed=38, side_effects=[EFFECT])
    body = made.do(RecordReplay(LANE, "store-patch", "b1", counted), "ana")[0].body
    assert {name: body[name] for name in counted} == counted
    assert (body["cohort_key"], body["mitigation_mode_id"], body["attempt"]) == (COHORT, LANE, 1)
    assert (body["window"], body["evaluator"], body["candidate"]) == (
        "2026-11-20/P1D",
        "ana",
        {"build": "b1"},
    )
    assert body["confidence"] == round(wilson.lower(38, 40), 6) and body["regressive"] == []


def test_confidence_is_of_all_replays_of_the_build_since_the_last_containment() -> None:
    made = in_lane()
    record(made, replay("a", passed=40))
    record(made, replay("b", passed=10), build="other")
    assert record(made, replay("c", passed=39)).body["confidence"] == round(wilson.lower(79, 80), 6)
    record(made, replay("d", route_mismatches={"critical": 1, "other": 0}))
    made.do(Contain(COHORT, "an old table"), "ana")
    assert record(made, replay("e", passed=40)).body["confidence"] == round(wilson.lower(40, 40), 6)


def test_same_bytes_are_recorded_once_in_a_lane() -> None:
    made = in_lane()
    first = record(made, replay())
    again = made.refused(RecordReplay(COHORT, "other-pack", "b2", replay("a", passed=1)))
    assert again.reasons == (f"recorded already as {first.name}",)
    assert again.type_line == f"govern show {first.name}"


SOURCE = replay()["source"]
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "nothing replayed": ({"n": 0, "passed": 0}, "n is 0"),
    "n in words": ({"n": "40"}, "n is 40"),
    "no n": ({"n": None}, "n is None"),
    "more passed than replayed": ({"passed": 41}, "41 passed of 40"),
    "passed below nothing": ({"passed": -1}, "-1 passed"),
    "more mismatches than decisions": (
        {"route_mismatches": {"critical": 30, "other": 11}},
        "41 route mismatches",
    ),
    "mismatches without their kind": ({"route_mismatches": {"critical": 1}}, "critical and other"),
    "mutations that are no count": (
        {"owner_mutations": {"unauthorized": True, "authorized": 0}},
        "unauthorized and",
    ),
    "mutations missing": ({"owner_mutations": None}, "`owner_mutations`"),
    "a class twice": ({"side_effects": [EFFECT, EFFECT | {"severity": "low"}]}, "overlap stands there twice"),
    "a class that is a sentence": (
        {"side_effects": [EFFECT | {"class": "it hides"}]},
        "no side effect is called",
    ),
    "a severity of another word": ({"side_effects": [EFFECT | {"severity": "awful"}]}, "awful"),
    "a side effect nobody had": ({"side_effects": [EFFECT | {"n": 0}]}, "0 times"),
    "more side effects than decisions": ({"side_effects": [EFFECT | {"n": 41}]}, "41 side effects in 40"),
    "more of a side effect than is said": (
        {"side_effects": [EFFECT | {"more": 1}]},
        "a class, a severity and n",
    ),
    "side effects by name": ({"side_effects": {"overlap": 1}}, "no list"),
    "more decisions than rows": ({"source": SOURCE | {"rows": 39}}, "40 decisions of 39 rows"),
    "rows unsaid": ({"source": {"name": "a", "digest": SOURCE["digest"]}}, "how many rows"),
}


@pytest.mark.parametrize(("changes", "said"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_counts_of_a_replay_is_refused(changes: dict[str, Any], said: str) -> None:
    refused = in_lane().refused(RecordReplay(COHORT, "store-patch", "b1", replay(**changes)))
    assert said in refused.reasons[0]


@pytest.mark.parametrize("pack", ["Store Patch", "store_patch", "x" * 64, "-a"])
def test_pack_has_an_id(pack: str) -> None:
    assert "no pack is called" in in_lane().refused(RecordReplay(COHORT, pack, "b1", replay())).reasons[0]


def test_build_has_a_name() -> None:
    for build in ("x" * 201, "a\nb"):
        refused = in_lane().refused(RecordReplay(COHORT, "store-patch", build, replay()))
        assert "a build has a name" in refused.reasons[0]


def test_pack_that_the_lane_is_not_held_to_is_refused_with_those_it_is() -> None:
    made = held_to_packs()
    refused = made.refused(RecordReplay(COHORT, "store-path", "b1", replay()))
    assert "it asks for" not in refused.reasons[0] and "store-patch, first-interaction" in refused.reasons[0]
    assert refused.type_line == "--pack store-patch"
    record(made, replay())
    criteria = criteria_of(made.documents, lane(made))
    window = "2026-11-20/P1D"
    assert required(criteria, lane(made), "b1", window) == (
        {"store-patch", "first-interaction"},
        {"store-patch"},
    )
    assert required(criteria, lane(made), "b2", window)[1] == set()


WORSE: dict[str, tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]] = {
    "as it was": ({}, {}, []),
    "a critical mismatch that was not there": (
        {}, {"route_mismatches": {"critical": 1, "other": 0}},
        [{"criterion": "route-match", "value": 0.025, "limit": 0}],
    ),
    "mismatches that are not critical": ({}, {"route_mismatches": {"critical": 0, "other": 9}}, []),
    "as many of twice as many": (
        {"route_mismatches": {"critical": 2, "other": 0}},
        {"n": 80, "passed": 80, "route_mismatches": {"critical": 4, "other": 0}}, [],
    ),
    "one more of twice as many": (
        {"route_mismatches": {"critical": 2, "other": 0}},
        {"n": 80, "passed": 80, "route_mismatches": {"critical": 5, "other": 0}},
        [{"criterion": "route-match", "value": 0.0625, "limit": 0.05}],
    ),
    "an owner changed without leave": (
        {}, {"owner_mutations": {"unauthorized": 2, "authorized": 0}},
        [{"criterion": "owner-mutation", "value": 0.05, "limit": 0}],
    ),
    "owners changed with leave": ({}, {"owner_mutations": {"unauthorized": 0, "authorized": 9}}, []),
    "a new grave side effect": (
        {}, {"side_effects": [EFFECT]}, [{"criterion": "side-effects", "value": 1, "limit": 0}],
    ),
    "a new side effect that is not grave": ({}, {"side_effects": [EFFECT | {"severity": "medium"}]}, []),
    "more of a grave one that was there": ({"side_effects": [EFFECT]}, {"side_effects": [EFFECT | {"n": 9}]}, []),
    "one that was there and was not grave": (
        {"side_effects": [EFFECT | {"severity": "low"}]}, {"side_effects": [EFFECT]},
        [{"criterion": "side-effects", "value": 1, "limit": 0}],
    ),
    "a grave one that is declared": ({}, {"side_effects": [EFFECT | {"class": "declared"}]}, []),
    "less passed": ({}, {"passed": 3}, []),
}  # fmt: skip


@pytest.mark.parametrize(("first", "later", "worse"), WORSE.values(), ids=WORSE.keys())
def test_later_replay_is_held_against_the_first_of_its_pack(
    first: dict[str, Any], later: dict[str, Any], worse: list[dict[str, Any]]
) -> None:
    made = in_lane({"criteria/minimum": {"criteria.side-effects.known": ["declared"]}})
    assert record(made, replay("a", **first)).body["regressive"] == []
    assert record(made, replay("z", **later), "another-pack").body["regressive"] == [], "the first of its own"
    found = record(made, replay("b", **later))
    assert found.body["regressive"] == worse
    assert lane(made).regressive == ([found] if worse else [])


def test_regressive_replay_leads_to_containment_and_another_to_what_comes_next() -> None:
    made = in_lane()
    decided: Any = made.decide(RecordReplay(COHORT, "store-patch", "b1", replay()))
    assert decided.next == "govern mitigation observe public --stable startup --build b1"
    record(made, replay())
    bad = replay("b", owner_mutations={"unauthorized": 1, "authorized": 0})
    decided = made.decide(RecordReplay(COHORT, "store-patch", "b1", bad))
    assert decided.next == 'govern mitigation contain public --finding "..."'


def test_anybody_may_record_it_as_a_claim_too() -> None:
    made = in_lane()
    decided: Any = made.decide(RecordReplay(COHORT, "store-patch", "b1", replay()), "ben", claimed=True)
    assert decided.events[0].body["evaluator"] == "ben"


def test_no_lane_is_refused_and_the_pinned_one_alone_is_meant() -> None:
    made = in_lane()
    nobody = made.refused(RecordReplay("publik", "store-patch", "b1", replay()))
    assert "nearest: public" in nobody.reasons[0]
    stale = made.refused(RecordReplay(COHORT, "store-patch", "b1", replay(), lane="public-02"))
    assert "was changed meanwhile" in stale.reasons[0]
