"""How far a package can be trusted at an instant: the score of its last drill, and what holds it down.

It is lost with a change of the package, stale after some days and gone after some more. A score says how the drill
went; a package of high impact is production ready only once a drill of this very version was passed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from govern.domain.policy import Policy
from govern.domain.records import Record
from govern.domain.state import PackageHistory
from govern.domain.windows import after, instant, window_at

READY, CONDITIONAL = 85, 70
CAPPED = READY - 1  # what caps leave: conditional at most
MONDAY, WEEK = "2024-01-01", "P7D"  # a drill belongs to a week of the calendar
WEEKS_OF_MIX = 4

Status = Literal["draft", "hold", "conditional", "production_ready"]
Cap = Literal["changed", "never", "zero", "stale", "tune", "handoff", "straightforward", "not_passed"]


@dataclass(frozen=True, slots=True)
class Numbers:
    """How strict the policy is with packages."""

    minimum: int = CONDITIONAL
    stale_after: str = "P7D"
    zero_after: str = "P28D"

    def stricter(self, given: Mapping[str, Any]) -> "Numbers":
        """With what somebody else asks, where that is more."""
        return Numbers(
            max(self.minimum, int(given.get("minimum", self.minimum))),
            _shorter(self.stale_after, given.get("stale_after")),
            _shorter(self.zero_after, given.get("zero_after")),
        )


@dataclass(frozen=True, slots=True)
class Rated:
    """One drill and what its score counts for: no more than before, while an update is owed."""

    record: Record
    score: int
    held: bool

    @property
    def raw(self) -> int:
        total: int = self.record.body["score"]["total"]
        return total


@dataclass(frozen=True, slots=True)
class Confidence:
    """`raw` is the score as it was drilled, `score` what counts now; `caps` say why it is less or cannot be more."""

    score: int
    raw: int
    status: Status
    caps: tuple[Cap, ...] = ()
    record: Record | None = None  # the drill that it is of

    @property
    def stale(self) -> bool:
        return "stale" in self.caps or "zero" in self.caps


@dataclass(frozen=True, slots=True)
class Point:
    """The last drill of a week. `delta` to the week before that had one; None for the first of all, and where more
    was taken into the package: a better score for something wider is no improvement."""

    week: str
    score: int
    record: Record
    delta: int | None
    wider: tuple[str, ...] = ()

    @property
    def improved(self) -> bool:
        return self.delta is not None and self.delta > 0


def numbers_of(policy: Policy) -> Numbers:
    found: Mapping[str, Any] = policy.numbers.get("checks", {}).get("package_confidence", {})
    return Numbers(**{name: found[name] for name in Numbers.__dataclass_fields__ if name in found})


def confidence(
    history: PackageHistory, digest: str | None, impact: str, now: str, numbers: Numbers
) -> Confidence:
    """`digest` is that of the package as it stands; None where it is gone."""
    here = [each for each in rated(history) if each.record.body["package"]["digest"] == digest]
    if not here:
        return Confidence(0, 0, "draft", ("changed",) if history.drills else ("never",))
    last = max(here, key=lambda each: each.record.body["ended_at"])
    caps = tuple(_caps(history, last, [each.record for each in here], impact, now, numbers))
    score = 0 if "zero" in caps else min(last.score, CAPPED) if set(caps) - {"tune"} else last.score
    draft = not any(qualified(each.record) for each in here)
    return Confidence(score, last.raw, "draft" if draft else _band(score), caps, last.record)


def rated(history: PackageHistory) -> list[Rated]:
    """Every drill in the order of its record. After one that found something to tune no score is higher, until the
    package was updated and the same card drilled again."""
    found: list[Rated] = []
    held: dict[str, tuple[int, Record]] = {}  # card -> what the scores are held to, the drill that owes
    for record in history.drills:
        card = record.body["card"]["id"]
        if card in held and _settled(history.updates, held[card][1], record):
            del held[card]
        raw: int = record.body["score"]["total"]
        score = min([raw, *(ceiling for ceiling, _ in held.values())])
        found.append(Rated(record, score, score < raw))
        if "tuning" in record.body:
            held[card] = (score, record)
    return found


def repeats(update: Record, drill: Record) -> bool:
    """The drill was held when the update had been made."""
    began: str = drill.body["started_at"]
    return update.n < drill.n and update.when <= began


def qualified(drill: Record) -> bool:
    """What makes a package more than a draft: all steps, two owners of one mind, the baseline back."""
    body = drill.body
    return bool(body["all_steps"] and body["owners_agree"] and body["environment"]["same"])


def passed(drill: Record) -> bool:
    """Qualified, as the rule decides, and nothing left to tune."""
    rule = drill.body["decision"]["outcome"]
    decisions = (said["decision"] for said in drill.body["answers"]["decisions"].values())
    return qualified(drill) and "tuning" not in drill.body and all(said == rule for said in decisions)


def trend(history: PackageHistory) -> tuple[Point, ...]:
    """Week over week, the last drill of each, oldest first."""
    weeks: dict[str, Rated] = {}
    for each in sorted(rated(history), key=lambda each: str(each.record.body["ended_at"])):
        weeks[week_at(each.record.body["ended_at"])] = each
    points: list[Point] = []
    for week, each in weeks.items():
        before = points[-1] if points else None
        wider = _wider(history, before.record, each.record) if before else ()
        delta = each.score - before.score if before else None
        gained = delta is not None and delta > 0
        points.append(Point(week, each.score, each.record, None if wider and gained else delta, wider))
    return tuple(points)


def week_at(at: str) -> str:
    """The week of the calendar, from Monday."""
    return window_at(MONDAY, WEEK, at)


def _caps(
    history: PackageHistory, last: Rated, here: list[Record], impact: str, now: str, numbers: Numbers
) -> Iterable[Cap]:
    ended = last.record.body["ended_at"]
    if after(ended, numbers.zero_after) <= now:
        yield "zero"
    elif after(ended, numbers.stale_after) < now:
        yield "stale"
    if last.held:
        yield "tune"
    if not last.record.body["handoffs"]["in_band"]:
        yield "handoff"
    if _only_straightforward(history.drills, ended):
        yield "straightforward"
    if impact == "high" and not any(passed(record) for record in here):
        yield "not_passed"


def _only_straightforward(drills: Iterable[Record], ended: str) -> bool:
    """Drilled for four weeks, and in the last four of them nothing but the easy case."""
    weeks: dict[str, set[str]] = {}
    for record in drills:
        weeks.setdefault(week_at(record.body["ended_at"]), set()).add(record.body["scenario"])
    newest = instant(week_at(ended).partition("/")[0])
    back = {(newest - instant(week.partition("/")[0])).days // 7: seen for week, seen in weeks.items()}
    lately = [seen for place, seen in back.items() if 0 <= place < WEEKS_OF_MIX]
    return max(back) >= WEEKS_OF_MIX - 1 and all(seen == {"straightforward"} for seen in lately)


def _band(score: int) -> Status:
    return "production_ready" if score >= READY else "conditional" if score >= CONDITIONAL else "hold"


def _settled(updates: Iterable[Record], owing: Record, drill: Record) -> bool:
    return any(owing.name in update.body["settles"] and repeats(update, drill) for update in updates)


def _wider(history: PackageHistory, since: Record, until: Record) -> tuple[str, ...]:
    """What updates between two drills took in beside what was there."""
    between = (update for update in history.updates if since.n < update.n < until.n)
    return tuple(dict.fromkeys(name for update in between for name in update.body["wider"]))


def _shorter(ours: str, theirs: str | None) -> str:
    if theirs is None:
        return ours
    return min(ours, theirs, key=lambda length: after("2024-01-01", length))
