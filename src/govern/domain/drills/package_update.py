"""`package update`: what a drill taught was written into the package, and merged; here it is said and settled.

One update changes the questions of the rule or its numbers, never both: else nobody could tell which of them helped.
It pays what drills owed to tune, where something was changed that tunes; the same card once more is owed from then on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from govern.domain.capability import Capability, Writer
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Document, Documents
from govern.domain.drills.confidence import numbers_of
from govern.domain.drills.package_changes import changed, counts, wider
from govern.domain.drills.versions import base, require_one_kind, version
from govern.domain.duties import closing, of_package, update_line
from govern.domain.findings import nearest
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.rollback.incidents import owed, settled
from govern.domain.state import Duty, PackageHistory, State
from govern.domain.windows import after
from govern.errors import ExitCode

EVENT = "package_updated"
LONGEST = 2000  # characters of what is said
COUNTED = "a step, how it is undone, a guardrail, a route, the criteria or their thresholds"


@dataclass(frozen=True)
class UpdatePackage:
    """`retained` is what stays because it worked, `refined` what was changed: None, what the drills proposed. `digest`
    is that of the package as the first decision saw it: what is merged meanwhile is another update."""

    do: ClassVar[str] = "update-package"
    package: str
    retained: str
    refined: str | None = None
    digest: str | None = None


def decide(state: State, documents: Documents, command: UpdatePackage, actor: Actor, now: str) -> Decision:
    package = _merged(state, documents, command)
    history = state.package(package.id)
    duties = owed(state, "tune", package.id)
    drill, before = _before(documents, history, package, duties)
    require_one_kind(drill, before, package)
    paid = [duty for duty in duties if _tuned(documents, history, package, duty)]
    fields = changed(before.value, package.value)
    _require_something(history, package, fields, duties, paid)
    drills = {record.name: record for record in history.drills}
    cards = sorted({drills[duty.record].body["card"]["id"] for duty in paid})
    due = after(now, numbers_of(state.in_force).stale_after)
    body: dict[str, Any] = {
        "package": {"id": package.id, "before": before.digest, "after": package.digest},
        "changed": list(fields),
        "wider": list(wider(before.value, package.value)),
        "retained": _words("retained", command.retained),
        "refined": _words("refined", command.refined or _proposed(package, duties)),
        "settles": [duty.record for duty in paid],
        "again": [{"card": card, "owner": paid[0].owner, "due": due} for card in cards],
        "surface": package.value.get("surface", ""),
    }
    event = Event(f"packages/{package.id}", f"{EVENT}/1", body, tuple(body["settles"]))
    pinned = {**asked(command), "digest": package.digest}
    card = next(iter(cards), history.drills[-1].body["card"]["id"])
    return Accepted((event,), pinned, next=f"govern drill run {card}")


def _merged(state: State, documents: Documents, command: UpdatePackage) -> Document:
    package = documents.get("package", command.package)
    if package is None:
        left = [duty for duty in state.duties if of_package(duty) == command.package]
        close = nearest(command.package, set(state.packages) - {command.package})
        line = update_line(close, "") if close else "govern drill history"
        line = closing(left[0], gone=True) if left else line
        said = f"no package `{command.package}` is merged" + (" any more" if left else "")
        raise Refusal(said, type_line=line, exit=ExitCode.COULD_NOT, lacks=("package", command.package))
    if command.digest not in (None, package.digest):
        raise Refusal(f"{package.id} was changed again meanwhile", type_line="govern drill history")
    return package


def _before(
    documents: Documents, history: PackageHistory, package: Document, duties: Sequence[Duty]
) -> tuple[Record, Document]:
    """The drill and the version that it is compared with. Refusal where nothing is new since."""
    found = base(documents, history, package)
    if found is None:
        said = f"{package.id} was never drilled: there is nothing yet that an update could rest on"
        raise Refusal(said, type_line="govern drill week")
    drill, before = found
    if before.digest == package.digest:
        proposed = "".join(f"; proposed: {duty.text}" for duty in duties if duty.text)
        raise Refusal(
            f"{package.id} stands as it was drilled ({drill.name}): merge what is refined, then say so{proposed}",
            type_line="govern drill history " + package.id,
            lacks=("package", package.id),
        )
    last = history.updates[-1] if history.updates else None
    if last is not None and last.body["package"]["after"] == package.digest and last.n > drill.n:
        raise Refusal(
            f"that update is recorded already as {last.name}",
            type_line=f"govern show {last.name}",
            lacks=("package", package.id),
        )
    return found


def _tuned(documents: Documents, history: PackageHistory, package: Document, duty: Duty) -> bool:
    """Something was changed that tunes, since the drill that owes it."""
    drill = next(record for record in history.drills if record.name == duty.record)
    then = version(documents, package.key, drill.body["package"]["digest"])
    return counts(changed(then.value, package.value))


def _require_something(
    history: PackageHistory,
    package: Document,
    fields: Sequence[str],
    duties: Sequence[Duty],
    paid: Sequence[Duty],
) -> None:
    """Refusal where only how the file is written differs, or nothing that an owed update could be."""
    if fields and (paid or not duties):
        return
    what = ", ".join(fields) if fields else "only how it is written"
    why = f"; {duties[0].record} owes a change of {COUNTED}" if duties else ", and it says the same as before"
    raise Refusal(f"changed in {package.id}: {what}{why}", type_line=f"govern drill history {package.id}")


def _proposed(package: Document, duties: Sequence[Duty]) -> str:
    """What the drills' closeouts said that it should be."""
    found = "; ".join(dict.fromkeys(duty.text for duty in duties if duty.text))
    if not found:
        raise Refusal(
            f"no drill of {package.id} that still owes proposed an update: say what was refined",
            type_line=update_line(package.id, ""),
            exit=ExitCode.COULD_NOT,
        )
    return found


def _words(name: str, text: str) -> str:
    text = text.strip()
    if len(text) > LONGEST:
        raise Refusal(
            f"{name} has {len(text):,} characters; {LONGEST:,} at most",
            type_line="govern package update --help",
        )
    return text


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
