"""`mitigation enter`: a lane by hand, for a cohort that is on nobody's next.

A rollback enters lanes in its own commit (see `entering`); this is for what was seen elsewhere, and for a cohort that
policy only had watched.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from shlex import quote
from typing import ClassVar

from govern.domain.binding import current
from govern.domain.capability import Capability, Writer
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Documents
from govern.domain.findings import nearest
from govern.domain.gates import cohort_dictionary
from govern.domain.lane import word_of
from govern.domain.mitigation.corrective_work import require_owner
from govern.domain.mitigation.criteria import frozen_criteria
from govern.domain.mitigation.entering import Entry, entered, fold_entered
from govern.domain.policy import Actor
from govern.domain.state import Packet, State
from govern.errors import ExitCode


@dataclass(frozen=True)
class EnterMitigation:
    """`reason` is a code of policy's entry_reasons. `criteria` and `version`: where the lane is held to others than
    those of the packet that went back, or of policy."""

    do: ClassVar[str] = "enter-mitigation"
    cohort: str
    reason: str
    surface: str | None = None
    owner: str | None = None
    criteria: str | None = None
    version: int | None = None


def decide(state: State, documents: Documents, command: EnterMitigation, actor: Actor, now: str) -> Decision:
    _require_free(state, documents, command.cohort)
    _require_code(state, command.reason)
    if command.owner is not None:
        require_owner(state, command.owner)
    surface = _surface(state, command)
    packet = _went_back(state, command.cohort, surface)
    own = packet is None or command.criteria is not None
    name = command.criteria or str(state.in_force.numbers["lane"]["criteria"])
    held_to = frozen_criteria(documents, name, command.version) if own else None
    serving = current(state.surfaces[surface], command.cohort)
    tags = cohort_dictionary(documents).get(command.cohort, serving.attributes)
    entry = Entry(
        cohort=command.cohort,
        surfaces=(surface,),
        packets=(packet.id,) if packet else (),
        serving=serving.to,
        critical=bool(tags.get("critical")),
        reason=command.reason,
        owner=command.owner,
    )
    event = entered(state, documents, entry, actor, now, held_to.body if held_to else None)
    pinned = replace(command, surface=surface)
    line = f"govern mitigation board {word_of(command.cohort, event.body['mitigation_mode_id'])}"
    return Accepted((event,), asked(pinned), inputs=held_to.inputs if held_to else {}, next=line)


def _require_free(state: State, documents: Documents, cohort: str) -> None:
    """A cohort that is known, in no lane, and on next by no packet."""
    known = set(cohort_dictionary(documents))
    known |= {key for surface in state.surfaces.values() for key in surface.cohorts}
    if cohort not in known:
        close = nearest(cohort, known)
        raise Refusal(
            f"no cohort `{cohort}`" + (f"; nearest: {close}" if close else ""),
            type_line=f"govern mitigation enter {quote(close)} --reason CODE" if close else "govern status",
            exit=ExitCode.COULD_NOT,
        )
    if lane := state.lane(cohort):
        said = f"{cohort} is in mitigation already: {lane.id}, since {lane.entered.at}"
        raise Refusal(said, type_line=f"govern mitigation board {lane.word}")
    for packet in state.packets.values():
        if cohort in packet.on_next:
            raise Refusal(
                f"{cohort} is on next by {packet.id}: going back comes first, and enters the lane",
                type_line=f"govern rollback execute {packet.id} --cohort {quote(cohort)}",
            )


def _require_code(state: State, reason: str) -> None:
    codes: Sequence[str] = state.in_force.view["entry_reasons"]
    if reason not in codes:
        raise Refusal(
            f"no reason `{reason}`: a lane has a code, never free text; there are: {', '.join(codes)}",
            type_line=f"--reason {nearest(reason, codes) or codes[0]}",
            exit=ExitCode.COULD_NOT,
        )


def _surface(state: State, command: EnterMitigation) -> str:
    """The surface that is meant: the one named, the one where it went back, or the only one."""
    there = sorted(state.surfaces)
    if command.surface in there:
        return command.surface
    back = sorted({p.surface for p in state.packets.values() if p.stages.get(command.cohort) == "back"})
    meant = back if len(back) == 1 else there
    if command.surface is None and len(meant) == 1:
        return meant[0]
    close = nearest(command.surface or "", there) or there[0]
    said = f"no surface `{command.surface}`" if command.surface else "several surfaces: which one?"
    raise Refusal(
        f"{said}; there are: {', '.join(there)}", type_line=f"--surface {close}", exit=ExitCode.COULD_NOT
    )


def _went_back(state: State, cohort: str, surface: str) -> Packet | None:
    """The packet that took the cohort back last on this surface: its criteria hold."""
    back = [p for p in state.packets.values() if p.surface == surface and p.stages.get(cohort) == "back"]
    return max(back, key=lambda packet: packet.rollbacks[-1].n, default=None)


CAPABILITY = Capability(
    writers=(Writer(EnterMitigation, decide, ("mitigation_entered/1",)),),
    folds={"mitigation_entered/1": fold_entered},
)
