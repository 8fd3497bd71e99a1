"""The soak: in which windows next has decided for everybody who went wide, and which of them adoption asks for.

Counted are whole windows of the workspace since the last of the cohorts went wide, and since any change of what is
frozen. Asked for are the newest of them, as many as policy or packet says. What was seen in them is not asked here.
"""

from dataclasses import dataclass

from govern.domain.evidence.cycles import counting_start, workspace_windows
from govern.domain.firing import Grid
from govern.domain.gates import Border

Span = tuple[str, str]  # from when until when


@dataclass(frozen=True, slots=True)
class Soak:
    """`first` and `end` are places in the grid: of the first window that counts, and of the first that is not over."""

    grid: Grid
    since: str
    asked: int
    first: int
    end: int

    @property
    def done(self) -> int:
        return max(0, self.end - self.first)

    @property
    def ready(self) -> str:
        """When as many as are asked for are over."""
        return self.grid.end(self.first + self.asked - 1)

    @property
    def begin(self) -> str:
        """When the first of those that adoption asks for begins."""
        return self.grid.start(max(self.first, self.end - self.asked))

    @property
    def last(self) -> Span:
        """The last of them."""
        return self.grid.start(self.end - 1), self.grid.start(self.end)


def soak_of(border: Border) -> Soak:
    asked = max(int(border.policy.numbers["soak_windows"]), int(border.setting("soak", "windows", 0)))
    since, grid = counting_start(border, None), workspace_windows(border)
    return Soak(grid, since, asked, grid.first_from(since), grid.place_at(border.now))
