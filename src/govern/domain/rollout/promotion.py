"""What every promotion shares: which border comes next, who may pass it, the verdicts, the refusal, the move.

`rollout` takes a packet over a border, `extension` widens it, `approval` and `phase check` only ask.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from shlex import quote
from typing import Any, cast

from govern.domain import binding
from govern.domain.baseline import Target
from govern.domain.checks import RULES
from govern.domain.decision import Refusal, Refused
from govern.domain.document import Documents
from govern.domain.findings import nearest
from govern.domain.gates import Border, Item, evaluate, open_border
from govern.domain.policy import Actor
from govern.domain.records import Event
from govern.domain.rollout.candidates import candidates, in_canary
from govern.domain.rollout.returning import on_fresh_evidence
from govern.domain.selection import attributes_of
from govern.domain.state import PHASES, Packet, Phase, State
from govern.domain.verdict import Verdict
from govern.errors import ExitCode


def next_phase(packet: Packet, expected: str | None, attempt: int | None) -> Phase:
    """The border that comes next; a Refusal where another one was meant, or none is left."""
    if packet.ended:
        raise Refusal(
            f"{packet.id} is {packet.phase.replace('_', ' ')}: it has ended", type_line="govern status"
        )
    if packet.paused_by:
        raise Refusal(
            f"{packet.id} is paused ({packet.paused_by})", type_line=f"govern packet resume {packet.id}"
        )
    if packet.phase == "adopted":
        raise Refusal(f"{packet.id} is adopted: there is no further phase", type_line="govern status")
    coming = coming_after(packet)
    moved = attempt is not None and attempt != packet.attempt
    if moved or (expected is not None and expected != coming):
        said = _passed_meanwhile(packet, expected or coming, coming)
        raise Refusal(said, type_line=f"govern phase show {packet.id}")
    return coming


def coming_after(packet: Packet) -> Phase:
    """The phase behind the next border: in wide still wide, while a cohort is in canary."""
    if packet.phase == "wide" and in_canary(packet):
        return "wide"
    return PHASES[PHASES.index(packet.phase) + 1]


def border_name(to: Phase) -> str:
    """`canary -> wide`, whatever phase the rest of the packet is in."""
    return f"{PHASES[PHASES.index(to) - 1]} -> {to}"


def border_asked(packet: Packet, expected: str | None, attempt: int | None) -> Phase:
    """The border that an approval or a waiver is for: the next one, or once more canary for what is added."""
    if expected == "canary" and packet.phase in ("canary", "wide") and attempt in (None, packet.attempt):
        return "canary"
    return next_phase(packet, expected, attempt)


def _passed_meanwhile(packet: Packet, expected: str, coming: Phase) -> str:
    """Who was first and when, or that another border was meant."""
    for record in reversed(packet.history):
        if record.event.startswith("phase_advanced/") and record.body["to"] == expected:
            who = f"{record.actor} advanced it at {record.at} ({record.name})"
            return f"{packet.id} is in {expected} already: {who}"
    if expected not in PHASES:
        return f"no phase `{expected}`: shadow, canary, wide, adopted"
    if expected == coming and packet.history:
        last = packet.history[-1]
        return f"{packet.id} was changed meanwhile by {last.actor} at {last.at} ({last.name})"
    return f"{packet.id} is in {packet.phase}: its next phase is {coming}, not {expected}"


def border_to(
    state: State,
    documents: Documents,
    packet: Packet,
    actor: Actor,
    now: str,
    to: Phase,
    only: Sequence[str] = (),
    **more: Any,
) -> Border:
    """The border with the cohorts that pass it together: `only` takes a subset, never more."""
    adding = packet.phase in ("canary", "wide") and to == "canary"
    whole = open_border(state, documents, packet.id, actor, now, to=to, cohorts=(), adding=adding, **more)
    available = candidates(whole)
    _require_available(whole, available, only)
    chosen = tuple(sorted(only)) if only else available
    return on_fresh_evidence(replace(whole, cohorts=chosen, judged={}))


def _require_available(border: Border, available: Sequence[str], only: Sequence[str]) -> None:
    line = f"govern phase advance {border.packet.id} --to {border.to}"
    if only and border.to == "adopted":
        raise Refusal("the whole packet is adopted, or nobody of it: it takes no --only", type_line=line)
    for cohort in only:
        if cohort not in available:
            close = nearest(cohort, available)
            fixed = ",".join(close if c == cohort and close else c for c in only)
            raise Refusal(
                f"no cohort `{cohort}` to bind here; there are: {', '.join(available) or 'none'}",
                type_line=f"{line} --only {quote(fixed)}" if close else None,
                exit=ExitCode.COULD_NOT,
            )
        if border.to == "wide" and (by := border.stand_in(cohort)) not in only:
            raise Refusal(
                f"{cohort} was not in canary: it goes on the result of {by}, and with it",
                type_line=f"{line} --only {quote(','.join(sorted({*only, by})))}",
            )


def checks_at(state: State, packet: Packet, to: Phase) -> tuple[Item, ...]:
    """The row of checks under the rules in force; a Refusal where this version does not have it."""
    rules = state.in_force.rules
    if rules not in RULES:
        raise Refusal(
            f"the policy in force asks for rules {rules}, this version has {max(RULES)}",
            type_line="pip install --upgrade govern-cli",
        )
    if to not in RULES[rules]:
        raise Refusal(
            f"{packet.phase} -> {to} is not in this version", type_line=f"govern phase show {packet.id}"
        )
    return RULES[rules][to]


def judge(border: Border) -> tuple[Verdict, ...]:
    """Every check of the border under the rules in force."""
    return evaluate(border, checks_at(border.state, border.packet, border.to))


def failing(verdicts: Iterable[Verdict], cohort: str) -> list[str]:
    """The checks that keep this cohort back."""
    return [v.check for v in verdicts if not v.passes and v.cohorts and cohort in v.cohorts]


def ready(border: Border, verdicts: Sequence[Verdict]) -> list[str]:
    """Cohorts that pass every measured check; explanations and approvals can still be given."""
    work = {"explained"}
    passing = [c for c in border.cohorts if not set(failing(verdicts, c)) - work]
    return [c for c in passing if border.to != "wide" or border.stand_in(c) in passing]


def refused(border: Border, verdicts: tuple[Verdict, ...]) -> Refused:
    """The refusal with the one line that brings the packet furthest."""
    bad = [verdict for verdict in verdicts if not verdict.passes]
    passing = ready(border, verdicts)
    reasons = tuple(f"{verdict.check}: {verdict.text}" for verdict in bad)
    for_all = [verdict for verdict in bad if not verdict.cohorts]
    first = next((verdict for verdict in bad if verdict.todo), None)
    line = first.todo if first else f"govern explain {bad[0].check}"
    turn = first.turn if first else None
    if 0 < len(passing) < len(border.cohorts) and not for_all and border.to != "adopted":
        verb = "extend" if border.adding else "advance"
        subset = (
            f"--cohort {quote(','.join(passing))}"
            if border.adding
            else f"--to {border.to} --only {quote(','.join(passing))}"
        )
        line, turn = f"govern phase {verb} {border.packet.id} {subset}", None
    leading = next((verdict for verdict in bad if verdict.todo or verdict.lacks), None)
    return Refused(reasons, line, verdicts, turn=turn, lacks=leading.lacks if leading else None)


def uses_of(border: Border, verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    """The facts it rests on, with the record that froze what was read frozen."""
    uses = {name for verdict in verdicts for name in verdict.uses}
    return tuple(sorted(uses | ({border.packet.frozen_by} - {""})))


def recorded(verdict: Verdict) -> dict[str, Any]:
    """A verdict in a record: values, never sentences."""
    entry: dict[str, Any] = {"check": verdict.check, "outcome": verdict.outcome}
    entry |= {"warning": True} if verdict.warning else {}
    return entry | ({"waiver": verdict.waived_by} if verdict.waived_by else {})


def derivation(verdicts: Iterable[Verdict]) -> list[dict[str, Any]]:
    """What each judged cohort was judged on: value, n, limit and outcome, a row each; values, never sentences."""
    kept = ("kpi", "cohort", "window", "n", "value", "unit", "outcome", "warning", "limit")
    return [
        {"check": v.check, **{name: row[name] for name in kept if name in row}}
        for v in verdicts
        for row in v.rows
    ]


def bound(border: Border, cause: str, percent: float | None = None) -> Event:
    """The move of the border's cohorts to next: in canary at the packet's share, in wide the whole of each."""
    prev, to = cast(Target, border.prev), cast(Target, border.next)
    share = border.value["canary"].get("percent", 100) if percent is None else percent
    share = 100 if border.to == "wide" else share
    share = int(share) if share == int(share) else share  # one form of each number
    moves = [
        binding.Move(cohort, to, prev, share, attributes_of(border.dictionary, cohort))
        for cohort in border.cohorts
    ]
    return binding.changed(border.value["surface"], cause, moves, packet=border.packet.id)
