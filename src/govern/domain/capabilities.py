"""The table of capabilities: what may be asked, who decides it, what it writes and how that folds.

State and decisions walk this one table. A new command is its capability, its event's schema, a line here
and its command-line verb.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from govern.domain import policy_change
from govern.domain.capability import Evolve, Writer
from govern.domain.commands import Command, revived
from govern.domain.decision import Decision, Refusal
from govern.domain.document import Documents
from govern.domain.drills import completion, package_update, publishing, settlement, tabletop
from govern.domain.mitigation import (
    by_hand,
    carry_forward,
    containment,
    corrective_actions,
    lane_health,
    lane_replays,
    reentry_decision,
    weekly_review,
)
from govern.domain.policy import Actor
from govern.domain.rollback import (
    calibration_review,
    execution,
    incident_note,
    relabeling,
    served,
    unfreezing,
)
from govern.domain.rollout import (
    advance,
    approval,
    change_control,
    explanation,
    extension,
    on_call,
    opening,
    pause,
    recording,
    reentry_exit,
    rehearsing,
    verification,
    waiver,
)
from govern.domain.state import State
from govern.domain.triggers import acknowledgement, evaluation
from govern.domain.windows import instant, written
from govern.errors import ExitCode

CAPABILITIES = (
    opening.CAPABILITY,
    verification.CAPABILITY,
    advance.CAPABILITY,
    extension.CAPABILITY,
    approval.CAPABILITY,
    waiver.CAPABILITY,
    change_control.CAPABILITY,
    on_call.CAPABILITY,
    pause.CAPABILITY,
    recording.CAPABILITY,
    explanation.CAPABILITY,
    rehearsing.CAPABILITY,
    evaluation.CAPABILITY,
    acknowledgement.CAPABILITY,
    execution.CAPABILITY,
    relabeling.CAPABILITY,
    served.CAPABILITY,
    incident_note.CAPABILITY,
    calibration_review.CAPABILITY,
    by_hand.CAPABILITY,
    lane_health.CAPABILITY,
    lane_replays.CAPABILITY,
    corrective_actions.CAPABILITY,
    containment.CAPABILITY,
    carry_forward.CAPABILITY,
    reentry_decision.CAPABILITY,
    reentry_exit.CAPABILITY,
    unfreezing.CAPABILITY,
    policy_change.CAPABILITY,
    weekly_review.CAPABILITY,
    completion.CAPABILITY,
    tabletop.CAPABILITY,
    package_update.CAPABILITY,
    settlement.CAPABILITY,
    publishing.CAPABILITY,
)
WRITERS: Mapping[str, Writer] = {w.command.do: w for capability in CAPABILITIES for w in capability.writers}
INSTANTS = ("until", "since", "expires", "due")
DAYS = ("day",)
FOLDS: Mapping[str, Evolve] = {event: fold for c in CAPABILITIES for event, fold in c.folds.items()}


def decide(state: State, documents: Documents, command: Command, actor: Actor, now: str) -> Decision:
    """The decision of one command; every refusal is a value."""
    writer = WRITERS[command.do]
    try:
        if state.opened:
            _entitled(state, writer, command, actor)
        return writer.decide(state, documents, _well_said(command), actor, now)
    except Refusal as refusal:
        return refusal.refused


def _well_said(command: Command) -> Command:
    """No blank words, and times in their one form: whatever stands in a record can be read by anyone."""
    fresh: dict[str, str] = {}
    for item in fields(command):
        text = getattr(command, item.name)
        if not isinstance(text, str):
            continue
        if not text.strip():
            raise Refusal(f"{item.name} is blank: say it in words", exit=ExitCode.COULD_NOT)
        if item.name in INSTANTS or item.name in DAYS:
            fresh[item.name] = _time(item.name, text)
    return replace(command, **fresh) if fresh else command


def _time(name: str, text: str) -> str:
    try:
        moment = written(instant(text))
    except ValueError:
        form = "2026-11-20" if name in DAYS else "2026-11-20T10:00:00Z, or a date"
        raise Refusal(f"{name} `{text}` is no time: write {form}", exit=ExitCode.COULD_NOT) from None
    return moment[:10] if name in DAYS else moment


def _entitled(state: State, writer: Writer, command: Command, actor: Actor) -> None:
    policy = state.in_force
    if actor.claimed and not writer.claimed:
        raise Refusal(
            f"{actor.person} is a claim: it records facts and decides nothing; git's user.email names who acts"
        )
    if policy.kind(actor.person) == "automation" and not writer.automation:
        raise Refusal(f"{actor.person} is automation: it records facts and rolls back, and promotes nothing")
    if writer.glass and getattr(command, "break_glass", None):
        return
    if writer.role and not policy.holds(actor, writer.role):
        holders = ", ".join(policy.holders(writer.role)) or "nobody"
        turn = (
            next(iter(policy.holders(writer.role)), None) if writer.glass else None
        )  # under stress: who, at once
        raise Refusal(f"{actor.person} may not: it takes {writer.role}, which {holders} hold", turn=turn)


def revive(asked: Mapping[str, Any], body: Mapping[str, Any]) -> Command | None:
    """The command that a lead record answers; None where this version does not know it."""
    writer = WRITERS.get(asked.get("do", ""))
    return revived(writer.command, asked, body) if writer is not None else None
