"""What pairs that hang together do to a verdict, item by item and cluster by cluster.

    python benchmarks/clusters.py [--data FOLDER] [--replays N]

One cohort, 20 looks at 100 new pairs, alpha 5 %. It loses exactly the margin, so that either verdict is false; then it
loses 10 points more, and is to be found. First made pairs: a share of the clusters does as one, in the others every
pair is drawn for itself. Then clusters of published pairs, drawn with 20 of their pairs each, in which prev and next
are exchanged as a whole. Prints Markdown; the seeds are fixed.
"""

import argparse
import csv
import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from decision_quality import named, packs
from replays import ALPHA, LOOKS

from govern.domain.statistics import betting
from govern.domain.statistics.differences import Differences
from govern.evidence.edges import weigh

LOOK, MARGIN, FARTHER = 100, 0.05, 0.10  # pairs a look; as shares
LOSSES, GAINS = 0.10, 0.05  # of pairs: a mean of the margin, lost
SIZES, ALIKE = (2, 5, 20), (0.0, 0.2, 0.5, 1.0)
DRAWN, FEWEST = 20, 5  # pairs of a real cluster in one draw; clusters that a real cohort has at least
NEED = math.log(1 / ALPHA)

Cluster = Sequence[int]  # -1 a loss, 0 a tie, 1 a gain, pair by pair
Draw = Callable[[Random], Cluster]


def made(size: int, alike: float, losses: float) -> Draw:
    """Clusters of so many pairs, of which a share does as one."""

    def pair(random: Random) -> int:
        chance = random.random()
        return -1 if chance < losses else 1 if chance > 1 - GAINS else 0

    def draw(random: Random) -> Cluster:
        return [pair(random)] * size if random.random() < alike else [pair(random) for _ in range(size)]

    return draw


def exchanged(clusters: Sequence[Cluster], mean: float) -> Draw:
    """Real clusters, sides exchanged as a whole so often that this is the mean of their means."""
    own = math.fsum(sum(each) / len(each) for each in clusters) / len(clusters)
    kept = (1 + mean / own) / 2

    def draw(random: Random) -> Cluster:
        side = 1 if random.random() < kept else -1
        return [side * each for each in random.choices(random.choice(clusters), k=DRAWN)]

    return draw


def verdicts(draw: Draw, size: int, random: Random) -> set[tuple[str, str]]:
    """(unit, verdict) at any look of one replay."""
    said, items, means = set(), [0, 0, 0], Differences()
    for _ in range(LOOKS):
        for _ in range(LOOK // size):
            pairs = draw(random)
            for pair in pairs:
                items[pair + 1] += 1
            weights = weigh({sum(pairs): 1}, len(pairs))
            means += Differences({int(edge): weight for edge, weight in weights.items()})
        for unit, found in (("item", Differences.counted(*items)), ("cluster", means)):
            said |= {(unit, "failed")} if betting.below(found, -MARGIN) >= NEED else set()
            said |= {(unit, "passed")} if betting.above(found, -MARGIN) >= NEED else set()
    return said


def shares(draw: Draw, size: int, replays: int, seed: str) -> dict[tuple[str, str], float]:
    """By unit and verdict, in how many of 100 replays it came."""
    random, times = Random(seed), defaultdict[tuple[str, str], int](int)
    for _ in range(replays):
        for each in verdicts(draw, size, random):
            times[each] += 1
    return {
        (unit, verdict): 100 * times[unit, verdict] / replays
        for unit in ("item", "cluster")
        for verdict in ("failed", "passed")
    }


def printed(name: str, on_margin: Draw, farther: Draw, size: int, replays: int) -> None:
    false, true = (shares(draw, size, replays, f"{name} {n}") for n, draw in enumerate((on_margin, farther)))
    cells = [
        f"{false[unit, verdict]:.1f}" for verdict in ("passed", "failed") for unit in ("item", "cluster")
    ]
    cells += [f"{true[unit, 'failed']:.1f}" for unit in ("item", "cluster")]
    print(f"| {name} | {' | '.join(cells)} |", flush=True)


def real(path: Path) -> dict[str, list[Cluster]]:
    """By cohort its clusters, of marks that are 0 or 1; none where scores lie between, or clusters are few."""
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            delta = float(row["score_next"]) - float(row["score_prev"])
            found[row["cohort_key"]][row["cluster_id"]].append(delta)
    return {
        cohort: [[int(delta) for delta in each] for each in clusters.values()]
        for cohort, clusters in sorted(found.items())
        if len(clusters) >= FEWEST
        and all(delta in (-1, 0, 1) for each in clusters.values() for delta in each)
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=Path, help="the folder that holds pairs_*/pairs_*.csv")
    options.add_argument("--replays", type=int, default=1000)
    given = options.parse_args()
    print(f"{given.replays:,} replays, margin {100 * MARGIN:g}, % in which it came at any of {LOOKS} looks\n")
    print("| pairs | false passed, item | cluster | false failed, item | cluster | found, item | cluster |")
    print("|---|---|---|---|---|---|---|")
    for size in SIZES:
        for alike in ALIKE:
            name = f"made, {size} a cluster, {100 * alike:g} % alike"
            on_margin, farther = made(size, alike, LOSSES), made(size, alike, LOSSES + FARTHER)
            printed(name, on_margin, farther, size, given.replays)
    for path in packs(given.data):
        for cohort, clusters in real(path).items():
            own = math.fsum(sum(each) / len(each) for each in clusters) / len(clusters)
            if abs(own) < MARGIN + FARTHER:
                continue
            name = f"{named(path)}, {cohort}, {len(clusters)} clusters"
            on_margin, farther = exchanged(clusters, -MARGIN), exchanged(clusters, -MARGIN - FARTHER)
            printed(name, on_margin, farther, DRAWN, given.replays)


if __name__ == "__main__":
    main()
