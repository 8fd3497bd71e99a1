"""`package settle`: what drills left to a package, or to a card of it, that is not there any more is ended, with why.

Where the package is gone, who owes it ends it, or whoever holds the role that lets changes out; if it comes back, its
next drill brings back what it owed. Where only a card is gone the score is held down no longer, so that takes another
person than the one who owes it. What is there is not settled in this way: a package is updated, a card is drilled.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from govern.domain.capability import Capability, Writer
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Documents
from govern.domain.drills.versions import owing
from govern.domain.duties import closing, gone, of_package
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.state import Duty, State
from govern.errors import ExitCode

EVENT = "package_settled"
ROLE = "rollout_approve"
LONGEST = 2000  # characters of the reason


@dataclass(frozen=True)
class SettlePackage:
    do: ClassVar[str] = "settle-package"
    package: str
    reason: str


def decide(state: State, documents: Documents, command: SettlePackage, actor: Actor, now: str) -> Decision:
    left = [duty for duty in state.duties if of_package(duty) == command.package]
    if not left:
        said = f"nothing is owed of package {command.package}"
        raise Refusal(said, type_line="govern drill history", exit=ExitCode.COULD_NOT)
    ended = [duty for duty in left if gone(documents, duty)]
    if not ended:
        what = "the package is merged" if left[0].kind == "tune" else f"{left[0].packet} is merged"
        raise Refusal(f"nothing that {command.package} owes is gone: {what}", type_line=closing(left[0]))
    whole = documents.get("package", command.package) is None
    _require_entitled(state, actor, ended, whole=whole)
    if len(command.reason) > LONGEST:
        raise Refusal(
            f"reason has {len(command.reason):,} characters; {LONGEST:,} at most",
            type_line="govern package settle --help",
        )
    cards = {duty.packet for duty in ended if duty.kind == "drill"}
    drills = [
        drill.name
        for drill in owing(state.package(command.package))
        if whole or drill.body["card"]["id"] in cards
    ]
    body: dict[str, Any] = {
        "package": command.package,
        "package_gone": whole,
        "reason": command.reason.strip(),
        "duties": [{"kind": duty.kind, "of": duty.packet, "record": duty.record} for duty in ended],
        "drills": drills,
    }
    uses = tuple(dict.fromkeys(duty.record for duty in ended))
    event = Event(f"packages/{command.package}", f"{EVENT}/1", body, uses)
    return Accepted((event,), asked(command), next="govern drill week")


def _require_entitled(state: State, actor: Actor, ended: list[Duty], *, whole: bool) -> None:
    owners = list(dict.fromkeys(duty.owner for duty in ended))
    owes = actor.person in owners
    if (owes and whole) or (not owes and state.in_force.holds(actor, ROLE)):
        return
    others = [person for person in state.in_force.holders(ROLE) if person not in owners]
    may = [*(owners if whole else ()), *([f"{ROLE} ({', '.join(others)})"] if others else [])]
    why = "" if whole or not owes else ", and lifts what holds the score down"
    said = f"{actor.person} may not: it is owed by {owners[0]}{why}; it takes {' or '.join(may) or 'somebody else'}"
    raise Refusal(said, turn=next(iter(owners if whole else others), None))


def fold(state: State, record: Record) -> None:
    state.touch_package(record.body["package"]).settled.append(record)
    ended = {(each["kind"], each["of"], each["record"]) for each in record.body["duties"]}
    state.duties = [duty for duty in state.duties if (duty.kind, duty.packet, duty.record) not in ended]


CAPABILITY = Capability(
    writers=(Writer(SettlePackage, decide, (f"{EVENT}/1",), offline=True),),
    folds={f"{EVENT}/1": fold},
)
