"""The incidents of a packet: for each of its rollbacks what has to be marked in the decision log.

All of it follows from the ledger: who went back, from when they had been on next, and when they were again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from govern.domain.findings import nearest
from govern.domain.records import Record
from govern.domain.state import Binding, Duty, Packet, State
from govern.errors import UsageError
from govern.evidence.relabel import Incident


@dataclass(frozen=True)
class RolledBack:
    """One rollback of a packet. `owed` is its duty to relabel, as long as nobody has settled it."""

    record: Record
    incident: Incident
    owed: Duty | None

    @property
    def context(self) -> str:
        return self.incident.context


def rollbacks(state: State, packet_id: str) -> list[RolledBack]:
    """The rollbacks of a packet, oldest first. UsageError where there is none."""
    if packet_id not in state.packets:
        close = nearest(packet_id, state.packets)
        said = f"no packet `{packet_id}` in the ledger" + (f"; nearest: {close}" if close else "")
        raise UsageError(said, type_line="govern status")
    packet = state.packets[packet_id]
    if not packet.rollbacks:
        raise UsageError(f"{packet_id} was not rolled back", type_line=f"govern phase show {packet_id}")
    owed = {duty.record: duty for duty in state.duties if duty.kind == "relabel"}
    return [
        RolledBack(each, incident_of(state, packet, each), owed.get(each.name)) for each in packet.rollbacks
    ]


def incident_of(state: State, packet: Packet, record: Record) -> Incident:
    """What a rollback asks to be marked; decisions on next after it, by stale serving, belong to it too."""
    assert packet.next is not None
    body = record.body
    surface = state.surfaces[packet.surface]
    bound: dict[str, str] = {}
    again: dict[str, str] = {}
    for cohort in body["cohorts"]:
        before, after = _runs(surface.cohorts.get(cohort, ()), packet.next.digest, record.when)
        bound |= {cohort: before} if before and before > body["range"]["since"] else {}
        again |= {cohort: after} if after else {}
    return Incident(
        context=body["relabel"]["context"],
        surface=packet.surface,
        cohorts=body["cohorts"],
        version=packet.next.model_version,
        digest=packet.next.digest,
        since=body["range"]["since"],
        until=record.when,
        bound=bound,
        again=again,
        everyone=any(
            moved.cause == "rollback" and moved.packet == packet.id and moved.at == record.when
            for moved in surface.default
        ),
    )


def _runs(timeline: Sequence[Binding], digest: str, when: str) -> tuple[str | None, str | None]:
    """When the stretch on a baseline began that ended at `when`, and when the first one after it did.

    Growing the share of a cohort binds it again to the same baseline: that is one stretch.
    """
    starts = [
        now.at
        for before, now in zip([None, *timeline], timeline, strict=False)
        if now.to.digest == digest and (before is None or before.to.digest != digest)
    ]
    return max((at for at in starts if at <= when), default=None), min(
        (at for at in starts if at > when), default=None
    )
