"""What a view is: a documented name, documented columns, and how each value is read from state and ledger.

The meaning of a column stands beside its value, so that the reference and the rows cannot differ. Windows are numbers
here, counted from the workspace's anchor, so that they can be compared and subtracted; what they are called in records
stands beside them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from govern.domain.document import Documents
from govern.domain.lane import end_of, windows_of
from govern.domain.records import Record
from govern.domain.state import State
from govern.domain.windows import before

TEXT, TEXTS, WHOLE, NUMBER, FLAG, TIME, JSON = (
    "VARCHAR",
    "VARCHAR[]",
    "BIGINT",
    "DOUBLE",
    "BOOLEAN",
    "TIMESTAMP",
    "JSON",
)
T = TypeVar("T")


@dataclass(frozen=True)
class Seen:
    """What all views are made of, as it was at `now`. `records` are all of the ledger, each with its commit."""

    state: State
    documents: Documents
    now: str
    ledger: str  # the ledger's commit
    records: Sequence[tuple[str, Record]]

    @property
    def current_window(self) -> int:
        return windows_of(self.state.in_force).place_at(self.now)

    def place(self, window: str | None) -> int | None:
        """The number of the window in which a window `START/LENGTH` ends."""
        if window is None:
            return None
        return windows_of(self.state.in_force).place_at(before(end_of(window), "PT1S"))


@dataclass(frozen=True)
class Column(Generic[T]):
    """`type` is DuckDB's; times are instants of UTC."""

    name: str
    type: str
    about: str
    of: Callable[[T], Any]


@dataclass(frozen=True)
class View(Generic[T]):
    """One row for each of its `subjects`."""

    name: str
    about: str
    subjects: Callable[[Seen], Iterable[T]]
    columns: tuple[Column[T], ...]

    def rows(self, seen: Seen) -> Iterator[tuple[Any, ...]]:
        for subject in self.subjects(seen):
            yield tuple(column.of(subject) for column in self.columns)
