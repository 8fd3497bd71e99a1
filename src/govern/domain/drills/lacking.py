"""Why a drill was not passed: what keeps a package a draft, and that its rule said tune. Few words for each."""

from collections.abc import Iterator
from typing import Literal

from govern.domain.drills.owners import as_rule
from govern.domain.records import Record

Lack = Literal["steps", "owners_differ", "owners_against_rule", "not_restored", "tune"]
SAID = {
    "owners_differ": "the owners differed",
    "owners_against_rule": "the owners decided otherwise than the rule",
    "not_restored": "the baseline was not back",
    "tune": "the rule said tune",
}


def lacks(drill: Record) -> Iterator[Lack]:
    """Nothing where it was passed. All but `tune` keep the package a draft."""
    body = drill.body
    if not body["all_steps"]:
        yield "steps"
    if not body["owners_agree"]:
        yield "owners_differ"
    elif not as_rule(body["answers"], body["decision"]["outcome"]):
        yield "owners_against_rule"
    if not body["environment"]["same"]:
        yield "not_restored"
    if "tune" in body.get("tuning", {}).get("reasons", ()):
        yield "tune"


def said(drill: Record, *, draft: bool = False) -> str:
    """`the owners differed, hold-templates skipped`. `draft`: only what keeps it a draft."""
    found = (lack for lack in lacks(drill) if not (draft and lack == "tune"))
    return ", ".join(_skipped(drill) if lack == "steps" else SAID[lack] for lack in found)


def _skipped(drill: Record) -> str:
    """By name where the answers hold them: a step that nobody wrote of is not in them."""
    steps = [
        step
        for part in ("execution", "rollback")
        for step, done in drill.body["answers"][part].items()
        if "done_at" not in done
    ]
    return f"{' and '.join(steps)} skipped" if steps else "a step was left out"
