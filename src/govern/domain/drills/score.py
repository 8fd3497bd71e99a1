"""The score of a drill, of 100: each part by share, in whole points, so that what is missing can be named.

It says how well the package was carried out, decided, taken back and written down; not how good the metrics were.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from govern.domain.drills.handoffs import handoffs_of
from govern.domain.drills.owners import alike, decided
from govern.domain.drills.rule import Judged, metrics_of
from govern.domain.drills.times import BRANCH, LIMIT, STAGES, late, recovery, taken
from govern.domain.windows import duration, instant

# Every part of the score: its group, its name, its points. An owner's part is there once for each of the two.
POINTS: Mapping[tuple[str, str], int] = {
    ("execution", "actions_in_order"): 10,
    ("execution", "stages_in_time"): 10,
    ("execution", "inside_the_limit"): 5,
    ("execution", "handoffs_on_time"): 3,
    ("execution", "context_complete"): 2,
    ("consistency", "owner_as_rule"): 10,
    ("consistency", "owners_agree"): 10,
    ("rollback", "steps"): 6,
    ("rollback", "in_recovery_window"): 7,
    ("rollback", "restored"): 7,
    ("governance", "side_effect"): 4,
    ("governance", "evidence"): 4,
    ("governance", "handoffs_measured"): 4,
    ("governance", "update_and_targets"): 4,
    ("governance", "times_and_reason"): 4,
}
GROUPS: Mapping[str, int] = {"execution": 30, "consistency": 30, "rollback": 20, "governance": 20}


@dataclass(frozen=True, slots=True)
class Part:
    """`done` of `out_of` earned `points` of `of`; `who` is an owner, where the part is of one."""

    group: str
    part: str
    done: int
    out_of: int
    who: str | None = None

    @property
    def of(self) -> int:
        return POINTS[self.group, self.part]

    @property
    def points(self) -> int:
        """By share, rounded down: a point is given when it is whole."""
        return self.of * self.done // self.out_of

    @property
    def missing(self) -> int:
        return self.of - self.points

    def as_value(self) -> dict[str, Any]:
        who = {} if self.who is None else {"who": self.who}
        return {
            "group": self.group,
            "part": self.part,
            **who,
            "points": self.points,
            "of": self.of,
            "done": self.done,
            "out_of": self.out_of,
        }


@dataclass(frozen=True, slots=True)
class Score:
    parts: tuple[Part, ...]

    @property
    def total(self) -> int:
        return sum(part.points for part in self.parts)

    def of_group(self, group: str) -> int:
        return sum(part.points for part in self.parts if part.group == group)

    def as_value(self) -> dict[str, Any]:
        return {"total": self.total, "parts": [part.as_value() for part in self.parts]}


def score(
    card: Mapping[str, Any],
    package: Mapping[str, Any],
    answers: Mapping[str, Any],
    judged: Judged,
    *,
    restored: bool,
    covered: Collection[str],
) -> Score:
    """`restored`: what was found is what the ledger froze. `covered`: the metrics for which there is evidence."""
    return Score(
        (
            *_execution(card, package, answers),
            *_consistency(answers, judged),
            *_rollback(package, answers, restored),
            *_governance(card, answers, covered),
        )
    )


def steps_of(package: Mapping[str, Any]) -> tuple[str, ...]:
    """What is carried out: the actions, then the temporary guardrails."""
    return tuple(item["id"] for name in ("actions", "temporary_guardrails") for item in package.get(name, ()))


def all_steps_run(package: Mapping[str, Any], answers: Mapping[str, Any]) -> bool:
    """Everything of the package and of the rollback branch was done."""
    done = (
        *("done_at" in answers["execution"].get(step, ()) for step in steps_of(package)),
        *("done_at" in answers["rollback"].get(step, ()) for step in BRANCH),
    )
    return all(done)


def _execution(
    card: Mapping[str, Any], package: Mapping[str, Any], answers: Mapping[str, Any]
) -> Iterable[Part]:
    steps = steps_of(package)
    handed = handoffs_of(card, answers)
    yield Part("execution", "actions_in_order", _in_order(answers["execution"], steps), len(steps))
    yield Part("execution", "stages_in_time", len(STAGES) - len(late(card, answers)), len(STAGES))
    yield Part("execution", "inside_the_limit", int(taken(answers) <= LIMIT), 1)
    yield Part("execution", "handoffs_on_time", sum(each.on_time for each in handed), len(handed))
    yield Part("execution", "context_complete", sum(each.complete for each in handed), len(handed))


def _consistency(answers: Mapping[str, Any], judged: Judged) -> Iterable[Part]:
    for owner, said in decided(answers).items():
        yield Part("consistency", "owner_as_rule", int(said == (judged.outcome,)), 1, who=owner)
    yield Part("consistency", "owners_agree", int(alike(answers)), 1)


def _rollback(package: Mapping[str, Any], answers: Mapping[str, Any], restored: bool) -> Iterable[Part]:
    in_window = recovery(answers) <= duration(package["recovery_window"])
    yield Part("rollback", "steps", _in_order(answers["rollback"], BRANCH), len(BRANCH))
    yield Part("rollback", "in_recovery_window", int(in_window), 1)
    yield Part("rollback", "restored", int(restored), 1)


def _governance(
    card: Mapping[str, Any], answers: Mapping[str, Any], covered: Collection[str]
) -> Iterable[Part]:
    deciding = metrics_of(card["criteria"])
    handed = handoffs_of(card, answers)
    closeout, log = answers["closeout"], answers["rollback"]["log"]
    before = answers["side_effect"]["seen_at"] <= answers["rollback"]["trigger"]["done_at"]
    shown = before and card["side_effect"]["metric"] in answers["measured"]
    yield Part("governance", "side_effect", int(shown), 1)
    yield Part("governance", "evidence", sum(metric in covered for metric in deciding), len(deciding))
    yield Part("governance", "handoffs_measured", sum(each.measured for each in handed), len(handed))
    updates = ("package_update" in closeout, bool(closeout.get("next_targets")))
    yield Part("governance", "update_and_targets", sum(updates), len(updates))
    told = ("done_at" in log, "reason" in log)
    yield Part("governance", "times_and_reason", sum(told), len(told))


def _in_order(steps: Mapping[str, Any], declared: Sequence[str]) -> int:
    """How many steps were done one after the other as declared, at most: one out of its turn costs itself alone."""
    tails: list[Any] = []
    for at in (instant(steps[name]["done_at"]) for name in declared if "done_at" in steps.get(name, ())):
        place = bisect_right(tails, at)
        tails[place : place + 1] = [at]
    return len(tails)
