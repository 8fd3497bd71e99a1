"""How far a package can be trusted: scores of drills with a history, at an instant."""

from typing import Any

import pytest

from drilled import PACKAGE, edited
from govern.documents import schemas
from govern.domain.drills.confidence import (
    Confidence,
    Numbers,
    confidence,
    counted_before,
    passed,
    rated,
    trend,
)
from govern.domain.records import Record
from govern.domain.state import PackageHistory
from govern.domain.windows import after

EXAMPLE = schemas.read("records/drill_completed.1")["examples"][2]  # without a tuning
GOOD = edited(
    EXAMPLE,
    {
        "owners_agree": True,
        "handoffs.in_band": True,
        "decision.outcome": "keep",
        "answers.decisions": {"mara": {"decision": "keep"}, "jo": {"decision": "keep"}},
        "score.total": 95,
    },
)
TUNING = {"reasons": ["tune"], "owner": "mara", "due": "2026-11-25T14:44:05Z", "surface": "ranking"}
OLD, NEW = "sha256:" + "a" * 64, "sha256:" + "b" * 64
DAY = "2026-11-18T14:44:05Z"  # a Wednesday


class History:
    """Records of one package, made in the order in which they are called."""

    def __init__(self) -> None:
        self.known = PackageHistory(PACKAGE)
        self.n = 0

    def _record(self, event: str, body: dict[str, Any], at: str) -> Record:
        self.n += 1
        return Record(
            "ledger", self.n, f"{self.n:016x}", f"packages/{PACKAGE}", self.n, None, event, at, None, "mara", False,
            "", None, {}, None, (), body,
        )  # fmt: skip

    def drill(self, total: int = 95, weeks: int = 0, digest: str = OLD, **more: Any) -> Record:
        ended = after(DAY, f"P{7 * weeks}D") if weeks else DAY
        began = after(ended[:10], "PT14H")
        edits = {"score.total": total, "package.digest": digest, "ended_at": ended, "started_at": began}
        edits |= {name.replace("__", "."): value for name, value in more.items()}
        record = self._record("drill_completed/1", edited(GOOD, edits), ended)
        self.known.drills.append(record)
        return record

    def update(self, *settles: Record, weeks: int = 0, days: int = 2, after_: str = NEW) -> None:
        at = after(DAY, f"P{7 * weeks + days}D")
        body = {"settles": [record.name for record in settles], "package": {"after": after_}}
        self.known.updates.append(self._record("package_updated/1", body, at))

    def settle(self, *drills: Record) -> None:
        body = {"package_gone": False, "drills": [record.name for record in drills]}
        self.known.settled.append(self._record("package_settled/1", body, DAY))

    def publish(self, digest: str) -> None:
        self.known.published.append(
            self._record("confidence_published/1", {"package": {"digest": digest}}, DAY)
        )

    def at(self, now: str = DAY, digest: str = OLD, impact: str = "high", **numbers: Any) -> Confidence:
        return confidence(self.known, digest, impact, now, Numbers(**numbers))


@pytest.mark.parametrize(
    ("total", "score", "status"),
    [(100, 100, "production_ready"), (85, 85, "production_ready"), (84, 84, "conditional"), (70, 70, "conditional"),
     (69, 69, "hold"), (0, 0, "hold")],
)  # fmt: skip
def test_status_is_the_band_of_the_score(total: int, score: int, status: str) -> None:
    made = History()
    made.drill(total)
    found = made.at()
    assert (found.score, found.status, found.caps) == (score, status, ())


def test_package_that_was_never_drilled_is_a_draft() -> None:
    assert History().at() == Confidence(0, 0, "draft", ("never",))


@pytest.mark.parametrize(
    "lack",
    [{"all_steps": False}, {"owners_agree": False}, {"environment__same": False}],
    ids=lambda lack: next(iter(lack)),
)
def test_package_stays_a_draft_until_one_drill_had_all_three(lack: dict[str, Any]) -> None:
    made = History()
    made.drill(95, **lack)
    assert made.at().status == "draft"
    made.drill(90, weeks=1)
    assert made.at(after(DAY, "P7D")).status == "production_ready"
    made.drill(88, weeks=2, **lack)  # a later one takes nothing away
    assert made.at(after(DAY, "P14D")).status == "production_ready"


@pytest.mark.parametrize(
    ("age", "score", "caps"),
    [
        ("P7D", 95, ()),
        ("PT169H", 84, ("stale",)),
        ("P27D", 84, ("stale",)),
        ("P28D", 0, ("zero",)),
        ("P90D", 0, ("zero",)),
    ],
)
def test_confidence_is_stale_after_a_week_and_gone_after_four(
    age: str, score: int, caps: tuple[str, ...]
) -> None:
    made = History()
    made.drill()
    found = made.at(after(DAY, age))
    assert (found.score, found.caps, found.raw) == (score, caps, 95)


def test_policy_may_ask_for_fresher_drills() -> None:
    made = History()
    made.drill()
    assert made.at(after(DAY, "P3D"), stale_after="P2D").caps == ("stale",)
    asked = Numbers(minimum=70).stricter({"minimum": 85, "stale_after": "P30D", "zero_after": "P14D"})
    assert asked == Numbers(85, "P7D", "P14D")
    assert Numbers(minimum=85).stricter({"minimum": 70}) == Numbers(85)


def test_confidence_is_lost_with_a_change_of_the_package() -> None:
    made = History()
    made.drill()
    assert made.at(digest=NEW) == Confidence(0, 0, "draft", ("changed",))
    made.drill(weeks=1, digest=NEW)
    assert made.at(after(DAY, "P7D"), digest=NEW).score == 95


def test_handoff_outside_its_band_caps_at_conditional() -> None:
    made = History()
    made.drill(98, handoffs__in_band=False)
    found = made.at()
    assert (found.score, found.status, found.caps) == (84, "conditional", ("handoff",))


@pytest.mark.parametrize(
    ("scenarios", "capped"),
    [
        ("ssss", True), ("sss", False), ("sssss", True), ("msss", False), ("sssm", False), ("mssss", True),
        ("ssmss", False), ("s--s", True), ("sse s".replace(" ", ""), False),
    ],
)  # fmt: skip
def test_four_weeks_of_straightforward_drills_cap_at_conditional(scenarios: str, capped: bool) -> None:
    words = {"s": "straightforward", "m": "mixed_signal", "e": "edge_case"}
    made = History()
    for week, letter in enumerate(scenarios):
        if letter in words:
            made.drill(weeks=week, scenario=words[letter])
    found = made.at(after(DAY, f"P{7 * len(scenarios) - 7}D"))
    assert ("straightforward" in found.caps) is capped
    assert found.score == (84 if capped else 95)


NOT_PASSED: list[dict[str, Any]] = [
    {"tuning": TUNING},
    {"all_steps": False},
    {"owners_agree": False},
    {"environment__same": False},
    {"decision__outcome": "rollback"},  # and both owners kept
]


@pytest.mark.parametrize("lack", NOT_PASSED, ids=lambda lack: next(iter(lack)))
def test_high_impact_is_never_production_ready_without_a_passed_drill_of_this_version(
    lack: dict[str, Any],
) -> None:
    made = History()
    assert not passed(made.drill(99, **lack))
    assert made.at().status != "production_ready" and "not_passed" in made.at().caps
    assert "not_passed" not in made.at(impact="normal").caps
    made.drill(99, weeks=1)
    assert "not_passed" not in made.at(after(DAY, "P7D")).caps


def test_after_tune_no_score_rises_until_the_update_and_the_same_card_again() -> None:
    made = History()
    first = made.drill(77, tuning=TUNING)
    made.drill(95, weeks=1)  # the same card, and nothing was updated
    made.drill(96, weeks=2, card__id="another-card")
    made.update(first, weeks=2)
    made.drill(97, weeks=3, card__id="another-card", digest=NEW)  # updated, and another card
    made.drill(97, weeks=4, digest=NEW, again=[{"drill": first.name, "differs": ["side_effect"]}])
    made.drill(98, weeks=5, digest=NEW, again=[{"drill": first.name, "differs": []}])
    assert [(each.score, each.held) for each in rated(made.known)] == [
        (77, False), (77, True), (77, True), (77, True), (77, True), (98, False),
    ]  # fmt: skip


def test_what_is_settled_because_its_card_is_gone_holds_nothing_down_any_more() -> None:
    made = History()
    first = made.drill(77, tuning=TUNING)
    made.drill(98, weeks=1)
    made.settle(first)
    made.drill(98, weeks=2)
    assert [each.score for each in rated(made.known)] == [77, 77, 98]


def test_each_drill_that_owes_holds_until_it_is_drilled_again() -> None:
    made = History()
    first = made.drill(80, tuning=TUNING)
    second = made.drill(70, weeks=1, tuning=TUNING, card__id="another-card")
    done = [{"drill": second.name, "differs": []}]
    made.drill(95, weeks=2, digest=NEW, card__id="another-card", again=done)
    made.drill(95, weeks=3, digest=NEW, again=[{"drill": first.name, "differs": []}])
    assert [each.score for each in rated(made.known)] == [80, 70, 80, 95]


@pytest.mark.parametrize("between", ["drill", "update", "published"])
def test_taking_a_change_back_brings_no_old_score_back(between: str) -> None:
    made = History()
    made.drill(95)
    if between == "drill":
        made.drill(67, digest=NEW)
    elif between == "update":
        made.update()
    else:
        made.publish(NEW)
    assert made.at(digest=OLD) == Confidence(0, 0, "draft", ("changed",))
    made.drill(90, weeks=1)
    found = made.at(after(DAY, "P7D"))
    assert (found.score, found.caps) == (90, ())


def test_what_it_counted_for_before_is_told_as_it_was_then() -> None:
    made = History()
    first = made.drill(98, handoffs__in_band=False)
    second = made.drill(100, weeks=3)
    before = counted_before(made.known, second, "high", Numbers())
    assert before is not None and (before.score, before.caps) == (84, ("handoff",))
    assert counted_before(made.known, first, "high", Numbers()) is None


def test_lower_score_after_tune_counts_as_it_is() -> None:
    made = History()
    made.drill(77, tuning=TUNING)
    made.drill(60, weeks=1)
    assert [(each.score, each.held) for each in rated(made.known)] == [(77, False), (60, False)]


def test_trend_is_told_week_over_week_by_the_last_drill_of_each() -> None:
    made = History()
    for week, total in ((0, 60), (0, 64), (1, 71), (3, 70)):
        made.drill(total, weeks=week)
    assert [(point.week[:10], point.score, point.delta, point.improved) for point in trend(made.known)] == [
        ("2026-11-16", 64, None, False), ("2026-11-23", 71, 7, True), ("2026-12-07", 70, -1, False),
    ]  # fmt: skip


def test_better_score_for_something_wider_is_no_improvement() -> None:
    made = History()
    made.drill(71)
    made.drill(90, weeks=1, digest=NEW, wider=["actions"])
    made.drill(92, weeks=2, digest=NEW)
    assert [(point.delta, point.wider, point.improved) for point in trend(made.known)] == [
        (None, (), False), (None, ("actions",), False), (2, (), True),
    ]  # fmt: skip


def test_what_was_taken_in_between_two_weeks_is_told_by_the_later_one() -> None:
    made = History()
    made.drill(71)
    made.drill(70, weeks=1, digest=NEW, wider=["actions"])
    made.drill(90, weeks=1, digest=NEW)  # the last of its week, as wide as the one before it
    assert [(point.score, point.delta, point.wider) for point in trend(made.known)] == [
        (71, None, ()), (90, None, ("actions",)),
    ]  # fmt: skip


def test_worse_score_for_something_wider_is_told() -> None:
    made = History()
    made.drill(71)
    made.drill(60, weeks=1, digest=NEW, wider=["actions"])
    assert trend(made.known)[-1].delta == -11
