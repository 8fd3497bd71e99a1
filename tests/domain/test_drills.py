"""A drill is recorded with all that follows from its answers, or refused with the line that mends it."""

import json
from typing import Any

import pytest

from builders import World
from drilled import CARD, EVIDENCE, PACKAGE, WEDNESDAY, answers, drill, edited, evidence, team
from govern.domain.capabilities import revive
from govern.domain.decision import Accepted
from govern.domain.document import canonical
from govern.domain.drills.completion import CompleteDrill
from govern.domain.evidence import response_times

KEPT = {
    "measured": {"mismatch_rate": 1.0, "latency_change": 2},
    "decisions": {"mara": {"decision": "keep"}, "jo": {"decision": "keep"}},
}
ALIKE = {"decisions.jo.decision": "tune", "handoffs.0.acknowledged_at": "2026-11-18T14:08:00Z"}


def body_of(made: World, given: dict[str, Any] | None = None, **facts: Any) -> dict[str, Any]:
    return dict(made.do(drill(made, given, **facts), "mara")[0].body)


def test_example_is_recorded_with_its_decision_score_and_what_it_owes() -> None:
    made = team()
    body = body_of(made)
    assert (body["decision"]["outcome"], body["before"], body["score"]["total"]) == ("tune", "keep", 77)
    assert body["recovery"] == {"seconds": 440, "within": "PT10M"}
    assert (body["seconds"], body["overrun"], body["all_steps"], body["owners_agree"]) == (
        2645,
        False,
        True,
        False,
    )
    assert body["tuning"]["reasons"] == ["tune", "owners_differ"]
    (duty,) = made.state.duties
    assert (duty.kind, duty.packet, duty.owner, duty.due) == ("tune", PACKAGE, "mara", "2026-11-25T14:44:05Z")


def test_decisions_name_the_values_and_the_files_that_they_rest_on() -> None:
    rows = body_of(team())["rests_on"]
    assert [(row["what"], row["who"]) for row in rows] == [
        ("decision_before", "mara"), ("decision_before", "jo"), ("decision", "mara"), ("decision", "jo"),
        ("package_update", None),
    ]  # fmt: skip
    assert rows[0]["metrics"] == {"mismatch_rate": 1.8, "latency_change": 0}
    assert rows[2]["metrics"] == {"mismatch_rate": 1.8, "latency_change": 13.2}
    assert all(row["evidence"] == [EVIDENCE] for row in rows)


@pytest.mark.parametrize("given", [{}, ALIKE, {"decisions.mara.window": "P1D"}])
def test_record_is_decided_again_alike_whatever_order_its_fields_come_in(given: dict[str, Any]) -> None:
    made = team()
    first = made.decide(drill(made, edited(answers(), given)), "mara")
    assert isinstance(first, Accepted)
    body = json.loads(canonical(first.events[0].body))  # sorted, as the ledger writes it
    command = revive(first.asked, body)
    assert command is not None
    again = made.decide(command, "mara")
    assert isinstance(again, Accepted)
    assert json.loads(canonical(again.events[0].body)) == body


def test_drill_changes_no_figure_of_an_incident_and_moves_nothing() -> None:
    made = team()
    before = made.snapshot()
    body_of(made, edited(answers(), KEPT))
    assert set(made.state.tips) - set(before.tips) == {f"packages/{PACKAGE}"}
    for name in ("surfaces", "packets", "duties", "lanes", "verified", "reviews"):
        assert getattr(made.state, name) == getattr(before, name), name
    kpi = {"id": "ack", "unit": "s"}
    windows = {None: ["2026-11-16/P7D"]}
    rows = [
        response_times.rows(s.packet("ranker-v12"), kpi, windows, WEDNESDAY) for s in (made.state, before)
    ]
    assert rows[0] == rows[1] and rows[0][0]["n"] == 0


def test_restored_is_what_the_ledger_froze_and_not_what_the_card_says() -> None:
    wrong_card = {f"cards/{CARD}": {"metrics.mismatch_rate.baseline": 99}}
    assert body_of(team(wrong_card))["environment"]["same"] is True
    made = team()
    made.documents.edit("baselines/ranking-b5", {"components.policy": "reckless-v9"})
    found = body_of(made)["environment"]
    assert found["same"] is False and found["frozen"] != found["restored"]
    assert [row["baseline"] for row in found["baselines"]] == ["ranking-b5"]


def test_baseline_that_is_gone_was_not_restored() -> None:
    made = team()
    made.documents.edit("baselines/ranking-b5", None)
    body = body_of(made)
    assert (body["environment"]["restored"], body["environment"]["same"]) == (None, False)
    assert body["score"]["total"] == 70


def test_package_without_a_surface_leaves_all_of_them_as_they_were() -> None:
    made = team({f"packages/{PACKAGE}": {"surface": None}})
    found = body_of(made)["environment"]
    assert [row["surface"] for row in found["baselines"]] == ["answers", "ranking"] and found["same"]


CLONE = {"packet": "ranker-v12", "cohorts": ["pc-na"], "same": True, "seconds": 0.5, "differs": []}


def in_the_field() -> World:
    """A packet of the package's surface is in shadow."""
    made = team()
    made.state.touch("ranker-v12").phase = "shadow"
    made.state.touch("ranker-v12").surface = "ranking"
    return made


def test_way_back_of_a_packet_in_the_field_is_walked_on_a_clone() -> None:
    made = in_the_field()
    refused = made.refused(drill(made), "mara")
    assert refused.reasons == ("integrity-l2 touches ranking: the way back of ranker-v12 was not walked",)
    found = body_of(made, clone=CLONE)
    assert (found["environment"]["method"], found["environment"]["same"]) == ("clone", True)


def test_clone_that_did_not_come_back_restores_nothing() -> None:
    made = in_the_field()
    differs = {**CLONE, "same": False, "differs": ["pc-na is on ranking-b7"]}
    assert body_of(made, clone=differs)["environment"]["same"] is False


def test_drill_past_45_minutes_still_closes_and_says_where_to_split() -> None:
    late = {"execution.hold-templates.done_at": "2026-11-18T14:24:00Z",
            "execution.block-size-64.done_at": "2026-11-18T14:26:00Z",
            "side_effect.seen_at": "2026-11-18T14:27:00Z",
            "closeout.done_at": "2026-11-18T14:50:00Z"}  # fmt: skip
    body = body_of(team(), edited(answers(), late))
    assert body["overrun"] is True
    assert body["split"] == {"stage": "execution", "over": 360, "after": "strict-snapshots"}
    assert body["score"]["total"] == 77 - 5 - 4


def test_owners_of_different_minds_owe_a_tuning_although_the_rule_keeps() -> None:
    given = edited(answers(), {"measured.latency_change": 4, "decisions.mara.decision": "rollback"})
    made = team()
    body = body_of(made, given)
    assert (body["decision"]["outcome"], body["tuning"]["reasons"]) == ("keep", ["owners_differ"])


def test_same_card_again_is_owed_no_more_once_it_was_drilled() -> None:
    from govern.domain.drills.package_update import UpdatePackage

    made = team()
    body_of(made)
    made.documents.edit(
        f"packages/{PACKAGE}", {"actions.1.do": "Hold new templates, checkpoint every 5 minutes"}
    )
    made.now = "2026-11-20T09:00:00Z"
    made.do(UpdatePackage(PACKAGE, "Strict snapshot gate", "Checkpoint every 5 minutes"), "mara")
    assert [(duty.kind, duty.packet) for duty in made.state.duties] == [("drill", CARD)]
    made.now = "2026-11-26T09:00:00Z"
    moved = json.loads(json.dumps(answers()).replace("2026-11-18T", "2026-11-25T"))
    moved = edited(moved, {"measured.latency_change": 9, "decisions.mara.decision": "keep", "evidence": None})
    body_of(made, moved)
    assert made.state.duties == []


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("wait without a window", {"decisions.jo": {"decision": "wait"}}, "jo decided `wait` without a"),
    ("wait for nothing", {"decisions.jo": {"decision": "wait", "window": "P1D"}}, "without a window and a metric"),
    ("wait before it, too", {"decisions_before.jo": {"decision": "wait"}}, "without a window and a metric"),
    ("wait for a metric of another card",
     {"decisions.jo": {"decision": "wait", "window": "P1D", "metric": "reopen_rate"}}, "does not measure"),
    ("no value for what decides", {"measured.latency_change": None}, "nothing was measured for latency_change"),
    ("a value that nobody knows", {"measured.latency": 3}, "has no metric `latency`; nearest: "),
    ("a target that nobody knows", {"closeout.next_targets": {"latncy_change": 3}}, "nearest: latency_change"),
    ("an owner that is nobody", {"owners": ["mara", "zoe"]}, "no person `zoe` in the policy"),
    ("the same owner twice", {"owners": ["mara", "mara"]}, "mara is named twice"),
    ("an owner who is silent", {"decisions": {"mara": {"decision": "tune"}}}, "jo decided nothing"),
    ("a stranger who decided", {"decisions.kim": {"decision": "tune"}, "decisions.jo": None}, "kim decided"),
    ("a step of the branch left out", {"rollback.clear-guardrails": None}, "not run to its end: clear-guardrails"),
    ("a time before the start", {"readout.done_at": "2026-11-18T13:59:59Z"}, "readout.done_at is before"),
    ("a time after the end", {"execution.block-size-64.done_at": "2026-11-18T14:44:06Z"}, "is after it was closed"),
    ("a drill that is not over", {"closeout.done_at": "2026-11-18T15:00:01Z"}, "and it is 2026-11-18T15:00:00Z"),
    ("acknowledged before asked", {"handoffs.0.acknowledged_at": "2026-11-18T14:04:59Z"}, "before it was asked"),
    ("checked before it began", {"rollback.trigger.done_at": "2026-11-18T14:41:21Z"}, "before rollback.trigger"),
    ("a word where a number is asked", {"measured.latency_change": "fast"}, "answers: "),
    ("a field that nobody knows", {"mood": "good"}, "answers: "),
    ("answers of another card", {"card_digest": "sha256:" + "9d" * 32}, "answers to card 9d9d9d9d;"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "said"), [pytest.param(*c[1:], id=c[0]) for c in REFUSED])
def test_drill_is_refused_where_its_answers_leave_something_open(given: dict[str, Any], said: str) -> None:
    made = team()
    command = drill(made, answers())
    told = {**edited(answers(card_digest=command.drilled["answers"]["card_digest"]), given)}
    refused = made.refused(CompleteDrill(CARD, {**command.drilled, "answers": told}), "mara")
    assert said in " ".join(refused.reasons), refused.reasons
    assert refused.type_line and refused.type_line.startswith("govern ")


def test_answers_to_another_version_of_the_card_name_both_and_how_to_begin_anew() -> None:
    made = team()
    command = drill(made)
    made.documents.edit(f"cards/{CARD}", {"side_effect.becomes": 14})
    refused = made.refused(command, "mara")
    assert refused.type_line == f"govern new answers {CARD}"


def test_card_whose_criteria_left_those_of_the_package_rehearses_another_rule() -> None:
    made = team({f"cards/{CARD}": {"criteria.keep.0.below": 3}})
    assert "would rehearse another rule" in made.refused(drill(made), "mara").reasons[0]


@pytest.mark.parametrize("gone", [f"cards/{CARD}", f"packages/{PACKAGE}"])
def test_drill_of_what_is_not_merged_is_refused(gone: str) -> None:
    made = team()
    command = drill(made)
    made.documents.edit(gone, None)
    assert "merged" in made.refused(command, "mara").reasons[0]


def test_one_drill_is_recorded_once() -> None:
    made = team()
    body_of(made)
    refused = made.refused(drill(made), "jo")
    assert refused.reasons == (
        f"the drill of 2026-11-18T14:00:00Z is recorded already as packages/{PACKAGE}#1",
    )


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ([], "evidence: 1 named, 0 read"),
        (evidence({"latency_change": 9.0}), "the answers say latency_change 13.2, " + EVIDENCE),
    ],
)
def test_evidence_that_is_not_there_or_says_otherwise_is_refused(shown: list[Any], said: str) -> None:
    made = team()
    refused = made.refused(drill(made, evidence=shown), "mara")
    assert refused.reasons[0].startswith(said)


def test_any_person_may_record_a_drill_and_so_may_a_claim() -> None:
    for by, claimed in (("lee", False), ("kim", True)):
        made = team()
        assert isinstance(made.decide(drill(made), by, claimed=claimed), Accepted)
