"""How many pairs decide: before a rollout from a first sample, and under way from what is there.

No verdict rests on these. The plan asks the bets of `betting` what they would make of a sample that comes out as
expected, and of one a standard error worse. Beside replays in which nothing changed, the first is up to a third
more than half of them took, the second within an eighth of what nine in ten took. To find a loss of a declared size
it asks a sample that is worse for finding it than 95 of 100 are. The forecast under way is often only within a
factor of three, so it is said in one digit.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from govern.domain.statistics.betting import PRIOR, STEPS, above, below, floor, growths
from govern.domain.statistics.differences import GAIN, LOSS, TIE, WHOLE, Differences

UNLUCKY = 1.0  # standard errors below what is expected
FOUND = 1.645  # standard errors that 95 of 100 samples keep within, on one side
UNSURE = 0.5  # standard errors added to what a first sample differs by: none found too few, 1 asked too many
FARTHEST = 2**40  # pairs; who needs more has no plan
WIDEST = 0.5  # a margin of half the range promises nothing
HASTY = 1.9  # forecasts under way came out that much too long


@dataclass(frozen=True, slots=True)
class Needed:
    """Pairs until a cohort has passed. `floor`: if not one differs. None: it will not pass like this."""

    floor: int
    median: int | None
    ninety: int | None


def needed(mean: float, square: float, margin: float, need: float) -> Needed:
    """Pairs until "not worse than `margin`" is proven, if differences keep this mean and mean square."""
    least = floor(margin, need)
    if mean + margin <= 0:
        return Needed(least, None, None)
    return Needed(least, _until(mean, square, margin, need, 0.0), _until(mean, square, margin, need, UNLUCKY))


def findable(loss: float, square: float, margin: float, need: float, *, gains: bool = True) -> int | None:
    """Pairs that prove a mean of `-loss` beyond the margin 95 times in 100; `loss` is greater than `margin`.

    Differences have this mean square, or as much more as such a loss brings. Without `gains` (flips) a pair is
    a whole loss or a tie: the hardest to find of all that cannot gain.
    """
    square = max(square, loss**2) if gains else loss
    error = math.sqrt(square - loss**2)

    def proven(n: int) -> bool:
        mean = FOUND * error / math.sqrt(n) - loss
        if mean >= -margin:
            return False
        return below(_lost(n, mean, square if gains else -mean), -margin) >= need

    return _least(proven)


def cautious(first: Differences) -> float:
    """The mean square of pairs that a first sample stands for, somewhat higher than it came out."""
    smooth = first.smoothed()
    return min(1.0, smooth.square + UNSURE * smooth.square_error)


def _lost(n: int, mean: float, square: float) -> Differences:
    """Losses and gains of one size, and ties, with this mean below 0 and this mean square."""
    size = min(1.0, square / -mean)
    differ, towards = square / size**2, mean / size
    worse, better = (n * max(0.0, share) / 2 for share in (differ - towards, differ + towards))
    return (
        Differences.placed(-size, worse)
        + Differences.placed(size, better)
        + Differences.placed(0.0, n - worse - better)
    )


def _until(mean: float, square: float, margin: float, need: float, unlucky: float) -> int | None:
    """The smallest n whose sample, so many standard errors below the mean, proves it."""

    def proven(n: int) -> bool:
        error = math.sqrt(max(square - mean**2, 0.0) / n)
        return above(_like(n, mean - unlucky * error, square), -margin) >= need

    return _least(proven)


def _least(proven: Callable[[int], bool]) -> int | None:
    few, enough = 0, 1
    while not proven(enough):
        few, enough = enough, 2 * enough
        if enough > FARTHEST:
            return None
    while enough - few > 1:
        middle = (few + enough) // 2
        few, enough = (few, middle) if proven(middle) else (middle, enough)
    return enough


def _like(n: int, mean: float, square: float) -> Differences:
    """Losses, ties and gains with this mean and mean square, as far as there are such."""
    mean = max(mean, -1.0)
    differ = max(square, abs(mean))
    worse, better = (round(n * share / 2 * WHOLE) for share in (differ - mean, differ + mean))
    return Differences({LOSS: worse, TIE: n * WHOLE - worse - better, GAIN: better})


def provable(mean: float, square: float, pairs: int, need: float) -> float | None:
    """The smallest margin that `pairs` pairs prove nine times in ten; None where no sensible one is."""
    low, high = max(0.0, -mean), WIDEST
    for _ in range(STEPS // 2):
        middle = (low + high) / 2
        ninety = _until(mean, square, middle, need, UNLUCKY) if middle + mean > 0 else None
        low, high = (low, middle) if ninety is not None and ninety <= pairs else (middle, high)
    return high if high < WIDEST else None


def more(found: Differences, limit: float, need: float) -> int | None:
    """About how many more pairs prove that the mean lies below `limit`, at the rate so far; None: no end in sight.

    Take the mirror image for "above". The quickest single bet counts; rates are smoothed.
    """
    smooth = found.smoothed()
    quickest = math.inf
    rates = (growth / smooth.n for growth in growths(smooth, limit))
    for prior, growth, rate in zip(PRIOR, growths(found, limit), rates, strict=True):
        if rate > 1e-6:
            quickest = min(quickest, (need - math.log(prior) - growth) / rate)
    return None if math.isinf(quickest) else one_digit(quickest / HASTY)


def one_digit(number: float) -> int:
    """Rounded to its first digit, and 1 at least."""
    whole = max(1, math.ceil(number))
    return int(round(whole, 1 - len(str(whole))))
