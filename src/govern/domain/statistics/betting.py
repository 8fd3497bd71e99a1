"""Does the mean of paired differences in [-1, 1] lie below or above a limit? Bets that hold at every look.

Whoever says "the mean is `limit` or more" is offered a bet on every pair: it multiplies the stake by
1 - u (d - limit) / (1 - limit), never below zero and, if the claim is true, 1 or less on average. The stake
is spread over twelve bets u. A stake of 1 reaches 1/a, at whatever pair, with a chance of a at most (Ville
1939). So ln E >= ln(1/a) disproves the claim at the level a, however often one has looked and for any n; no
normal law, no equal variances, and a tie is a pair like any other. The order of the pairs does not matter.

Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting", JRSS-B 2024; mixtures of
bets: Orabona and Jun, "Tight concentrations and confidence sequences from the regret of universal
portfolio", IEEE Trans. Inf. Theory 2024; Hendriks, "Test martingales for bounded random variables", 2018.
"""

import math

from govern.domain.statistics.differences import TIE, WHOLE, Differences

METHOD = "bet12/1"  # a change of bets or prior is another method, and old verdicts are of the old one
BETS = tuple(round(0.01 * 99 ** (k / 11), 15) for k in range(12))  # 0.01 ... 0.99, geometric
PRIOR = tuple(math.sqrt(bet) / math.fsum(map(math.sqrt, BETS)) for bet in BETS)
PLACES = 9  # of ln E: what machines may differ in lies beyond
STEPS = 40  # halvings of a bisection


def below(found: Differences, limit: float) -> float:
    """ln E against "the mean is `limit` or more": how well it is proven that the mean lies below."""
    stakes = [math.log(prior) + growth for prior, growth in zip(PRIOR, growths(found, limit), strict=True)]
    top = max(stakes)
    return round(top + math.log(math.fsum(math.exp(stake - top) for stake in stakes)), PLACES)


def above(found: Differences, limit: float) -> float:
    """ln E against "the mean is `limit` or less"."""
    return below(found.mirrored, -limit)


def growths(found: Differences, limit: float) -> list[float]:
    """By bet, the logarithm of what the pairs made of a stake of 1 against "`limit` or more"."""
    pairs = [((limit - difference) / (1 - limit), n) for difference, n in found.items()]
    return [math.fsum(n * math.log1p(bet * gain) for gain, n in pairs) for bet in BETS]


def highest(found: Differences, need: float) -> float:
    """The upper end of the interval: every greater mean is disproved with `need`."""
    low, high = -1.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if below(found, middle) >= need else (middle, high)
    return high


def interval(found: Differences, *, need_above: float, need_below: float) -> tuple[float, float]:
    """All possible means that neither side disproves: a limit outside of it is decided, one inside is not."""
    lowest, greatest = ((end - TIE) / TIE for end in found.ends)
    return max(lowest, -highest(found.mirrored, need_above)), min(greatest, highest(found, need_below))


def floor(margin: float, need: float) -> int:
    """How many pairs prove "not worse than `margin`" if not a single one differs; fewer can only with gains."""

    def proven(n: int) -> bool:
        return above(Differences({TIE: n * WHOLE}), -margin) >= need

    few, enough = 0, 1
    while not proven(enough):
        few, enough = enough, 2 * enough
    while enough - few > 1:
        middle = (few + enough) // 2
        few, enough = (few, middle) if proven(middle) else (middle, enough)
    return enough
