"""Has next decided for everybody who went wide long enough to be trusted: two workspace windows, or as policy asks?

Counted are whole windows since the last of the cohorts went wide, and since any change of what is frozen.
"""

from govern.domain.cycles import counting_start, workspace_windows
from govern.domain.gates import Border
from govern.domain.verdict import Verdict


def check(border: Border) -> Verdict:
    windows = max(int(border.policy.numbers["soak_windows"]), int(border.setting("soak", "windows", 0)))
    since = counting_start(border, None)
    grid = workspace_windows(border)
    first = grid.first_from(since)
    done = max(0, grid.place_at(border.now) - first)
    if done >= windows:
        return Verdict("soak", "passed", f"{done} windows of {grid.length} since {since}, {windows} asked")
    ready = grid.end(first + windows - 1)
    text = f"{done} of {windows} windows of {grid.length} since {since}; from {ready}"
    return Verdict("soak", "inconclusive", text, flips=(f"it is {ready}",))
