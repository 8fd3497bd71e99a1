"""Which review cycles of a border are complete for a cohort, and when enough of them will be.

A cycle is a half-open window of the packet's `review_cadence`, counted from the workspace's anchor. It counts when
it begins at or after the latest of: the cohort's entry into the phase, its last move, the last change of what is
frozen; plus the KPI's warm-up. It is complete once it has ended. What was measured in it is not asked here.
"""

from govern.domain.binding import current
from govern.domain.firing import Grid
from govern.domain.gates import Border
from govern.domain.records import Record
from govern.domain.state import PHASES
from govern.domain.windows import FIRST, after, instant, written

NO_WARM_UP = "PT0S"


def counting_start(border: Border, cohort: str | None) -> str:
    """The instant from which cycles count for a cohort; None: for all on next together, so for the last of them."""
    cohorts = border.packet.on_next if cohort is None else (cohort,)
    moved = [current(border.surface, each).at for each in cohorts]
    entered = [record.when for record in border.packet.history if _begins(border, record, cohorts)]
    return max(*moved, *entered, FIRST)


def _begins(border: Border, record: Record, cohorts: tuple[str, ...]) -> bool:
    """Whether the count begins anew with it: they came into the phase before this border, or a limit changed."""
    phase = PHASES[PHASES.index(border.to) - 1]
    name, _, _ = record.event.partition("/")
    added = name == "cohorts_added" and phase == "canary"
    if added or (name == "phase_advanced" and record.body["to"] == phase):
        return not set(cohorts).isdisjoint(record.body["cohorts"])
    return name == "change_control_applied"


def complete(border: Border, cohort: str | None, warm_up: str = NO_WARM_UP) -> list[str]:
    """The complete review cycles that count for a cohort, oldest first."""
    grid = _cycles(border)
    first = grid.first_from(after(counting_start(border, cohort), warm_up))
    return [grid.text(place) for place in range(first, grid.place_at(border.now))]


def done_at(border: Border, cohort: str | None, count: int, warm_up: str = NO_WARM_UP) -> str:
    """When that many cycles are complete."""
    grid = _cycles(border)
    return grid.end(grid.first_from(after(counting_start(border, cohort), warm_up)) + count - 1)


def first_done(border: Border, at: str, warm_up: str = NO_WARM_UP) -> str:
    """When the first cycle is complete for cohorts whose count begins at `at`."""
    grid = _cycles(border)
    return grid.end(grid.first_from(after(at, warm_up)))


def window_bounds(window: str) -> tuple[str, str]:
    """First instant of a window `START/LENGTH`, and the first that is no longer in it."""
    start, _, length = window.partition("/")
    since = written(instant(start))
    return since, after(since, length)


def workspace_windows(border: Border) -> Grid:
    """The windows in which a packet soaks."""
    windows = border.policy.view["windows"]
    return Grid(str(windows["anchor"]), windows["length"])


def _cycles(border: Border) -> Grid:
    anchor = str(border.policy.view["windows"]["anchor"])
    return Grid(anchor, border.value["monitoring"]["review_cadence"])
