"""How packages stand: the confidence of each at this instant, its weeks, and which card is drilled next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from govern.domain.decision import Refusal
from govern.domain.document import Document
from govern.domain.drills.confidence import (
    Confidence,
    Point,
    confidence,
    counted_before,
    numbers_of,
    trend,
)
from govern.domain.drills.targets import open_targets
from govern.domain.drills.versions import again
from govern.domain.drills.week import DrillWeek, week_of
from govern.domain.duties import gone as duty_gone
from govern.domain.duties import of_package
from govern.domain.findings import nearest
from govern.domain.records import Record
from govern.domain.state import Duty
from govern.errors import UsageError
from govern.operations.drills.drilling import document_of, names_of
from govern.operations.drills.keeping import waiting
from govern.operations.unpublished import unpublished
from govern.operations.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Week:
    """This week of drills. `card` is the one to take next, `why` a word for it; `risks` are windows to come, `waiting`
    the cards of drills that were interrupted in this clone. `owed` are updates of packages, `gone` what is owed of a
    package or a card that is not there, `targets` by package what the next drill of it is to reach."""

    week: DrillWeek
    card: str | None
    why: str
    risks: Sequence[Mapping[str, str]]
    waiting: Sequence[str]
    owed: Sequence[Duty]
    gone: Sequence[Duty]
    targets: Mapping[str, Mapping[str, float]]


def confidence_of(workspace: Workspace, package: Document) -> Confidence:
    numbers = numbers_of(workspace.state.in_force)
    history = workspace.state.package(package.id)
    return confidence(history, package.digest, package.value["impact"], workspace.now(), numbers)


def gone(workspace: Workspace, package_id: str) -> Confidence:
    """Of a package whose document is not there any more."""
    numbers = numbers_of(workspace.state.in_force)
    return confidence(workspace.state.package(package_id), None, "normal", workspace.now(), numbers)


def worth(workspace: Workspace, drill: Record) -> tuple[Confidence, Confidence | None]:
    """What a package counts for with a drill that was just recorded, or would be, and what it counted for before."""
    history = workspace.state.package(drill.body["package"]["id"])
    if drill not in history.drills:  # a dry run
        history = replace(history, drills=[*history.drills, drill])
    package = document_of(workspace, "package", history.id)
    numbers, impact = numbers_of(workspace.state.in_force), package.value["impact"]
    now = confidence(history, package.digest, impact, drill.at, numbers)
    return now, counted_before(history, drill, impact, numbers)


def targets_of(workspace: Workspace, package: str) -> dict[str, float]:
    """What the next drill of a package is to reach, by metric."""
    found = open_targets(workspace.state.package(package))
    return {metric: target for metric, (target, _) in found.items()}


def again_now(workspace: Workspace, card: Document, package: Document) -> list[dict[str, Any]]:
    """Which drills of the package owe this card once more, and what of it is not as it was then."""
    history = workspace.state.package(package.id)
    return again(workspace.documents(), history, card, package, workspace.now())


def known_packages(workspace: Workspace) -> list[str]:
    """Every package that was drilled or published, and those that a trigger on the branch leads to."""
    triggers = (document_of(workspace, "trigger", name) for name in names_of(workspace, "trigger"))
    led = {trigger.value["package"] for trigger in triggers if "package" in trigger.value}
    return sorted({*workspace.state.packages, *(led & set(names_of(workspace, "package")))})


def standings(workspace: Workspace, packages: Sequence[str]) -> dict[str, Confidence]:
    """Every package that is named, drilled or not."""
    there = set(names_of(workspace, "package"))
    return {
        name: confidence_of(workspace, document_of(workspace, "package", name))
        if name in there
        else gone(workspace, name)
        for name in packages
    }


def weeks(workspace: Workspace, package: str | None) -> dict[str, tuple[Point, ...]]:
    """The last drill of each week by package; where none is named, of all that were drilled or are led to."""
    state = workspace.state
    if package is not None and package not in state.packages:
        document_of(workspace, "package", package)
    names = [package] if package else known_packages(workspace)
    return {name: trend(state.package(name)) for name in names}


def week(workspace: Workspace) -> Week:
    now = workspace.now()
    found = workspace.documents().get("workspace", "main")
    calendar = found.value.get("calendar", []) if found else []
    risks = [each for each in calendar if each["risk"] == "high" and now < each["to"]]
    this = week_of(workspace.state, calendar, now)
    card, why = _next_card(workspace, this)
    there = names_of(workspace, "card")
    interrupted = [name for name in waiting(workspace.repository.common_dir) if name in there]
    left = sorted((duty for duty in workspace.state.duties if of_package(duty)), key=lambda duty: duty.due)
    lost = [duty for duty in left if gone_of(workspace, duty)]
    owed = [duty for duty in left if duty.kind == "tune" and duty not in lost]
    targets = {name: targets_of(workspace, name) for name in sorted(workspace.state.packages)}
    open_ = {name: each for name, each in targets.items() if each}
    return Week(this, card, why, risks, interrupted, owed, lost, open_)


def gone_of(workspace: Workspace, duty: Duty) -> bool:
    """What it is owed of is not there. What is faulty is there."""
    try:
        return duty_gone(workspace.documents(), duty)
    except Refusal:
        return False


def _next_card(workspace: Workspace, this: DrillWeek) -> tuple[str | None, str]:
    """One that is owed, else one of the package that is trusted least, of high impact first; and mixed signals first,
    until the week has some."""
    due = (duty for duty in workspace.state.duties if duty.kind == "drill")
    owed = [duty for duty in due if not gone_of(workspace, duty)]
    if owed:
        return min(owed, key=lambda duty: duty.due).packet, "the same card again"
    cards = [document_of(workspace, "card", name) for name in names_of(workspace, "card")]
    if not cards:
        return None, ""
    packages = {card.value["package_id"] for card in cards}
    known = {name: document_of(workspace, "package", name) for name in sorted(packages)}
    trusted = {name: confidence_of(workspace, package).score for name, package in known.items()}

    def rank(card: Document) -> tuple[bool, bool, int, str]:
        package = card.value["package_id"]
        plain = not this.mixed and card.value["scenario"] != "mixed_signal"
        return plain, known[package].value["impact"] != "high", trusted[package], card.id

    first = min(cards, key=rank)
    package = first.value["package_id"]
    return first.id, f"{package} counts for {trusted[package]}"


def package_named(workspace: Workspace, name: str) -> Document:
    """A package by its id, or by the id of a card of it."""
    if name in names_of(workspace, "package"):
        return document_of(workspace, "package", name)
    if name in names_of(workspace, "card"):
        return document_of(workspace, "package", document_of(workspace, "card", name).value["package_id"])
    if lies := unpublished(workspace, "package", name) or unpublished(workspace, "card", name):
        raise UsageError(f"no package `{name}` on {workspace.state.branch}: {lies.said}", type_line=lies.line)
    packages = names_of(workspace, "package")
    close = nearest(name, packages)
    said = f"; nearest: {close}" if close else f"; there are: {', '.join(packages)}" if packages else ""
    raise UsageError(f"no package `{name}` on {workspace.state.branch}{said}", type_line=None)
