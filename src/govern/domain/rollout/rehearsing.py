"""`rollback rehearse`: what the rollback gave on a throw-away clone is recorded, also when it did not come back."""

from dataclasses import dataclass, replace
from typing import ClassVar

from govern.domain.capability import Capability, Writer
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Documents
from govern.domain.gates import cohort_dictionary, packet_in_force
from govern.domain.policy import Actor
from govern.domain.proofs import baseline_verified, fold_rehearsed, rehearsal_held
from govern.domain.selection import expand
from govern.domain.state import State


@dataclass(frozen=True)
class HoldRehearsal:
    do: ClassVar[str] = "rehearse"
    packet: str
    same: bool
    seconds: float
    cohorts: tuple[str, ...] = ()
    day: str | None = None  # pinned, as the cohorts are


def decide(state: State, documents: Documents, command: HoldRehearsal, actor: Actor, now: str) -> Decision:
    packet = state.packet(command.packet)
    if packet.ended:
        raise Refusal(
            f"{packet.id} is {packet.phase.replace('_', ' ')}: it has ended", type_line="govern status"
        )
    cohorts = packet.covered
    if not cohorts:
        coverage = packet_in_force(state, documents, packet.id).value["cohort_coverage"]
        cohorts = expand(coverage, cohort_dictionary(documents))
    day = min(command.day or now[:10], now[:10])
    events = [rehearsal_held(packet.id, "clone", cohorts, same=command.same, seconds=command.seconds)]
    if command.same and packet.prev is not None:
        events.append(baseline_verified(packet.prev, "rehearsal", day, f"packets/{packet.id}"))
    pinned = replace(command, cohorts=cohorts, day=day)
    return Accepted(tuple(events), asked(pinned), next=f"govern phase check {packet.id}")


CAPABILITY = Capability(
    writers=(
        Writer(
            HoldRehearsal,
            decide,
            ("rehearsal_held/1", "baseline_verified/1"),
            automation=True,
            claimed=True,
            offline=True,
        ),
    ),
    folds={"rehearsal_held/1": fold_rehearsed},
)
