"""What the two owners of a drill decided, each as a whole: whether they are of one mind, and that of the rule.

No rule waits, so who waits is never with it; and two who wait for different things are of two minds.
"""

from collections.abc import Mapping
from typing import Any

Answers = Mapping[str, Any]


def decided(answers: Answers, when: str = "decisions") -> dict[str, tuple[str, ...]]:
    """By owner. Only of `wait` window and metric are part of it."""
    return {owner: _whole(answers[when][owner]) for owner in answers["owners"]}


def alike(answers: Answers) -> bool:
    return len(set(decided(answers).values())) == 1


def as_rule(answers: Answers, outcome: str) -> bool:
    """Both decided what the rule decides."""
    return all(said == (outcome,) for said in decided(answers).values())


def _whole(said: Mapping[str, str]) -> tuple[str, ...]:
    if said["decision"] != "wait":
        return (said["decision"],)
    return (said["decision"], said["window"], said["metric"])
