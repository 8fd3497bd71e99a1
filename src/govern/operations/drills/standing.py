"""How packages stand: the confidence of each at this instant, its weeks, and which card is drilled next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from govern.domain.document import Document
from govern.domain.drills.confidence import Confidence, Point, confidence, numbers_of, trend
from govern.domain.drills.week import DrillWeek, week_of
from govern.domain.findings import nearest
from govern.errors import UsageError
from govern.operations.drills.drilling import document_of, names_of
from govern.operations.drills.session import waiting
from govern.operations.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Week:
    """This week of drills. `card` is the one to take next, `why` a word for it; `risks` are windows to come, `waiting`
    the cards of drills that were interrupted in this clone."""

    week: DrillWeek
    card: str | None
    why: str
    risks: Sequence[Mapping[str, str]]
    waiting: Sequence[str]


def confidence_of(workspace: Workspace, package: Document) -> Confidence:
    numbers = numbers_of(workspace.state.in_force)
    history = workspace.state.package(package.id)
    return confidence(history, package.digest, package.value["impact"], workspace.now(), numbers)


def gone(workspace: Workspace, package_id: str) -> Confidence:
    """Of a package whose document is not there any more."""
    numbers = numbers_of(workspace.state.in_force)
    return confidence(workspace.state.package(package_id), None, "normal", workspace.now(), numbers)


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
    """The last drill of each week by package; of all that were drilled, where none is named."""
    state = workspace.state
    if package is not None and package not in state.packages:
        document_of(workspace, "package", package)
    return {name: trend(state.package(name)) for name in ([package] if package else sorted(state.packages))}


def week(workspace: Workspace) -> Week:
    now = workspace.now()
    found = workspace.documents().get("workspace", "main")
    calendar = found.value.get("calendar", []) if found else []
    risks = [each for each in calendar if each["risk"] == "high" and now < each["to"]]
    this = week_of(workspace.state, calendar, now)
    card, why = _next_card(workspace, this)
    return Week(this, card, why, risks, waiting(workspace.repository.common_dir))


def _next_card(workspace: Workspace, this: DrillWeek) -> tuple[str | None, str]:
    """One that is owed, else one of the package that is trusted least, of high impact first; and mixed signals first,
    until the week has some."""
    owed = [duty for duty in workspace.state.duties if duty.kind == "drill"]
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
    packages = names_of(workspace, "package")
    close = nearest(name, packages)
    said = f"; nearest: {close}" if close else f"; there are: {', '.join(packages)}" if packages else ""
    raise UsageError(f"no package `{name}` on {workspace.state.branch}{said}", type_line=None)
