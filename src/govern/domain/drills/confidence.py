"""How far a package can be trusted at an instant: the score of its last drill, and what holds it down.

It is lost with a change of the package, for good: taking the change back brings no old score back. It is stale after
some days and gone after some more. A score says how the drill went; a package of high impact is production ready only
once a drill of this very version was passed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from govern.domain.drills.lacking import lacks
from govern.domain.drills.versions import ends, lifted
from govern.domain.policy import Policy
from govern.domain.records import Record
from govern.domain.state import PackageHistory
from govern.domain.windows import after, instant, window_at

READY, CONDITIONAL = 85, 70
CAPPED = READY - 1  # what caps leave: conditional at most
MONDAY, WEEK = "2024-01-01", "P7D"  # a drill belongs to a week of the calendar
WEEKS_OF_MIX = 4

Status = Literal["draft", "hold", "conditional", "production_ready"]
Cap = Literal["changed", "gone", "never", "zero", "stale", "tune", "handoff", "straightforward", "not_passed"]


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
    def raw(self) -> int:
        """As it was drilled."""
        total: int = self.record.body["score"]["total"]
        return total

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
    here = _of_this_version(history, digest)
    if not here:
        lost: Cap = "gone" if digest is None else "changed"
        return Confidence(0, 0, "draft", (lost if history.drills else "never",))
    last = max(here, key=lambda each: each.record.body["ended_at"])
    caps = tuple(_caps(history, last, [each.record for each in here], impact, now, numbers))
    score = 0 if "zero" in caps else min(last.score, CAPPED) if set(caps) - {"tune"} else last.score
    draft = not any(qualified(each.record) for each in here)
    return Confidence(score, last.raw, "draft" if draft else _band(score), caps, last.record)


def counted_before(
    history: PackageHistory, drill: Record, impact: str, numbers: Numbers
) -> Confidence | None:
    """What the package counted for after the drill before that one, on its own day; None for the first."""
    place = [record.name for record in history.drills].index(drill.name)
    if not place:
        return None
    last = history.drills[place - 1]
    until = replace(
        history,
        drills=history.drills[:place],
        updates=[record for record in history.updates if record.n < last.n],
        published=[record for record in history.published if record.n < last.n],
        settled=[record for record in history.settled if record.n < last.n],
    )
    return confidence(until, last.body["package"]["digest"], impact, last.body["ended_at"], numbers)


def _of_this_version(history: PackageHistory, digest: str | None) -> list[Rated]:
    """The drills since the package was last seen with other bytes: what a change lost is not found again by taking
    the change back."""
    seen = [(record.n, record.body["package"]["digest"]) for record in (*history.drills, *history.published)]
    seen += [(record.n, record.body["package"]["after"]) for record in history.updates]
    since = max((n for n, bytes_ in seen if bytes_ != digest), default=0)
    return [each for each in rated(history) if each.record.n > since]


def rated(history: PackageHistory) -> list[Rated]:
    """Every drill in the order of its record. After one that found something to tune no score is higher, until the
    package was updated and the same card drilled again."""
    found: list[Rated] = []
    held: dict[str, int] = {}  # drill that owes -> what later scores are held to
    gone = [(record.n, record.body["drills"]) for record in history.settled if ends(record)]
    for record in history.drills:
        done = {*lifted(record), *(name for n, names in gone if n < record.n for name in names)}
        held = {name: ceiling for name, ceiling in held.items() if name not in done}
        raw: int = record.body["score"]["total"]
        score = min([raw, *held.values()])
        found.append(Rated(record, score, score < raw))
        if "tuning" in record.body:
            held[record.name] = score
    return found


def qualified(drill: Record) -> bool:
    """What makes a package more than a draft: all steps, two owners who decide as the rule does, the baseline back."""
    return not set(lacks(drill)) - {"tune"}


def passed(drill: Record) -> bool:
    """Qualified, and nothing left to tune."""
    return not any(lacks(drill))


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


def _wider(history: PackageHistory, since: Record, until: Record) -> tuple[str, ...]:
    """What the drills after one took in beside what was drilled before them."""
    between = (drill for drill in history.drills if since.n < drill.n <= until.n)
    return tuple(dict.fromkeys(name for drill in between for name in drill.body["wider"]))


def _shorter(ours: str, theirs: str | None) -> str:
    if theirs is None:
        return ours
    return min(ours, theirs, key=lambda length: after("2024-01-01", length))
