"""`drill week --publish`: the confidence of every package, as it stands, once a week and drill.

Of every one that was drilled, and of those that are named to it: a trigger leads to them, and nobody drilled them yet.
"""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from govern.domain.capability import Capability, Writer
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Document, Documents
from govern.domain.drills.confidence import confidence, numbers_of, trend, week_at
from govern.domain.drills.targets import open_targets
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.state import PackageHistory, State

EVENT = "confidence_published"


@dataclass(frozen=True)
class PublishConfidence:
    """`packages`: none named, all that were drilled. It and `week` are pinned by the first decision: a later try does
    not publish another week."""

    do: ClassVar[str] = "publish-confidence"
    week: str | None = None
    packages: tuple[str, ...] = ()


def decide(
    state: State, documents: Documents, command: PublishConfidence, actor: Actor, now: str
) -> Decision:
    week = week_at(now)
    if command.week not in (None, week):
        raise Refusal(f"the week {command.week} is over", type_line="govern drill week")
    names = command.packages or tuple(sorted(state.packages))
    found = [
        (state.package(name), package)
        for name in names
        if (package := documents.get("package", name)) is not None
    ]
    if not found:
        raise Refusal(
            "no package was drilled yet, and no trigger leads to one", type_line="govern new package ID"
        )
    events = [
        event
        for history, package in found
        if (event := _event(state, history, package, week, now)) is not None
    ]
    if not events:
        raise Refusal(f"published already in the week of {week[:10]}", type_line="govern drill history")
    packages = tuple(event.stream.partition("/")[2] for event in events)
    pinned = replace(command, week=week, packages=packages)
    return Accepted(tuple(events), asked(pinned), next="govern drill history")


def _event(state: State, history: PackageHistory, package: Document, week: str, now: str) -> Event | None:
    """None where the same was published last. What the last drill gave is told, also when it counts no more."""
    numbers = numbers_of(state.in_force)
    found = confidence(history, package.digest, package.value["impact"], now, numbers)
    last = next(reversed(trend(history)), None)
    fresh = last is not None and last.week == week
    body: dict[str, Any] = {
        "week": week,
        "package": {"id": package.id, "digest": package.digest},
        "score": found.score,
        "status": found.status,
        "caps": list(found.caps),
        "drill": last.record.name if last else None,
        "drilled": last.raw if last else None,
        "delta": last.delta if last and fresh else None,
        "wider": list(last.wider) if last and fresh else [],
        "targets": {metric: target for metric, (target, _) in open_targets(history).items()},
    }
    if history.published and history.published[-1].body == body:
        return None
    return Event(f"packages/{package.id}", f"{EVENT}/1", body, (last.record.name,) if last else ())


def fold(state: State, record: Record) -> None:
    state.touch_package(record.stream.partition("/")[2]).published.append(record)


CAPABILITY = Capability(
    writers=(Writer(PublishConfidence, decide, (f"{EVENT}/1",), automation=True, offline=True),),
    folds={f"{EVENT}/1": fold},
)
