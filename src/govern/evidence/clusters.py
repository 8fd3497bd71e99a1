"""Clusters as units of a sample: what the pairs of one cluster of a cohort say is one difference, their mean.

A cluster with one pair weighs as much as one with a hundred, and n is the number of clusters. Sums are exact, so
that the order of the rows is nothing and a cluster with one pair is that pair. A median or a count has no mean
within a cluster: of it n alone is counted so. Which unit is right is said by the KPI.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from govern.domain.measures import MEASURES
from govern.evidence.edges import units, weigh
from govern.evidence.measures import KpiSpec, in_unit, run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ONE = units(Decimal(1))


class Alike(NamedTuple):
    """So many clusters with this number of pairs and this sum, in units of the last place."""

    pairs: int
    total: int | None
    times: int


def width_of(kpi: KpiSpec) -> int | None:
    """How far a difference of the measure can reach, in units; None where nothing bounds it."""
    if MEASURES[kpi.measure] == "share":
        return ONE
    if kpi.measure != "mean_score_delta" or kpi.range is None:
        return None
    return units(Decimal(str(kpi.range[1])) - Decimal(str(kpi.range[0])))


def by_cohort(connection: "DuckDBPyConnection", kpi: KpiSpec) -> dict[str, dict[str, Any]]:
    """By cohort what a row of the KPI says of its clusters: n, and of a mean its value and counts."""
    found: dict[str, list[Alike]] = {}
    for row in run(connection, "pairs_clusters", measure=kpi.measure):
        total = None if row["total"] is None else units(Decimal(row["total"]))
        found.setdefault(row["cohort_key"], []).append(Alike(row["pairs"], total, row["times"]))
    whole = all(_is_whole(kpi, clusters) for clusters in found.values())
    return {cohort: _said(kpi, clusters, whole) for cohort, clusters in found.items()}


def _is_whole(kpi: KpiSpec, clusters: Iterable[Alike]) -> bool:
    """Whether counts say all: every cluster is a whole loss, a tie or a whole gain, or nothing bounds them."""
    width = width_of(kpi)
    return width is None or all(abs(each.total or 0) in (0, width * each.pairs) for each in clusters)


def _said(kpi: KpiSpec, clusters: list[Alike], whole: bool) -> dict[str, Any]:
    n = sum(each.times for each in clusters)
    sums: dict[int, int] = {}
    for each in clusters:
        if each.total is None:
            return {"n": n}
        sums[each.pairs] = sums.get(each.pairs, 0) + each.total * each.times
    mean = sum((Fraction(total, pairs) for pairs, total in sums.items()), Fraction()) / n
    said = {"n": n, "value": in_unit(float(mean / ONE), kpi)}
    if kpi.measure == "rank_delta_magnitude":
        return said
    return said | {"counts": _counts(kpi, clusters) if whole else {"edges": _weights(kpi, clusters)}}


def _counts(kpi: KpiSpec, clusters: Iterable[Alike]) -> dict[str, int]:
    """A flip is worse, though its share lies above zero."""
    counts = {"worse": 0, "same": 0, "better": 0}
    for each in clusters:
        worse = (each.total or 0) * (-1 if kpi.measure == "policy_flip_rate" else 1)
        counts["worse" if worse < 0 else "better" if worse > 0 else "same"] += each.times
    return counts


def _weights(kpi: KpiSpec, clusters: Iterable[Alike]) -> dict[str, int]:
    """The sum of k pairs within k times the range lies where their mean lies within the range."""
    width = width_of(kpi) or ONE
    weights: dict[int, int] = {}
    for each in clusters:
        for edge, weight in weigh({each.total or 0: each.times}, width * each.pairs).items():
            weights[int(edge)] = weights.get(int(edge), 0) + weight
    return {str(edge): weights[edge] for edge in sorted(weights)}
