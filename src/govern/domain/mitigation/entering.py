"""What a mitigation lane begins with: its state contract, for a cohort that goes back or is put into a lane by hand.

A rollback reads no document: what a lane of a packet is held to is what the packet froze, and only the version of its
criteria is looked up, where the ledger still has their bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from govern.domain.baseline import Target
from govern.domain.document import Documents
from govern.domain.lane import Lane, end_of, mode_id, stream_of, windows_of
from govern.domain.mitigation.criteria import version_of
from govern.domain.policy import Actor, Policy
from govern.domain.records import Event, Record
from govern.domain.state import Packet, State


@dataclass(frozen=True)
class Entry:
    """Who enters: on which surfaces, by which packets, on what the cohort is served meanwhile, and why (a code)."""

    cohort: str
    surfaces: tuple[str, ...]
    packets: tuple[str, ...]
    serving: Target
    critical: bool
    reason: str
    owner: str | None = None


def entered(
    state: State,
    documents: Documents,
    entry: Entry,
    actor: Actor,
    now: str,
    held_to: Mapping[str, Any] | None = None,
) -> Event:
    """The entry, held to what its first packet froze, or to the criteria that are `held_to` where there is none."""
    windows, numbers = windows_of(state.in_force), state.in_force.numbers["lane"]
    place = windows.place_at(now)
    lead = state.packets[entry.packets[0]] if entry.packets else None
    body: dict[str, Any] = {
        "cohort_key": entry.cohort,
        "mitigation_mode_id": mode_id(entry.cohort, len(state.lanes.get(entry.cohort, ())) + 1),
        "attempt": 1,
        "mitigation_entry_reason_code": entry.reason,
        "entry_timestamp_utc": now,
        "active_policy_version": entry.serving.components["policy"]["version"],
        "state_owner": entry.owner or owner_of(state, actor),
        "critical": entry.critical,
        "surfaces": list(entry.surfaces),
        "packets": list(entry.packets),
        "expiry_window": windows.text(place + numbers["expires_after_windows"]),
        "next_replay": windows.text(place),
        "candidate": lead.next.as_reference() if lead and lead.next else None,
        "evaluator": actor.person,
        "confidence": None,
        **(held_to or {}),
    }
    if held_to is None and lead is not None:
        body |= _frozen_by(documents, lead)
    relapse = _relapsed(state, entry, now)
    return Event(
        stream_of(entry.cohort),
        "mitigation_entered/1",
        body | ({"relapse_of": relapse.id} if relapse else {}),
    )


def _frozen_by(documents: Documents, packet: Packet) -> dict[str, Any]:
    key = _criteria_key(documents, packet)
    return {
        "criteria": key.partition("/")[2],
        "criteria_digest": packet.frozen[key],
        "reentry_criteria_version": version_of(documents, key, packet.frozen[key]),
    }


def _criteria_key(documents: Documents, packet: Packet) -> str:
    """Those that the frozen packet names: a change may have frozen others beside the first."""
    frozen = [key for key in sorted(packet.frozen) if key.startswith("criteria/")]
    own = f"packets/{packet.id}"
    held = documents.held(own, packet.frozen[own]) if len(frozen) > 1 else None
    named = f"criteria/{held.value['criteria']}" if held else None
    return named if named in frozen else frozen[0]


def _relapsed(state: State, entry: Entry, now: str) -> Lane | None:
    """The lane that the cohort left a short while ago, where the same reason is back within its watch."""
    left = state.lanes.get(entry.cohort, [])[-1:]
    for lane in left:
        if lane.exited and lane.reason == entry.reason and now < lane.exited.body["watched_until"]:
            return lane
    return None


def owner_of(state: State, actor: Actor) -> str:
    """The person who owns what a rollback leaves: whoever went back; for a machine the first who might have."""
    policy = state.in_force
    people = policy.persons
    if actor.person in people:
        return actor.person
    return next((name for name in policy.holders("rollback_execute") if name in people), people[0])


def lane_for(policy: Policy, attributes: Mapping[str, Any]) -> bool:
    """Whether a cohort that goes back enters a lane: critical ones always do."""
    return bool(attributes.get("critical")) or policy.numbers["enter_mitigation"] == "each_cohort"


def watched_until(policy: Policy, now: str) -> str:
    """How long a cohort without a lane stays out: as long as a lane would wait for a decision."""
    windows = windows_of(policy)
    return end_of(windows.text(windows.place_at(now) + policy.numbers["lane"]["expires_after_windows"]))


def fold_entered(state: State, record: Record) -> None:
    body = record.body
    lead = state.packets.get(body["packets"][0]) if body["packets"] else None
    frozen = body.get("frozen") or (lead.frozen if lead else {})
    lane = Lane(
        id=body["mitigation_mode_id"],
        cohort=body["cohort_key"],
        entered=record,
        surfaces=list(body["surfaces"]),
        packets=list(body["packets"]),
        owner=body["state_owner"],
        expiry=body["expiry_window"],
        frozen=dict(frozen),
        began=record.n,
        reached=[record],
        history=[record],
    )
    state.lanes.setdefault(lane.cohort, []).append(lane)


def join(state: State, cohort: str, packet: Packet, record: Record) -> None:
    """Another rollback of a cohort in a lane: the lane covers that surface too, what came back ends its attempt."""
    lane = state.lane(cohort)
    if lane is None:
        return
    lane.surfaces += [packet.surface] if packet.surface not in lane.surfaces else []
    lane.packets += [packet.id] if packet.id not in lane.packets else []
    lane.history.append(record)
    lane.regressive.append(record)
    lane.end_attempt(record)
