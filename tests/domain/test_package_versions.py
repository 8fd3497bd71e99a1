"""What a drill is held against: the version that owes, the card that owed, the last version, the targets it left."""

import json
from typing import Any

import pytest

from builders import World
from drilled import CARD, PACKAGE, answers, drill, edited, team
from govern.domain.drills.confidence import rated, trend
from govern.domain.drills.package_update import UpdatePackage
from govern.domain.drills.settlement import SettlePackage
from govern.domain.drills.targets import open_targets

KEY, CARD_KEY = f"packages/{PACKAGE}", f"cards/{CARD}"
UPDATE = UpdatePackage(PACKAGE, "Strict snapshot gate", "As the drill taught")
KEPT = {"measured.latency_change": 9, "decisions.mara.decision": "keep", "decisions.jo.decision": "keep"}
TUNED = {"actions.1.do": "Hold templates by route"}
# A number of the rule, and a question of it: never both between two drills.
NUMBER = {"criteria.keep.1.at_most": 9, "criteria.tune.1.above": 9}
QUESTION = {"criteria.rollback.0": {"metric": "mismatch_rate", "above": 2}}
MORE = {
    "actions": [
        *team().documents.values[KEY]["actions"],
        {"id": "lock-shop", "do": "Lock the shop", "revert": "Open it"},
    ]
}


def refine(made: World, edits: dict[str, Any]) -> None:
    """Merged in the package; its card follows where the rule moved."""
    made.documents.edit(KEY, edits)
    made.documents.edit(CARD_KEY, {name: new for name, new in edits.items() if name.startswith("criteria")})


def hold(made: World, day: str = "2026-11-18", card: str = CARD, **edits: Any) -> dict[str, Any]:
    """A drill of that day, an hour after noon, recorded at its end."""
    made.now = f"{day}T15:00:00Z"
    return dict(made.do(drill(made, told(day, card, edits)), "mara")[0].body)


def told(day: str, card: str, edits: dict[str, Any]) -> dict[str, Any]:
    moved = json.loads(json.dumps(answers()).replace("2026-11-18T", f"{day}T"))
    more: dict[str, Any] = {"card": card}
    if day != "2026-11-18":  # no two drills have their times and evidence from each other
        more |= {"evidence": None, "readout.done_at": f"{day}T14:04:{day[-2:]}Z"}
    return edited(moved, {**more, **{name.replace("__", "."): new for name, new in edits.items()}})


def update(made: World, day: str) -> None:
    made.now = f"{day}T09:00:00Z"
    made.do(UPDATE, "mara")


def owed() -> World:
    """The drill of the example: 77, and it owes."""
    made = team()
    hold(made)
    return made


def test_rule_moves_as_a_whole_in_no_two_edits_with_one_drill_at_the_end() -> None:
    made = owed()
    refine(made, NUMBER)
    update(made, "2026-11-19")
    refine(made, QUESTION)
    said = f"criteria and thresholds of {PACKAGE} are both changed since {KEY}#1"
    assert made.refused(UPDATE, "mara").reasons[0].startswith(said)
    made.now = "2026-11-25T15:00:00Z"
    refused = made.refused(drill(made, told("2026-11-25", CARD, {"evidence": None})), "mara")
    assert refused.reasons[0].startswith(said) and refused.type_line == f"govern show {KEY}#1"


def test_rule_that_moved_as_a_whole_is_not_drilled_first_and_updated_later() -> None:
    """The way around an update: drill the new version, then edit its title and call that the update."""
    made = owed()
    refine(made, NUMBER | QUESTION)
    made.now = "2026-11-25T15:00:00Z"
    refused = made.refused(drill(made, told("2026-11-25", CARD, {})), "mara")
    assert "both changed since" in refused.reasons[0]


def test_drill_of_another_card_between_them_makes_it_no_two_edits() -> None:
    made = owed()
    made.documents.edit("cards/another", {"like": CARD_KEY, "side_effect.becomes": 14})
    refine(made, NUMBER)
    made.documents.edit("cards/another", NUMBER)
    update(made, "2026-11-19")
    hold(made, "2026-11-20", "another")
    refine(made, QUESTION)
    assert "both changed since" in made.refused(UPDATE, "mara").reasons[0]


def test_rule_may_move_in_its_other_half_once_the_card_that_owed_was_drilled() -> None:
    made = owed()
    refine(made, NUMBER)
    update(made, "2026-11-19")
    hold(made, "2026-11-25", measured__latency_change=9.5)  # tune again, by the new number
    refine(made, QUESTION)
    update(made, "2026-11-26")
    assert made.state.package(PACKAGE).updates[-1].body["changed"] == ["criteria"]


def test_rule_of_a_package_that_owes_nothing_moves_in_one_half_a_drill_too() -> None:
    made = team()
    hold(made, **KEPT)
    refine(made, NUMBER | QUESTION)
    made.now = "2026-11-25T15:00:00Z"
    assert "both changed since" in made.refused(drill(made, told("2026-11-25", CARD, {})), "mara").reasons[0]


def test_another_drill_of_the_version_that_owes_is_not_paid_by_what_was_changed_before_it() -> None:
    made = owed()
    refine(made, TUNED)
    made.documents.edit("cards/another", {"like": CARD_KEY, "side_effect.becomes": 14})
    hold(made, "2026-11-19", "another")  # of the new version, which owes for itself
    update(made, "2026-11-20")
    assert made.state.package(PACKAGE).updates[-1].body["settles"] == [f"{KEY}#1"]
    assert [(duty.kind, duty.record) for duty in made.state.duties] == [
        ("tune", f"{KEY}#2"),
        ("drill", f"{KEY}#3"),
    ]


def test_wider_is_read_from_the_two_versions_whether_an_update_told_of_it_or_not() -> None:
    made = owed()
    refine(made, TUNED)
    update(made, "2026-11-19")
    refine(made, MORE)
    made.documents.edit(KEY, {"revert_order": ["lock-shop", "hold-templates", "strict-snapshots"]})
    body = hold(made, "2026-11-25", **KEPT)
    assert body["wider"] == ["actions"]
    (_, point) = trend(made.state.package(PACKAGE))
    assert (point.score > 77, point.delta, point.wider) == (True, None, ("actions",))
    assert hold(made, "2026-11-26", **KEPT)["wider"] == []


SOFTER: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    ({"title": "Another title", "side_effect.text": "Other words", "metrics.mismatch_rate.title": "M"}, []),
    ({"recovery_window": "PT8M"}, ["recovery_window"]),
    ({"side_effect.becomes": 0.1}, ["side_effect"]),
    ({"metrics.mismatch_rate.breach": 1.3}, ["metrics"]),
    ({"metrics.mismatch_rate.tier": "efficiency"}, ["metrics"]),
    ({"metrics.calm": {"tier": "safety", "unit": "percent", "baseline": 0, "breach": 0}}, ["metrics"]),
    ({"handoffs.0.acknowledge_within": "P9W"}, ["handoffs"]),
    ({"checkpoint_slas.execution": "PT20M", "checkpoint_slas.decision": "PT5M"}, ["checkpoint_slas"]),
    ({"scenario": "straightforward"}, ["scenario"]),
]


@pytest.mark.parametrize(("edits", "differs"), SOFTER)
def test_only_the_card_that_owed_settles_it_and_lets_the_score_rise(
    edits: dict[str, Any], differs: list[str]
) -> None:
    made = owed()
    refine(made, TUNED)
    update(made, "2026-11-20")
    made.documents.edit(CARD_KEY, edits)
    body = hold(made, "2026-11-25", **KEPT)
    assert body["again"] == [{"drill": f"{KEY}#1", "differs": differs}]
    assert [duty.kind for duty in made.state.duties] == (["drill"] if differs else [])
    assert rated(made.state.package(PACKAGE))[-1].held is bool(differs)
    if differs:  # the card as it was settles it after all
        made.documents.edit(CARD_KEY, _back(edits))
        hold(made, "2026-11-26", **KEPT)
        assert made.state.duties == [] and not rated(made.state.package(PACKAGE))[-1].held


def _back(edits: dict[str, Any]) -> dict[str, Any]:
    """The fields as the example has them."""
    back: dict[str, Any] = {}
    for path in edits:
        value: Any = team().documents.values[CARD_KEY]
        if path == "metrics.calm":
            back["metrics"] = value["metrics"]
            continue
        for name in path.split("."):
            value = value[int(name)] if isinstance(value, list) else value[name]
        back[path] = value
    return back


def test_card_follows_what_the_update_changed_of_rule_and_recovery_window() -> None:
    made = owed()
    refine(made, {**NUMBER, "recovery_window": "PT8M"})
    made.documents.edit(CARD_KEY, {"recovery_window": "PT8M"})
    update(made, "2026-11-20")
    assert hold(made, "2026-11-25", **KEPT)["again"] == [{"drill": f"{KEY}#1", "differs": []}]


def test_metric_that_the_new_rule_asks_for_may_come_in() -> None:
    made = owed()
    more = [{"metric": "mismatch_rate", "at_least": 2}, {"metric": "latency_change", "above": 15},
            {"metric": "hold_age", "above": 60}]  # fmt: skip
    refine(made, {"criteria.rollback": more})
    made.documents.edit(
        CARD_KEY, {"metrics.hold_age": {"tier": "quality", "unit": "s", "baseline": 1, "breach": 1}}
    )
    update(made, "2026-11-20")
    body = hold(made, "2026-11-25", measured__hold_age=1, **KEPT)
    assert body["again"] == [{"drill": f"{KEY}#1", "differs": []}]


def test_same_card_under_another_name_is_the_same_card() -> None:
    made = owed()
    refine(made, TUNED)
    update(made, "2026-11-20")
    made.documents.edit("cards/another-name", {"like": CARD_KEY})
    made.documents.edit(CARD_KEY, None)
    body = hold(made, "2026-11-25", "another-name", **KEPT)
    assert body["again"] == [{"drill": f"{KEY}#1", "differs": []}] and made.state.duties == []


def test_another_card_of_the_package_tells_nothing_of_the_one_that_owed() -> None:
    made = owed()
    refine(made, TUNED)
    update(made, "2026-11-20")
    made.documents.edit("cards/another", {"like": CARD_KEY, "side_effect.becomes": 14})
    assert hold(made, "2026-11-25", "another", **KEPT)["again"] == []
    assert [duty.kind for duty in made.state.duties] == ["drill"]


def test_package_that_was_taken_back_to_what_owed_settles_nothing() -> None:
    made = owed()
    was = made.documents.values[KEY]["actions"][1]["do"]
    refine(made, TUNED)
    update(made, "2026-11-20")
    refine(made, {"actions.1.do": was})
    assert hold(made, "2026-11-25", **KEPT)["again"] == [{"drill": f"{KEY}#1", "differs": ["package"]}]


def test_drill_that_began_before_the_update_was_recorded_says_so() -> None:
    made = owed()
    refine(made, TUNED)
    update(made, "2026-11-25")
    made.now = "2026-11-25T09:00:00Z"
    early = json.loads(json.dumps(told("2026-11-25", CARD, KEPT)).replace("T14:", "T08:"))
    (record,) = made.do(drill(made, early), "mara")
    assert record.body["again"] == [{"drill": f"{KEY}#1", "differs": ["too_early"]}]


@pytest.mark.parametrize(("value", "met"), [(10, True), (9.5, True), (10.1, False)])
def test_next_drill_says_of_each_target_whether_it_was_met(value: float, met: bool) -> None:
    made = owed()
    assert open_targets(made.state.package(PACKAGE)) == {"latency_change": (10, f"{KEY}#1")}
    body = hold(made, "2026-11-25", measured__latency_change=value, closeout__next_targets=None)
    assert body["targets"] == [
        {"metric": "latency_change", "target": 10, "of": f"{KEY}#1", "measured": value, "met": met}
    ]
    assert open_targets(made.state.package(PACKAGE)) == {}


@pytest.mark.parametrize(
    ("edits", "value", "met"),
    [
        ({"criteria.keep.1": {"metric": "latency_change", "at_least": 0}}, 11, True),  # more is kept
        ({"criteria.keep.1": {"metric": "latency_change", "at_least": 0}}, 9, False),
        ({"criteria.keep.1": {"metric": "latency_change", "at_least": 0, "at_most": 12}}, 9, True),  # 13.2 is bad
        ({"criteria.keep.1": {"metric": "latency_change", "at_least": -9, "at_most": 12},
          "side_effect.becomes": -20}, 9, False),
    ],
)  # fmt: skip
def test_good_side_of_a_target_is_that_of_the_criteria_else_of_the_card(
    edits: dict[str, Any], value: float, met: bool
) -> None:
    from govern.domain.drills.targets import judged

    made = owed()
    card = edited(made.documents.values[CARD_KEY], edits)
    (row,) = judged(made.state.package(PACKAGE), card, {"latency_change": value})
    assert row["met"] is met


def test_target_of_a_metric_that_was_not_measured_stays_open() -> None:
    made = team({"cards/another": {"like": CARD_KEY}})
    hold(made)
    made.documents.edit(
        "cards/another", {"metrics.calm": made.documents.values[CARD_KEY]["metrics"]["mismatch_rate"]}
    )
    hold(made, "2026-11-19", "another", measured__calm=1, closeout__next_targets={"calm": 0.5})
    hold(made, "2026-11-20", closeout__next_targets=None)
    assert open_targets(made.state.package(PACKAGE)) == {"calm": (0.5, f"{KEY}#2")}


def test_package_that_comes_back_owes_what_it_owed() -> None:
    """Renamed, settled and named back: not a byte of it has changed, and it is paid for as before."""
    made = owed()
    there = made.documents.values.pop(KEY)
    made.do(SettlePackage(PACKAGE, "Renamed"), "mara")
    assert made.state.duties == []
    made.documents.values[KEY] = there
    hold(made, "2026-11-19", **KEPT)
    scores = rated(made.state.package(PACKAGE))
    assert [(each.score, each.held) for each in scores] == [(77, False), (77, True)]
    assert [(duty.kind, duty.record) for duty in made.state.duties] == [("tune", f"{KEY}#1")]
    refine(made, TUNED)
    update(made, "2026-11-20")
    hold(made, "2026-11-24", **KEPT)
    assert not rated(made.state.package(PACKAGE))[-1].held and made.state.duties == []
