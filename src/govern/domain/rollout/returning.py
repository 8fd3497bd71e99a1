"""May a packet bind a cohort again that it took back? Through its lane, or after its watch where policy asks no lane.

What it is judged on is what was measured since it went back.
"""

from dataclasses import replace
from shlex import quote

from govern.domain.decision import Refusal
from govern.domain.gates import Border
from govern.domain.records import Record
from govern.domain.state import Packet, State


def held_out(state: State, packet: Packet, cohort: str, now: str) -> Refusal | None:
    """Why a cohort that went back cannot be bound by its packet now; None where nothing of that stands against it."""
    if packet.stages.get(cohort) != "back":
        return None
    said = f"{cohort} was rolled back in {packet.id}"
    if lane := state.lane(cohort):
        return Refusal(
            f"{said} and is in mitigation: {lane.id}", type_line=f"govern mitigation board {lane.word}"
        )
    rollback = went_back(packet, cohort)
    left = [lane.exited for lane in state.lanes.get(cohort, ()) if lane.exited]
    if any(record.n > rollback.n for record in left):
        return None
    watched = rollback.body.get("watched", {})
    if cohort not in watched.get("cohorts", ()):
        line = f"govern mitigation enter {quote(cohort)} --reason CODE"
        return Refusal(f"{said}: it comes back by re-entry only", type_line=line)
    owner, until = watched["owner"], watched["until"]
    if now < until:
        return Refusal(f"{said}: {owner} watches it until {until}", type_line=f"govern show {rollback.name}")
    return None


def went_back(packet: Packet, cohort: str) -> Record:
    """The newest rollback that took the cohort back."""
    return next(record for record in reversed(packet.rollbacks) if cohort in record.body["cohorts"])


def on_fresh_evidence(border: Border) -> Border:
    """The border of cohorts of which some come back: what was measured before they went back does not count."""
    packet = border.packet
    back = [cohort for cohort in border.cohorts if packet.stages.get(cohort) == "back"]
    since = max((went_back(packet, cohort).n for cohort in back), default=0)
    return replace(border, since=since, judged={})
