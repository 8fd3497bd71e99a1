"""The way back: which cohorts, to what, and everything that follows from it in one commit."""

from dataclasses import replace

import pytest

from adopting import adopt
from builders import DAY_ONE, PACKET, World, cohorts, in_canary, in_shadow, world
from govern.domain.binding import current
from govern.domain.checks import no_freeze
from govern.domain.decision import Accepted
from govern.domain.rollback.execution import Rollback
from govern.domain.rollback.scope import superseded
from govern.domain.rollout.change_control import OpenChange
from govern.domain.rollout.extension import Extend
from govern.domain.state import EVERYONE
from govern.errors import ExitCode

BACK = Rollback(PACKET, "operator-judgement")


FIRED = {
    "trigger": "policy-dislocation", "action": "rollback", "counter": {"consecutive": 2}, "window": "PT1H",
    "condition": {"op": "above", "threshold": 5, "unit": "percent"}, "on_no_data": "inconclusive",
    "windows": ["2026-11-20T10:00:00Z/PT1H", "2026-11-20T11:00:00Z/PT1H"],
    "first": "2026-11-20T10:00:00Z", "last": "2026-11-20T12:00:00Z", "cohorts": ["a"],
    "values": [{"cohort": "a", "window": "2026-11-20T11:00:00Z/PT1H", "value": 7.4}],
    "baseline": "chat-b2", "model_version": "v2", "calibration": None,
    "source": {"path": "seen.csv", "sha256": "sha256:" + "0" * 64, "rows": 2},
}  # fmt: skip


def on(made: World, cohort: str, surface: str = "chat") -> tuple[str, float]:
    now = current(made.state.surfaces[surface], cohort)
    return now.to.baseline, now.percent


def test_everybody_on_next_goes_back_whole_and_the_packet_ends() -> None:
    made = in_canary({**cohorts("a", "b", "c"), f"packets/{PACKET}": {
        "cohort_coverage": ["a", "b", "c"], "canary": {"allowlist": ["a", "b"], "percent": 5},
    }})  # fmt: skip
    records = made.do(BACK)
    assert [r.event for r in records] == [
        "rolled_back/1", "calibration_review_scheduled/1", "binding_changed/1", "promotions_frozen/1",
        "mitigation_entered/1", "mitigation_entered/1",
    ]  # fmt: skip
    assert records[0].body["cohorts"] == ["a", "b"]
    assert {c: on(made, c) for c in "abc"} == dict.fromkeys("abc", ("chat-b1", 100))
    assert made.packet().stages == {"a": "back", "b": "back", "c": "out"}
    assert (made.packet().phase, made.packet().attempt) == ("rolled_back", 3)


def test_some_go_back_and_the_mixed_result_is_stated() -> None:
    made = in_canary(cohorts("a", "b", "c"))
    lead, *_ = made.do(Rollback(PACKET, "trigger", ("b",)))
    assert (lead.body["cohorts"], lead.body["stay"], lead.body["to"]) == (["b"], ["a", "c"], "chat-b1")
    assert {c: on(made, c)[0] for c in "abc"} == {"a": "chat-b2", "b": "chat-b1", "c": "chat-b2"}
    assert made.packet().phase == "canary"


def test_freeze_covers_who_went_back() -> None:
    made = in_canary(cohorts("a", "b"))
    made.do(Rollback(PACKET, "trigger", ("b",)))
    surface = made.state.surfaces["chat"]
    assert (surface.frozen_for("b"), surface.frozen_for("a")) == ("surfaces/chat#4", None)


def test_duties_have_an_owner_and_an_instant() -> None:
    made = in_canary()
    made.now = "2026-11-20T12:00:00Z"
    made.do(BACK)
    assert [(d.kind, d.owner, d.due) for d in made.state.duties] == [
        ("relabel", "ben", "2026-11-21T12:00:00Z"),
        ("note", "ben", "2026-11-21T12:00:00Z"),
        ("calibration_review", "ana", "2026-11-24T12:00:00Z"),
    ]


def test_note_given_at_once_is_not_owed() -> None:
    made = in_canary()
    made.do(Rollback(PACKET, "trigger", note="half of the answers are taken back"))
    assert [d.kind for d in made.state.duties] == ["relabel", "calibration_review"]


def test_incident_begins_when_the_first_of_them_was_bound_or_where_it_is_said() -> None:
    made = in_canary(cohorts("a", "b"))
    made.now = "2026-11-20T12:00:00Z"
    assert range_of(made, BACK) == DAY_ONE
    assert range_of(made, Rollback(PACKET, "trigger", since="2026-11-20T10:00:00Z")) == "2026-11-20T10:00:00Z"


def test_incident_begins_with_the_first_bad_window_of_the_trigger_that_is_named() -> None:
    made = in_canary(cohorts("a", "b"))
    fired = made.fact("trigger_fired/1", FIRED).name
    made.now = "2026-11-20T13:00:00Z"
    named = Rollback(PACKET, "trigger", ("a",), fired)
    assert range_of(made, named) == FIRED["first"]
    assert range_of(made, replace(named, since="2026-11-20T12:30:00Z")) == "2026-11-20T12:30:00Z"
    before = made.fact("trigger_fired/1", FIRED | {"first": "2026-11-20T08:00:00Z"}).name
    assert range_of(made, replace(named, trigger=before)) == DAY_ONE, "nobody was on next by then"


def range_of(made: World, command: Rollback) -> str:
    decision = made.decide(command)
    assert isinstance(decision, Accepted)
    return str(decision.events[0].body["range"]["since"])


def test_rollback_reads_no_document() -> None:
    made = in_canary()
    made.documents.values.clear()
    made.documents.files.clear()
    made.documents.kept.clear()
    made.do(BACK)
    assert on(made, "public") == ("chat-b1", 100)


def test_open_change_does_not_stop_the_way_back() -> None:
    made = in_canary()
    setting = {"document": "kpis/policy-flip-rate", "field": "min_sample", "value": 50}
    made.do(OpenChange(PACKET, (setting,), "too few"), "ana")
    made.do(BACK)
    assert made.packet().phase == "rolled_back"


def test_larger_share_goes_back_as_well() -> None:
    made = in_canary({f"packets/{PACKET}": {"canary.percent": 5}})
    made.do(Extend(PACKET, percent=80))
    made.do(BACK)
    assert on(made, "public") == ("chat-b1", 100)


def test_second_rollback_has_nothing_to_do_and_says_where_everybody_is() -> None:
    made = in_canary()
    made.do(BACK)
    refused = made.refused(BACK)
    assert (refused.reasons, refused.exit) == (
        ("already back, nothing to do: nobody is on next",),
        ExitCode.YES,
    )
    refused = made.refused(Rollback(PACKET, "trigger", ("public",)))
    assert refused.reasons == ("already back, nothing to do: public on chat-b1",)


def test_cohorts_that_are_back_already_are_passed_over() -> None:
    made = in_canary(cohorts("a", "b"))
    made.do(Rollback(PACKET, "trigger", ("a",)))
    lead, *_ = made.do(Rollback(PACKET, "trigger", ("a", "b")))
    assert lead.body["cohorts"] == ["b"]


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (Rollback("no-systm-prompt", "trigger"), "nearest: no-system-prompt"),
        (Rollback(PACKET, "a bad feeling"), "no reason `a bad feeling`; there are: trigger,"),
        (Rollback(PACKET, "trigger", ("pc-nq",)), f"no cohort `pc-nq` in {PACKET}; nearest: pc-na"),
    ],
)
def test_slip_is_refused_with_what_there_is(command: Rollback, told: str) -> None:
    refused = in_canary(cohorts("pc-na", "xr")).refused(command)
    assert told in refused.reasons[0]
    assert refused.exit == ExitCode.COULD_NOT


def test_packet_that_only_the_branch_knows_has_nobody_to_take_back() -> None:
    assert world().refused(BACK).exit == ExitCode.COULD_NOT


def test_packet_in_shadow_has_nobody_on_next() -> None:
    assert in_shadow().refused(BACK).exit == ExitCode.YES


def test_person_without_the_role_may_not_and_automation_may() -> None:
    people = {
        "people.cy": {"email": "cy@example.com"},
        "people.bot": {"email": "b@example.com", "kind": "automation"},
    }
    made = in_canary({"govern": {**people, "roles.rollback_execute": ["ana", "ben", "bot"]}})
    assert "it takes rollback_execute, which ana, ben, bot hold" in made.refused(BACK, "cy").reasons[0]
    made.do(BACK, "bot")
    assert on(made, "public") == ("chat-b1", 100)


def third_baseline() -> World:
    """`first` has b on chat-b2; `second` starts from chat-b2 as it will be once that is everybody's."""
    edits = {
        **cohorts("a", "b"),
        "baselines/chat-b3": {"like": "baselines/chat-b2", "model_version": "llama-2-70b-chat+v3"},
        "packets/first": {"like": f"packets/{PACKET}", "cohort_coverage": ["b"], "canary": {"allowlist": ["b"]}},
        "packets/second": {
            "like": f"packets/{PACKET}", "cohort_coverage": ["a"], "canary": {"allowlist": ["a"]},
            "prev.baseline": "chat-b2", "next.baseline": "chat-b3",
        },
    }  # fmt: skip
    made = world(edits)
    made.documents.seal("second")
    made.put("canary", "first")
    return made


def test_packet_that_builds_on_what_moved_is_paused_in_the_same_commit() -> None:
    made = third_baseline()
    made.put("shadow", "second")
    records = made.do(Rollback("first", "trigger"))
    assert (records[-1].event, records[-1].stream) == ("packet_paused/1", "packets/second")
    assert made.packet("second").paused_by == records[-1].name


def test_prev_that_was_taken_back_meanwhile_gives_the_known_good_baseline() -> None:
    made = third_baseline()
    made.put("canary", "second")
    made.do(Rollback("first", "trigger"))
    lead, *_ = made.do(Rollback("second", "trigger"))
    assert (on(made, "a"), lead.body["to"]) == (("chat-b1", 100), "chat-b1")


# Several packets in one commit


def both() -> World:
    """`first` has b on chat-b2, `second` a on chat-b3, which builds on chat-b2; `waiting` builds on it as well."""
    made = third_baseline()
    made.documents.edit("packets/waiting", {"like": "packets/second"})
    made.put("canary", "second")
    made.put("shadow", "waiting")
    return made


def test_several_packets_go_back_in_one_command() -> None:
    made = both()
    also = ({"packet": "second", "cohorts": ["a"]},)
    records = made.do(Rollback("first", "trigger", ("b",), also=also))
    assert [(r.event, r.stream) for r in records] == [
        ("rolled_back/1", "packets/first"), ("rolled_back/1", "packets/second"),
        ("calibration_review_scheduled/1", "packets/first"), ("calibration_review_scheduled/1", "packets/second"),
        ("binding_changed/1", "surfaces/chat"), ("promotions_frozen/1", "surfaces/chat"),
        ("mitigation_entered/1", "lanes/a"), ("mitigation_entered/1", "lanes/b"),
        ("packet_paused/1", "packets/waiting"),
    ]  # fmt: skip
    assert {c: on(made, c) for c in "ab"} == dict.fromkeys("ab", ("chat-b1", 100)), "b2 went back, too"
    assert {c: current(made.state.surfaces["chat"], c).packet for c in "ab"} == {"a": "second", "b": "first"}
    assert records[5].body["cohorts"] == ["a", "b"]
    assert {made.packet(name).phase for name in ("first", "second")} == {"rolled_back"}


def test_part_that_is_back_already_is_passed_over_and_asked_says_who_went() -> None:
    made = both()
    made.do(Rollback("first", "trigger"))
    lead, *_ = made.do(Rollback("first", "trigger", also=({"packet": "second", "cohorts": []},)))
    assert lead.asked == {
        "do": "rollback",
        "packet": "second",
        "reason": "trigger",
        "cohorts": ["a"],
        "stale": False,
    }
    again = made.refused(Rollback("first", "trigger", ("b",), also=({"packet": "second", "cohorts": ["a"]},)))
    assert (again.reasons, again.exit) == (
        ("already back, nothing to do: b on chat-b1, a on chat-b1",), ExitCode.YES,
    )  # fmt: skip


def test_packet_named_twice_is_refused() -> None:
    assert both().refused(Rollback("first", "trigger", also=({"packet": "first", "cohorts": []},))).exit == 2


# After adoption


def adopted() -> World:
    """`first` is adopted: b is on chat-b2 by name, everybody without a key by default, a is pinned to chat-b1."""
    made = third_baseline()
    adopt(made, "first")
    return made


def test_default_goes_back_with_the_last_cohort_and_everybody_is_frozen() -> None:
    made = adopted()
    made.do(Rollback("first", "trigger"))
    surface = made.state.surfaces["chat"]
    assert (surface.default[-1].to.baseline, surface.default[-1].packet) == ("chat-b1", "first")
    assert list(surface.frozen) == [EVERYONE] and surface.frozen_for("nobody knows")
    assert made.packet("first").phase == "rolled_back"


def test_cohort_that_a_later_packet_took_on_is_that_packets_to_take_back() -> None:
    made = adopted()
    made.documents.edit("packets/second", {"cohort_coverage": ["b"], "canary": {"allowlist": ["b"]}})
    made.put("canary", "second")
    assert made.refused(Rollback("first", "trigger", ("b",))).exit == ExitCode.YES
    made.do(Rollback("second", "trigger", ("b",)))
    assert (on(made, "b"), made.packet("first").on_next) == (("chat-b2", 100), ("b",))
    made.do(Rollback("first", "trigger", ("b",)))
    assert on(made, "b") == ("chat-b1", 100), "two steps, each by its own packet"


def test_prev_that_was_superseded_is_bound_as_rehearsed_and_the_newer_one_is_known() -> None:
    made = third_baseline()
    made.documents.edit("packets/second", {"prev.baseline": "chat-b1", "next.baseline": "chat-b3"})
    made.documents.seal("second")
    made.put("canary", "second")
    made.now = "2026-11-21T09:00:00Z"
    adopt(made, "first")
    newer = superseded(made.state, made.packet("second"), "chat-b1")
    assert newer is not None and (newer.to.baseline, newer.at) == ("chat-b2", made.now)
    assert superseded(made.state, made.packet("first"), "chat-b1") is None, "its own next is no news"
    made.do(Rollback("second", "trigger", to="chat-b2"))
    assert on(made, "a") == ("chat-b2", 100)


def test_adoption_waits_for_every_covered_cohort_that_is_frozen() -> None:
    made = in_canary(cohorts("a", "b"))
    made.do(Rollback(PACKET, "trigger", ("b",)))
    assert no_freeze.check(made.border("wide", cohorts=("a",))).outcome == "passed"
    assert no_freeze.check(made.border("adopted", cohorts=("a",))).outcome == "failed"
