"""The clock of a running drill: it goes on between two questions, unlike the one instant of other commands."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from govern.domain.windows import instant, written


class Clock(Protocol):
    """Where a drill takes its time from. Made by cli, given by tests. It never goes back."""

    def now(self) -> str:
        """The instant, UTC."""

    def go_on_from(self, at: str) -> None:
        """Where it stands before that instant, it goes on from there."""


@dataclass
class Simulated:
    """Stands still until it is set, on a ledger whose clock is simulated."""

    at: str

    def now(self) -> str:
        return self.at

    def go_on_from(self, at: str) -> None:
        self.at = max(self.at, at)

    def set(self, began: str, seconds: int) -> bool:
        """To so many seconds after the drill began; False, and not set, where that is over."""
        at = written(instant(began) + timedelta(seconds=seconds))
        if at < self.at:
            return False
        self.at = at
        return True


def seconds_between(began: str, now: str) -> int:
    return max(0, int((instant(now) - instant(began)).total_seconds()))
