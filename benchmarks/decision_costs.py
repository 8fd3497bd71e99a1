"""What verdicts cost in pairs: losses found with the pairs that a plan asks for, and beside one look of a z test.

A plan comes from a first sample that no verdict sees. The z test is the smallest that keeps the cohort's share of
alpha and finds what is there in 95 of 100; it may look once, and it is told mean and variance beforehand.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from statistics import NormalDist, fmean, median

from populations import Population
from replays import ALPHA, KINDS, LOOK, LOOKS, MARGIN, NEAR, Gate, govern

from govern.domain.evidence.anytime import Proof
from govern.domain.statistics.differences import Differences
from govern.domain.statistics.planning import cautious, findable

DECLARED = (0.05, 0.10, 0.20)  # losses that a plan is to find
FIRST, MOST = 100, 2_000  # pairs of a first sample; of what a team would collect of one cohort
POWER, GOAL = 0.95, 1.5
AS_IT_IS = "as they are"


@dataclass(frozen=True)
class Plan:
    """A cohort that loses what was declared or more: pairs planned (the median), and % of replays that failed it.

    Found with those pairs; where the plan asks for more than MOST, with MOST, if that was asked at all.
    """

    declared: float
    how: str
    gate: str
    cohort: Population
    pairs: float
    found: float | None

    @property
    def decidable(self) -> bool:
        return self.pairs <= MOST

    @property
    def share(self) -> float:
        return 0.0 if self.found is None else self.found

    @property
    def label(self) -> str:
        return f"{100 * self.declared:g}{'' if self.how == AS_IT_IS else ' exactly'}, {self.how}"


@cache
def planned(square: float, declared: float, proof: Proof) -> int:
    """`95 in 100` of `evidence plan --loss`."""
    pairs = findable(declared, square, MARGIN, proof.to_fail())
    assert pairs is not None
    return pairs


def plan(gate: Gate, cohort: Population, declared: float, how: str, replays: int) -> Plan:
    """Each replay has a first sample and a plan of its own, and then 20 looks at as many pairs."""
    random = Random(f"{declared} {how} {gate.name} {cohort.cohort}")
    cohort = cohort if how == AS_IT_IS else cohort.to(-declared, how)
    plans = []
    for _ in range(replays):
        first = Differences(dict(cohort.weights_of(cohort.draw(random, FIRST))))
        square = min(
            1.0, math.ceil(cautious(first) * 1000) / 1000
        )  # one plan for samples that are nearly alike
        plans.append(planned(square, declared, gate.proof))
    middle = median(plans)
    if middle > MOST and how != AS_IT_IS:
        return Plan(declared, how, gate.name, cohort, middle, None)
    sizes = [math.ceil(min(pairs, MOST) / LOOKS) for pairs in plans]
    said = (govern(cohort, cohort.draw(random, n * LOOKS), n, MARGIN, gate.proof) for n in sizes)
    found = 100 * sum(each.failed is not None for each in said) / replays
    return Plan(declared, how, gate.name, cohort, middle, found)


def print_found(gates: Sequence[Gate], replays: int) -> None:
    print(f"\n## Losses found with the pairs planned, % of {replays:,} replays, margin {100 * MARGIN:g}\n")
    print("| declared | losing it | decidable | pairs planned | mean | worst | 95 % or more |")
    print("|---|---|---|---|---|---|---|")
    listed: list[Plan] = []
    for declared in DECLARED:
        losing = [(gate, cohort) for gate in gates for cohort in gate.cohorts if cohort.mean <= -declared]
        for how in (AS_IT_IS, "swapped", "tied"):
            plans = [plan(gate, cohort, declared, how, replays) for gate, cohort in losing]
            print_summary(plans)
            if how == AS_IT_IS:
                listed += [each for each in plans if not each.decidable]
            listed += [each for each in plans if each.decidable and each.share < 100 * POWER]
    print("\n| declared | gate, cohort | loss | pairs planned | found |")
    print("|---|---|---|---|---|")
    for each in listed:
        facts = f"{-100 * each.cohort.mean:.1f} | {each.pairs:,.0f}"
        most = "" if each.decidable else f" with {MOST:,}"
        print(f"| {each.label} | {each.gate}, {each.cohort.cohort} | {facts} | {each.share:.1f}{most} |")


def print_summary(plans: Sequence[Plan]) -> None:
    within = [each for each in plans if each.decidable]
    if within:
        pairs = [each.pairs for each in within]
        shares = [each.share for each in within]
        enough = sum(share >= 100 * POWER for share in shares)
        cells = f"{min(pairs):,.0f} to {max(pairs):,.0f} | {fmean(shares):.1f} | {min(shares):.1f} | {enough}"
        print(f"| {plans[0].label} | {len(plans)} | {len(within)} | {cells} |", flush=True)


def one_look(cohort: Population, proof: Proof) -> float:
    """The pairs of one z test of 95 % power with the cohort's share of alpha, on the side on which it lies."""
    normal = NormalDist()
    deviations = normal.inv_cdf(1 - ALPHA / proof.cohorts) + normal.inv_cdf(POWER)
    distance = cohort.mean + MARGIN
    return deviations**2 * cohort.variance / distance**2 if abs(distance) > NEAR else math.inf


def pairs_to_a_verdict(cohort: Population, size: float, proof: Proof, replays: int, random: Random) -> float:
    """The median over replays; infinity if most have none after 20 looks or three times the size."""
    n = max(LOOKS, math.ceil(3 * size / LOOK)) * LOOK
    firsts = (
        govern(cohort, cohort.draw(random, n), LOOK, MARGIN, proof, first=True).first for _ in range(replays)
    )
    return median(math.inf if first is None else first for first in firsts)


def print_sizes(gates: Sequence[Gate], replays: int) -> None:
    print(
        f"\n## Pairs to a verdict beside one look of a z test, {replays:,} replays, margin {100 * MARGIN:g}\n"
    )
    ratios: dict[str, list[float]] = {kind: [] for kind in KINDS}
    rows: list[tuple[float, str]] = []
    for gate in gates:
        for cohort in gate.cohorts:
            size = one_look(cohort, gate.proof)
            if not 2 * LOOK <= size <= MOST:
                continue
            random = Random(f"size {gate.name} {cohort.cohort}")
            middle = pairs_to_a_verdict(cohort, size, gate.proof, replays, random)
            kind = "failed" if cohort.mean < -MARGIN else "passed"
            ratios[kind].append(middle / size)
            facts = f"{kind} | {100 * cohort.mean:+.1f} | {100 * cohort.differing:.1f} | {size:,.0f} | {middle:,.0f}"
            rows.append((middle / size, f"| {gate.name}, {cohort.cohort} | {facts} | {middle / size:.2f} |"))
    print("| verdict | cohorts | median ratio | within 1.5 | worst |\n|---|---|---|---|---|")
    for kind, found in ratios.items():
        if found:
            within = sum(ratio <= GOAL for ratio in found)
            print(f"| {kind} | {len(found)} | {median(found):.2f} | {within} | {max(found):.2f} |")
    print(
        "\n| gate, cohort | verdict | delta | differ, % | z test | median | ratio |\n|---|---|---|---|---|---|---|"
    )
    for _, row in sorted(rows, reverse=True):
        print(row)
