"""A card under noise: how often its rule says the same, which metric decides, how near each other answer is.

Chance comes in as numbers: one draw is one standard normal number for each metric of the criteria, in their order.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from govern.domain.drills.outcomes import ORDER
from govern.domain.drills.rule import Judged, decide_by, metrics_of, tiers_of


@dataclass(frozen=True, slots=True)
class Simulated:
    """`nominal` is what the rule says without noise. `deciding` counts metrics by outcome."""

    nominal: Judged
    runs: int
    outcomes: Mapping[str, int]
    deciding: Mapping[tuple[str, str], int]

    @property
    def stable(self) -> float:
        """The share of runs that end as the nominal values do."""
        return round(self.outcomes[self.nominal.outcome] / self.runs, 6) if self.runs else 1.0

    def as_value(self) -> dict[str, Any]:
        return {
            "nominal": self.nominal.as_value(),
            "runs": self.runs,
            "outcomes": dict(self.outcomes),
            "deciding": [
                {"outcome": outcome, "metric": metric, "runs": runs}
                for (outcome, metric), runs in self.deciding.items()
            ],
            "stable": self.stable,
        }


def simulate(
    card: Mapping[str, Any],
    values: Mapping[str, float],
    noise: Mapping[str, float],
    draws: Iterable[Sequence[float]],
) -> Simulated:
    """`noise` is the standard deviation of each metric, in its unit; a metric without one stands still."""
    criteria, tiers = card["criteria"], tiers_of(card)
    metrics = metrics_of(criteria)
    outcomes, deciding = Counter(dict.fromkeys(ORDER, 0)), Counter[tuple[str, str]]()
    runs = 0
    for draw in draws:
        moved = {m: values[m] + noise.get(m, 0.0) * d for m, d in zip(metrics, draw, strict=True)}
        judged = decide_by(criteria, tiers, moved)
        outcomes[judged.outcome] += 1
        deciding[judged.outcome, judged.metric] += 1
        runs += 1
    nominal = decide_by(criteria, tiers, values)
    return Simulated(nominal, runs, dict(outcomes), dict(deciding.most_common()))


def outcome_of(card: Mapping[str, Any]) -> dict[str, float]:
    """The values that the card foresees after the execution: its baselines, and the side effect."""
    after = {metric: each["baseline"] for metric, each in card["metrics"].items()}
    return {**after, card["side_effect"]["metric"]: card["side_effect"]["becomes"]}
