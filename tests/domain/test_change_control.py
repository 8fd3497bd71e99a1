"""Change control: the only way in which a frozen number moves; one opens, another applies, the count starts anew."""

from typing import Any

import pytest

from builders import PACKET, cohorts, in_canary, in_shadow, ready, world
from govern.domain.checks import RULES
from govern.domain.gates import evaluate
from govern.domain.rollback.execution import Rollback
from govern.domain.rollout.advance import Advance
from govern.domain.rollout.change_control import ApplyChange, OpenChange
from govern.errors import ExitCode

LOOSER = {"document": "kpis/policy-flip-rate", "field": "bands.critical.above", "value": 20}
OWNED = {f"packets/{PACKET}": {"owners.rollout_approve": ["ben", "cy"]}, "govern": {
    "people.cy": {"email": "cy@example.com"}, "roles.rollout_approve": ["ana", "ben", "cy"],
}}  # fmt: skip


def opened(*settings: dict[str, Any], by: str = "ana", **more: Any) -> OpenChange:
    return OpenChange(PACKET, settings or (LOOSER,), "measured on too few", **more)


def test_applied_change_gives_the_frozen_document_with_these_values() -> None:
    made = ready()
    before = made.packet().frozen["kpis/policy-flip-rate"]
    made.do(opened(), "ana")
    (applied,) = made.do(ApplyChange(PACKET))
    after = applied.body["frozen"]["kpis/policy-flip-rate"]
    assert made.packet().frozen["kpis/policy-flip-rate"] == after != before
    value = made.documents.frozen("kpis/policy-flip-rate", after).value
    assert value["bands"] == {"warning": {"above": 2}, "critical": {"above": 20}}
    assert made.documents.values["kpis/policy-flip-rate"]["bands"]["critical"] == {"above": 5}


def test_applying_raises_the_attempt_and_evidence_counts_anew() -> None:
    made = ready()
    made.do(opened(), "ana")
    made.do(ApplyChange(PACKET))
    assert made.packet().attempt == 2
    assert "shadow_pairs: no pairs yet" in made.refused(Advance(PACKET, "canary")).reasons
    made.pairs({"public": 200})
    assert made.refused(Advance(PACKET, "canary")).reasons == ("rehearsed: not since the last change",)


def test_opening_alone_moves_nothing() -> None:
    made = in_shadow()
    before = dict(made.packet().frozen)
    made.do(opened(), "ana")
    made.pairs({"public": {"n": 200, "policy-flip-rate": {"value": 9, "counts": {"worse": 18}}}})
    assert made.packet().frozen == before
    assert "shadow_bands" in made.refused(Advance(PACKET, "canary")).reasons[0]


def test_own_change_is_applied_by_somebody_else() -> None:
    made = ready(OWNED)
    (change,) = made.do(opened(), "ben")
    assert made.refused(ApplyChange(PACKET)).reasons == (
        f"ben opened this change ({change.name}): somebody else applies it",
    )
    made.do(ApplyChange(PACKET), "cy")


def test_author_applies_nothing() -> None:
    made = ready(OWNED)
    made.do(opened(), "ben")
    assert "no author" in made.refused(ApplyChange(PACKET), "ana").reasons[0]


def test_newer_opening_answers_a_slip_of_the_hand() -> None:
    made = ready()
    made.do(opened({**LOOSER, "value": 90}), "ana")
    made.do(opened(), "ana")
    change = made.packet().change
    assert change is not None
    assert [entry["value"] for entry in change.body["set"]] == [LOOSER["value"]]


def test_apply_without_an_open_change_is_refused() -> None:
    assert "no change" in ready().refused(ApplyChange(PACKET)).reasons[0]


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ({**LOOSER, "value": "lots"}, "kpis/policy-flip-rate:bands.critical.above: "),
        ({**LOOSER, "field": "band.critical.above"}, "has no field `band.critical.above`"),
        ({**LOOSER, "field": "bands.critical.abov"}, "kpis/policy-flip-rate:bands.critical.abov: "),
        ({**LOOSER, "field": "measure", "value": "NO SUCH"}, "kpis/policy-flip-rate:measure: "),
        ({**LOOSER, "document": "kpis/policy-flp-rate"}, "nearest: kpis/policy-flip-rate"),
        ({**LOOSER, "document": "baselines/chat-b2"}, "has not frozen `baselines/chat-b2`"),
    ],
    ids=["word for number", "no such field", "slip in a field", "bad name", "slip in a document", "a baseline"],
)  # fmt: skip
def test_setting_that_does_not_fit_is_refused(setting: dict[str, Any], told: str) -> None:
    refused = ready().refused(opened(setting))
    assert told in refused.reasons[0]
    assert refused.exit == ExitCode.COULD_NOT


def test_nothing_is_frozen_before_shadow_nor_after_the_end() -> None:
    assert "nothing is frozen before shadow" in world().refused(opened()).reasons[0]
    made = in_canary()
    made.do(Rollback(PACKET, "operator-judgement"))
    assert "it has ended" in made.refused(opened()).reasons[0]


def test_change_decided_on_an_older_attempt_is_refused() -> None:
    made = in_canary()
    assert "was advanced meanwhile" in made.refused(opened(attempt=1)).reasons[0]


def test_change_that_was_applied_meanwhile_is_not_applied_again() -> None:
    made = ready(OWNED)
    (change,) = made.do(opened(), "ana")
    made.do(ApplyChange(PACKET))
    refused = made.refused(ApplyChange(PACKET, change.name, attempt=1), "cy")
    assert refused.type_line == f"govern phase show {PACKET}"


def test_wider_coverage_by_change_control_leaves_who_is_bound_as_bound() -> None:
    made = in_canary(cohorts("a", "b"))
    made.do(opened({"document": f"packets/{PACKET}", "field": "canary.percent", "value": 10}), "ana")
    made.do(ApplyChange(PACKET))
    assert made.packet().on_next == ("a", "b")


def test_two_settings_of_one_document_stand_together() -> None:
    made = ready()
    made.do(opened(LOOSER, {**LOOSER, "field": "min_sample", "value": 30}), "ana")
    made.do(ApplyChange(PACKET))
    made.pairs(
        {
            "public": {
                "n": 30,
                "policy-flip-rate": {"value": 20, "counts": {"worse": 6}},
                "mean-score-delta": 0,
            }
        }
    )
    bands = next(item for item in RULES[1]["canary"] if item.name == "shadow_bands")
    (verdict,) = evaluate(made.border("canary"), [bands])
    flips = next(row for row in verdict.rows if row["kpi"] == "policy-flip-rate")
    assert (flips["outcome"], flips["warning"]) == ("passed", True)


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ("kpis/policy-flip-rate", "id"),
        (f"packets/{PACKET}", "prev.baseline"),
        (f"packets/{PACKET}", "authors"),
    ],
)
def test_what_a_packet_is_about_never_changes_under_way(document: str, field: str) -> None:
    refused = ready().refused(opened({"document": document, "field": field, "value": "other"}))
    assert "is fixed for good" in refused.reasons[0]
    assert refused.type_line is not None
