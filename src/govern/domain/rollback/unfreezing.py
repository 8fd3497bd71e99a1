"""`binding unfreeze`: promotions may go on for cohorts that a rollback froze, once its root cause is named.

No binding moves and no gate is asked: whether next is better now is the borders' question. A cause that is not
known yet is owed by a person, by an instant; named later, it settles that duty.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from shlex import quote
from typing import Any, ClassVar

from govern.domain.capability import Capability, Writer
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Documents
from govern.domain.findings import nearest
from govern.domain.gates import packet_in_force
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.state import EVERYONE, Duty, State, Surface
from govern.domain.windows import after
from govern.errors import ExitCode

UNKNOWN = "unknown"
ROLE = "rollout_approve"


@dataclass(frozen=True)
class Unfreeze:
    """`cohorts` empty: everybody who is frozen on the surface. `root_cause` is a reference; or `unknown`, with the
    `owner` who finds it by the instant `due`.

    `freezes` are the records that are lifted, pinned by the first decision: a freeze set in between stays.
    """

    do: ClassVar[str] = "unfreeze"
    surface: str
    root_cause: str
    cohorts: tuple[str, ...] = ()
    owner: str | None = None
    due: str | None = None
    freezes: tuple[str, ...] = ()


def decide(state: State, documents: Documents, command: Unfreeze, actor: Actor, now: str) -> Decision:
    surface = _surface(state, command)
    cause = _cause(state, command, actor, now)
    cohorts = tuple(sorted(set(command.cohorts) or surface.frozen))
    packets = _packets(state, command)
    settled = [] if "due" in cause else _owed(state, command.surface, packets)
    _require_named(state, command, cohorts, {duty.packet for duty in settled})
    if not cohorts and not settled:
        raise Refusal(f"{command.surface} is not frozen", type_line=f"govern show {command.surface}")
    lifted = [cohort for cohort in cohorts if cohort in surface.frozen]
    freezes = tuple(sorted({surface.frozen[cohort] for cohort in lifted}))
    if command.freezes and (fresh := set(freezes) - set(command.freezes)):
        said = f"{command.surface} was frozen anew meanwhile ({min(fresh)})"
        raise Refusal(said, type_line=f"govern show {min(fresh)}")
    for packet in packets if lifted else ():
        if actor.person not in (may := _may_lift(state, documents, packet)):
            raise Refusal(f"{actor.person} may not lift what {packet} froze; {', '.join(may)} may")
    uses = (*freezes, *sorted({duty.record for duty in settled}))
    body = {"cohorts": lifted, "packets": packets, **cause}
    event = Event(f"surfaces/{command.surface}", "promotions_unfrozen/1", body, uses)
    pinned = replace(command, cohorts=cohorts, freezes=freezes)
    return Accepted((event,), asked(pinned), next="govern status")


def who_may(state: State, documents: Documents, command: Unfreeze) -> list[str]:
    """The people who may give this command; whoever holds the role names a cause that lifts nothing."""
    frozen = state.surfaces[command.surface].frozen if command.surface in state.surfaces else {}
    lifts = frozen and (not command.cohorts or set(command.cohorts) & set(frozen))
    allowed = [_may_lift(state, documents, packet) for packet in _packets(state, command)] if lifts else []
    return [person for person in _holders(state) if all(person in may for may in allowed)]


def _surface(state: State, command: Unfreeze) -> Surface:
    if command.surface in state.surfaces:
        return state.surfaces[command.surface]
    close = nearest(command.surface, state.surfaces)
    there = f"; nearest: {close}" if close else f"; there are: {', '.join(sorted(state.surfaces))}"
    raise Refusal(f"no surface `{command.surface}`{there}", exit=ExitCode.COULD_NOT)


def _cause(state: State, command: Unfreeze, actor: Actor, now: str) -> dict[str, Any]:
    """The cause as it is recorded; one that is not known yet has a person and an instant after now."""
    if command.root_cause.strip().casefold() != UNKNOWN:
        if command.owner or command.due:
            line = f"govern binding unfreeze {command.surface} --root-cause REFERENCE"
            said = "a cause that is known has no --owner and no --due"
            raise Refusal(said, type_line=line, exit=ExitCode.COULD_NOT)
        return {"root_cause": command.root_cause.strip()}
    later = after(now, state.in_force.view["windows"]["length"])
    if not command.owner or not command.due:
        line = f"--owner {command.owner or actor.person} --due {command.due or later}"
        said = "a root cause that is not known yet is owed: by whom, and by when?"
        raise Refusal(said, type_line=line, exit=ExitCode.COULD_NOT)
    people = state.in_force.view["people"]
    if command.owner not in people or state.in_force.kind(command.owner) != "person":
        close = nearest(command.owner, state.in_force.persons)
        said = f"no person `{command.owner}` in the policy" + (f"; nearest: {close}" if close else "")
        raise Refusal(said, type_line=f"--owner {close or actor.person}", exit=ExitCode.COULD_NOT)
    if command.due <= now:
        raise Refusal(
            f"due {command.due} is over: it is {now}", type_line=f"--due {later}", exit=ExitCode.COULD_NOT
        )
    return {"root_cause": UNKNOWN, "owner": command.owner, "due": command.due}


def _require_named(state: State, command: Unfreeze, cohorts: Sequence[str], settled: set[str]) -> None:
    """Each cohort is frozen, or its rollback is still owed the cause that is named now."""
    frozen = state.surfaces[command.surface].frozen
    for cohort in cohorts:
        if cohort in frozen or settled & set(_behind(state, command.surface, [cohort])):
            continue
        if not frozen:
            raise Refusal(f"{command.surface} is not frozen", type_line=f"govern show {command.surface}")
        close = nearest(cohort, frozen)
        fixed = ",".join(dict.fromkeys(close if c == cohort and close else c for c in cohorts))
        raise Refusal(
            f"no cohort `{cohort}` is frozen on {command.surface}; there are: {', '.join(sorted(frozen))}",
            type_line=f"--cohort {quote(fixed)}" if close else f"govern show {command.surface}",
            exit=ExitCode.NO if cohort in state.surfaces[command.surface].cohorts else ExitCode.COULD_NOT,
        )


def _packets(state: State, command: Unfreeze) -> list[str]:
    """The packets whose rollback it is about; with nobody frozen or named, those still owed a cause."""
    cohorts = set(command.cohorts) or set(state.surfaces[command.surface].frozen)
    if cohorts:
        return _behind(state, command.surface, cohorts)
    return sorted({duty.packet for duty in _owed(state, command.surface)})


def _behind(state: State, surface: str, cohorts: Iterable[str]) -> list[str]:
    """The packets of the last rollback of each cohort."""
    last: dict[str, tuple[int, str]] = {}
    for packet in state.packets.values():
        for record in packet.rollbacks:
            if record.body["surface"] == surface:
                for cohort in (*record.body["cohorts"], EVERYONE):
                    last[cohort] = max(last.get(cohort, (0, "")), (record.n, packet.id))
    return sorted({last[cohort][1] for cohort in cohorts if cohort in last})


def _owed(state: State, surface: str, packets: Sequence[str] | None = None) -> list[Duty]:
    return [
        duty
        for duty in state.duties
        if duty.kind == "root_cause"
        and duty.surface == surface
        and (packets is None or duty.packet in packets)
    ]


def _holders(state: State) -> list[str]:
    policy = state.in_force
    return [person for person in policy.holders(ROLE) if policy.kind(person) == "person"]


def _may_lift(state: State, documents: Documents, packet: str) -> list[str]:
    """The packet's owners who are none of its authors; where that is nobody, the role alone decides.

    So it is too where the packet cannot be read: nothing stays frozen for good because of a document.
    """
    holders = _holders(state)
    try:
        value = packet_in_force(state, documents, packet).value
    except Refusal:
        return holders
    apart = [person for person in holders if person not in value.get("authors", ())]
    return [person for person in apart if person in value["owners"][ROLE]] or apart or holders


def fold(state: State, record: Record) -> None:
    name, body = record.stream.partition("/")[2], record.body
    for cohort in body["cohorts"]:
        state.surfaces[name].frozen.pop(cohort, None)
    if "due" in body:
        state.duties += [
            Duty("root_cause", name, packet, body["owner"], body["due"], record.name)
            for packet in body["packets"]
        ]
    else:
        settled = _owed(state, name, body["packets"])
        state.duties = [duty for duty in state.duties if duty not in settled]


CAPABILITY = Capability(
    writers=(Writer(Unfreeze, decide, ("promotions_unfrozen/1",), ROLE),),
    folds={"promotions_unfrozen/1": fold},
)
