"""A card for a package: the package's own rule, routes and window, and figures that make its scenario true.

Baselines are as last measured, else values that the rule keeps. All others are examples, chosen on the side of each
limit on which they have to be; what they should really be, people know.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from govern.documents import skeleton
from govern.domain.drills.outcomes import (
    Cells,
    Edges,
    Limit,
    Regions,
    edges_of,
    limits_of,
    regions_of,
    worse_than,
)
from govern.domain.findings import nearest
from govern.errors import UsageError

SCENARIOS = {  # by its name on the command line: fields of the card, and what its id ends with
    "mixed_signal": ({"scenario": "mixed_signal"}, "mixed"),
    "straightforward": ({"scenario": "straightforward"}, "plain"),
    "class_overlap": ({"scenario": "edge_case", "edge": "class_overlap"}, "overlap"),
    "correction_surge": ({"scenario": "edge_case", "edge": "correction_surge"}, "surge"),
}
TEXTS = {
    "mixed_signal": "{} gets worse after the intervention",
    "straightforward": "{} moves a little after the intervention",
    "class_overlap": "{} moves as well: two classes of trigger fire at once",
    "correction_surge": "{} breaks again: the correction brings the next regression",
}


def scenario_of(name: str | None, package: Mapping[str, Any]) -> str:
    """The scenario that is meant: mixed signals, where the package's rule has two metrics to mix. UsageError else."""
    alone = len(edges_of(limits_of(package["criteria"]))) == 1
    if name is None:
        return "straightforward" if alone else "mixed_signal"
    if name not in SCENARIOS:
        close = nearest(name, SCENARIOS) or ("class_overlap" if name.startswith("edge") else "mixed_signal")
        raise UsageError(
            f"no scenario `{name}`; there are: {', '.join(SCENARIOS)}", type_line=f"--scenario {close}"
        )
    if alone and name in ("mixed_signal", "class_overlap"):
        said = f"{name} needs two metrics, and the criteria of {package['id']} read one"
        raise UsageError(said, type_line="--scenario straightforward")
    return name


def card_id(package_id: str, scenario: str) -> str:
    """`integrity-l2-mixed`, no longer than an id may be."""
    end = SCENARIOS[scenario][1]
    return f"{package_id[: 62 - len(end)].rstrip('-')}-{end}"


def drawn(
    package: Mapping[str, Any],
    name: str,
    scenario: str,
    kpis: Mapping[str, Mapping[str, Any]],
    rests: Mapping[str, float],
) -> dict[str, Any]:
    """The value of the card. `kpis` and last measured values go by the name of the measure."""
    figures = _Figures(package["criteria"], rests)
    target, aside = figures.target, figures.aside
    broken = figures.metrics if scenario == "class_overlap" else [target]
    values = {
        m: (figures.rest(m), figures.breach(m) if m in broken else figures.rest(m)) for m in figures.metrics
    }
    metric = target if scenario == "correction_surge" else aside
    wanted = {"straightforward": ("keep",), "correction_surge": ("rollback",)}.get(
        scenario, ("tune", "rollback")
    )
    becomes = figures.value(metric, wanted, {*values[metric]})
    routes = list(package["owner_routes"])
    return skeleton.example(
        "card",
        name,
        {},
        package_id=package["id"],
        trigger_class=package["trigger_class"],
        expected_severity=package["severity"],
        **SCENARIOS[scenario][0],
        metrics={m: _metric(kpis.get(m, {}), values[m], first=m == target) for m in values},
        side_effect={"metric": metric, "becomes": becomes, "text": TEXTS[scenario].format(metric)},
        handoffs=[{"from": routes[0], "to": routes[-1], "acknowledge_within": "PT3M"}],
        recovery_window=package["recovery_window"],
        criteria=package["criteria"],
    )


def _metric(kpi: Mapping[str, Any], values: tuple[float, float], *, first: bool) -> dict[str, Any]:
    """Tier and unit of its KPI."""
    tier = kpi.get("tier", "safety" if first else "efficiency")
    return {"tier": tier, "unit": kpi.get("unit", "percent"), "baseline": values[0], "breach": values[1]}


@dataclass
class _Figures:
    """Values of the metrics of a rule, each where an outcome wants it."""

    criteria: Mapping[str, Any]
    rests: Mapping[str, float]
    limits: list[Limit] = field(init=False)
    edges: Edges = field(init=False)
    regions: Regions = field(init=False)
    metrics: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.limits = limits_of(self.criteria)
        self.edges = edges_of(self.limits)
        self.regions = regions_of(self.limits, self.edges)
        self.metrics = list(dict.fromkeys(item["metric"] for each in self.criteria.values() for item in each))

    @property
    def target(self) -> str:
        """What the package is about: the first metric that rolls back."""
        return next((metric for metric in self.metrics if self.regions.rollback[metric]), self.metrics[0])

    @property
    def aside(self) -> str:
        """What moves with it: another one, if there is another."""
        return next((metric for metric in reversed(self.metrics) if metric != self.target), self.target)

    def rest(self, metric: str) -> float:
        if metric in self.rests:
            return self.rests[metric]
        kept = self._samples(metric, self.regions.keep[metric] & self.regions.free[metric])
        if not kept or self._holds(metric, 0):
            return 0
        return kept[0]

    def breach(self, metric: str) -> float:
        return self.value(metric, ("rollback", "tune"), {self.rest(metric)})

    def value(self, metric: str, outcomes: tuple[str, ...], taken: set[float]) -> float:
        """A value that leads to the first of these outcomes, on the bad side of rest where there is one."""
        rest, found = self.rest(metric), list[float]()
        for outcome in outcomes:
            cells = self.regions.of(outcome)[metric]
            if outcome == "tune":
                cells = cells & self.regions.free[metric] - self.regions.keep[metric]
            found += self._samples(metric, cells)
        free = [value for value in found if value not in taken]
        worse = [value for value in free if worse_than(self.limits, metric, value, rest)]
        beyond = (
            max((*taken, rest)) + 1
            if worse_than(self.limits, metric, rest + 1, rest)
            else min((*taken, rest)) - 1
        )
        return next(iter((*worse, *free)), beyond)

    def _holds(self, metric: str, value: float) -> bool:
        """Whether a metric with this value is kept."""
        kept = (each for each in self.limits if each.metric == metric and each.outcome == "keep")
        return all(each.holds(value) for each in kept)

    def _samples(self, metric: str, cells: Cells) -> list[float]:
        """A value for each cell, those between two limits first."""
        edges = self.edges[metric]
        middles = ((low + high) / 2 for low, high in pairwise(edges))
        between = [edges[0] - 1, *middles, edges[-1] + 1]
        inner = [between[cell // 2] for cell in sorted(cells) if not cell % 2]
        inner += [edges[-1] + 2] if 2 * len(edges) in cells else []
        inner += [edges[0] - 2] if 0 in cells else []
        found = [*inner, *(edges[cell // 2] for cell in sorted(cells) if cell % 2)]
        return [int(value) if float(value).is_integer() else value for value in found]
