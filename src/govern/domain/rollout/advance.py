"""`phase advance`: a packet passes its next border, and what is bound by that.

Widening a packet that is already in the field stands in `extension`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, cast

from govern.domain import proofs
from govern.domain.baseline import Target
from govern.domain.capability import Capability, Writer
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Documents, digest_of
from govern.domain.evidence.cycles import first_done
from govern.domain.evidence.windows import kpis_by_window
from govern.domain.gates import Border
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.rollout import adoption
from govern.domain.rollout.candidates import candidates, kept_back
from govern.domain.rollout.promotion import (
    border_to,
    bound,
    checks_at,
    derivation,
    failing,
    judge,
    next_phase,
    recorded,
    refused,
    uses_of,
)
from govern.domain.state import Stage, State
from govern.domain.verdict import Verdict


@dataclass(frozen=True)
class Advance:
    """`to` and `attempt` are fixed by the first decision: a retry never walks on to the next border."""

    do: ClassVar[str] = "advance"
    packet: str
    to: str | None = None
    only: tuple[str, ...] = ()
    attempt: int | None = None
    cohorts: tuple[str, ...] = ()
    dossier: str | None = None  # digest of what was shown: a retry binds that, or asks again
    rehearsal: Mapping[str, Any] | None = None  # {same, seconds}: what the throw-away clone gave


def decide(state: State, documents: Documents, command: Advance, actor: Actor, now: str) -> Decision:
    packet = state.packet(command.packet)
    to = next_phase(packet, command.to, command.attempt)
    checks_at(state, packet, to)
    border = border_to(state, documents, packet, actor, now, to, command.only, rehearsal=command.rehearsal)
    verdicts = judge(border)
    if not all(verdict.passes for verdict in verdicts):
        return refused(border, verdicts)
    if command.dossier not in (None, border.dossier_digest):
        raise Refusal(
            "what was shown has changed meanwhile: documents, cohorts or policy are others now; look again",
            type_line=f"govern phase check {packet.id}",
        )
    pinned = replace(
        command, to=to, attempt=packet.attempt, cohorts=border.cohorts, dossier=border.dossier_digest
    )
    events = [_advanced(border, verdicts, left(border)), *_following(border)]
    say, following = _coming(border)
    inputs = {digest_of(text): text for text in border.queries.values()}
    return Accepted(tuple(events), asked(pinned), verdicts, say=say, next=following, inputs=inputs)


def _coming(border: Border) -> tuple[tuple[str, ...], str]:
    """What has to be waited for, in words, and the line that comes next."""
    if border.to == "shadow":
        return (), f"govern evidence shadow {border.packet.id} --pairs FILE"
    warm_ups = [kpi["warm_up"] for kpi in kpis_by_window(border)]
    if border.to != "canary" or not warm_ups:
        return (), "govern status"
    first = min(first_done(border, border.now, each) for each in warm_ups)
    return (
        f"the first cycle is complete at {first}; collect it then",
    ), f"govern evidence collect {border.packet.id}"


def _following(border: Border) -> list[Event]:
    """What passing the border brings with it."""
    if border.to == "shadow":
        return _proofs(border)
    if border.to == "adopted":
        seen = proofs.baseline_verified(
            cast(Target, border.next), "window", border.now[:10], f"packets/{border.packet.id}"
        )
        return [adoption.verified(border), seen, adoption.moved(border)]
    return [bound(border, "advance")]


def left(border: Border) -> list[dict[str, Any]]:
    """Who was left where it was and why: the checks that keep each back, none where it was only not asked for."""
    held = kept_back(border)
    rest = tuple(c for c in candidates(border) if c not in border.cohorts)
    if rest:
        verdicts = judge(replace(border, cohorts=rest, judged={}))
        held |= {cohort: failing(verdicts, cohort) for cohort in rest}
    return [{"cohort": cohort, "checks": checks} for cohort, checks in sorted(held.items())]


def _advanced(border: Border, verdicts: Sequence[Verdict], left_out: list[dict[str, Any]]) -> Event:
    prev, to = cast(Target, border.prev), cast(Target, border.next)
    body: dict[str, Any] = {
        "from": border.packet.phase,
        "to": border.to,
        "attempt": border.packet.attempt,
        "surface": border.value["surface"],
        "prev": prev.as_value(),
        "next": to.as_value(),
        "cohorts": list(border.cohorts),
        "left": left_out,
        "dossier": border.dossier_digest,
        "verdicts": [recorded(verdict) for verdict in verdicts],
        "rows": derivation(verdicts),
    }
    if border.to == "shadow":
        body["frozen"] = dict(border.frozen)
    return Event(f"packets/{border.packet.id}", "phase_advanced/1", body, uses_of(border, verdicts))


def _proofs(border: Border) -> list[Event]:
    """What `reversible` showed on the way into shadow: a rehearsal held, and prev good."""
    if border.rehearsal is None or border.prev is None:
        return []
    seconds = border.rehearsal["seconds"]
    return [
        proofs.rehearsal_held(border.packet.id, "clone", border.cohorts, same=True, seconds=seconds),
        proofs.baseline_verified(border.prev, "rehearsal", border.now[:10], f"packets/{border.packet.id}"),
    ]


def fold(state: State, record: Record) -> None:
    body = record.body
    packet = state.touch(record.stream.partition("/")[2])
    packet.phase = body["to"]
    packet.attempt += 1
    packet.history.append(record)
    packet.surface = body["surface"]
    packet.prev, packet.next = Target.of(body["prev"]), Target.of(body["next"])
    if "frozen" in body:
        packet.frozen, packet.frozen_by = dict(body["frozen"]), record.name
        packet.stages = dict.fromkeys(body["cohorts"], "out")
        packet.counting_from = record.n
    else:
        stage: Stage = "canary" if body["to"] == "canary" else "wide"  # adopted, a cohort stays in wide
        packet.stages |= dict.fromkeys(body["cohorts"], stage)


CAPABILITY = Capability(
    writers=(
        Writer(
            Advance,
            decide,
            (
                "phase_advanced/1",
                "rehearsal_held/1",
                "baseline_verified/1",
                "effectiveness_verified/1",
                "binding_changed/1",
            ),
        ),
    ),
    folds={"phase_advanced/1": fold, "effectiveness_verified/1": adoption.fold},
)
