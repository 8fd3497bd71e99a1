"""`phase advance`: what is bound, who is left, and that a line typed twice or late passes one border once."""

import pytest

from builders import DAY_ONE, PACKET, cohorts, in_shadow, ready, world
from govern.domain.binding import current
from govern.domain.capabilities import revive
from govern.domain.decision import Accepted
from govern.domain.rollback.execution import Rollback
from govern.domain.rollout.advance import Advance
from govern.domain.rollout.change_control import ApplyChange, OpenChange
from govern.errors import ExitCode

SHOWN = {"same": True, "seconds": 0.4}
FLIPS = {"n": 200, "policy-flip-rate": {"value": 9, "counts": {"worse": 18}}}


def test_shadow_freezes_everything_and_binds_nobody() -> None:
    made = world(cohorts("a", "b"))
    records = made.do(Advance(PACKET, "shadow", rehearsal=SHOWN))
    assert [r.event for r in records] == ["phase_advanced/1", "rehearsal_held/1", "baseline_verified/1"]
    packet = made.packet()
    assert (packet.phase, packet.attempt, packet.covered, packet.on_next) == ("shadow", 1, ("a", "b"), ())
    assert set(packet.frozen) == {
        f"packets/{PACKET}", "baselines/chat-b1", "baselines/chat-b2", "calibrations/initial", "criteria/minimum",
        "kpis/mean-score-delta", "kpis/policy-flip-rate", "kpis/policy-dislocation-rate",
        "kpis/missing-model-version-count", "triggers/policy-dislocation",
    }  # fmt: skip


def test_canary_binds_the_allowlist_at_its_percent_and_leaves_the_rest_on_prev() -> None:
    made = ready({**cohorts("a", "b", "c"), "packets/no-system-prompt": {
        "cohort_coverage": ["a", "b", "c"], "canary": {"allowlist": ["a", "b"], "percent": 5},
    }})  # fmt: skip
    advanced, bound = made.do(Advance(PACKET, "canary"))
    assert (advanced.body["cohorts"], advanced.body["left"]) == (["a", "b"], [])
    assert [(m["cohort"], m["percent"]) for m in bound.body["moves"]] == [("a", 5), ("b", 5)]
    assert made.packet().stages == {"a": "canary", "b": "canary", "c": "out"}
    surface = made.state.surfaces["chat"]
    now = current(surface, "a")
    assert now.otherwise is not None
    assert (now.to.baseline, now.otherwise.baseline) == ("chat-b2", "chat-b1")
    assert current(surface, "c").to.baseline == "chat-b1"


def test_refusal_names_the_line_with_the_cohorts_that_pass_when_one_fails() -> None:
    made = in_shadow(cohorts("a", "b", "c"))
    made.pairs({"a": 200, "b": FLIPS, "c": 200})
    refused = made.refused(Advance(PACKET, "canary"))
    assert refused.type_line == f"govern phase advance {PACKET} --to canary --only a,c"
    assert refused.exit == ExitCode.NO
    assert made.packet().phase == "shadow"


def test_record_says_who_was_left_and_why_when_only_some_go() -> None:
    made = in_shadow(cohorts("a", "b", "c"))
    made.pairs({"a": 200, "b": FLIPS, "c": 200})
    advanced, _ = made.do(Advance(PACKET, "canary", only=("a",)))
    assert advanced.body["left"] == [
        {"cohort": "b", "checks": ["shadow_bands"]},
        {"cohort": "c", "checks": []},
    ]
    assert made.packet().stages == {"a": "canary", "b": "out", "c": "out"}


def test_only_takes_a_subset_and_offers_the_nearest_key_otherwise() -> None:
    refused = ready(cohorts("pc-na", "pc-eu")).refused(Advance(PACKET, "canary", only=("pc-nq",)))
    assert refused.type_line == f"govern phase advance {PACKET} --to canary --only pc-na"
    assert (refused.reasons, refused.exit) == (
        ("no cohort `pc-nq` to bind here; there are: pc-eu, pc-na",),
        ExitCode.COULD_NOT,
    )


def test_same_line_typed_twice_passes_once_and_tells_who_was_first() -> None:
    made = ready()
    made.do(Advance(PACKET, "canary"))
    made.now = "2026-11-20T09:30:00Z"
    refused = made.refused(Advance(PACKET, "canary"), by="ana")
    assert refused.reasons == (
        f"{PACKET} is in canary already: ben advanced it at {DAY_ONE} (packets/{PACKET}#4)",
    )
    assert (refused.exit, refused.type_line) == (ExitCode.NO, f"govern phase show {PACKET}")


def test_retry_never_walks_on_when_a_rival_passed_the_border() -> None:
    made = world()
    decision = made.decide(Advance(PACKET, rehearsal=SHOWN))
    assert isinstance(decision, Accepted)
    made.do(Advance(PACKET, "shadow", rehearsal=SHOWN))
    made.pairs({"public": 200})
    again = revive(decision.asked, decision.events[0].body)
    assert again is not None
    assert (again.to, again.attempt) == ("shadow", 0)  # type: ignore[attr-defined]
    assert "is in shadow already: ben advanced it" in made.refused(again).reasons[0]


def test_retry_tells_who_changed_the_packet_when_its_attempt_moved_at_the_same_border() -> None:
    made = ready()
    made.do(
        OpenChange(PACKET, ({"document": "kpis/policy-flip-rate", "field": "min_sample", "value": 50},), "x"),
        "ana",
    )
    made.do(ApplyChange(PACKET))
    refused = made.refused(Advance(PACKET, "canary", attempt=1))
    assert "was changed meanwhile by ben" in refused.reasons[0]
    assert refused.type_line == f"govern phase show {PACKET}"


@pytest.mark.parametrize(
    ("to", "told"),
    [("wide", "its next phase is canary, not wide"), ("canry", "no phase `canry`"), ("draft", "not draft")],
)
def test_another_phase_than_the_next_is_refused(to: str, told: str) -> None:
    assert told in ready().refused(Advance(PACKET, to)).reasons[0]


def test_packet_that_is_not_on_the_branch_is_refused() -> None:
    refused = world().refused(Advance("nothing-here"))
    assert (refused.type_line, refused.exit) == ("govern status", ExitCode.COULD_NOT)


def test_edit_of_a_frozen_document_has_no_force() -> None:
    made = in_shadow()
    made.documents.edit(
        "kpis/policy-flip-rate", {"bands.critical": {"above": 50}, "bands.warning": {"above": 50}}
    )
    made.pairs({"public": FLIPS})
    assert "shadow_bands" in made.refused(Advance(PACKET, "canary")).reasons[0]


def test_cohort_that_was_rolled_back_is_not_bound_again_by_advance() -> None:
    made = ready(cohorts("a", "b"))
    made.do(Advance(PACKET, "canary"))
    made.do(Rollback(PACKET, "operator-judgement"))
    refused = made.refused(Advance(PACKET))
    assert refused.reasons == (f"{PACKET} is rolled back: it has ended",)


def test_advance_by_an_author_is_nobodys_approval() -> None:
    refused = world().refused(Advance(PACKET, "shadow"), by="ana")
    assert refused.reasons == ("approvals: 0 of 1; may approve: ben",)
    assert (refused.turn, refused.type_line) == ("ben", f"govern phase advance {PACKET} --to shadow")


def test_automation_promotes_nothing() -> None:
    made = ready({"govern": {"people.bot": {"email": "bot@example.com", "kind": "automation"}}})
    assert "is automation" in made.refused(Advance(PACKET, "canary"), by="bot").reasons[0]
