"""What answers have to say before a drill can be judged by them: each lack is a refusal that names it.

Answers come from a terminal or from a file and are one value. How good they are is the score's business.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from govern.domain.decision import Refusal
from govern.domain.document import Document, Documents
from govern.domain.drills.rule import metrics_of
from govern.domain.drills.times import BRANCH, instants
from govern.domain.findings import nearest
from govern.domain.state import State
from govern.domain.windows import instant
from govern.errors import ExitCode

KIND = "drill_answers"
AGAIN = "govern drill run {card} --answers FILE"


def require_answers(
    state: State, documents: Documents, card: Document, answers: Mapping[str, Any], now: str
) -> None:
    """Refusal where the answers are of another card, of nobody in particular, or leave out what decides."""
    again = AGAIN.format(card=card.id)
    _require_two(answers, again)
    if faults := documents.problems(KIND, {"kind": f"{KIND}/v1", **answers}):
        raise Refusal(*(f"answers: {fault}" for fault in faults[:5]), type_line=again)
    if answers["card"] != card.id:
        raise Refusal(
            f"answers to card {answers['card']}, not to {card.id}",
            type_line=AGAIN.format(card=answers["card"]),
        )
    if answers["card_digest"] != card.digest:
        given, now_is = (
            digest.removeprefix("sha256:")[:8] for digest in (answers["card_digest"], card.digest)
        )
        raise Refusal(
            f"answers to card {given}; {card.id} is {now_is} now", type_line=f"govern new answers {card.id}"
        )
    _require_owners(state, answers, again)
    for when in ("decisions_before", "decisions"):
        _require_no_mere_wait(card, answers, when, again)
    _require_values(card, answers, again)
    _require_branch(answers, again)
    _require_times(answers, now, again)


def _require_two(answers: Mapping[str, Any], again: str) -> None:
    """Said in words before the shape is looked at: it is what one person alone would try."""
    owners = answers.get("owners")
    if isinstance(owners, list) and len(owners) == 2 and owners[0] == owners[1]:
        raise Refusal(f"{owners[0]} is named twice: two people decide, each alone", type_line=again)


def _require_owners(state: State, answers: Mapping[str, Any], again: str) -> None:
    """Two people of the policy, and the decision of each."""
    policy, owners = state.in_force, answers["owners"]
    people = policy.persons
    for owner in owners:
        if owner not in people:
            close = nearest(owner, people)
            there = f"nearest: {close}" if close else f"there are: {', '.join(people)}"
            raise Refusal(
                f"no person `{owner}` in the policy; {there}", type_line=again, exit=ExitCode.COULD_NOT
            )
    for when in ("decisions_before", "decisions"):
        if strangers := sorted(set(answers.get(when, ())) - set(owners)):
            raise Refusal(f"{strangers[0]} decided and is no owner of this drill", type_line=again)
    if silent := [owner for owner in owners if owner not in answers["decisions"]]:
        raise Refusal(
            f"{silent[0]} decided nothing",
            f"write: decisions.{silent[0]}: {{decision: keep, tune or rollback}}",
            type_line=again,
        )


def _require_no_mere_wait(card: Document, answers: Mapping[str, Any], when: str, again: str) -> None:
    """To wait is a decision only where it says how long, and for which number."""
    for owner, said in answers.get(when, {}).items():
        if said["decision"] != "wait":
            continue
        if "window" not in said or "metric" not in said:
            first = metrics_of(card.value["criteria"])[0]
            raise Refusal(
                f"{owner} decided `wait` without a window and a metric",
                f"write: {when}.{owner}: {{decision: wait, window: P1D, metric: {first}}}",
                type_line=again,
            )
        if said["metric"] not in card.value["metrics"]:
            raise Refusal(
                f"{owner} waits for `{said['metric']}`, which {card.id} does not measure",
                f"it measures {', '.join(card.value['metrics'])}",
                type_line=again,
            )


def _require_values(card: Document, answers: Mapping[str, Any], again: str) -> None:
    """A number for everything that the criteria decide by, and for nothing that the card does not know."""
    measured, known = answers["measured"], card.value["metrics"]
    if missing := [metric for metric in metrics_of(card.value["criteria"]) if metric not in measured]:
        raise Refusal(
            f"nothing was measured for {', '.join(missing)}: the criteria decide by it",
            f"write: measured: {{{', '.join(f'{metric}: NUMBER' for metric in missing)}}}",
            type_line=again,
        )
    targets = answers["closeout"].get("next_targets", {})
    if unknown := [metric for metric in (*measured, *targets) if metric not in known]:
        close = nearest(unknown[0], known)
        hint = f"; nearest: {close}" if close else f"; it measures {', '.join(known)}"
        raise Refusal(f"{card.id} has no metric `{unknown[0]}`{hint}", type_line=again)


def _require_branch(answers: Mapping[str, Any], again: str) -> None:
    """The rollback branch is run whatever was decided: all of it."""
    if missing := [step for step in BRANCH if step not in answers["rollback"]]:
        raise Refusal(
            f"the rollback branch was not run to its end: {', '.join(missing)}",
            f"it is run whatever was decided; write: rollback.{missing[0]}: {{done_at: TIME}}",
            type_line=again,
        )


def _require_times(answers: Mapping[str, Any], now: str, again: str) -> None:
    """Nothing before the start, after the end, or yet to come; nothing is acknowledged before it was asked."""
    began, closed = instant(answers["started_at"]), instant(answers["closeout"]["done_at"])
    if closed > instant(now):
        raise Refusal(
            f"the drill ended at {answers['closeout']['done_at']}, and it is {now}", type_line=again
        )
    for name, when in instants(answers):
        if not began <= when <= closed:
            told = "before the drill began" if when < began else "after it was closed"
            raise Refusal(f"{name} is {told}", type_line=again)
    for place, handoff in enumerate(answers["handoffs"], start=1):
        if handoff.get("acknowledged_at", handoff["asked_at"]) < handoff["asked_at"]:
            raise Refusal(f"handoffs.{place} was acknowledged before it was asked", type_line=again)
    if answers["rollback"]["baseline-checks"]["done_at"] < answers["rollback"]["trigger"]["done_at"]:
        raise Refusal("rollback.baseline-checks is before rollback.trigger", type_line=again)


def require_evidence(
    answers: Mapping[str, Any], evidence: Sequence[Mapping[str, Any]], again: str
) -> dict[str, list[str]]:
    """By metric the files that show it. Refusal where a file that the answers name is not there, or shows another."""
    named = len(answers.get("evidence", ()))
    if len(evidence) != named:
        raise Refusal(f"evidence: {named} named, {len(evidence)} read", type_line=again)
    shown: dict[str, list[str]] = {}
    for file in evidence:
        for metric, value in file["metrics"].items():
            said = answers["measured"].get(metric)
            if said is not None and said != value:
                raise Refusal(
                    f"the answers say {metric} {said}, {file['path']} ends with {value}", type_line=again
                )
            shown.setdefault(metric, []).append(file["path"])
    return {metric: sorted(paths) for metric, paths in sorted(shown.items())}
