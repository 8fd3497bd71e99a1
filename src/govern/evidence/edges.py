"""Score differences as weights on 41 fixed edges, -1, -0.95, ..., 1: all that a later verdict needs of them.

A difference between two edges puts a share on each so that its own value is the weighted mean of the two
(linear binning). A bet gains the same or less on the weights than on the raw differences, so a verdict from
them is valid at any margin without the data. Weights are whole millionths of a pair: windows and cohorts add
up exactly. Differences that are only ever a whole loss, a tie or a whole gain need no edges (`is_ternary`).
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from govern.domain.statistics.differences import EDGES, WHOLE

STEPS = EDGES - 1
PLACES = 12  # of the decimals that scores are read as


def units(score: Decimal) -> int:
    """A score in whole units of its last place."""
    return int(score.scaleb(PLACES).to_integral_value())


def weigh(times: Mapping[int, int], width: int) -> dict[str, int]:
    """Weights in millionths by edge number: "0" is a loss of the whole range, "40" a gain of it.

    Edges without weight are left out. `times` says how often each difference occurs; differences and `width`,
    the length of the score's range, are whole numbers of one unit. ValueError for a difference beyond it.
    """
    weights = [0] * (EDGES + 1)  # one more, so that the last edge has a neighbour; it stays empty
    for delta, count in times.items():
        if abs(delta) > width:
            raise ValueError(f"difference {delta} beyond the range of {width}")
        edge, rest = divmod((delta + width) * STEPS, 2 * width)
        upper = (2 * rest * WHOLE + 2 * width) // (4 * width)  # rest / 2 width in millionths, half up
        weights[edge] += (WHOLE - upper) * count
        weights[edge + 1] += upper * count
    return {str(edge): weight for edge, weight in enumerate(weights) if weight}


def is_ternary(deltas: Iterable[int], width: int) -> bool:
    """Whether every difference is the whole range down, nothing, or the whole range up."""
    return all(delta in (-width, 0, width) for delta in deltas)
