"""The clock of a drill, read from its answers: when each stage had to end and did, and how long the way back took.

Stages are counted from the start, so that a minute lost early may be won back. The decision ends where the rollback
branch begins.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from govern.domain.windows import duration, instant

LIMIT = timedelta(minutes=45)
STAGES = ("readout", "execution", "side_effect", "decision", "closeout")
BRANCH = ("trigger", "pause-automation", "revert-actions", "clear-guardrails", "baseline-checks", "log")
RESTORED = "baseline-checks"  # the step with which the baseline is back


def deadlines(card: Mapping[str, Any]) -> dict[str, timedelta]:
    """How long after the start each stage has to be over."""
    ends, so_far = {}, timedelta()
    for stage in STAGES:
        so_far += duration(card["checkpoint_slas"][stage])
        ends[stage] = so_far
    return ends


def ends(answers: Mapping[str, Any]) -> dict[str, timedelta | None]:
    """How long after the start each stage was over; None where nothing of it was done."""
    done = [step["done_at"] for step in answers["execution"].values() if "done_at" in step]
    at: dict[str, str | None] = {
        "readout": answers["readout"]["done_at"],
        "execution": max(done, default=None),
        "side_effect": answers["side_effect"]["seen_at"],
        "decision": answers["rollback"].get("trigger", {}).get("done_at"),
        "closeout": answers["closeout"]["done_at"],
    }
    began = instant(answers["started_at"])
    return {stage: None if when is None else instant(when) - began for stage, when in at.items()}


def late(card: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, timedelta]:
    """The stages that were not over in time, and by how much; one of which nothing was done counts as never over."""
    ended, due = ends(answers), deadlines(card)
    behind = {
        stage: taken(answers) if (end := ended[stage]) is None else end - due[stage] for stage in STAGES
    }
    return {stage: over for stage, over in behind.items() if over > timedelta() or ended[stage] is None}


def taken(answers: Mapping[str, Any]) -> timedelta:
    """From the start to the closed log."""
    return instant(answers["closeout"]["done_at"]) - instant(answers["started_at"])


def overrun(
    card: Mapping[str, Any], answers: Mapping[str, Any], steps: Sequence[str]
) -> dict[str, Any] | None:
    """Of a drill past its 45 minutes: the stage that was furthest behind, and after which step to split the package.

    That is the last step that was done in time, else the middle one; None where there is but one step.
    """
    if taken(answers) <= LIMIT:
        return None
    behind = late(card, answers)
    stage = max(behind, key=lambda name: behind[name], default="closeout")
    by, began = deadlines(card)["execution"], instant(answers["started_at"])
    done = answers["execution"]
    in_time = [s for s in steps if "done_at" in done.get(s, ()) and instant(done[s]["done_at"]) - began <= by]
    half = in_time[-1] if in_time and in_time[-1] != steps[-1] else steps[(len(steps) - 1) // 2]
    over = behind.get(stage, taken(answers) - LIMIT)
    return {
        "stage": stage,
        "over": int(over.total_seconds()),
        "after": half if len(steps) > 1 else None,
    }


def recovery(answers: Mapping[str, Any]) -> timedelta:
    """From the rollback condition to the baseline's checks."""
    branch = answers["rollback"]
    return instant(branch[RESTORED]["done_at"]) - instant(branch["trigger"]["done_at"])


def instants(answers: Mapping[str, Any]) -> Iterator[tuple[str, datetime]]:
    """Every time that the answers name, with its place in them."""
    yield "started_at", instant(answers["started_at"])
    for name, step in (("readout", answers["readout"]), ("closeout", answers["closeout"])):
        yield f"{name}.done_at", instant(step["done_at"])
    yield "side_effect.seen_at", instant(answers["side_effect"]["seen_at"])
    for part in ("execution", "rollback"):
        for name, step in answers[part].items():
            if "done_at" in step:
                yield f"{part}.{name}.done_at", instant(step["done_at"])
    for place, handoff in enumerate(answers["handoffs"], start=1):
        for name in ("asked_at", "acknowledged_at"):
            if name in handoff:
                yield f"handoffs.{place}.{name}", instant(handoff[name])
