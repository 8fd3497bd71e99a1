"""Do two groups that saw different requests differ in the share of a bad outcome? Counts by window, any sizes.

In each window a likelihood ratio is added: the shares that earlier windows suggest against the nearest shares
(by Kullback-Leibler) for which the claim is true. It has a mean of 1 or less under every pair of shares for
which the claim holds, so that the sum may be looked at after each window and reaches ln(1/a) falsely with a
chance of a at most. A window where the suggested shares agree with the claim adds nothing. Canary and control
have to be counted in the same windows; an old mean is no control.

Turner, Ly and Grünwald, "Generic E-variables for exact sequential k-sample tests that allow for optional
stopping", JSPI 2024; Turner and Grünwald, "Exact anytime-valid confidence intervals for contingency tables and
beyond", Statistics and Probability Letters 2023.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

PRIOR = 2  # observations at the pooled share, in either group, before the first window
EXTREME = 1e-3  # no share is suggested nearer to 0 or 1
NARROW = 1e-9
STEPS = 60
PLACES = 9

Side = Literal["worse", "not worse"]


@dataclass(frozen=True, slots=True)
class Window:
    """Bad outcomes and all outcomes of the two groups in one window."""

    bad_prev: int
    n_prev: int
    bad_next: int
    n_next: int


def running(windows: Iterable[Window], margin: float, side: Side) -> list[float]:
    """ln E after each window. "worse" disproves share(next) <= share(prev) + margin, "not worse" the opposite."""
    sums: list[float] = []
    seen = Window(0, 0, 0, 0)
    total = 0.0
    for window in windows:
        prev, new = _suggested(seen)
        speaks = new > prev + margin if side == "worse" else new < prev + margin
        if speaks and window.n_prev and window.n_next:
            total += _log_ratio(window, prev, new, margin)
        sums.append(round(total, PLACES))
        seen = Window(
            seen.bad_prev + window.bad_prev,
            seen.n_prev + window.n_prev,
            seen.bad_next + window.bad_next,
            seen.n_next + window.n_next,
        )
    return sums


def _suggested(seen: Window) -> tuple[float, float]:
    """The shares so far, shrunk towards the pooled one."""
    pooled = (seen.bad_prev + seen.bad_next + 0.5) / (seen.n_prev + seen.n_next + 1)
    shares = (
        (seen.bad_prev + PRIOR * pooled) / (seen.n_prev + PRIOR),
        (seen.bad_next + PRIOR * pooled) / (seen.n_next + PRIOR),
    )
    prev, new = (min(max(share, EXTREME), 1 - EXTREME) for share in shares)
    return prev, new


def _log_ratio(window: Window, prev: float, new: float, margin: float) -> float:
    """The log-likelihood of the window under (prev, new), less that under their nearest point of the claim."""
    nearest = _nearest(window, prev, new, margin)
    return math.fsum(
        bad * math.log(suggested / claimed) + (n - bad) * math.log((1 - suggested) / (1 - claimed))
        for bad, n, suggested, claimed in (
            (window.bad_prev, window.n_prev, prev, nearest),
            (window.bad_next, window.n_next, new, nearest + margin),
        )
    )


def _nearest(window: Window, prev: float, new: float, margin: float) -> float:
    """The share of prev on the line share(next) = share(prev) + margin that is nearest to (prev, new)."""
    low, high = max(0.0, -margin) + NARROW, min(1.0, 1.0 - margin) - NARROW
    for _ in range(STEPS):
        at = (low + high) / 2
        slope = window.n_prev * (at - prev) / (at * (1 - at))
        slope += window.n_next * (at + margin - new) / ((at + margin) * (1 - at - margin))
        low, high = (at, high) if slope < 0 else (low, at)
    return (low + high) / 2
