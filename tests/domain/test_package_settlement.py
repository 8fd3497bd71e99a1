"""What drills left to a package or a card that is gone can be ended, by who owes it, with why; and nothing else."""

import pytest

from builders import World
from drilled import CARD, PACKAGE, drill, team
from govern.domain.drills.confidence import rated
from govern.domain.drills.package_update import UpdatePackage
from govern.domain.drills.settlement import SettlePackage
from govern.domain.duties import closing, gone
from govern.errors import ExitCode

KEY, CARD_KEY = f"packages/{PACKAGE}", f"cards/{CARD}"
SETTLE = SettlePackage(PACKAGE, "Renamed to integrity-l3, which is drilled anew")
LINE = f'govern package settle {PACKAGE} --reason "..."'


def owed(again: bool = False) -> World:
    """A package that owes an update, or its card once more."""
    made = team()
    made.do(drill(made), "mara")
    made.now = "2026-11-20T09:00:00Z"
    if again:
        made.documents.edit(KEY, {"actions.1.do": "Hold templates by route"})
        made.do(UpdatePackage(PACKAGE, "a", "b"), "mara")
    return made


@pytest.mark.parametrize("again", [False, True])
def test_what_a_package_that_is_gone_owes_is_ended_with_a_reason(again: bool) -> None:
    made = owed(again)
    made.documents.edit(KEY, None)
    (duty,) = made.state.duties
    assert closing(duty, gone=gone(made.documents, duty)) == LINE
    (record,) = made.do(SETTLE, "mara")
    assert (record.event, record.body["package_gone"], record.body["drills"]) == (
        "package_settled/1",
        True,
        [f"{KEY}#1"],
    )
    assert record.body["duties"] == [{"kind": duty.kind, "of": duty.packet, "record": duty.record}]
    assert made.state.duties == [] and record.uses == (duty.record,)


@pytest.mark.parametrize("how", ["deleted", "moved"])
def test_card_that_is_gone_holds_no_score_down_for_ever(how: str) -> None:
    made = owed(again=True)
    made.documents.edit(CARD_KEY, None if how == "deleted" else {"package_id": "ownership-l2"})
    (record,) = made.do(SETTLE, "kim")
    assert record.body["package_gone"] is False and made.state.duties == []
    history = made.state.package(PACKAGE)
    assert not rated(history)[-1].held and record in history.settled


def test_card_that_is_gone_is_settled_by_another_person() -> None:
    """It lifts what holds the score down: who owes it does not do that alone."""
    made = owed(again=True)
    made.documents.edit(CARD_KEY, None)
    refused = made.refused(SETTLE, "mara")
    assert "lifts what holds the score down; it takes rollout_approve (kim)" in refused.reasons[0]
    assert refused.turn == "kim"


def test_card_that_is_gone_is_settled_once_its_update_was_made() -> None:
    """The package is there: it is updated, whatever became of the card."""
    made = owed()
    made.documents.edit(CARD_KEY, None)
    refused = made.refused(SETTLE, "mara")
    assert refused.reasons == ("nothing that integrity-l2 owes is gone: the package is merged",)
    assert refused.type_line == 'govern package update integrity-l2 --retained "..."'


def test_what_is_there_is_drilled_and_not_settled() -> None:
    refused = owed(again=True).refused(SETTLE, "mara")
    assert refused.reasons == (f"nothing that {PACKAGE} owes is gone: {CARD} is merged",)
    assert refused.type_line == f"govern drill run {CARD}"


def test_package_that_owes_nothing_has_nothing_to_settle() -> None:
    refused = owed().refused(SettlePackage("ownership-l2", "no reason"), "mara")
    assert refused.exit is ExitCode.COULD_NOT
    assert refused.reasons == ("nothing is owed of package ownership-l2",)


@pytest.mark.parametrize(("by", "may"), [("mara", True), ("kim", True), ("jo", False), ("lee", False)])
def test_who_owes_it_ends_it_or_who_lets_changes_out(by: str, may: bool) -> None:
    made = owed()
    made.documents.edit(KEY, None)
    if may:
        assert made.do(SETTLE, by)
        return
    refused = made.refused(SETTLE, by)
    assert refused.reasons == (f"{by} may not: it is owed by mara; it takes mara or rollout_approve (kim)",)
    assert refused.turn == "mara"


def test_reason_is_said_and_fits_a_record() -> None:
    made = owed()
    made.documents.edit(KEY, None)
    assert "reason is blank" in made.refused(SettlePackage(PACKAGE, " "), "mara").reasons[0]
    assert "2,001 characters" in made.refused(SettlePackage(PACKAGE, "x" * 2001), "mara").reasons[0]
    assert "is a claim" in made.refused(SETTLE, "mara", claimed=True).reasons[0]
