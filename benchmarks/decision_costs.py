"""What verdicts cost in pairs: losses found with the pairs that a plan asks for, and beside one look of a z test.

A plan comes from a first sample that no verdict sees. The z test is the smallest that keeps the cohort's share of
alpha and finds what is there in 95 of 100; it may look once, and it is told mean and variance beforehand.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from statistics import NormalDist, median

from populations import Population
from replays import ALPHA, KINDS, LOOK, LOOKS, MARGIN, NEAR, Gate, govern

from govern.domain.anytime import Proof
from govern.domain.statistics.differences import Differences
from govern.domain.statistics.planning import needed

DECLARED = (0.05, 0.10, 0.20)  # losses that a plan is to find
FIRST, MOST = 100, 2_000  # pairs of a first sample; of what a team would collect of one cohort
POWER, GOAL = 0.95, 1.5
AS_IT_IS = "as they are"


@dataclass(frozen=True)
class Plan:
    """A cohort that loses what was declared or more: pairs planned (the median), and % of replays that failed it.

    Found with those pairs and with half as many again; where the plan asks for more than MOST, with MOST.
    """

    declared: float
    how: str
    gate: str
    cohort: Population
    pairs: float
    found: Sequence[float]

    @property
    def decidable(self) -> bool:
        return self.pairs <= MOST

    @property
    def label(self) -> str:
        return f"{100 * self.declared:g}{'' if self.how == AS_IT_IS else ' exactly'}, {self.how}"


@cache
def planned(square: float, declared: float, proof: Proof) -> int:
    """`9 in 10` of `evidence plan --margin` with the distance from the margin to the declared loss."""
    pairs = needed(0.0, square, declared - MARGIN, proof.to_pass).ninety
    assert pairs is not None
    return pairs


def plan(gate: Gate, cohort: Population, declared: float, how: str, replays: int) -> Plan:
    """Each replay has a first sample and a plan of its own, and then 20 looks at as many pairs."""
    random = Random(f"{declared} {how} {gate.name} {cohort.cohort}")
    cohort = cohort if how == AS_IT_IS else cohort.to(-declared, how)
    plans = []
    for _ in range(replays):
        first = Differences(dict(cohort.weights_of(cohort.draw(random, FIRST)))).smoothed()
        plans.append(planned(first.square, declared, gate.proof))
    middle = median(plans)
    found = []
    for more in (1.0, 1.5) if middle <= MOST else (MOST / middle,) if how == AS_IT_IS else ():
        sizes = [math.ceil(pairs * more / LOOKS) for pairs in plans]
        said = (govern(cohort, cohort.draw(random, n * LOOKS), n, MARGIN, gate.proof) for n in sizes)
        found.append(100 * sum(each.failed is not None for each in said) / replays)
    return Plan(declared, how, gate.name, cohort, middle, found)


def print_found(gates: Sequence[Gate], replays: int) -> None:
    print(f"\n## Losses found with the pairs planned, % of {replays:,} replays, margin {100 * MARGIN:g}\n")
    print("| declared | losing it | decidable | pairs planned | worst | 95 % or more | worst, half more |")
    print("|---|---|---|---|---|---|---|")
    listed: list[Plan] = []
    for declared in DECLARED:
        losing = [(gate, cohort) for gate in gates for cohort in gate.cohorts if cohort.mean <= -declared]
        for how in (AS_IT_IS, "swapped", "tied"):
            plans = [plan(gate, cohort, declared, how, replays) for gate, cohort in losing]
            print_summary(plans)
            if how == AS_IT_IS:
                listed += [each for each in plans if not each.decidable or each.found[0] < 100 * POWER]
    print("\n| declared | gate, cohort | loss | pairs planned | found | half more |")
    print("|---|---|---|---|---|---|")
    for each in listed:
        facts = f"{-100 * each.cohort.mean:.1f} | {each.pairs:,.0f}"
        row = f"| {each.label} | {each.gate}, {each.cohort.cohort} | {facts} |"
        if each.decidable:
            print(row, f"{each.found[0]:.1f} | {each.found[1]:.1f} |")
        else:
            print(row, f"{each.found[0]:.1f} with {MOST:,} | undecidable |")


def print_summary(plans: Sequence[Plan]) -> None:
    within = [each for each in plans if each.decidable]
    if within:
        pairs = [each.pairs for each in within]
        enough = sum(each.found[0] >= 100 * POWER for each in within)
        worst, better = (min(each.found[more] for each in within) for more in (0, 1))
        cells = f"{min(pairs):,.0f} to {max(pairs):,.0f} | {worst:.1f} | {enough} | {better:.1f}"
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
