"""`drill run`: a drill that was held is recorded with everything that was answered and all that follows from it.

The facts come in: the answers, the files that show what was measured, and what a clone gave. The rule's decision, the
score and whether the baseline is back are computed here, again by every audit. A drill is a rehearsal: it fires no
trigger, rolls nothing back and moves no binding, so no figure of an incident sees it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from govern.domain.capability import Capability, Writer
from govern.domain.commands import PAYLOAD, asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Document, Documents, canonical, digest_of
from govern.domain.drills.answers import AGAIN, require_answers, require_evidence
from govern.domain.drills.confidence import numbers_of
from govern.domain.drills.environment import environment, to_rehearse
from govern.domain.drills.handoffs import handoffs_of, summed
from govern.domain.drills.order import require_apart
from govern.domain.drills.owners import alike, as_rule
from govern.domain.drills.rule import Judged, before_side_effect, decide_by, metrics_of, tiers_of
from govern.domain.drills.score import all_steps_run, score, steps_of
from govern.domain.drills.targets import judged as judged_targets
from govern.domain.drills.times import overrun, recovery, taken
from govern.domain.drills.versions import (
    again,
    base,
    forgotten,
    owed_again,
    require_one_kind,
    wider_than_drilled,
)
from govern.domain.duties import of_package, update_line
from govern.domain.policy import Actor
from govern.domain.proofs import rehearsal_held
from govern.domain.records import Event, Record
from govern.domain.rollback.incidents import owed as unpaid
from govern.domain.state import Duty, State
from govern.domain.windows import after
from govern.errors import ExitCode

EVENT = "drill_completed"


@dataclass(frozen=True)
class CompleteDrill:
    """`drilled` holds the facts: `answers`, `evidence` (path, sha256, metrics of each file) and `clone`."""

    do: ClassVar[str] = "complete-drill"
    card: str
    drilled: Mapping[str, Any] = field(metadata=PAYLOAD)


def decide(state: State, documents: Documents, command: CompleteDrill, actor: Actor, now: str) -> Decision:
    card, package = card_and_package(documents, command.card)
    answers = {name: value for name, value in command.drilled["answers"].items() if name != "kind"}
    require_answers(state, documents, card, package, answers, now)
    shown = require_evidence(answers, command.drilled["evidence"], AGAIN.format(card=card.id))
    evidence = [dict(file) for file in command.drilled["evidence"]]
    snapshot = digest_of(canonical([file["sha256"] for file in evidence]))
    require_apart(state, answers, snapshot)
    clone = _clone_of(state, documents, card, package, command.drilled.get("clone"))
    judged = decide_by(card.value["criteria"], tiers_of(card.value), answers["measured"])
    found = environment(state, documents, package.value, clone)
    body: dict[str, Any] = {
        "card": {"id": card.id, "digest": card.digest},
        "package": {"id": package.id, "digest": package.digest},
        "scenario": card.value["scenario"],
        "answers": answers,
        "evidence": evidence,
        "clone": clone,
        "snapshot": snapshot,
        "before": _before(card, answers),
        "decision": judged.as_value(),
        "rests_on": list(_rests_on(card, answers, shown)),
        "score": score(
            card.value, package.value, answers, judged, restored=found["same"], covered=shown
        ).as_value(),
        "environment": found,
        "handoffs": summed(handoffs_of(card.value, answers)),
        **_times(card, package, answers),
        "all_steps": all_steps_run(package.value, answers),
        "owners_agree": alike(answers),
        **_beside(state, documents, card, package, answers),
    }
    if owed := _tuning(state, package, answers, judged):
        body["tuning"] = owed
    events = (Event(f"packages/{package.id}", f"{EVENT}/1", body), *_rehearsal(card, clone))
    left = next(iter(unpaid(state, "tune", package.id)), None)
    following = f"govern drill score {package.id}"
    if owed or left:
        proposed = left.text if left else answers["closeout"].get("package_update", "")
        following = update_line(package.id, proposed)
    return Accepted(events, asked(command), next=following)


def card_and_package(documents: Documents, card_id: str) -> tuple[Document, Document]:
    """A merged card and the package that it rehearses, which share one rule. A Refusal otherwise."""
    card = documents.get("card", card_id)
    if card is None:
        raise Refusal(f"no card `{card_id}` is merged", type_line="govern new card", exit=ExitCode.COULD_NOT)
    package = documents.get("package", card.value["package_id"])
    if package is None:
        said = f"{card.id} rehearses {card.value['package_id']}, and no such package is merged"
        raise Refusal(said, type_line="govern validate", exit=ExitCode.COULD_NOT)
    if card.value["criteria"] != package.value["criteria"]:
        said = f"the criteria of {card.id} are not those of {package.id}: it would rehearse another rule"
        raise Refusal(said, type_line="govern validate")
    return card, package


def _clone_of(
    state: State, documents: Documents, card: Document, package: Document, clone: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """What the throw-away clone gave; asked for where a packet in the field is on its surface, or leads to it."""
    packet = to_rehearse(state, documents, package.value)
    if packet is not None and (clone is None or clone["packet"] != packet):
        touched = state.packets[packet].surface
        said = f"{package.id} touches {touched}: the way back of {packet} was not walked"
        raise Refusal(said, type_line=AGAIN.format(card=card.id))
    return None if clone is None else dict(clone)


def _before(card: Document, answers: Mapping[str, Any]) -> str:
    """What the rule would have said without the side effect: that is what the owners could see before it."""
    values = before_side_effect(card.value, answers["measured"])
    return decide_by(card.value["criteria"], tiers_of(card.value), values).outcome


def _rehearsal(card: Document, clone: Mapping[str, Any] | None) -> Iterator[Event]:
    """The way back of a packet that was walked on the clone counts as a rehearsal of that packet."""
    if clone is not None:
        yield rehearsal_held(
            clone["packet"],
            "drill",
            clone["cohorts"],
            same=clone["same"],
            seconds=clone["seconds"],
            card=card.id,
        )


def _rests_on(
    card: Document, answers: Mapping[str, Any], shown: Mapping[str, Sequence[str]]
) -> Iterator[dict[str, Any]]:
    """By decision, and for the update: the values that it was taken on, and the files that show them."""
    measured, deciding = answers["measured"], metrics_of(card.value["criteria"])
    effect = card.value["side_effect"]["metric"]

    def row(
        what: str, who: str | None, metrics: Sequence[str], values: Mapping[str, float]
    ) -> dict[str, Any]:
        seen = [metric for metric in metrics if values[metric] == measured[metric]]
        files = sorted({path for metric in seen for path in shown.get(metric, ())})
        taken_on = {metric: values[metric] for metric in metrics}
        return {"what": what, "who": who, "metrics": taken_on, "evidence": files}

    for owner in answers["owners"]:
        yield row("decision_before", owner, deciding, before_side_effect(card.value, measured))
    for owner in answers["owners"]:
        yield row("decision", owner, deciding, measured)
    if "package_update" in answers["closeout"]:
        about = sorted({*answers["closeout"].get("next_targets", ()), effect})
        yield row("package_update", None, [name for name in about if name in measured], measured)


def _times(card: Document, package: Document, answers: Mapping[str, Any]) -> dict[str, Any]:
    """When it was, how long it took, and where it would be split that took too long."""
    split = overrun(card.value, answers, steps_of(package.value))
    return {
        "started_at": answers["started_at"],
        "ended_at": answers["closeout"]["done_at"],
        "seconds": int(taken(answers).total_seconds()),
        "overrun": split is not None,
        **({} if split is None else {"split": split}),
        "recovery": {
            "seconds": int(recovery(answers).total_seconds()),
            "within": package.value["recovery_window"],
        },
    }


def _beside(
    state: State, documents: Documents, card: Document, package: Document, answers: Mapping[str, Any]
) -> dict[str, Any]:
    """What it is beside the drills before it. Refusal where the rule moved as a whole since the one that counts."""
    history = state.package(package.id)
    if before := base(documents, history, package):
        require_one_kind(*before, package)
    return {
        "wider": list(wider_than_drilled(documents, history, package)),
        "again": again(documents, history, card, package, answers["started_at"]),
        "targets": judged_targets(history, card.value, answers["measured"]),
    }


def _tuning(
    state: State, package: Document, answers: Mapping[str, Any], judged: Judged
) -> dict[str, Any] | None:
    """The one update that is owed where the rule says tune, or where its two readers read it differently: one from
    the other, or both from the rule."""
    reasons = [
        name
        for name, found in (
            ("tune", judged.outcome == "tune"),
            ("owners_differ", not alike(answers)),
            ("owners_against_rule", alike(answers) and not as_rule(answers, judged.outcome)),
        )
        if found
    ]
    if not reasons:
        return None
    owner = package.value["owner_routes"]["release"]
    known = owner if owner in state.in_force.view["people"] else answers["owners"][0]
    due = after(answers["closeout"]["done_at"], numbers_of(state.in_force).stale_after)
    return {"reasons": reasons, "owner": known, "due": due, "surface": package.value.get("surface", "")}


def fold(state: State, record: Record) -> None:
    """The same card once more is done; what this drill found to tune is owed, and what a package owed that is back."""
    history = state.touch_package(record.stream.partition("/")[2])
    history.drills.append(record)
    state.duties = [
        duty
        for duty in state.duties
        if (duty.kind, of_package(duty)) != ("drill", history.id) or owed_again(history, duty)
    ]
    for drill in list(forgotten(history, state.duties)):
        owed, closeout = drill.body["tuning"], drill.body["answers"]["closeout"]
        proposed = closeout.get("package_update", "")
        state.duties.append(
            Duty("tune", owed["surface"], history.id, owed["owner"], owed["due"], drill.name, proposed)
        )


CAPABILITY = Capability(
    writers=(
        Writer(
            CompleteDrill,
            decide,
            (f"{EVENT}/1", "rehearsal_held/1"),
            automation=True,
            claimed=True,
            offline=True,
        ),
    ),
    folds={f"{EVENT}/1": fold},
)
