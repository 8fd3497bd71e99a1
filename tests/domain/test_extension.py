"""`phase extend`: one more cohort or a larger share, by the checks of shadow -> canary and never backwards."""

import pytest

from builders import PACKET, World, cohorts, in_canary, in_shadow
from govern.domain.binding import current
from govern.domain.rollback.execution import Rollback
from govern.domain.rollout.advance import Advance
from govern.domain.rollout.extension import Extend
from govern.domain.rollout.pause import Pause
from govern.errors import ExitCode


def widened() -> World:
    """Two of three cohorts in canary at 5 percent, the third covered and out."""
    made = in_shadow({**cohorts("a", "b", "c"), "packets/no-system-prompt": {
        "cohort_coverage": ["a", "b", "c"], "canary": {"allowlist": ["a", "b"], "percent": 5},
    }})  # fmt: skip
    made.pairs({"a": 200, "b": 200, "c": 200})
    made.do(Advance(PACKET, "canary"))
    return made


def test_share_of_everybody_on_next_grows() -> None:
    made = widened()
    added, bound = made.do(Extend(PACKET, percent=20))
    assert (added.body["cohorts"], added.body["new"]) == (["a", "b"], [])
    assert {m["cohort"]: m["percent"] for m in bound.body["moves"]} == {"a": 20, "b": 20}
    assert (made.packet().attempt, made.packet().phase) == (3, "canary")


def test_cohort_of_the_coverage_enters_at_the_share_of_the_packet() -> None:
    made = widened()
    made.do(Extend(PACKET, ("c",)))
    assert made.packet().stages["c"] == "canary"
    assert current(made.state.surfaces["chat"], "c").percent == 5


def test_key_that_the_coverage_did_not_hold_is_covered_from_then_on() -> None:
    made = widened()
    made.documents.edit("cohorts", {"cohorts.d": {"critical": True, "platform": "xr"}})
    assert "d 0 of 20" in made.refused(Extend(PACKET, ("d",))).reasons[0]
    refused = made.refused(Extend(PACKET, ("d",)))
    assert refused.type_line is not None
    assert "d" not in made.packet().stages


@pytest.mark.parametrize(
    ("command", "told", "type_line"),
    [
        (Extend(PACKET), "say what to add", f"govern phase extend {PACKET} --percent 20"),
        (Extend(PACKET, ("a",), 5), "a is on chat-b2 at 5 % already", None),
        (Extend(PACKET, percent=2), "a is on chat-b2 at 5 % already", None),
        (Extend(PACKET, percent=0), "a share lies above 0", f"govern phase extend {PACKET} --percent 20"),
        (Extend(PACKET, percent=101), "at most at 100", f"govern phase extend {PACKET} --percent 20"),
        (
            Extend(PACKET, percent=float("nan")),
            "at most at 100",
            f"govern phase extend {PACKET} --percent 20",
        ),
        (Extend(PACKET, ("x",)), "no cohort `x`", None),
    ],
    ids=[
        "nothing",
        "what it has",
        "less than it has",
        "none",
        "more than all",
        "not a number",
        "unknown key",
    ],
)
def test_extension_is_refused(command: Extend, told: str, type_line: str | None) -> None:
    made = widened()
    refused = made.refused(command)
    assert told in refused.reasons[0]
    assert refused.type_line == type_line


def test_unknown_key_comes_with_the_corrected_line() -> None:
    made = in_canary(cohorts("pc-na", "pc-eu"))
    refused = made.refused(Extend(PACKET, ("pc-ne", "pc-na")))
    assert refused.type_line == f"govern phase extend {PACKET} --cohort pc-na"
    assert refused.exit == ExitCode.COULD_NOT


def test_freeze_after_a_partial_rollback_holds_the_cohorts_that_it_names() -> None:
    made = widened()
    made.do(Rollback(PACKET, "operator-judgement", ("a",)))
    made.do(Extend(PACKET, ("c",)))
    assert made.packet().on_next == ("b", "c")


def test_packet_before_canary_or_paused_is_not_extended() -> None:
    assert "only a packet in canary or wide" in in_shadow().refused(Extend(PACKET, percent=20)).reasons[0]
    made = widened()
    made.do(Pause(PACKET, "a look at it"))
    refused = made.refused(Extend(PACKET, percent=20))
    assert refused.type_line == f"govern packet resume {PACKET}"


def test_retry_is_told_who_was_first_when_a_rival_extended() -> None:
    made = widened()
    made.do(Extend(PACKET, percent=20))
    assert "was changed meanwhile by ben" in made.refused(Extend(PACKET, percent=50, attempt=2)).reasons[0]


def test_cohort_claimed_by_another_packet_is_not_taken() -> None:
    rival = {"like": f"packets/{PACKET}", "cohort_coverage": ["d"], "canary": {"allowlist": ["d"]}}
    made = in_canary({**cohorts("a", "b"), "packets/rival": rival})
    made.documents.edit("cohorts", {"cohorts.d": {"critical": False}})
    made.put("shadow", "rival")
    assert "d is covered by rival" in made.refused(Extend(PACKET, ("d",))).reasons[0]
