"""`drill tabletop`: a near-miss was talked through and the way back was timed; it counts as a rehearsal of the packet.

What the triggers gave and which fields the packet lacked is talked about, not judged: the rehearsal is as good as the
way back that was walked on a throw-away clone while people sat there.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

from govern.domain.capability import Capability, Writer
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Documents
from govern.domain.gates import cohort_dictionary, packet_in_force
from govern.domain.policy import Actor
from govern.domain.proofs import rehearsal_held
from govern.domain.selection import expand
from govern.domain.state import State
from govern.errors import ExitCode

FIELDS = 3  # that are found missing


@dataclass(frozen=True)
class HoldTabletop:
    """`same`: everybody came back on the clone; `seconds` is the mock rollback, from the trigger to the last word."""

    do: ClassVar[str] = "tabletop"
    packet: str
    near_miss: str
    same: bool
    seconds: float
    missing: tuple[str, ...]  # fields of the packet, as `a.b`
    cohorts: tuple[str, ...] = ()  # pinned by the first decision


def decide(state: State, documents: Documents, command: HoldTabletop, actor: Actor, now: str) -> Decision:
    packet = state.packet(command.packet)
    if packet.ended:
        raise Refusal(
            f"{packet.id} is {packet.phase.replace('_', ' ')}: it has ended", type_line="govern status"
        )
    if len(set(command.missing)) != FIELDS:
        raise Refusal(
            f"a tabletop names {FIELDS} fields that the packet lacked, each once", exit=ExitCode.COULD_NOT
        )
    cohorts = packet.covered
    if not cohorts:
        coverage = packet_in_force(state, documents, packet.id).value["cohort_coverage"]
        cohorts = expand(coverage, cohort_dictionary(documents))
    held = rehearsal_held(
        packet.id,
        "tabletop",
        cohorts,
        same=command.same,
        seconds=command.seconds,
        note=command.near_miss,
    )
    return Accepted((held,), asked(replace(command, cohorts=cohorts)), next=f"govern phase check {packet.id}")


CAPABILITY = Capability(
    writers=(Writer(HoldTabletop, decide, ("rehearsal_held/1",), claimed=True, offline=True),),
    folds={},
)
