"""Keep, tune or roll back: what the criteria of a card say of measured values, and how near each other answer was.

Nobody's mood is in it. The order is rollback, keep, tune, and in each safety, quality, efficiency; so a border that two
outcomes share belongs to the earlier one. Who measured, and what the owners said, is not asked here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from govern.domain.decision import Refusal
from govern.domain.drills.outcomes import HOLDS, ORDER

TIERS = ("safety", "quality", "efficiency")
LOWER = ("above", "at_least")
PLACES = 6  # of a distance: 2 - 1.8 is 0.2


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of the criteria and the value that it met. `limits` are its operators, all of which it asks."""

    outcome: str
    metric: str
    limits: Mapping[str, float]
    value: float

    @property
    def holds(self) -> bool:
        return all(HOLDS[operator](self.value, limit) for operator, limit in self.limits.items())

    @property
    def distance(self) -> float:
        """How far the value is from where the condition holds; 0 where it does, or where it stands on the border."""
        short = [
            limit - self.value if operator in LOWER else self.value - limit
            for operator, limit in self.limits.items()
        ]
        return round(max(0.0, *short), PLACES)

    @property
    def slack(self) -> float:
        """How far the value may move before the condition ends to hold, as a share of the limit that it meets."""
        return min(abs(self.value - limit) / (abs(limit) or 1.0) for limit in self.limits.values())

    def as_value(self) -> dict[str, Any]:
        return {
            "outcome": self.outcome,
            "metric": self.metric,
            "limits": dict(self.limits),
            "value": self.value,
            "holds": self.holds,
        }


@dataclass(frozen=True, slots=True)
class Margin:
    """How far `metric` is from what `outcome` asks of it. Rollback takes one such way, keep and tune all of theirs."""

    outcome: str
    metric: str
    distance: float

    def as_value(self) -> dict[str, Any]:
        return {"outcome": self.outcome, "metric": self.metric, "distance": self.distance}


@dataclass(frozen=True, slots=True)
class Judged:
    """`metric` decided: it rolled back, or it kept the values from being kept, or it came nearest to doing so."""

    outcome: str
    metric: str
    conditions: tuple[Condition, ...]
    margins: tuple[Margin, ...]

    def as_value(self) -> dict[str, Any]:
        """As a record holds it."""
        return {
            "outcome": self.outcome,
            "metric": self.metric,
            "conditions": [condition.as_value() for condition in self.conditions],
            "margins": [margin.as_value() for margin in self.margins],
        }


def decide_by(criteria: Mapping[str, Any], tiers: Mapping[str, str], values: Mapping[str, float]) -> Judged:
    """The one outcome of these values. A Refusal where a metric has no value, or where the criteria have a gap."""
    missing = [metric for metric in metrics_of(criteria) if metric not in values]
    if missing:
        raise Refusal(f"nothing was measured for {', '.join(missing)}: the criteria decide by it")
    conditions = tuple(_conditions(criteria, tiers, values))
    outcome = next((name for name in ORDER if _met(name, conditions)), None)
    if outcome is None:
        told = ", ".join(f"{metric} {values[metric]}" for metric in metrics_of(criteria))
        raise Refusal(f"the criteria decide nothing for {told}", type_line="govern validate")
    margins = tuple(
        Margin(each.outcome, each.metric, each.distance)
        for each in conditions
        if each.outcome != outcome and not each.holds
    )
    return Judged(outcome, _deciding(outcome, conditions), conditions, margins)


def metrics_of(criteria: Mapping[str, Any]) -> tuple[str, ...]:
    """What the criteria ask for, each once, in their order."""
    return tuple(dict.fromkeys(item["metric"] for outcome in ORDER for item in criteria[outcome]))


def tiers_of(card: Mapping[str, Any]) -> dict[str, str]:
    return {metric: each["tier"] for metric, each in card["metrics"].items()}


def before_side_effect(card: Mapping[str, Any], measured: Mapping[str, float]) -> dict[str, float]:
    """The values as they would have been without the side effect of the card."""
    metric = card["side_effect"]["metric"]
    return {**measured, metric: card["metrics"][metric]["baseline"]}


def _conditions(
    criteria: Mapping[str, Any], tiers: Mapping[str, str], values: Mapping[str, float]
) -> Iterator[Condition]:
    """In the order in which they are asked."""
    for outcome in ORDER:
        for item in sorted(criteria[outcome], key=lambda item: _rank(tiers, item["metric"])):
            metric = item["metric"]
            limits = {operator: item[operator] for operator in HOLDS if operator in item}
            yield Condition(outcome, metric, limits, values[metric])


def _rank(tiers: Mapping[str, str], metric: str) -> int:
    return TIERS.index(tiers[metric]) if metric in tiers else len(TIERS)


def _met(outcome: str, conditions: tuple[Condition, ...]) -> bool:
    """Rollback takes any of its conditions, keep and tune all of theirs."""
    holds = [each.holds for each in conditions if each.outcome == outcome]
    return any(holds) if outcome == "rollback" else all(holds)


def _deciding(outcome: str, conditions: tuple[Condition, ...]) -> str:
    if outcome == "rollback":
        return next(each.metric for each in conditions if each.outcome == "rollback" and each.holds)
    keep = [each for each in conditions if each.outcome == "keep"]
    if outcome == "tune":
        return next(each.metric for each in keep if not each.holds)
    return min(keep, key=lambda each: each.slack).metric
