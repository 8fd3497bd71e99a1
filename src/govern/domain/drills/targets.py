"""The next checkpoint targets that a drill leaves for the one after it: which are open, and whether they were met.

A target is open until a drill measures its metric, or sets another. Which side of it is the good one follows from what
the criteria keep; where they say nothing of it, from the way that the card lets it go bad.
"""

from collections.abc import Mapping
from typing import Any

from govern.domain.state import PackageHistory

UPPER, LOWER = {"below", "at_most"}, {"above", "at_least"}


def open_targets(history: PackageHistory) -> dict[str, tuple[float, str]]:
    """By metric the number to reach, and the drill that set it."""
    found: dict[str, tuple[float, str]] = {}
    for drill in history.drills:
        answers = drill.body["answers"]
        left = {name: target for name, target in found.items() if name not in answers["measured"]}
        fresh = answers["closeout"].get("next_targets", {})
        found = left | {name: (target, drill.name) for name, target in fresh.items()}
    return dict(sorted(found.items()))


def judged(
    history: PackageHistory, card: Mapping[str, Any], measured: Mapping[str, float]
) -> list[dict[str, Any]]:
    """What became of each open target that this drill measured."""
    return [
        {
            "metric": metric,
            "target": target,
            "of": drill,
            "measured": measured[metric],
            "met": _met(card, metric, measured[metric], target),
        }
        for metric, (target, drill) in open_targets(history).items()
        if metric in measured
    ]


def _met(card: Mapping[str, Any], metric: str, value: float, target: float) -> bool:
    return value <= target if _lower_is_better(card, metric) else value >= target


def _lower_is_better(card: Mapping[str, Any], metric: str) -> bool:
    kept = {name for limit in card["criteria"]["keep"] if limit["metric"] == metric for name in limit}
    if bool(kept & UPPER) != bool(kept & LOWER):
        return bool(kept & UPPER)
    about, effect = card["metrics"][metric], card["side_effect"]
    worst = effect["becomes"] if effect["metric"] == metric else about["breach"]
    return bool(worst >= about["baseline"])
