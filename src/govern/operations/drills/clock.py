"""The clock of a running drill: it goes on between two questions, unlike the one instant of other commands."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from govern.domain.windows import instant, written


class Clock(Protocol):
    """Where a drill takes its time from. Made by cli, given by tests."""

    def now(self) -> str:
        """The instant, UTC."""


@dataclass
class Simulated:
    """Stands still until it is set, on a ledger whose clock is simulated. It never goes back."""

    at: str

    def now(self) -> str:
        return self.at

    def set(self, began: str, seconds: int) -> None:
        """To so many seconds after the drill began, where that is not over already."""
        self.at = max(self.at, written(instant(began) + timedelta(seconds=seconds)))


def seconds_between(began: str, now: str) -> int:
    return max(0, int((instant(now) - instant(began)).total_seconds()))
