"""Taking a known risk in writing: `packet waive` for one failed check, `packet accept-risk` for no shadow at all.

Both are owned, expire, and are shown as debt. A waiver is bound to what it waives: a new measurement needs a
new one.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

from govern.domain.capability import Capability, Writer
from govern.domain.checks.approvals import may_approve
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Documents
from govern.domain.findings import nearest
from govern.domain.gates import Border
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.rollout.promotion import border_asked, border_to, checks_at, judge, next_phase
from govern.domain.state import State
from govern.domain.verdict import Verdict
from govern.domain.windows import after, instant, written
from govern.errors import ExitCode


@dataclass(frozen=True)
class Waive:
    do: ClassVar[str] = "waive"
    packet: str
    check: str
    reason: str
    expires: str
    owner: str | None = None
    only: tuple[str, ...] = ()
    to: str | None = None
    percent: float | None = None
    attempt: int | None = None


@dataclass(frozen=True)
class AcceptRisk:
    do: ClassVar[str] = "accept-risk"
    packet: str
    reason: str
    expires: str
    attempt: int | None = None


def waive(state: State, documents: Documents, command: Waive, actor: Actor, now: str) -> Decision:
    packet = state.packet(command.packet)
    to = border_asked(packet, command.to, command.attempt)
    checks_at(state, packet, to)
    border = border_to(state, documents, packet, actor, now, to, command.only, percent=command.percent)
    _entitled(border)
    expires = _expiry(border, command.expires, now)
    verdict = _waived(border, command)
    body = {
        "check": command.check,
        "border": to,
        "cohorts": list(border.cohorts),
        "subject": border.waiver_subject(command.check),
        "outcome": verdict.outcome,
        "reason": command.reason,
        "owner": command.owner or actor.person,
        "expires": expires,
    }
    event = Event(f"packets/{packet.id}", "waiver_granted/1", body, verdict.uses)
    pinned = replace(command, to=to, attempt=packet.attempt)
    return Accepted((event,), asked(pinned), next=f"govern phase check {packet.id}")


def _waived(border: Border, command: Waive) -> Verdict:
    """The verdict to be passed over; a Refusal where there is none or no waiver may."""
    items = {item.name: item for item in checks_at(border.state, border.packet, border.to)}
    if command.check not in items:
        close = nearest(command.check, items)
        raise Refusal(
            f"{border.packet.phase} -> {border.to} has no check `{command.check}`"
            + (f"; nearest: {close}" if close else ""),
            exit=ExitCode.COULD_NOT,
        )
    verdict = next(v for v in judge(border) if v.check == command.check)
    if verdict.passes:
        raise Refusal(f"{command.check} passes: there is nothing to waive")
    if verdict.final:
        none_at_all = command.check == "shadow_pairs" and verdict.outcome == "inconclusive"
        line = _risk_line(border) if none_at_all else verdict.todo
        raise Refusal(f"{command.check} cannot be waived: {verdict.text}", type_line=line)
    return verdict


def _risk_line(border: Border) -> str:
    last = after(border.now, border.policy.numbers["waiver_at_most"])[:10]
    return f'govern packet accept-risk {border.packet.id} --reason "..." --expires {last}'


def accept_risk(state: State, documents: Documents, command: AcceptRisk, actor: Actor, now: str) -> Decision:
    packet = state.packet(command.packet)
    if packet.phase != "shadow":
        raise Refusal(f"{packet.id} is in {packet.phase}: the risk of no shadow is accepted in shadow")
    next_phase(packet, "canary", command.attempt)
    border = border_to(state, documents, packet, actor, now, "canary")
    _entitled(border)
    body = {
        "risk": "no_shadow_pairs",
        "frozen": dict(border.frozen),
        "reason": command.reason,
        "owner": actor.person,
        "expires": _expiry(border, command.expires, now),
    }
    event = Event(f"packets/{packet.id}", "risk_accepted/1", body)
    pinned = replace(command, attempt=packet.attempt)
    return Accepted((event,), asked(pinned), next=f"govern phase check {packet.id}")


def _entitled(border: Border) -> None:
    if not may_approve(border, border.actor.person):
        owners = ", ".join(border.value["owners"]["rollout_approve"])
        raise Refusal(
            f"{border.actor.person} may not take this risk for {border.packet.id}; {owners} may, no author"
        )


def _expiry(border: Border, expires: str, now: str) -> str:
    at_most = border.policy.numbers["waiver_at_most"]
    moment = written(instant(expires))
    if not now < moment <= after(now, at_most):
        raise Refusal(
            f"it expires between now and {after(now, at_most)[:10]} ({at_most} at most), not {expires}"
        )
    return moment


def fold_waiver(state: State, record: Record) -> None:
    state.touch(record.stream.partition("/")[2]).waivers.append(record)


def fold_risk(state: State, record: Record) -> None:
    state.touch(record.stream.partition("/")[2]).risks.append(record)


CAPABILITY = Capability(
    writers=(
        Writer(Waive, waive, ("waiver_granted/1",), "rollout_approve"),
        Writer(AcceptRisk, accept_risk, ("risk_accepted/1",), "rollout_approve"),
    ),
    folds={"waiver_granted/1": fold_waiver, "risk_accepted/1": fold_risk},
)
