"""Unfreezing: who lifts a freeze, of whom, and what a cause that is not known yet leaves behind."""

from dataclasses import replace
from typing import Any

import pytest

from builders import PACKET, World, cohorts, in_canary, world
from govern.documents import schemas
from govern.domain.capabilities import decide, revive
from govern.domain.decision import Accepted
from govern.domain.fold import fold, guard
from govern.domain.policy import Actor
from govern.domain.rollback.execution import Rollback
from govern.domain.rollback.unfreezing import Unfreeze, who_may
from govern.errors import ExitCode

CAUSE = "INC-4711"
LATER = "2026-11-27T09:00:00Z"
PEOPLE = {
    "govern": {
        "people.cy": {"email": "cy@example.com"},
        "people.bot": {"email": "bot@example.com", "kind": "automation"},
        "roles.rollout_approve": ["ana", "ben", "cy", "bot"],
        "roles.rollback_execute": ["ana", "ben", "bot"],
    }
}


def frozen(**edits: Any) -> World:
    """a and b went back and are frozen; c stays on next."""
    made = in_canary({**cohorts("a", "b", "c"), **PEOPLE, **edits})
    made.do(Rollback(PACKET, "trigger", ("a", "b")))
    return made


def who_is_frozen(made: World) -> list[str]:
    return sorted(made.state.surfaces["chat"].frozen)


def causes_owed(made: World) -> list[tuple[str, str, str]]:
    return [(d.packet, d.owner, d.due) for d in made.state.duties if d.kind == "root_cause"]


def test_everybody_frozen_may_go_on_and_the_freeze_is_what_it_rests_on() -> None:
    made = frozen()
    before = made.state.surfaces["chat"].cohorts
    freeze = made.state.surfaces["chat"].frozen["a"]
    (record,) = made.do(Unfreeze("chat", CAUSE))
    assert (record.stream, record.event) == ("surfaces/chat", "promotions_unfrozen/1")
    assert record.body == {"cohorts": ["a", "b"], "packets": [PACKET], "root_cause": CAUSE}
    assert record.uses == (freeze,)
    assert (who_is_frozen(made), causes_owed(made)) == ([], [])
    assert made.state.surfaces["chat"].cohorts == before


def test_one_cohort_may_go_on_and_the_others_stay_frozen() -> None:
    made = frozen()
    made.do(Unfreeze("chat", CAUSE, ("b",)))
    assert who_is_frozen(made) == ["a"]
    assert made.border("canary", cohorts=("a",)).surface.frozen_for("b") is None


def test_unknown_cause_is_a_duty_of_its_owner_until_it_is_named() -> None:
    made = frozen()
    (first,) = made.do(Unfreeze("chat", "Unknown", owner="cy", due=LATER))
    assert first.body["root_cause"] == "unknown"
    assert causes_owed(made) == [(PACKET, "cy", LATER)]
    (second,) = made.do(Unfreeze("chat", CAUSE))
    assert second.body == {"cohorts": [], "packets": [PACKET], "root_cause": CAUSE}
    assert second.uses == (first.name,)
    assert causes_owed(made) == []


def test_cause_of_one_cohort_is_named_while_another_packet_has_others_frozen() -> None:
    made = in_canary({**cohorts("a", "b"), **PEOPLE, "packets/rival": {
        "like": f"packets/{PACKET}", "cohort_coverage": ["b"], "canary": {"allowlist": ["b"]},
    }, f"packets/{PACKET}": {"cohort_coverage": ["a"], "canary": {"allowlist": ["a"]}}})  # fmt: skip
    made.put("canary", "rival")
    made.do(Rollback(PACKET, "trigger"))
    made.do(Unfreeze("chat", "unknown", owner="cy", due=LATER))
    made.do(Rollback("rival", "trigger"))
    made.do(Unfreeze("chat", CAUSE, ("a",)))
    assert (who_is_frozen(made), causes_owed(made)) == (["b"], [])


def test_known_cause_leaves_the_duty_of_another_rollback_alone() -> None:
    made = in_canary({**cohorts("a", "b"), **PEOPLE, "packets/rival": {
        "like": f"packets/{PACKET}", "cohort_coverage": ["b"], "canary": {"allowlist": ["b"]},
    }, f"packets/{PACKET}": {"cohort_coverage": ["a"], "canary": {"allowlist": ["a"]}}})  # fmt: skip
    made.put("canary", "rival")
    made.do(Rollback(PACKET, "trigger"))
    made.do(Unfreeze("chat", "unknown", owner="cy", due=LATER))
    made.do(Rollback("rival", "trigger"))
    made.do(Unfreeze("chat", CAUSE))
    assert (who_is_frozen(made), causes_owed(made)) == ([], [(PACKET, "cy", LATER)])


ALL = ["a", "b", "c"]
OWNERS = {f"packets/{PACKET}": {
    "cohort_coverage": ALL, "canary": {"allowlist": ALL}, "owners.rollout_approve": ["ana", "ben"],
}}  # fmt: skip


@pytest.mark.parametrize(
    ("person", "claimed", "told"),
    [
        ("ana", False, "ana may not lift what no-system-prompt froze; ben may"),  # an author
        ("cy", False, "cy may not lift what no-system-prompt froze; ben may"),  # no owner of the packet
        ("bot", False, "bot is automation"),
        ("ben", True, "is a claim: it records facts"),
    ],
)
def test_freeze_is_lifted_by_an_owner_who_is_no_author(person: str, claimed: bool, told: str) -> None:
    made = frozen(**OWNERS)
    command = Unfreeze("chat", CAUSE)
    assert told in made.refused(command, person, claimed=claimed).reasons[0]
    assert who_may(made.state, made.documents, command) == ["ben"]
    made.do(command, "ben")


def test_cause_that_lifts_nothing_is_named_by_whoever_holds_the_role() -> None:
    made = frozen(**OWNERS)
    made.do(Unfreeze("chat", "unknown", owner="ana", due=LATER))
    assert who_may(made.state, made.documents, Unfreeze("chat", CAUSE)) == ["ana", "ben", "cy"]
    made.do(Unfreeze("chat", CAUSE), "ana")
    assert causes_owed(made) == []


@pytest.mark.parametrize(
    ("holders", "who"),
    [
        (["ana", "cy"], ["cy"]),  # no owner holds the role any more: anybody who does, and is no author
        (["ana"], ["ana"]),  # one person alone
    ],
)
def test_nothing_stays_frozen_for_good_because_the_owners_are_gone(
    holders: list[str], who: list[str]
) -> None:
    made = frozen(**OWNERS)
    made.state.in_force.view["roles"]["rollout_approve"][:] = holders
    assert who_may(made.state, made.documents, Unfreeze("chat", CAUSE)) == who
    made.do(Unfreeze("chat", CAUSE), who[0])


def test_role_alone_decides_where_the_packet_cannot_be_read() -> None:
    made = frozen(**OWNERS)
    made.packet().frozen.clear()
    made.documents.values.clear()
    made.do(Unfreeze("chat", CAUSE), "cy")


SLIPS = [
    (Unfreeze("caht", CAUSE), "no surface `caht`; nearest: chat", None, ExitCode.COULD_NOT),
    (Unfreeze("search", CAUSE), "no surface `search`; there are: chat", None, ExitCode.COULD_NOT),
    (Unfreeze("chat", CAUSE, ("a", "bb")), "no cohort `bb` is frozen on chat; there are: a, b", "--cohort a,b",
     ExitCode.COULD_NOT),
    (Unfreeze("chat", CAUSE, ("c",)), "no cohort `c` is frozen on chat", "govern show chat", ExitCode.NO),
    (Unfreeze("chat", "unknown"), "by whom, and by when?", "--owner ben --due 2026-11-21T09:00:00Z",
     ExitCode.COULD_NOT),
    (Unfreeze("chat", "unknown", owner="cy"), "by whom, and by when?", "--owner cy --due 2026-11-21T09:00:00Z",
     ExitCode.COULD_NOT),
    (Unfreeze("chat", "unknown", owner="cyy", due=LATER), "no person `cyy` in the policy; nearest: cy", "--owner cy",
     ExitCode.COULD_NOT),
    (Unfreeze("chat", "unknown", owner="bot", due=LATER), "no person `bot`", "--owner ben", ExitCode.COULD_NOT),
    (Unfreeze("chat", "unknown", owner="cy", due="2026-11-20"), "due 2026-11-20T00:00:00Z is over",
     "--due 2026-11-21T09:00:00Z", ExitCode.COULD_NOT),
    (Unfreeze("chat", "unknown", owner="cy", due="soon"), "due `soon` is no time", None, ExitCode.COULD_NOT),
    (Unfreeze("chat", CAUSE, owner="cy"), "has no --owner and no --due",
     "govern binding unfreeze chat --root-cause REFERENCE", ExitCode.COULD_NOT),
    (Unfreeze("chat", " "), "root_cause is blank", None, ExitCode.COULD_NOT),
]  # fmt: skip


@pytest.mark.parametrize(("command", "told", "line", "code"), SLIPS)
def test_slip_is_refused_with_what_to_type(
    command: Unfreeze, told: str, line: str | None, code: ExitCode
) -> None:
    refused = frozen().refused(command)
    assert told in refused.reasons[0]
    assert (refused.type_line, refused.exit) == (line, code)


@pytest.mark.parametrize("command", [Unfreeze("chat", CAUSE), Unfreeze("chat", CAUSE, ("a",))])
def test_surface_that_is_not_frozen_is_refused(command: Unfreeze) -> None:
    refused = world(cohorts("a")).refused(command)
    assert (refused.reasons, refused.exit) == (("chat is not frozen",), ExitCode.NO)
    twice = frozen()
    twice.do(Unfreeze("chat", CAUSE))
    assert twice.refused(command).reasons == ("chat is not frozen",)


def test_freeze_that_was_set_in_between_is_not_lifted_by_the_line_before_it() -> None:
    made = frozen()
    decision = made.decide(Unfreeze("chat", CAUSE))
    assert isinstance(decision, Accepted)
    made.fact(
        "promotions_frozen/1", {"cohorts": ["a"], "because": "trigger", "packet": PACKET}, "surfaces/chat"
    )
    again = revive(decision.asked, decision.events[0].body)
    assert again is not None
    refused = made.refused(again)
    assert "frozen anew meanwhile (surfaces/chat#5)" in refused.reasons[0]


@pytest.mark.parametrize(
    "command", [Unfreeze("chat", CAUSE), Unfreeze("chat", "unknown", ("a",), owner="cy", due="2026-12-01")]
)
def test_what_was_recorded_is_decided_again_alike(command: Unfreeze) -> None:
    made = frozen()
    before = made.snapshot()
    (record,) = made.do(command)
    again = revive(record.asked or {}, record.body)
    assert again is not None
    decision = decide(before, made.documents, again, Actor("ben"), record.at)
    assert isinstance(decision, Accepted)
    (event,) = decision.events
    assert (dict(event.body), event.uses) == (dict(record.body), record.uses)


def test_guard_drops_what_a_person_without_the_role_wrote() -> None:
    made = frozen()
    before = made.snapshot()
    records = made.do(Unfreeze("chat", CAUSE))
    for forged in ({"actor": "bot"}, {"actor": "nobody"}, {"claimed": True}):
        fake = [replace(record, **forged) for record in records]
        assert guard(before, fake)
        fold([fake], before)
    assert sorted(before.surfaces["chat"].frozen) == ["a", "b"]


def test_border_opens_again_once_the_freeze_is_lifted() -> None:
    made = frozen()
    (check,) = [v for v in _verdicts(made) if v.check == "no_freeze"]
    assert check.outcome == "failed"
    made.do(Unfreeze("chat", CAUSE))
    (check,) = [v for v in _verdicts(made) if v.check == "no_freeze"]
    assert check.outcome == "passed"


def _verdicts(made: World) -> Any:
    from govern.domain.rollout.promotion import judge

    return judge(made.border("canary", cohorts=("a",)))


WRONG = [
    (0, {"owner": "mara"}, "a known cause has no owner"),
    (0, {"root_cause": "unknown"}, "an unknown cause has one"),
    (1, {"due": "2026-11-27"}, "a day is no instant"),
]


@pytest.mark.parametrize(("number", "change", "why"), WRONG, ids=[why for *_, why in WRONG])
def test_record_says_the_cause_or_who_owes_it(number: int, change: dict[str, str], why: str) -> None:
    name = "records/promotions_unfrozen.1"
    assert not schemas.fits(name, schemas.read(name)["examples"][number] | change), why
