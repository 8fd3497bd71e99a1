"""How often a gate's verdict is wrong, what it finds, and how soon, on replays of real changes of models and prompts.

    python benchmarks/decision_quality.py [--data FOLDER] [--replays N] [--only PART]

FOLDER holds `pairs_*/pairs_*.csv`; without it GOVERN_SHARED/data, ../shared/data beside the checkout, and else the
packs under examples/ are taken. A gate is one file and one column: every cohort of it is drawn from, with
replacement, 25 pairs at each of 20 looks, and judged at each. Prints Markdown; the seeds are fixed.
"""

import argparse
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from random import Random
from statistics import fmean

from decision_costs import print_found, print_sizes
from populations import COLUMNS, Population, read
from replays import (
    ALPHA,
    KAYENTA,
    KINDS,
    LOOK,
    LOOKS,
    MARGIN,
    NEAR,
    PLAIN,
    Gate,
    failing_looks,
    govern,
    mann_whitney,
)

from govern.domain.evidence.anytime import Proof

ROOT = Path(__file__).resolve().parents[1]
CHAINS = (
    "gpt-3.5-turbo-0301__gpt-3.5-turbo-1106",
    "vicuna-7b__vicuna-7b-v1.3",
    "vicuna-7b-v1.3__vicuna-7b-v1.5",
)
METHODS = ("govern", "threshold, 1 look", "threshold, 3 looks", "Mann-Whitney, 5 %", "Mann-Whitney, Kayenta")


def packs(folder: Path | None) -> list[Path]:
    """The files to replay: those of the folder, or of examples/."""
    if folder is None:
        shared = Path(os.environ.get("GOVERN_SHARED", ROOT.parent / "shared")) / "data"
        found = sorted(shared.glob("pairs_*/pairs_*.csv"))
        return found or sorted((ROOT / "examples").glob("*/data/pairs*.csv"))
    return sorted(folder.glob("pairs_*/pairs_*.csv"))


@dataclass(frozen=True)
class World:
    """Gates to replay, and the margins at which each replay is judged."""

    name: str
    margins: Sequence[float]
    gates: Sequence[Gate]


def worlds(gates: Sequence[Gate]) -> Iterator[World]:
    swapped = [gate.changed(Population.swapped) for gate in gates]
    yield World("nothing changed: sides swapped", (0.0, MARGIN), swapped)
    drawn = [gate.changed(against_itself(gate.name)) for gate in gates]
    yield World("nothing changed: prev against prev", (0.0, MARGIN), drawn)
    chains = [gate for gate in gates if any(chain in gate.name for chain in CHAINS)]
    yield World("three chains without news", (MARGIN,), chains)
    bad = [gate for gate in gates if any(cohort.mean < -MARGIN for cohort in gate.cohorts)]
    for how in ("swapped", "tied"):
        yield World(f"losses thinned to the margin, {how}", (MARGIN,), [g.changed(thinned(how)) for g in bad])


def against_itself(seed: str) -> Callable[[Population], Population]:
    return lambda cohort: cohort.independent(Random(f"{seed} {cohort.cohort}"))


def thinned(how: str) -> Callable[[Population], Population]:
    """Whoever loses more than the margin loses exactly the margin."""
    return lambda cohort: cohort.to(-MARGIN, how) if cohort.mean < -MARGIN else cohort


Lies = dict[
    tuple[float, str, str], int
]  # margin, kind, method: replays in which some cohort was judged falsely


def false_verdicts(gate: Gate, margins: Sequence[float], replays: int, random: Random) -> Lies:
    """A mean that lies on the margin makes both verdicts false."""
    false: Lies = dict.fromkeys(product(margins, KINDS, METHODS), 0)
    for _ in range(replays):
        lies = set()
        for cohort in gate.cohorts:
            drawn = cohort.draw(random, LOOKS * LOOK)
            z = worst(mann_whitney(cohort, drawn, LOOK))
            for margin in margins:
                truth = {"failed": cohort.mean < -margin - NEAR, "passed": cohort.mean > -margin + NEAR}
                for method, kind in said(cohort, drawn, z, margin, gate.proof):
                    lies |= set() if truth[kind] else {(margin, kind, method)}
        for lie in lies:
            false[lie] += 1
    return false


def worst(by_look: Iterator[float]) -> float:
    """The highest z; looking ends where the strictest has seen enough."""
    highest = 0.0
    for z in by_look:
        highest = max(highest, z)
        if highest > KAYENTA:
            break
    return highest


def said(
    cohort: Population, drawn: Sequence[int], z: float, margin: float, proof: Proof
) -> Iterator[tuple[str, str]]:
    """What each method said at any look. Those that know no third word pass whatever they have not failed."""
    ours = govern(cohort, drawn, LOOK, margin, proof)
    yield from (("govern", kind) for kind, n in (("failed", ours.failed), ("passed", ours.passed)) if n)
    below = sum(failing_looks(cohort, drawn, LOOK, margin))
    for method, bad in zip(METHODS[1:], (below > 0, below > 2, z > PLAIN, z > KAYENTA), strict=True):
        yield method, "failed" if bad else "passed"


def print_false_verdicts(gates: Sequence[Gate], replays: int) -> None:
    print(f"\n## Some cohort judged falsely at some look, % of {replays:,} replays: mean / worst gate\n")
    print("| replayed | gates | margin | false |", " | ".join(METHODS), "|")
    print("|---|---|---|---|" + "---|" * len(METHODS))
    for world in worlds(gates):
        found = [
            false_verdicts(gate, world.margins, replays, Random(f"{world.name} {gate.name}"))
            for gate in world.gates
        ]
        for margin in world.margins if found else ():
            lowest = min(cohort.mean for gate in world.gates for cohort in gate.cohorts)
            for kind in KINDS if lowest <= -margin + NEAR else KINDS[:1]:
                shares = [
                    [100 * each[margin, kind, method] / replays for each in found] for method in METHODS
                ]
                cells = " | ".join(f"{fmean(each):.1f} / {max(each):.1f}" for each in shares)
                print(f"| {world.name} | {len(found)} | {100 * margin:g} | {kind} | {cells} |", flush=True)


PARTS = {"verdicts": print_false_verdicts, "losses": print_found, "sizes": print_sizes}


def named(path: Path) -> str:
    """The file's own name, or under examples/ that of the story."""
    return path.stem.removeprefix("pairs_") if "_" in path.stem else f"{path.parents[1].name} {path.stem}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=Path, help="the folder that holds pairs_*/pairs_*.csv")
    options.add_argument("--replays", type=int, default=1000)
    options.add_argument("--only", choices=PARTS, help="one part of it alone")
    given = options.parse_args()
    files = packs(given.data)
    if not files:
        print("no pairs to replay: give --data FOLDER, or set GOVERN_SHARED")
        return
    gates = [Gate(f"{named(path)} {column}", read(path, column)) for path in files for column in COLUMNS]
    cohorts = sum(len(gate.cohorts) for gate in gates)
    print(
        f"{len(files)} files, {len(gates)} gates, {cohorts} cohorts; {LOOKS} looks, {LOOK} pairs, alpha {ALPHA}"
    )
    for part, printed in PARTS.items():
        if given.only in (None, part):
            printed(gates, given.replays)


if __name__ == "__main__":
    main()
