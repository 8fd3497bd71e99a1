"""A drill is recorded with all that follows from its answers, or refused with the line that mends it."""

import json
import re
from typing import Any

import pytest

from builders import World
from drilled import CARD, EVIDENCE, PACKAGE, WEDNESDAY, answers, drill, edited, evidence, team
from govern.domain.capabilities import revive
from govern.domain.decision import Accepted
from govern.domain.document import canonical
from govern.domain.drills.completion import CompleteDrill
from govern.domain.drills.confidence import Numbers, confidence, qualified
from govern.domain.evidence import response_times
from govern.domain.windows import after

WAIT = {"decision": "wait", "window": "P1D", "metric": "mismatch_rate"}
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


@pytest.mark.parametrize("same", [True, False])
def test_way_back_that_a_drill_walked_is_a_rehearsal_of_its_packet(same: bool) -> None:
    made = in_the_field()
    made.do(drill(made, clone={**CLONE, "same": same}), "mara")
    (held,) = made.state.packet("ranker-v12").rehearsals
    assert held.stream == "packets/ranker-v12"
    assert held.body == {"form": "drill", "cohorts": ["pc-na"], "same": same, "seconds": 0.5, "card": CARD}


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
    ("an owner who said nothing before it", {"decisions_before.jo": None}, "jo decided nothing before the side"),
    ("a misspelt step", {"execution.hold-template": {}, "execution.hold-templates": None}, "nearest: hold-templates"),
    ("a step of nothing alike", {"execution.call-ana": {}}, "it has strict-snapshots, hold-templates"),
    ("a stranger who decided", {"decisions.kim": {"decision": "tune"}, "decisions.jo": None}, "kim decided"),
    ("a step of the branch left out", {"rollback.clear-guardrails": None}, "not run to its end: clear-guardrails"),
    ("a time before the start", {"readout.done_at": "2026-11-18T13:59:59Z"}, "readout.done_at is before"),
    ("a time after the end", {"execution.block-size-64.done_at": "2026-11-18T14:44:06Z"}, "is after it was closed"),
    ("a drill that is not over", {"closeout.done_at": "2026-11-18T15:00:01Z"}, "and it is 2026-11-18T15:00:00Z"),
    ("read when it was carried out", {"readout.done_at": "2026-11-18T14:30:00Z"},
     "execution.strict-snapshots.done_at is before readout.done_at"),
    ("seen before it was carried out", {"side_effect.seen_at": "2026-11-18T14:18:39Z"},
     "side_effect.seen_at is before execution.block-size-64.done_at"),
    ("went back before it was seen", {"rollback.trigger.done_at": "2026-11-18T14:21:14Z"},
     "rollback.trigger.done_at is before side_effect.seen_at"),
    ("undone before the condition", {"rollback.revert-actions.done_at": "2026-11-18T14:33:59Z"},
     "rollback.revert-actions.done_at is before rollback.trigger.done_at"),
    ("acknowledged before asked", {"handoffs.0.acknowledged_at": "2026-11-18T14:04:59Z"}, "before it was asked"),
    ("checked before it began", {"rollback.trigger.done_at": "2026-11-18T14:41:21Z"}, "is before rollback.trigger"),
    ("a word where a number is asked", {"measured.latency_change": "fast"}, "answers: "),
    ("a field that nobody knows", {"mood": "good"}, "answers: "),
    ("answers of another card", {"card_digest": "sha256:" + "9d" * 32}, "answers to card 9d9d9d9d;"),
    ("answers of another package", {"package_digest": "sha256:" + "9d" * 32}, "answers to package 9d9d9d9d;"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "said"), [pytest.param(*c[1:], id=c[0]) for c in REFUSED])
def test_drill_is_refused_where_its_answers_leave_something_open(given: dict[str, Any], said: str) -> None:
    made = team()
    command = drill(made, answers())
    told = edited(command.drilled["answers"], given)
    refused = made.refused(CompleteDrill(CARD, {**command.drilled, "answers": told}), "mara")
    assert said in " ".join(refused.reasons), refused.reasons
    assert refused.type_line and refused.type_line.startswith("govern ")


@pytest.mark.parametrize(
    ("changed", "field"),
    [(f"cards/{CARD}", {"side_effect.becomes": 14}), (f"packages/{PACKAGE}", {"title": "Another text"})],
)
def test_answers_to_another_version_name_both_and_how_to_begin_anew(
    changed: str, field: dict[str, Any]
) -> None:
    made = team()
    command = drill(made)
    made.documents.edit(changed, field)
    refused = made.refused(command, "mara")
    document = (
        made.documents.get("card", CARD) if "cards" in changed else made.documents.get("package", PACKAGE)
    )
    assert document is not None
    given = command.drilled["answers"][f"{document.kind}_digest"]
    assert refused.reasons == (
        f"answers to {document.kind} {given[7:15]}; the {document.kind} is {document.digest[7:15]} now",
    )
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


LATER = {
    "the same": ({}, 0, "the drill of 2026-11-18T14:00:00Z is recorded already as "),
    "begun a second earlier": (
        {"started_at": "2026-11-18T13:59:59Z"}, 0, "mara was in another drill then, from 2026-11-18T14:00:00Z to "),
    "of one owner, at its end": (
        {"owners": ["kim", "jo"]}, 44, "jo was in another drill then, from 2026-11-18T14:00:00Z to "),
    "of two others, with its times and evidence": (
        {"owners": ["kim", "lee"]}, 60, "to the second and with its evidence, these are the times of "),
    "a week after, with its times and evidence": ({}, 7 * 24 * 60, "to the second and with its evidence"),
}  # fmt: skip


def moved(given: dict[str, Any], minutes: int) -> dict[str, Any]:
    """The same answers with every time so much later, decided by whoever its owners are."""
    text = re.sub(r"2026-11-18T[0-9:]+Z", lambda found: after(found[0], f"PT{minutes}M") if minutes else found[0],
                  json.dumps(given))  # fmt: skip
    value: dict[str, Any] = json.loads(text)
    for when in ("decisions_before", "decisions"):
        said = list(value[when].values())
        value[when] = dict(zip(value["owners"], said, strict=True))
    return value


def test_drill_that_took_no_time_was_not_held() -> None:
    at_once = json.loads(re.sub(r"T14:[0-9:]+Z", "T14:00:00Z", json.dumps(answers())))
    made = team()
    assert "in the same second" in made.refused(drill(made, at_once), "mara").reasons[0]


@pytest.mark.parametrize("what", LATER)
def test_one_drill_is_recorded_once(what: str) -> None:
    edits, minutes, said = LATER[what]
    made = team()
    body_of(made)
    made.now = "2026-11-27T15:00:00Z"
    refused = made.refused(drill(made, moved(edited(answers(), edits), minutes)), "jo")
    assert refused.reasons[0].startswith(said) and f"packages/{PACKAGE}#1" in refused.reasons[0]
    assert refused.type_line == f"govern show packages/{PACKAGE}#1"


@pytest.mark.parametrize(
    ("edits", "minutes"),
    [
        ({"owners": ["kim", "lee"], "readout.done_at": "2026-11-18T14:04:31Z"}, 1),  # others, meanwhile
        ({"readout.done_at": "2026-11-18T14:04:31Z"}, 45),  # the same two, when it was over
        ({"evidence": None}, 45),  # to the second, on something else
    ],
)
def test_drill_of_others_or_of_another_hour_is_another_drill(edits: dict[str, Any], minutes: int) -> None:
    made = team()
    body_of(made)
    made.now = "2026-11-27T15:00:00Z"
    assert body_of(made, moved(edited(answers(), edits), minutes))["seconds"] == 2645


@pytest.mark.parametrize(
    ("mara", "jo", "agree", "reasons"),
    [
        ({"decision": "tune"}, {"decision": "tune"}, True, ["tune"]),
        ({"decision": "keep"}, {"decision": "keep"}, True, ["tune", "owners_against_rule"]),
        ({"decision": "keep"}, {"decision": "tune"}, False, ["tune", "owners_differ"]),
        (WAIT | {"window": "P9999W"}, WAIT | {"window": "PT1S"}, False, ["tune", "owners_differ"]),
        (WAIT, WAIT | {"metric": "latency_change"}, False, ["tune", "owners_differ"]),
        (WAIT, WAIT | {"note": "Tomorrow"}, True, ["tune", "owners_against_rule"]),
    ],
)
def test_owners_are_of_one_mind_in_all_of_it_and_with_the_rule_or_owe_a_tuning(
    mara: dict[str, Any], jo: dict[str, Any], agree: bool, reasons: list[str]
) -> None:
    made = team()
    body = body_of(made, answers(decisions={"mara": mara, "jo": jo}))
    assert (body["owners_agree"], body["tuning"]["reasons"]) == (agree, reasons)
    (record,) = made.state.package(PACKAGE).drills
    assert qualified(record) is (reasons == ["tune"])
    points = {part["part"]: part["points"] for part in body["score"]["parts"]}
    assert points["owners_agree"] == (10 if agree else 0)


def test_agreement_against_a_rule_that_keeps_owes_a_tuning_and_leaves_a_draft() -> None:
    """Both misread it alike: nothing is ready because two people make the same mistake."""
    made = team()
    against = {**KEPT, "decisions": {"mara": {"decision": "rollback"}, "jo": {"decision": "rollback"}}}
    body = body_of(made, edited(answers(), against))
    assert body["tuning"]["reasons"] == ["owners_against_rule"]
    package = made.documents.get("package", PACKAGE)
    assert package is not None
    found = confidence(made.state.package(PACKAGE), package.digest, "high", made.now, Numbers())
    assert found.status == "draft"


BANDS: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({}, {"still_open": 500}, True),  # no limit is named: it is shown
    ({"queue_age_at_most": "PT30M"}, {"still_open": 1}, False),  # it waited for 39 minutes
    ({"queue_age_at_most": "PT40M"}, {"still_open": 1}, True),
    ({"queue_age_at_most": "PT30M"}, {"still_open": 0}, True),
    ({}, {"reopened": 1}, False),
    ({"reopened_at_most": 2}, {"reopened": 2}, True),
    ({"reopened_at_most": 2}, {"reopened": 3}, False),
]


@pytest.mark.parametrize(("limits", "measured", "inside"), BANDS)
def test_handoff_is_in_its_band_by_the_limits_of_the_card(
    limits: dict[str, Any], measured: dict[str, Any], inside: bool
) -> None:
    made = team({f"cards/{CARD}": {f"handoffs.0.{name}": limit for name, limit in limits.items()}})
    given = {f"handoffs.0.{name}": value for name, value in measured.items()}
    found = body_of(made, edited(answers(), {**ALIKE, **given}))["handoffs"]
    assert found["in_band"] is inside
    assert found["queue_age"] == (2345 if measured.get("still_open") else 0)


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
