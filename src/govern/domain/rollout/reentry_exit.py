"""`mitigation exit`: the sign-off that closes a lane, and takes the cohort back to next where a gate lets it.

Four controls: approved with the required confidence, no rejection open, the evidence packet intact, and the gate asked
again. A packet that is still in the field binds the cohort in the same commit, by the checks of shadow -> canary for
it alone, on evidence since entry; where none is, the cohort has become eligible and stays where it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from govern.domain.capability import Capability, Writer
from govern.domain.checks import surface_free
from govern.domain.checks.approvals import may_approve
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision, Refusal, Refused
from govern.domain.document import Documents
from govern.domain.gates import Border, Item, evaluate, open_border
from govern.domain.lane import EXITED, Lane, context_of, windows_of
from govern.domain.mitigation.evidence_packet import read_packet
from govern.domain.mitigation.lanes import lane_meant, noted
from govern.domain.mitigation.reentry import Assessment, assess
from govern.domain.mitigation.reentry_outcomes import APPROVED, open_outcomes
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.rollout.promotion import bound, checks_at, recorded, uses_of
from govern.domain.rollout.returning import went_back
from govern.domain.state import Packet, Stage, State
from govern.domain.verdict import Verdict

FREE = Item("surface_free", surface_free.check, waivable=False)
SIGNED_OFF = "approvals"  # the exit is the sign-off: it takes another person than the decision


@dataclass(frozen=True)
class ExitMitigation:
    """`stay`: the lane is left, and the cohort stays where it is. `into` are the packets that take it on."""

    do: ClassVar[str] = "exit-mitigation"
    cohort: str
    stay: bool = False
    into: tuple[str, ...] = ()
    lane: str | None = None
    attempt: int | None = None


def decide(state: State, documents: Documents, command: ExitMitigation, actor: Actor, now: str) -> Decision:
    lane = lane_meant(state, command.cohort, command.lane, command.attempt)
    approved = _require_ready(state, lane, actor, now)
    _require_still(lane, assess(state, documents, lane, now))
    packed = read_packet(documents, approved.body["packet"])
    if (packed["decision"]["outcome"], packed["cohort_key"]) != ("approved", lane.cohort):
        raise Refusal(f"the evidence packet {packed['packet_id']} approves no re-entry of {lane.cohort}")
    into = () if command.stay else _into(state, lane)
    if command.into and not set(command.into) <= {packet.id for packet in into}:
        gone = sorted(set(command.into) - {packet.id for packet in into})
        raise Refusal(f"{gone[0]} takes nobody on any more", type_line=f"govern phase show {gone[0]}")
    borders = [_border(state, documents, packet, lane, actor, now) for packet in into]
    verdicts = [_judged(border) for border in borders]
    every = tuple(verdict for row in verdicts for verdict in row)
    if not all(verdict.passes for verdict in every):
        return _refused(lane, every)
    events = [_exited(state, lane, approved, borders, verdicts, actor, now)]
    events += [
        bound(border, "reentry", 100 if border.packet.phase == "adopted" else None) for border in borders
    ]
    pinned = replace(
        command,
        cohort=lane.cohort,
        into=tuple(packet.id for packet in into),
        lane=lane.id,
        attempt=lane.attempt,
    )
    return Accepted(tuple(events), asked(pinned), every, next="govern status")


def _require_ready(state: State, lane: Lane, actor: Actor, now: str) -> Record:
    """The approval, where it stands, nothing came after it, and somebody else signs it off."""
    if lane.regressive:
        raise Refusal(
            f"{lane.id} has a regressive signal ({lane.regressive[0].name})",
            type_line=f'govern mitigation contain {lane.word} --finding "..."',
        )
    approved = lane.approved
    if approved is None:
        raise Refusal(
            f"{lane.id} was not approved: its attempt {lane.attempt} comes to {lane.coming} next",
            type_line=f"govern mitigation assess {lane.word}",
        )
    if open_ := lane.open_actions:
        first = open_[0]
        raise Refusal(
            f"{lane.id} has work open: {first.id}, {first.opened.body['reason_code']} ({first.owner})",
            type_line=f"govern mitigation correct {lane.word} --close {first.id} --evidence FILE",
        )
    if lane.expired(now):
        raise Refusal(
            f"the approval of {lane.id} has run out with {lane.expiry}: the cohort tries again",
            type_line=f"govern mitigation observe {lane.word} --stable startup --build BUILD",
        )
    if approved.actor == actor.person:
        others = [name for name in state.in_force.holders("rollout_approve") if name != actor.person]
        raise Refusal(
            f"{actor.person} decided this ({approved.name}): another owner signs it off",
            type_line=f"govern mitigation exit {lane.word}" if others else "govern policy diff",
            turn=others[0] if others else None,
        )
    return approved


def _require_still(lane: Lane, found: Assessment) -> None:
    """What was shown since the decision may not contradict it; that nothing was is no contradiction."""
    if found.label is not None and APPROVED not in open_outcomes(lane, found):
        raise Refusal(
            f"{lane.id} was approved, and what was shown since makes it {found.label}",
            type_line=f"govern mitigation decide {lane.word} --outcome kept",
        )


def _into(state: State, lane: Lane) -> tuple[Packet, ...]:
    """The packets of the lane that may bind the cohort again: in the field, or adopted and still the known-good."""
    found = []
    for packet in (state.packets[name] for name in lane.packets):
        good = packet.next is not None and state.surfaces[packet.surface].default[-1].to == packet.next
        if packet.stages.get(lane.cohort) == "back" and (packet.open or (packet.phase == "adopted" and good)):
            found.append(packet)
    return tuple(found)


def _border(state: State, documents: Documents, packet: Packet, lane: Lane, actor: Actor, now: str) -> Border:
    """shadow -> canary for this cohort alone; what was measured before it entered the lane does not count."""
    if packet.paused_by:
        raise Refusal(
            f"{packet.id} is paused ({packet.paused_by})", type_line=f"govern packet resume {packet.id}"
        )
    border = open_border(
        state,
        documents,
        packet.id,
        actor,
        now,
        to="canary",
        cohorts=(lane.cohort,),
        adding=True,
        reentry=lane.id,
        since=max(lane.entered.n, went_back(packet, lane.cohort).n),
    )
    if not may_approve(border, actor.person):
        owners = ", ".join(border.value["owners"]["rollout_approve"])
        raise Refusal(f"{actor.person} may not sign off for {packet.id}; {owners} may, no author")
    return border


def _judged(border: Border) -> tuple[Verdict, ...]:
    items = checks_at(border.state, border.packet, "canary")
    return evaluate(border, (FREE, *(item for item in items if item.name != SIGNED_OFF)))


def _refused(lane: Lane, verdicts: tuple[Verdict, ...]) -> Refused:
    bad = [verdict for verdict in verdicts if not verdict.passes]
    first = next((verdict for verdict in bad if verdict.todo), bad[0])
    reasons = tuple(f"{verdict.check}: {verdict.text}" for verdict in bad)
    line = first.todo or f"govern explain {first.check}"
    return Refused(
        (*reasons, f"or `--stay`: {lane.id} is left, and {lane.cohort} stays where it is"),
        line,
        verdicts,
        turn=first.turn,
    )


def _exited(
    state: State,
    lane: Lane,
    approved: Record,
    borders: Sequence[Border],
    verdicts: Sequence[Sequence[Verdict]],
    actor: Actor,
    now: str,
) -> Event:
    windows = windows_of(state.in_force)
    watched = windows.place_at(now) + state.in_force.numbers["lane"]["watch_windows"]
    reference = approved.body["packet"]
    body: dict[str, Any] = {
        **context_of(lane, EXITED),
        "candidate": dict(approved.body["candidate"]),
        "evaluator": approved.actor,
        "confidence": approved.body["confidence"],
        "label": approved.body["label"],
        "decision": approved.name,
        "packet": {"id": reference["id"], "evidence_hash": reference["evidence_hash"]},
        "signed_off_by": actor.person,
        "gate": [
            {"packet": border.packet.id, "verdicts": [recorded(verdict) for verdict in row]}
            for border, row in zip(borders, verdicts, strict=True)
        ],
        "binds": [
            {"packet": b.packet.id, "surface": b.packet.surface, "stage": _stage(b.packet)} for b in borders
        ],
        "watched_until": windows.end(watched),
    }
    seen = {name for border, row in zip(borders, verdicts, strict=True) for name in uses_of(border, row)}
    return Event(lane.stream, f"{EXITED}/1", body, tuple(sorted({approved.name, *seen})))


def _stage(packet: Packet) -> Stage:
    """Back in at canary; where everybody else is on next for good, with them."""
    return "wide" if packet.phase == "adopted" else "canary"


def fold(state: State, record: Record) -> None:
    lane = noted(state, record)
    lane.reach(record)
    lane.exited = record
    for each in record.body["binds"]:
        packet = state.touch(each["packet"])
        packet.stages[lane.cohort] = each["stage"]
        packet.attempt += 1
        packet.history.append(record)


CAPABILITY = Capability(
    writers=(Writer(ExitMitigation, decide, (f"{EXITED}/1", "binding_changed/1"), "rollout_approve"),),
    folds={f"{EXITED}/1": fold},
)
