"""The way back: which cohorts return to which baseline, and everything that follows from it in one commit.

It has no gate and reads no document: all it needs stands in the ledger. Finding packet and trigger for a
person under stress, and publishing when the remote is gone, are the command line's business.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from govern.domain.binding import changed, current
from govern.domain.capability import Capability, Writer
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision
from govern.domain.document import Documents
from govern.domain.duties import fold_review_scheduled, review_scheduled
from govern.domain.mitigation.entering import Entry, entered, join, lane_for, owner_of, watched_until
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.rollback.scope import Part, parts_of, require_reason
from govern.domain.state import EVERYONE, Duty, State
from govern.domain.windows import after


@dataclass(frozen=True)
class Rollback:
    """`cohorts` empty: everybody whom the packet put on next. `reason` is a code of policy's entry_reasons.

    `trigger` names the record of the trigger that fired, `to` another baseline than prev, `break_glass` why
    somebody without the role goes back. `stale`: the ledger could not be refreshed, so that "already back" is no
    answer: it is recorded, and decided again when the remote answers. `also` are more packets that go back in the
    same commit: {packet, cohorts, trigger} each, cohorts and trigger as above.
    """

    do: ClassVar[str] = "rollback"
    packet: str
    reason: str
    cohorts: tuple[str, ...] = ()
    trigger: str | None = None
    note: str | None = None
    since: str | None = None
    to: str | None = None
    break_glass: str | None = None
    stale: bool = False
    also: tuple[Mapping[str, Any], ...] = ()


def decide(state: State, documents: Documents, command: Rollback, actor: Actor, now: str) -> Decision:
    require_reason(state, command)
    parts = parts_of(state, command, now)
    events = [
        Event(_stream(part), "rolled_back/1", _body(state, part, command, actor, now), tuple(part.fired))
        for part in parts
    ]
    for part in parts:
        events += [*_acknowledged(part), review_scheduled(state, part.packet, actor, now)]
    for surface in dict.fromkeys(part.packet.surface for part in parts):
        here = [part for part in parts if part.packet.surface == surface]
        events += _moved(surface, here, command.reason)
    events += [
        entered(state, documents, entry, actor, now) for entry in _entries(state, parts, command.reason)
    ]
    line = f"govern rollback verify {parts[0].packet.id} --wait 120"
    return Accepted((*events, *_dependents(state, parts)), _pinned(command, parts), next=line)


def _pinned(command: Rollback, parts: Sequence[Part]) -> dict[str, Any]:
    """What was asked, with exactly those who go: deciding it again takes nobody else."""
    lead, *more = parts
    first = replace(
        command,
        packet=lead.packet.id,
        cohorts=lead.cohorts,
        trigger=next(iter(lead.fired), None),
        also=tuple(
            {"packet": part.packet.id, "cohorts": list(part.cohorts)}
            | ({"trigger": name} if (name := next(iter(part.fired), None)) else {})
            for part in more
        ),
    )
    return asked(first)


def _stream(part: Part) -> str:
    return f"packets/{part.packet.id}"


def _body(state: State, part: Part, command: Rollback, actor: Actor, now: str) -> dict[str, Any]:
    numbers = state.in_force.numbers
    body: dict[str, Any] = {
        "surface": part.packet.surface,
        "cohorts": list(part.cohorts),
        "stay": list(part.stay),
        "to": part.to.baseline,
        "reason": command.reason,
        "range": {"since": part.since},
        "relabel": {
            "owner": actor.person,
            "due": after(now, numbers["relabel_within"]),
            "context": f"{part.packet.id}-{part.packet.attempt}",
        },
    }
    if part.fired:
        body["trigger"] = next(iter(part.fired))
    body |= _without_entry(state, part, actor, now)
    if command.break_glass:
        reviewers = state.in_force.holders("rollback_execute") or (actor.person,)
        due = after(now, state.in_force.view["windows"]["length"])
        another = next((person for person in reviewers if person != actor.person), reviewers[0])
        body["break_glass"] = {"why": command.break_glass, "reviewer": another, "due": due}
    return body | (
        {"note": command.note} if command.note else {"note_due": after(now, numbers["note_within"])}
    )


def _without_entry(state: State, part: Part, actor: Actor, now: str) -> dict[str, Any]:
    """Who enters no lane of their own: whose lane is open already, and whom policy asks to watch alone."""
    open_ = [(cohort, lane) for cohort in part.cohorts if (lane := state.lane(cohort))]
    body: dict[str, Any] = {}
    if open_:
        body["joined"] = [{"cohort": cohort, "lane": lane.id} for cohort, lane in open_]
    surface = state.surfaces[part.packet.surface]
    light = [
        cohort
        for cohort in part.cohorts
        if not state.lane(cohort) and not lane_for(state.in_force, current(surface, cohort).attributes)
    ]
    if light:
        until = watched_until(state.in_force, now)
        body["watched"] = {"cohorts": light, "owner": owner_of(state, actor), "until": until}
    return body


def _entries(state: State, parts: Sequence[Part], reason: str) -> Iterator[Entry]:
    """One lane a cohort, whatever surfaces it went back on."""
    going: dict[str, list[Part]] = {}
    for part in parts:
        for cohort in part.cohorts:
            going.setdefault(cohort, []).append(part)
    for cohort, mine in sorted(going.items()):
        tags = [current(state.surfaces[part.packet.surface], cohort).attributes for part in mine]
        if state.lane(cohort) or not any(lane_for(state.in_force, tag) for tag in tags):
            continue
        surfaces = tuple(dict.fromkeys(part.packet.surface for part in mine))
        packets = tuple(part.packet.id for part in mine)
        critical = any(tag.get("critical") for tag in tags)
        yield Entry(cohort, surfaces, packets, mine[0].to, critical, reason)


def _acknowledged(part: Part) -> list[Event]:
    """Going back is taking note of the incident, where nobody had."""
    return [
        Event(_stream(part), "incident_acknowledged/1", {"trigger": name}, (name,))
        for name in part.fired
        if name not in part.packet.acknowledged
    ]


def _moved(surface: str, parts: Sequence[Part], reason: str) -> list[Event]:
    """One move and one freeze a surface: of those who went back, of everybody where the default did."""
    lead = next(
        (part for part in parts if part.default), parts[0]
    )  # the default is moved by the event's packet
    moves = [move for part in parts for move in part.moves]
    cohorts = sorted(cohort for part in parts for cohort in part.cohorts)
    return [
        changed(surface, "rollback", moves, packet=lead.packet.id, default=lead.default),
        Event(
            f"surfaces/{surface}",
            "promotions_frozen/1",
            {
                "cohorts": [EVERYONE] if lead.default else cohorts,
                "because": reason,
                "packet": lead.packet.id,
            },
        ),
    ]


def _dependents(state: State, parts: Sequence[Part]) -> Iterator[Event]:
    """Open packets whose prev is what moved: they wait until somebody has looked. Those that end here need not."""
    moved = {part.packet.next.digest: part.packet.id for part in reversed(parts) if part.packet.next}
    ending = {part.packet.id for part in parts if not part.stay}
    for other in sorted(state.packets.values(), key=lambda other: other.id):
        if not other.open or other.paused_by or other.id in ending or other.prev is None:
            continue
        if other.prev.digest in moved:
            reason = f"builds on {moved[other.prev.digest]}, which was rolled back"
            yield Event(f"packets/{other.id}", "packet_paused/1", {"reason": reason})


def fold_rolled_back(state: State, record: Record) -> None:
    packet = state.touch(record.stream.partition("/")[2])
    body = record.body
    packet.attempt += 1
    packet.history.append(record)
    packet.stages |= dict.fromkeys(body["cohorts"], "back")
    if not packet.on_next:
        packet.phase = "rolled_back"
    relabel = body["relabel"]
    owed = [Duty("relabel", body["surface"], packet.id, relabel["owner"], relabel["due"], record.name)]
    if "note_due" in body:
        owed.append(Duty("note", body["surface"], packet.id, record.actor, body["note_due"], record.name))
    if glass := body.get("break_glass"):
        owed.append(
            Duty(
                "break_glass_review", body["surface"], packet.id, glass["reviewer"], glass["due"], record.name
            )
        )
    state.duties += owed
    for each in body.get("joined", ()):
        join(state, each["cohort"], packet, record)


def fold_acknowledged(state: State, record: Record) -> None:
    state.touch(record.stream.partition("/")[2]).acknowledged[record.body["trigger"]] = record


def fold_frozen(state: State, record: Record) -> None:
    surface = state.surfaces[record.stream.partition("/")[2]]
    surface.frozen |= dict.fromkeys(record.body["cohorts"], record.name)


CAPABILITY = Capability(
    writers=(
        Writer(
            Rollback,
            decide,
            (
                "rolled_back/1",
                "incident_acknowledged/1",
                "calibration_review_scheduled/1",
                "binding_changed/1",
                "promotions_frozen/1",
                "mitigation_entered/1",
                "packet_paused/1",
            ),
            "rollback_execute",
            automation=True,
            glass=True,
        ),
    ),
    folds={
        "rolled_back/1": fold_rolled_back,
        "incident_acknowledged/1": fold_acknowledged,
        "calibration_review_scheduled/1": fold_review_scheduled,
        "promotions_frozen/1": fold_frozen,
    },
)
