"""What a drill taught becomes one update of the package: what was changed is read, not believed."""

from copy import deepcopy
from typing import Any

import pytest

from builders import World
from drilled import CARD, PACKAGE, answers, drill, edited, team
from govern.domain.drills.package_changes import changed, wider
from govern.domain.drills.package_update import UpdatePackage
from govern.domain.duties import closing
from govern.domain.policy import Actor
from govern.errors import ExitCode

KEY = f"packages/{PACKAGE}"
PACKAGE_VALUE = team().documents.values[KEY]
UPDATE = UpdatePackage(PACKAGE, "Strict snapshot gate", "Checkpoint every 5 minutes")
FRIDAY = "2026-11-20T09:00:00Z"
ANOTHER = {"id": "page-owner", "do": "Page the owner", "revert": "Take the page back"}


def drilled() -> World:
    made = team()
    made.do(drill(made), "mara")
    made.now = FRIDAY
    return made


def refined(**edits: Any) -> World:
    made = drilled()
    made.documents.edit(KEY, {name.replace("__", "."): value for name, value in edits.items()})
    return made


def test_update_settles_the_tuning_and_owes_the_same_card_once_more() -> None:
    made = refined(actions__1__do="Hold new templates, checkpoint every 5 minutes")
    (record,) = made.do(UPDATE, "mara")
    assert (record.body["changed"], record.body["wider"]) == (["actions"], [])
    assert record.body["settles"] == [f"{KEY}#1"] and record.uses == (f"{KEY}#1",)
    (duty,) = made.state.duties
    assert (duty.kind, duty.packet, duty.surface, duty.owner) == ("drill", CARD, "ranking", "mara")
    assert duty.due == "2026-11-27T09:00:00Z"


BOTH = {"criteria__keep__1__at_most": 9, "criteria__rollback__0": {"metric": "mismatch_rate", "above": 2}}


def test_criteria_and_thresholds_do_not_both_change_in_one_update() -> None:
    refused = refined(**BOTH).refused(UPDATE, "mara")
    assert "both changed since packages/integrity-l2#1" in refused.reasons[0] and refused.type_line


@pytest.mark.parametrize(
    ("edits", "told"),
    [
        ({"criteria__keep__1__at_most": 9, "criteria__tune__1__above": 9}, ["thresholds"]),
        ({"criteria__keep__1": {"metric": "latency_change", "below": 10}}, ["criteria"]),
        ({"recovery_window": "PT8M", "owner_routes.analytics": "lee"}, ["owner_routes", "recovery_window"]),
        (
            {"actions": [*PACKAGE_VALUE["actions"], ANOTHER], "revert_order.0": "page-owner"},
            ["actions", "revert_order"],
        ),
    ],
)
def test_what_was_changed_is_read_from_the_two_versions(edits: dict[str, Any], told: list[str]) -> None:
    (record,) = refined(**edits).do(UPDATE, "mara")
    assert record.body["changed"] == told
    assert record.body["wider"] == (["actions"] if "actions" in told else [])


@pytest.mark.parametrize(
    "field", ["title", "severity", "impact", "surface", "recovery_window", "trigger_class"]
)
def test_what_tunes_nothing_pays_nothing(field: str) -> None:
    """A drill found something to tune: neither another name nor another scope is that."""
    value = {"title": "Another name", "severity": "critical", "impact": "normal", "surface": "answers",
             "recovery_window": "PT8M", "trigger_class": "latency"}[field]  # fmt: skip
    made = refined(**{field: value})
    refused = made.refused(UPDATE, "mara")
    assert refused.reasons[0].startswith(
        f"changed in integrity-l2: {field}; packages/integrity-l2#1 owes a change of"
    )
    assert [duty.kind for duty in made.state.duties] == ["tune"]


@pytest.mark.parametrize(
    "edits",
    [
        {"actions__0__do": "Turn it on"},
        {"actions__0__revert": "Turn it off, twice"},
        {"temporary_guardrails": []},
        {"owner_routes__support": "kim"},
        {"criteria__keep__1__at_most": 9},
    ],
    ids=lambda edits: next(iter(edits)),
)
def test_whatever_tunes_pays(edits: dict[str, Any]) -> None:
    (record,) = refined(**edits).do(UPDATE, "mara")
    assert record.body["settles"] == [f"{KEY}#1"]


def test_package_that_stands_as_it_was_drilled_was_not_updated() -> None:
    refused = drilled().refused(UPDATE, "mara")
    assert refused.reasons == (
        "integrity-l2 stands as it was drilled (packages/integrity-l2#1): merge what is refined, then say so"
        "; proposed: Route checkpoint every 5 minutes instead of 10",
    )
    assert refused.lacks == ("package", PACKAGE)  # whether a change of it lies in this clone is said there


def test_update_in_how_it_is_written_alone_is_none() -> None:
    made = drilled()
    made.documents.edit(KEY, {"notes": "as a comment: it is not among what is compared"})
    assert (
        made.refused(UPDATE, "mara")
        .reasons[0]
        .startswith("changed in integrity-l2: only how it is written; ")
    )


def test_second_update_is_compared_with_the_drill_too_and_recorded_once() -> None:
    made = refined(owner_routes__support="kim")
    made.do(UPDATE, "mara")
    assert made.refused(UPDATE, "mara").reasons == (
        "that update is recorded already as packages/integrity-l2#2",
    )
    made.documents.edit(KEY, {"severity": "critical"})
    (record,) = made.do(UPDATE, "mara")
    assert (record.body["changed"], record.body["wider"], record.body["settles"]) == (
        ["severity", "owner_routes"],
        ["severity"],
        [],
    )


def test_words_of_more_than_a_record_takes_are_refused() -> None:
    made = refined(owner_routes__support="kim")
    for command in (UpdatePackage(PACKAGE, "x" * 2001, "b"), UpdatePackage(PACKAGE, "a", "x" * 2001)):
        assert "has 2,001 characters; 2,000 at most" in made.refused(command, "mara").reasons[0]
    assert made.do(UpdatePackage(PACKAGE, "x" * 2000 + " ", "b"), "mara")


def test_what_the_closeout_proposed_need_not_be_typed_again() -> None:
    made = drilled()
    (duty,) = made.state.duties
    assert duty.text == "Route checkpoint every 5 minutes instead of 10"
    assert closing(duty) == 'govern package update integrity-l2 --retained "..."'
    made.documents.edit(KEY, {"actions.1.do": "Hold new templates, checkpoint every 5 minutes"})
    (record,) = made.do(UpdatePackage(PACKAGE, "Strict snapshot gate"), "mara")
    assert record.body["refined"] == duty.text


def test_update_that_nobody_proposed_is_said_in_words() -> None:
    made = team()
    made.do(drill(made, answers(closeout__package_update=None)), "mara")
    made.now = FRIDAY
    made.documents.edit(KEY, {"actions.1.do": "Hold new templates by route"})
    refused = made.refused(UpdatePackage(PACKAGE, "Strict snapshot gate"), "mara")
    assert "proposed an update: say what was refined" in refused.reasons[0]
    assert refused.type_line == 'govern package update integrity-l2 --retained "..." --refined "..."'


def test_package_that_was_never_drilled_has_nothing_to_rest_on() -> None:
    assert "was never drilled" in team().refused(UPDATE, "mara").reasons[0]


def test_package_that_is_not_there_is_refused_and_never_its_own_nearest() -> None:
    refused = drilled().refused(UpdatePackage("integrity-2", "a", "b"), "mara")
    assert refused.exit is ExitCode.COULD_NOT and refused.lacks == ("package", "integrity-2")
    assert refused.type_line == 'govern package update integrity-l2 --retained "..." --refined "..."'
    made = drilled()
    made.documents.edit(KEY, None)
    refused = made.refused(UPDATE, "mara")
    assert refused.reasons == ("no package `integrity-l2` is merged any more",)
    assert refused.type_line == 'govern package settle integrity-l2 --reason "..."'


def test_update_says_both_what_stays_and_what_was_refined() -> None:
    made = refined(owner_routes__support="kim")
    assert made.refused(UpdatePackage(PACKAGE, " ", "b"), "mara").reasons == (
        "retained is blank: say it in words",
    )


def test_update_is_a_persons_and_no_claim() -> None:
    made = refined(owner_routes__support="kim")
    assert "is a claim" in made.refused(UPDATE, "mara", claimed=True).reasons[0]
    assert Actor("mara").person == made.do(UPDATE, "mara")[0].actor


def test_what_was_merged_since_it_was_asked_is_another_update() -> None:
    made = refined(owner_routes__support="kim")
    pinned = UpdatePackage(PACKAGE, "a", "b", digest="sha256:" + "0" * 64)
    assert made.refused(pinned, "mara").reasons == ("integrity-l2 was changed again meanwhile",)


WIDER: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"severity": "critical"}, ("severity",)),
    ({"severity": "medium"}, ()),
    ({"trigger_class": "latency"}, ("trigger_class",)),
    ({"surface": "answers"}, ("surface",)),
    ({"surface": None}, ()),
    ({"actions": [*PACKAGE_VALUE["actions"], ANOTHER]}, ("actions",)),
    ({"actions": PACKAGE_VALUE["actions"][:1]}, ()),
    ({"temporary_guardrails": []}, ()),
    ({"temporary_guardrails": [{"id": "slow-lane", "set": "x", "clear": "y"}]}, ("temporary_guardrails",)),
]


@pytest.mark.parametrize(("edits", "told"), WIDER)
def test_scope_is_wider_where_more_is_taken_in(edits: dict[str, Any], told: tuple[str, ...]) -> None:
    after = edited(PACKAGE_VALUE, edits)
    assert wider(PACKAGE_VALUE, after) == told
    assert changed(PACKAGE_VALUE, after) and not changed(PACKAGE_VALUE, deepcopy(PACKAGE_VALUE))


def test_impact_raised_is_wider() -> None:
    normal = edited(PACKAGE_VALUE, {"impact": "normal"})
    assert wider(normal, PACKAGE_VALUE) == ("impact",) and wider(PACKAGE_VALUE, normal) == ()


def test_conditions_that_are_grouped_otherwise_are_other_criteria() -> None:
    split = [{"metric": "latency_change", "above": 10}, {"metric": "latency_change", "at_most": 15}]
    after = edited(PACKAGE_VALUE, {"criteria.tune": [PACKAGE_VALUE["criteria"]["tune"][0], *split]})
    assert changed(PACKAGE_VALUE, after) == ("criteria",)
