"""A cohort's way through its lane, as data: what each step is answered with, and what the lane says after it."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from builders import World
from govern.domain.commands import Command
from govern.domain.document import digest_of
from govern.domain.lane import DECIDED
from govern.domain.mitigation.by_hand import EnterMitigation
from govern.domain.mitigation.carry_forward import CarryForward
from govern.domain.mitigation.containment import Contain
from govern.domain.mitigation.corrective_actions import CloseAction, OpenAction
from govern.domain.mitigation.lane_health import ObserveInteraction, ObserveStartup
from govern.domain.mitigation.lane_replays import RecordReplay
from govern.domain.mitigation.reentry import assess
from govern.domain.mitigation.reentry_decision import AssessReentry, DecideReentry
from govern.domain.rollout.reentry_exit import ExitMitigation
from lanes import COHORT, in_lane, lane, replay

FILE = Path(__file__).resolve().parents[1] / "cases" / "lanes" / "reentry.yaml"
SCENARIOS = yaml.load(FILE.read_bytes(), Loader=yaml.CSafeLoader)
EXTRA = {
    "govern": {
        "people.bot": {"email": "bot@example.com", "kind": "automation"},
        "people.cy": {"email": "cy@example.com"},
    }
}


def command(step: dict[str, Any], number: int) -> Command:
    given = {key: value for key, value in step.items() if key not in ("at", "by", "do", "says", "see")}
    match step["do"]:
        case "startup":
            return ObserveStartup(COHORT, given["build"])
        case "interaction":
            return ObserveInteraction(COHORT, given["build"])
        case "replay":
            return replayed(number, **given)
        case "assess":
            return AssessReentry(COHORT)
        case "decide":
            rejection = {
                key: str(given[key]) for key in ("criterion", "owner", "due", "required") if key in given
            }
            return DecideReentry(
                COHORT, given["outcome"], (rejection,) if rejection else (), given.get("batch")
            )
        case "open":
            return OpenAction(COHORT, given["code"], given["owner"], str(given["due"]), given["required"])
        case "close":
            return CloseAction(COHORT, given["action"], "proof.csv", digest_of(b"proof"))
        case "contain":
            return Contain(COHORT, given["finding"])
        case "carry":
            return CarryForward(COHORT, given["owner"], given["code"], str(given["until"]))
        case "exit":
            return ExitMitigation(COHORT, stay=given["stay"])
        case _:
            return EnterMitigation(
                COHORT, given["reason"], criteria=given.get("criteria"), version=given.get("version")
            )


def replayed(
    number: int, build: str = "b1", critical: int = 0, unauthorized: int = 0, high: Any = (), **counts: int
) -> Command:
    effects = [{"class": name, "severity": "high", "n": 1} for name in high]
    mismatches = {"critical": critical, "other": 0}
    mutations = {"unauthorized": unauthorized, "authorized": 0}
    told = replay(
        str(number), **counts, route_mismatches=mismatches, owner_mutations=mutations, side_effects=effects
    )
    return RecordReplay(COHORT, "p", build, told)


def seen(made: World) -> dict[str, Any]:
    """All that a case may ask for."""
    there = made.state.lane(COHORT)
    if there is None:
        return {"lane": "closed"}
    found = assess(made.state, made.documents, there, made.now)
    decisions = there.records(DECIDED)
    return {
        "lane": there.id, "label": found.label, "confidence": round(found.confidence or 0, 3),
        "attempt": there.attempt, "coming": there.coming, "expiry": there.expiry,
        "open": [each.criterion for each in found.open], "unmet": [each.criterion for each in found.unmet],
        "actions": [action.id for action in there.open_actions],
        "codes": [each["code"] for each in decisions[-1].body["rejections"]] if decisions else [],
        "proposed": decisions[-1].body["proposed"] if decisions else None,
        "relapse": there.entered.body.get("relapse_of"),
    }  # fmt: skip


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario["name"] for scenario in SCENARIOS])
def test_scenario(scenario: dict[str, Any]) -> None:
    made = in_lane(EXTRA)
    made.remember = True
    for number, step in enumerate(scenario["steps"]):
        made.now = f"{step['at']}:00:00Z" if "at" in step else made.now
        by, given = step.get("by", "ana"), command(step, number)
        if "says" in step:
            refusal = made.refused(given, by)
            assert step["says"] in " ".join(refusal.reasons), (number, refusal)
            assert refusal.type_line or by != "ana" or "another" in step["says"], (number, refusal)
        else:
            made.do(given, by)
        if "see" in step:
            told = seen(made)
            assert {key: told.get(key) for key in step["see"]} == step["see"], (number, told)


def test_scenarios_hold_every_outcome_and_every_label() -> None:
    steps = [step for scenario in SCENARIOS for step in scenario["steps"]]
    outcomes = {step["outcome"] for step in steps if step["do"] == "decide" and "says" not in step}
    assert outcomes == {"approved", "provisional", "kept", "containment", "redesign"}
    labels = {step["see"]["label"] for step in steps if "label" in step.get("see", {})}
    assert labels == {
        None, "eligible_high_confidence", "eligible_medium_confidence", "ineligible_low_confidence",
        "blocked_regressive_signal",
    }  # fmt: skip


def test_lane_is_named_after_its_cohort() -> None:
    assert lane(in_lane()).id == "public-01"
