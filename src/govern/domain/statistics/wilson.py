"""The lower end of Wilson's interval of a share: what few cases can vouch for.

Wilson (1927), Probable inference, the law of succession, and statistical inference. JASA 22, 209-212. Two-sided at
95 %: 45 of 45 vouch for 0.92, 10 of 10 for 0.72.
"""

import math

Z = 1.959963984540054  # two-sided 95 %


def lower(passed: int, n: int) -> float:
    """A ratio, 0 where nothing was seen. ValueError where more passed than were seen."""
    if not 0 <= passed <= n:
        raise ValueError(f"{passed} of {n} cannot have passed")
    if passed == 0:  # in floats the sum below may leave a trace of it
        return 0.0
    share = passed / n
    spread = Z * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return max(0.0, (share + Z * Z / (2 * n) - spread) / (1 + Z * Z / n))
