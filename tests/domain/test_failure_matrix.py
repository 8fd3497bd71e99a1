"""The failure matrix, condition by condition: what was done as data, and who is in it at which instant.

Windows are days; a watch has two. `public` and `vip` went back on Friday 2026-11-20 at 15:00, held to the minimum.
"""

from collections.abc import Sequence

import pytest

from builders import World, cohorts
from govern.domain.commands import Command
from govern.domain.document import digest_of
from govern.domain.mitigation.by_hand import EnterMitigation
from govern.domain.mitigation.containment import Contain
from govern.domain.mitigation.failure_matrix import CONDITIONS, matrix
from govern.domain.mitigation.lane_health import ObserveInteraction, ObserveStartup
from govern.domain.mitigation.lane_replays import RecordReplay
from govern.domain.mitigation.reentry_decision import AssessReentry, DecideReentry
from govern.domain.rollout.reentry_exit import ExitMitigation
from lanes import in_lane

Step = tuple[str, str, Command]  # when, who, what
OWED = {"owner": "ben", "due": "2026-12-10", "required": "replays of the route pack"}


def day(number: int, clock: str = "10:00:00") -> str:
    return f"2026-11-{number}T{clock}Z"


def replay(number: int, n: int, passed: int, cohort: str = "public", critical: int = 0) -> Step:
    source = {"name": "results.csv", "digest": digest_of(f"{cohort} {number} {n}".encode()), "rows": n}
    measured = {
        "n": n, "passed": passed, "route_mismatches": {"critical": critical, "other": 0},
        "owner_mutations": {"unauthorized": 0, "authorized": 0}, "side_effects": [], "source": source,
    }  # fmt: skip
    return day(number), "ana", RecordReplay(cohort, "p", "b1", measured)


def decided(number: int, outcome: str = "kept", cohort: str = "public") -> Step:
    rejections = () if outcome == "approved" else (OWED,)
    return day(number, "11:00:00"), "ana", DecideReentry(cohort, outcome, rejections)


def way_back(first: int) -> list[Step]:
    """Two windows of high confidence, an approval by ana and the exit by ben, on the day after `first`."""
    second = day(first + 1, "11:00:00")
    return [
        (day(first, "16:00:00"), "ana", ObserveStartup("public", "b1")),
        (day(first, "16:00:00"), "ana", ObserveInteraction("public", "b1")),
        (day(first, "16:00:00"), "ana", replay(first, 60, 60)[2]),
        replay(first + 1, 61, 61),
        (second, "ana", AssessReentry("public")),
        decided(first + 1, "approved"),
        (second, "ben", ExitMitigation("public", stay=True)),
    ]


def entered(at: str, reason: str = "operator-judgement") -> Step:
    return at, "ben", EnterMitigation("public", reason)


MEDIUM = [replay(21, 50, 49), replay(22, 51, 50)]  # eligible with medium confidence on the 22nd
WORSE = [replay(20, 400, 400), replay(21, 400, 399, critical=1)]
RELAPSED = [*way_back(20), entered(day(22))]
PLENTY = [replay(21, 999, 999, "vip"), replay(22, 999, 999, "vip")]
CASES: dict[str, tuple[Sequence[Step], str, list[tuple[str, str]]]] = {
    "two windows without a decision": ([], day(22, "15:00:00"), []),
    "longer than two windows": ([], day(22, "15:00:01"), [("undecided", "public-01"), ("undecided", "vip-01")]),
    "two windows since the last decision": (
        [decided(21), decided(21, cohort="vip")],
        day(23, "11:00:00"),
        [],
    ),
    "longer since the last decision": (
        [decided(21), decided(22, cohort="vip")],
        day(23, "11:00:01"),
        [("undecided", "public-01")],
    ),
    "the same reason is back within the watch": (RELAPSED, day(22), [("recurred", "public-02")]),
    "another reason is back": ([*way_back(20), entered(day(22), "replay-failed")], day(22), []),
    "the same reason, after the watch": (
        [*way_back(20), decided(22, cohort="vip"), entered(day(24, "00:00:00"))],
        day(24, "00:00:00"),
        [],
    ),
    "a relapse that was left, of the third window": (
        [*RELAPSED, *way_back(22), decided(23, cohort="vip")],
        day(24, "23:59:59"),
        [("recurred", "public-02")],
    ),
    "a relapse that is still open, three windows ago": (
        [*RELAPSED, decided(23, cohort="vip")],
        day(25, "00:00:00"),
        [("recurred", "public-02"), ("undecided", "public-02")],
    ),
    "a relapse that was left, three windows ago": (
        [*RELAPSED, *way_back(22), decided(23, cohort="vip")],
        day(25, "00:00:00"),
        [],
    ),
    "medium confidence once": ([*MEDIUM, decided(22)], day(22, "12:00:00"), []),
    "medium confidence twice": (
        [*MEDIUM, decided(22), decided(22)],
        day(22, "12:00:00"),
        [("repeated_medium", "public-01")],
    ),
    "worse, and everything together looks well": (WORSE, day(21), [("hidden_risk", "public-01")]),
    "worse, and everything together looks no better": (
        [*WORSE, replay(21, 400, 300, "vip")],
        day(21),
        [],
    ),
    "low, and everything together looks well": (
        [*PLENTY, replay(21, 60, 40), replay(22, 61, 40)],
        day(22),
        [("hidden_risk", "public-01")],
    ),
    "low, and nothing makes up for it": ([replay(21, 60, 40), replay(22, 61, 40)], day(22), []),
    "medium, and everything together looks well": ([*PLENTY, *MEDIUM], day(22), []),
    "worse, and contained": ([*WORSE, (day(21), "ana", Contain("public", "an old route table"))], day(21), []),
    "turned down twice": ([decided(21), decided(21, "redesign")], day(21), []),
    "turned down three times": (
        [decided(21), decided(21, "redesign"), decided(21)],
        day(21),
        [("rejected", "public-01")],
    ),
}  # fmt: skip


def after_all(steps: Sequence[Step], now: str) -> World:
    made = in_lane(cohorts("public", "vip"))
    for at, by, command in steps:
        made.now = at
        made.do(command, by)
    made.now = now
    return made


@pytest.mark.parametrize("case", CASES)
def test_matrix(case: str) -> None:
    steps, now, expected = CASES[case]
    made = after_all(steps, now)
    assert [(match.condition, match.lane.id) for match in matrix(made.state, made.documents, now)] == expected


def test_every_condition_holds_in_some_case_and_just_does_not_in_another() -> None:
    named = [{condition for condition, _ in expected} for _, _, expected in CASES.values()]
    assert set().union(*named) == set(CONDITIONS)
    assert sum(not names for names in named) >= len(CONDITIONS)


LINES = {
    "longer than two windows": (
        "govern mitigation observe public --stable startup --build BUILD", day(20, "15:00:00"), 1,
    ),
    "the same reason is back within the watch": ("govern show criteria/minimum", day(22), 2),
    "medium confidence twice": ("govern mitigation assess public", day(22, "11:00:00"), 2),
    "worse, and everything together looks well": (
        'govern mitigation contain public --finding "..."', day(21), 2,
    ),
    "low, and everything together looks well": (
        "govern mitigation decide public --outcome kept", day(22), 4,
    ),
    "turned down three times": ("govern mitigation decide public --outcome redesign", day(21, "11:00:00"), 3),
}  # fmt: skip


@pytest.mark.parametrize("case", LINES)
def test_match_says_since_when_on_what_and_where_work_begins(case: str) -> None:
    steps, now, _ = CASES[case]
    made = after_all(steps, now)
    match = matrix(made.state, made.documents, now)[0]
    assert (match.line, match.since, len(match.records)) == LINES[case]
    assert all(name.startswith("lanes/") for name in match.records)


def test_who_is_eligible_after_three_rejections_is_not_told_to_redesign() -> None:
    steps = [*MEDIUM, decided(22), decided(22), decided(22)]
    made = after_all(steps, day(22, "12:00:00"))
    found = {match.condition: match.line for match in matrix(made.state, made.documents, made.now)}
    assert found["rejected"] == "govern mitigation board public"


def test_approval_that_nobody_signs_off_is_undecided_too() -> None:
    made = after_all(way_back(20)[:-1], day(23, "11:00:01"))
    found = matrix(made.state, made.documents, made.now)
    assert next((m.lane.id, m.line) for m in found) == ("public-01", "govern mitigation exit public")
