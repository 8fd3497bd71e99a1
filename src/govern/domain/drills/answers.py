"""What answers have to say before a drill can be judged by them: each lack is a refusal that names it.

Answers come from a terminal or from a file and are one value. How good they are is the score's business.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from govern.domain.decision import Refusal
from govern.domain.document import Document, Documents
from govern.domain.drills.order import require_order
from govern.domain.drills.rule import metrics_of
from govern.domain.drills.score import steps_of
from govern.domain.drills.times import BRANCH
from govern.domain.findings import nearest
from govern.domain.state import State
from govern.errors import ExitCode

KIND = "drill_answers"
AGAIN = "govern drill run {card} --answers FILE"
WHEN = {"decisions_before": "nothing before the side effect", "decisions": "nothing"}


def require_answers(
    state: State,
    documents: Documents,
    card: Document,
    package: Document,
    answers: Mapping[str, Any],
    now: str,
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
    for document in unbound(card, package, answers):
        said = f"answers to {document.kind} {given_digest(document, answers)}"
        raise Refusal(
            f"{said}; the {document.kind} is {short(document.digest)} now",
            type_line=f"govern new answers {card.id}",
        )
    _require_owners(state, answers, again)
    for when in WHEN:
        _require_no_mere_wait(card, answers, when, again)
    _require_steps(package, answers, again)
    _require_values(card, answers, again)
    _require_branch(answers, again)
    require_order(answers, now, again)


def unbound(card: Document, package: Document, answers: Mapping[str, Any]) -> list[Document]:
    """Which of the two the answers are not of: a card or a package with other bytes is another drill."""
    return [each for each in (card, package) if answers[f"{each.kind}_digest"] != each.digest]


def given_digest(document: Document, answers: Mapping[str, Any]) -> str:
    """Of which version of it they are, as people read it."""
    return short(answers[f"{document.kind}_digest"])


def short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:8]


def _require_two(answers: Mapping[str, Any], again: str) -> None:
    """Said in words before the shape is looked at: it is what one person alone would try."""
    owners = answers.get("owners")
    if isinstance(owners, list) and len(owners) == 2 and owners[0] == owners[1]:
        raise Refusal(f"{owners[0]} is named twice: two people decide, each alone", type_line=again)


def _require_owners(state: State, answers: Mapping[str, Any], again: str) -> None:
    """Two people of the policy, and the decision of each, before the side effect and after it."""
    policy, owners = state.in_force, answers["owners"]
    people = policy.persons
    for owner in owners:
        if owner not in people:
            close = nearest(owner, people)
            there = f"nearest: {close}" if close else f"there are: {', '.join(people)}"
            raise Refusal(
                f"no person `{owner}` in the policy; {there}", type_line=again, exit=ExitCode.COULD_NOT
            )
    for when, nothing in WHEN.items():
        if strangers := sorted(set(answers[when]) - set(owners)):
            raise Refusal(f"{strangers[0]} decided and is no owner of this drill", type_line=again)
        if silent := [owner for owner in owners if owner not in answers[when]]:
            raise Refusal(
                f"{silent[0]} decided {nothing}",
                f"write: {when}.{silent[0]}: {{decision: keep, tune or rollback}}",
                type_line=again,
            )


def _require_no_mere_wait(card: Document, answers: Mapping[str, Any], when: str, again: str) -> None:
    """To wait is a decision only where it says how long, and for which number."""
    for owner, said in answers[when].items():
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


def _require_steps(package: Document, answers: Mapping[str, Any], again: str) -> None:
    """A step that the package does not have is a slip of the pen, and not another one that was left out."""
    known = steps_of(package.value)
    if unknown := [step for step in answers["execution"] if step not in known]:
        close = nearest(unknown[0], known)
        hint = f"nearest: {close}" if close else f"it has {', '.join(known)}"
        raise Refusal(f"{package.id} has no step `{unknown[0]}`; {hint}", type_line=again)


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
