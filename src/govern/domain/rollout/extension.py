"""`phase extend`: one more cohort, or a larger share, for a packet in the field.

What is added enters at canary by the checks of shadow -> canary, and its cycles start anew. A key that the
coverage did not hold is covered from now on.
"""

from dataclasses import dataclass, replace
from shlex import quote
from typing import Any, ClassVar

from govern.domain.binding import current
from govern.domain.capability import Capability, Writer
from govern.domain.checks import surface_free
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Documents
from govern.domain.findings import nearest
from govern.domain.gates import Border, Item, evaluate, open_border
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.rollout.candidates import in_canary
from govern.domain.rollout.promotion import bound, checks_at, derivation, recorded, refused, uses_of
from govern.domain.rollout.returning import held_out, on_fresh_evidence
from govern.domain.state import Packet, State
from govern.errors import ExitCode

FREE = Item("surface_free", surface_free.check, waivable=False)


@dataclass(frozen=True)
class Extend:
    do: ClassVar[str] = "extend"
    packet: str
    cohorts: tuple[str, ...] = ()
    percent: float | None = None
    attempt: int | None = None
    dossier: str | None = None


def decide(state: State, documents: Documents, command: Extend, actor: Actor, now: str) -> Decision:
    packet = _extendable(state, command)
    cohorts = _named(state, packet, command, now) if command.cohorts else in_canary(packet)
    border = open_border(
        state,
        documents,
        packet.id,
        actor,
        now,
        to="canary",
        cohorts=cohorts,
        adding=True,
        percent=command.percent,
    )
    if unknown := [c for c in cohorts if c not in border.dictionary]:
        _unknown(border, command, unknown[0])
    if already := [c for c in cohorts if _has_share(border, c, command)]:
        at = current(border.surface, already[0])
        raise Refusal(f"{already[0]} is on {at.to.baseline} at {at.percent:g} % already ({at.record})")
    items = checks_at(state, packet, "canary")
    border = on_fresh_evidence(border)
    new = tuple(c for c in cohorts if packet.stages.get(c, "out") in ("out", "back"))
    verdicts = evaluate(border, items)
    if new:
        verdicts = (*evaluate(replace(border, cohorts=new, judged={}), (FREE,)), *verdicts)
    if not all(verdict.passes for verdict in verdicts):
        return refused(border, verdicts)
    if command.dossier not in (None, border.dossier_digest):
        raise Refusal(
            "what was shown has changed meanwhile: look again", type_line=f"govern phase show {packet.id}"
        )
    pinned = replace(command, cohorts=cohorts, attempt=packet.attempt, dossier=border.dossier_digest)
    body: dict[str, Any] = {
        "cohorts": list(cohorts),
        "new": list(new),
        "attempt": packet.attempt,
        "dossier": border.dossier_digest,
        "verdicts": [recorded(verdict) for verdict in verdicts],
        "rows": derivation(verdicts),
    }
    if command.percent is not None:
        body["percent"] = command.percent
    added = Event(f"packets/{packet.id}", "cohorts_added/1", body, uses_of(border, verdicts))
    return Accepted(
        (added, bound(border, "extend", command.percent)), asked(pinned), verdicts, next="govern status"
    )


def _extendable(state: State, command: Extend) -> Packet:
    packet = state.packet(command.packet)
    if packet.phase not in ("canary", "wide"):
        raise Refusal(
            f"{packet.id} is in {packet.phase.replace('_', ' ')}: only a packet in canary or wide is extended",
            type_line=f"govern phase show {packet.id}",
        )
    if packet.paused_by:
        raise Refusal(
            f"{packet.id} is paused ({packet.paused_by})", type_line=f"govern packet resume {packet.id}"
        )
    if not command.cohorts and command.percent is None:
        raise Refusal(
            "say what to add: --cohort KEY or --percent N",
            type_line=f"govern phase extend {packet.id} --percent 20",
            exit=ExitCode.COULD_NOT,
        )
    if command.percent is not None and not 0 < command.percent <= 100:
        raise Refusal(
            f"--percent {command.percent:g}: a share lies above 0 and at most at 100",
            type_line=f"govern phase extend {packet.id} --percent 20",
            exit=ExitCode.COULD_NOT,
        )
    if command.attempt is not None and command.attempt != packet.attempt:
        last = packet.history[-1]
        raise Refusal(f"{packet.id} was changed meanwhile by {last.actor} at {last.at} ({last.name})")
    return packet


def _named(state: State, packet: Packet, command: Extend, now: str) -> tuple[str, ...]:
    for cohort in command.cohorts:
        if held := held_out(state, packet, cohort, now):
            raise held
    return tuple(sorted(set(command.cohorts)))


def _unknown(border: Border, command: Extend, cohort: str) -> None:
    close = nearest(cohort, border.dictionary)
    keys = dict.fromkeys(close if c == cohort else c for c in command.cohorts)
    fixed = f"--cohort {quote(','.join(map(str, keys)))}"
    raise Refusal(
        f"no cohort `{cohort}`" + (f"; nearest: {close}" if close else ""),
        type_line=f"govern phase extend {command.packet} {fixed}" if close else None,
        exit=ExitCode.COULD_NOT,
    )


def _has_share(border: Border, cohort: str, command: Extend) -> bool:
    """It already has what is asked, or more: a share only grows here."""
    now = current(border.surface, cohort)
    share = border.value["canary"].get("percent", 100) if command.percent is None else command.percent
    return border.next is not None and now.to.digest == border.next.digest and now.percent >= share


def fold(state: State, record: Record) -> None:
    packet = state.touch(record.stream.partition("/")[2])
    packet.attempt += 1
    packet.history.append(record)
    packet.stages |= dict.fromkeys(record.body["new"], "canary")


CAPABILITY = Capability(
    writers=(Writer(Extend, decide, ("cohorts_added/1", "binding_changed/1")),),
    folds={"cohorts_added/1": fold},
)
