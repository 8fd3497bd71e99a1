"""What a command brings from outside: where it stands, the time, who asks. Made by cli, given by tests."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex


def nonce() -> str:
    """16 random hex digits: two commands can never be the same commit."""
    return token_hex(8)


@dataclass(frozen=True, slots=True)
class Context:
    """`now` is the own clock, read once; `simulated` is what GOVERN_NOW says, if anything does."""

    directory: Path
    now: str
    simulated: str | None = None
    actor: str | None = None  # --actor: a claim unless git's user.email says the same
    workspace: str | None = None  # --workspace: its folder
    nonce: Callable[[], str] = nonce
    patience: float = 120.0  # seconds a lost race is tried again
