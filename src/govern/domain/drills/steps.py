"""What a drill asks, in which order and stage, and where each answer stands in the value of its answers.

It follows from the card, the package, the owners and what has been answered, and from nothing else: a drill that was
interrupted goes on at the first step without an answer. What an answer is worth is decided elsewhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from govern.domain.drills.outcomes import HOLDS
from govern.domain.drills.times import BRANCH

OUTCOMES = ("keep", "tune", "rollback", "wait")

Form = Literal[
    "done", "action", "asked", "acknowledged", "yes_no", "count", "choice", "number", "files", "words", "target"
]  # fmt: skip
Value = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One question. `at` is where its answer stands; `subject` what it is about; `who` answers it alone."""

    stage: str
    form: Form
    at: tuple[str | int, ...]
    subject: str = ""
    who: str = ""


def steps(card: Value, package: Value, owners: Sequence[str], answers: Value) -> Iterator[Step]:
    """All questions of a drill. What is measured decides which targets are asked for, so `answers` is looked at."""
    yield Step("readout", "done", ("readout",))
    yield from _execution(card, package)
    yield from (Step("side_effect", "choice", ("decisions_before", owner), who=owner) for owner in owners)
    yield Step("side_effect", "done", ("side_effect",), card["side_effect"]["metric"])
    yield Step("decision", "files", ("evidence",))
    for metric in card["metrics"]:
        yield Step("decision", "number", ("measured", metric), metric)
    yield from (Step("decision", "choice", ("decisions", owner), who=owner) for owner in owners)
    yield from (Step("decision", "done", ("rollback", name), name) for name in BRANCH)
    yield Step("closeout", "words", ("closeout", "package_update"))
    for metric in targets(card, answers.get("measured", {})):
        yield Step("closeout", "target", ("closeout", "next_targets", metric), metric)
    yield Step("closeout", "done", ("closeout", "done_at"))


def _execution(card: Value, package: Value) -> Iterator[Step]:
    """Handoffs are asked for first, so that they run beside the actions; what came of them is asked at the end."""
    handoffs = range(len(card["handoffs"]))
    yield from (Step("execution", "asked", ("handoffs", place, "asked_at")) for place in handoffs)
    for action in package["actions"]:
        yield Step("execution", "action", ("execution", action["id"]), action["do"])
    for guardrail in package.get("temporary_guardrails", ()):
        yield Step("execution", "action", ("execution", guardrail["id"]), guardrail["set"])
    for place in handoffs:
        yield Step("execution", "acknowledged", ("handoffs", place, "acknowledged_at"))
        yield Step("execution", "yes_no", ("handoffs", place, "context_complete"))
        for count in ("still_open", "reopened"):
            yield Step("execution", "count", ("handoffs", place, count), count)


def targets(card: Value, measured: Value) -> list[str]:
    """The metrics that stand outside of what keeps the intervention; where all stand inside, the side effect's."""
    limits = card["criteria"]["keep"]
    outside = [
        name for name in card["metrics"] if name in measured and not _kept(limits, name, measured[name])
    ]
    return outside or [card["side_effect"]["metric"]]


def _kept(limits: Sequence[Value], metric: str, value: float) -> bool:
    return all(
        HOLDS[operator](value, limit)
        for each in limits
        if each["metric"] == metric
        for operator, limit in each.items()
        if operator != "metric"
    )


def kept_within(card: Value, metric: str) -> str:
    """The limit that keeps it, in words: `below 2`, `at most 10`; empty where there is none."""
    return " and ".join(
        f"{name.replace('_', ' ')} {value}"
        for limit in card["criteria"]["keep"]
        if limit["metric"] == metric
        for name, value in limit.items()
        if name != "metric"
    )


def answered(answers: Value, at: Sequence[str | int]) -> bool:
    """Whether something stands there."""
    value: Any = answers
    for step in at:
        if isinstance(value, list):
            if not (isinstance(step, int) and step < len(value)):
                return False
        elif not isinstance(value, Mapping) or step not in value:
            return False
        value = value[step]
    return True
