"""`package update`: what a drill taught was written into the package, and merged; here it is said and settled.

One update changes the questions of the rule or its numbers, never both: else nobody could tell which of them helped.
It pays what the drills since owed to tune; the same card once more is owed from then on.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from govern.domain.capability import Capability, Writer
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Document, Documents
from govern.domain.drills.confidence import numbers_of
from govern.domain.drills.package_changes import CRITERIA, THRESHOLDS, changed, wider
from govern.domain.findings import nearest
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.rollback.incidents import owed, settled
from govern.domain.state import Duty, PackageHistory, State
from govern.domain.windows import after
from govern.errors import ExitCode

EVENT = "package_updated"


@dataclass(frozen=True)
class UpdatePackage:
    """`retained` is what stays because it worked, `refined` what was changed. `digest` is that of the package as the
    first decision saw it: what is merged meanwhile is another update."""

    do: ClassVar[str] = "update-package"
    package: str
    retained: str
    refined: str
    digest: str | None = None


def decide(state: State, documents: Documents, command: UpdatePackage, actor: Actor, now: str) -> Decision:
    package = documents.get("package", command.package)
    if package is None:
        close = nearest(command.package, state.packages)
        raise Refusal(
            f"no package `{command.package}` is merged" + (f"; nearest: {close}" if close else ""),
            type_line="govern new package",
            exit=ExitCode.COULD_NOT,
        )
    if command.digest not in (None, package.digest):
        raise Refusal(f"{package.id} was changed again meanwhile", type_line="govern drill history")
    history = state.package(package.id)
    before = _before(documents, history, package)
    fields = changed(before.value, package.value)
    if {CRITERIA, THRESHOLDS} <= set(fields):
        raise Refusal(
            f"criteria and thresholds of {package.id} are both changed: nobody could tell which of them helped",
            "merge one, drill, then the other",
            type_line="govern drill history " + package.id,
        )
    duties = owed(state, "tune", package.id)
    drills = {record.name: record for record in history.drills}
    cards = sorted({drills[duty.record].body["card"]["id"] for duty in duties})
    due = after(now, numbers_of(state.in_force).stale_after)
    body: dict[str, Any] = {
        "package": {"id": package.id, "before": before.digest, "after": package.digest},
        "changed": list(fields),
        "wider": list(wider(before.value, package.value)),
        "retained": command.retained.strip(),
        "refined": command.refined.strip(),
        "settles": [duty.record for duty in duties],
        "again": [{"card": card, "owner": _owner(duties), "due": due} for card in cards],
        "surface": package.value.get("surface", ""),
    }
    event = Event(f"packages/{package.id}", f"{EVENT}/1", body, tuple(body["settles"]))
    pinned = {**asked(command), "digest": package.digest}
    card = next(iter(cards), history.drills[-1].body["card"]["id"])
    return Accepted((event,), pinned, next=f"govern drill run {card}")


def _owner(duties: list[Duty]) -> str:
    return duties[0].owner


def _before(documents: Documents, history: PackageHistory, package: Document) -> Document:
    """The package as it was last drilled or updated. Refusal where that is what is merged still."""
    if not history.drills:
        said = f"{package.id} was never drilled: there is nothing yet that an update could rest on"
        raise Refusal(said, type_line="govern drill week")
    drills = ((record.n, record.body["package"]["digest"]) for record in history.drills)
    updates = ((record.n, record.body["package"]["after"]) for record in history.updates)
    _, digest = max((*drills, *updates))
    if digest == package.digest:
        raise Refusal(
            f"{package.id} stands as it was drilled: merge what is refined, then say so",
            type_line="govern check --base main",
        )
    before = documents.held(package.key, digest)
    if before is None:
        said = f"the ledger does not hold {package.id} as it was drilled ({digest[:15]})"
        raise Refusal(said, type_line="govern audit")
    return before


def fold(state: State, record: Record) -> None:
    state.touch_package(record.stream.partition("/")[2]).updates.append(record)
    body = record.body
    state.duties = settled(state.duties, "tune", body["settles"]) + [
        Duty("drill", body["surface"], each["card"], each["owner"], each["due"], record.name)
        for each in body["again"]
    ]


CAPABILITY = Capability(
    writers=(Writer(UpdatePackage, decide, (f"{EVENT}/1",), offline=True),),
    folds={f"{EVENT}/1": fold},
)
