"""Which version of a package a drill or an update is held against, and whether the card that owed is drilled again.

A drill that found something to tune owes until the package was changed in what counts and the same card was drilled
again. Until then every later version is compared with the one that owes: edits without a drill of the card between
them are one edit, however many updates were recorded.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from govern.domain.decision import Refusal
from govern.domain.document import Document, Documents
from govern.domain.drills.package_changes import CRITERIA, THRESHOLDS, changed, counts, wider
from govern.domain.drills.rule import metrics_of
from govern.domain.records import Record
from govern.domain.state import Duty, PackageHistory

PACKAGE, TOO_EARLY = (
    "package",
    "too_early",
)  # among what differs: as it was when the card owed; before the update


def lifted(drill: Record) -> Iterator[str]:
    """The drills of which this one was the same card once more."""
    return (row["drill"] for row in drill.body["again"] if not row["differs"])


def owing(history: PackageHistory) -> list[Record]:
    """The drills that still owe an update or the same card again, oldest first."""
    done = {name for drill in history.drills for name in lifted(drill)}
    done |= {name for record in history.settled if ends(record) for name in record.body["drills"]}
    return [drill for drill in history.drills if "tuning" in drill.body and drill.name not in done]


def ends(settled: Record) -> bool:
    """Whether what drills left is over for good. A package that was gone and comes back owes what it owed."""
    return not settled.body["package_gone"]


def forgotten(history: PackageHistory, duties: Iterable[Duty]) -> Iterator[Record]:
    """Drills that owe an update which no duty asks for any more: it was settled while the package was gone."""
    asked = {duty.record for duty in duties} | {
        name for update in history.updates for name in update.body["settles"]
    }
    return (drill for drill in owing(history) if drill.name not in asked)


def owed_again(history: PackageHistory, duty: Duty) -> bool:
    """Whether a card that an update made owed is owed still."""
    settled = {
        name for update in history.updates if update.name == duty.record for name in update.body["settles"]
    }
    return any(drill.name in settled and drill.body["card"]["id"] == duty.packet for drill in owing(history))


def base(documents: Documents, history: PackageHistory, package: Document) -> tuple[Record, Document] | None:
    """The oldest drill that still owes, else the last one, and the package as it was then. None before the first."""
    drill = next(iter([*owing(history), *history.drills[-1:]]), None)
    return (
        None if drill is None else (drill, version(documents, package.key, drill.body["package"]["digest"]))
    )


def version(documents: Documents, key: str, digest: str) -> Document:
    """A document as it was when it was drilled, from the ledger."""
    found = documents.held(key, digest)
    if found is None:
        said = f"the ledger does not hold {key} as it was drilled ({digest[:15]})"
        raise Refusal(said, type_line="govern audit")
    return found


def require_one_kind(drill: Record, before: Document, package: Document) -> None:
    """Refusal where both the questions of the rule and its numbers moved: nobody could tell which of them helped."""
    if {CRITERIA, THRESHOLDS} <= set(changed(before.value, package.value)):
        raise Refusal(
            f"criteria and thresholds of {package.id} are both changed since {drill.name}: "
            "nobody could tell which of them helped; "
            f"take one of them back, merge, drill {drill.body['card']['id']}, then change the other",
            type_line=f"govern show {drill.name}",
        )


def wider_than_drilled(documents: Documents, history: PackageHistory, package: Document) -> tuple[str, ...]:
    """What it takes in beside what was drilled last; nothing before the first drill."""
    if not history.drills:
        return ()
    last = history.drills[-1].body["package"]["digest"]
    return wider(version(documents, package.key, last).value, package.value)


def again(
    documents: Documents, history: PackageHistory, card: Document, package: Document, started_at: str
) -> list[dict[str, Any]]:
    """Every drill that owes this card once more and was updated since, with what keeps this from being that card.

    The first of several that owe one card sets what it was. A card of another name is told only where it is the same.
    """
    made = {name: update.when for update in history.updates for name in update.body["settles"]}
    first: dict[str, Document] = {}
    rows = []
    for drill in owing(history):
        then, was = drill.body["card"], drill.body["package"]["digest"]
        if then["id"] not in first:
            first[then["id"]] = version(documents, f"cards/{then['id']}", then["digest"])
        if drill.name not in made:
            continue
        before = version(documents, package.key, was)
        differs = list(_differs(first[then["id"]].value, card.value, package.value))
        if not counts(changed(before.value, package.value)):
            differs.append(PACKAGE)
        if started_at < made[drill.name]:
            differs.append(TOO_EARLY)
        if then["id"] == card.id or not differs:
            rows.append({"drill": drill.name, "differs": differs})
    return rows


def _differs(was: Mapping[str, Any], card: Mapping[str, Any], package: Mapping[str, Any]) -> Iterator[str]:
    """The fields by which it is another card. Criteria and recovery window may follow the package, and with the
    criteria a metric may come in that they ask for."""
    asked = {*was["metrics"], *metrics_of(package["criteria"])}
    if not set(was["metrics"]) <= set(card["metrics"]) <= asked or any(
        _measure(was["metrics"][name]) != _measure(card["metrics"][name]) for name in was["metrics"]
    ):
        yield "metrics"
    if any(was["side_effect"][name] != card["side_effect"][name] for name in ("metric", "becomes")):
        yield "side_effect"
    for name in ("scenario", "edge", "handoffs", "checkpoint_slas"):
        if was.get(name) != card.get(name):
            yield name
    if card["recovery_window"] not in (was["recovery_window"], package["recovery_window"]):
        yield "recovery_window"


def _measure(metric: Mapping[str, Any]) -> dict[str, Any]:
    """Without its title, which decides nothing."""
    return {name: value for name, value in metric.items() if name != "title"}
