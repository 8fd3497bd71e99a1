"""`review --record`: the weekly review was held, once in a window, with what stood open on that day.

What the review looks at stands in `agenda`; nothing is decided by holding one.
"""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from govern.domain.capability import Capability, Writer
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Documents
from govern.domain.mitigation.agenda import Agenda, agenda
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.state import State

EVENT = "weekly_review_held"
STREAM = "workspace/main"


@dataclass(frozen=True)
class HoldReview:
    """`window` is pinned by the first decision: a later try does not hold that of another."""

    do: ClassVar[str] = "hold-review"
    note: str | None = None
    window: str | None = None


def decide(state: State, documents: Documents, command: HoldReview, actor: Actor, now: str) -> Decision:
    found = agenda(state, documents, now)
    if command.window not in (None, found.window):
        raise Refusal(
            f"the window {command.window} is over: the agenda has changed", type_line="govern review"
        )
    if found.held is not None:
        said = f"{found.held.actor} held the review of {found.window} at {found.held.at} ({found.held.name})"
        raise Refusal(said, type_line=f"govern show {found.held.name}")
    body = _body(found) | ({"note": command.note.strip()} if command.note else {})
    seen = dict.fromkeys(name for match in found.matrix for name in match.records)
    event = Event(STREAM, f"{EVENT}/1", body, tuple(seen))
    return Accepted((event,), asked(replace(command, window=found.window)), next="govern status")


def _body(found: Agenda) -> dict[str, Any]:
    """Everything that was on the agenda, as values."""
    return {
        "window": found.window,
        "matrix": [
            {
                "condition": match.condition,
                "cohort_key": match.lane.cohort,
                "mitigation_mode_id": match.lane.id,
                "since": match.since,
                "records": list(match.records),
            }
            for match in found.matrix
        ],
        "lanes": [
            {
                "cohort_key": each.lane.cohort,
                "mitigation_mode_id": each.lane.id,
                "owner": each.lane.owner,
                "expiry_window": each.lane.expiry,
                "faults": [fault.kind for fault in (*each.faults, *filter(None, (each.expiring,)))],
            }
            for each in found.lanes
        ],
        "actions": [
            {
                "mitigation_mode_id": lane.id,
                "action": action.id,
                "owner": action.owner,
                "due_window": action.opened.body["due_window"],
            }
            for lane, action in found.actions
        ],
        "waivers": [
            {"packet": each.packet, "of": each.of, "owner": each.owner, "expires": each.expires}
            for each in found.waivers
        ],
        "duties": [
            {"kind": duty.kind, "packet": duty.packet, "owner": duty.owner, "due": duty.due}
            for duty in found.duties
        ],
        "frozen": [{"surface": surface, "cohorts": list(who)} for surface, who in found.frozen.items()],
        "packets": [{"packet": packet.id, "phase": packet.phase} for packet in found.packets],
    }


def fold(state: State, record: Record) -> None:
    state.reviews.append(record)


CAPABILITY = Capability(
    writers=(Writer(HoldReview, decide, (f"{EVENT}/1",), "monitoring_review"),),
    folds={f"{EVENT}/1": fold},
)
