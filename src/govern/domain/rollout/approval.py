"""`packet approve`: the second person's approval, given to a dossier.

It can be given only when every other check passes, counts for exactly this attempt and these bytes, and
expires. An owner's own advance needs none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from shlex import quote
from typing import ClassVar

from govern.domain.capability import Capability, Writer
from govern.domain.checks.approvals import approvers, may_approve
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Documents
from govern.domain.gates import Border
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.rollout.promotion import border_asked, border_to, checks_at, judge, refused, uses_of
from govern.domain.state import State
from govern.domain.windows import after

LATER = ("approvals", "change_window")  # not asked when an approval is given


@dataclass(frozen=True)
class Approve:
    do: ClassVar[str] = "approve"
    packet: str
    only: tuple[str, ...] = ()
    to: str | None = None
    percent: float | None = None  # for an extension to another share than the packet's own
    attempt: int | None = None
    expires: str | None = None  # pinned: published later, it counts no longer than it would have


def decide(state: State, documents: Documents, command: Approve, actor: Actor, now: str) -> Decision:
    packet = state.packet(command.packet)
    to = border_asked(packet, command.to, command.attempt)
    checks_at(state, packet, to)
    border = border_to(state, documents, packet, actor, now, to, command.only, percent=command.percent)
    _entitled(border)
    verdicts = judge(border)
    if [v for v in verdicts if not v.passes and v.check not in LATER]:
        return refused(border, tuple(v for v in verdicts if v.check not in LATER))
    dossier = border.dossier
    latest = after(now, border.policy.approval_valid)
    expires = min(command.expires or latest, latest)
    if expires <= now:
        raise Refusal(f"it has expired at {expires}: approve again")
    body = {
        "role": "rollout_approve",
        "dossier": dossier,
        "digest": border.dossier_digest,
        "expires": expires,
    }
    event = Event(f"packets/{packet.id}", "approval_given/1", body, uses_of(border, verdicts))
    pinned = replace(command, to=to, attempt=packet.attempt, expires=expires)
    return Accepted((event,), asked(pinned), verdicts, next=line_of(border, command.only))


def line_of(border: Border, only: Sequence[str]) -> str:
    """The command that this approval is for."""
    if border.adding:
        share = "" if border.percent is None else f" --percent {border.percent:g}"
        return f"govern phase extend {border.packet.id} --cohort {quote(','.join(border.cohorts))}{share}"
    return f"govern phase advance {border.packet.id} --to {border.to}" + (
        f" --only {quote(','.join(only))}" if only else ""
    )


def _entitled(border: Border) -> None:
    person = border.actor.person
    if person in border.value.get("authors", ()):
        raise Refusal(f"{person} is an author of {border.packet.id}: authors do not approve")
    if not may_approve(border, person):
        owners = ", ".join(border.value["owners"]["rollout_approve"])
        raise Refusal(f"{person} may not approve {border.packet.id}; {owners} may")
    if person in approvers(border):
        raise Refusal(
            f"{person} approved this already ({approvers(border)[person]}); it takes another person"
        )


def fold(state: State, record: Record) -> None:
    subject, _, packet = record.stream.partition("/")
    (state.touch(packet).approvals if subject == "packets" else state.policy_approvals).append(record)


CAPABILITY = Capability(
    writers=(Writer(Approve, decide, ("approval_given/1",), "rollout_approve", offline=True),),
    folds={"approval_given/1": fold},
)
