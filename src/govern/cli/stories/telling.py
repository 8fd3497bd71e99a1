"""What a story of `govern demo` is made of: sentences, and lines that somebody types."""

from collections.abc import Callable
from dataclasses import dataclass

from govern.operations.demonstrate import Stage


@dataclass(frozen=True, slots=True)
class Line:
    """What one person types, the simulated instant, and how it must end.

    `shows` must be printed, so that a refusal is told from an accident. `act` does what lines of git say.
    """

    at: str
    who: str
    typed: str
    exit: int = 0
    shows: str = ""
    act: Callable[[Stage], None] | None = None


Part = str | Line | Callable[[Stage], None]  # a sentence, a line, or what happens while nobody types


@dataclass(frozen=True, slots=True)
class Story:
    """`example` is the folder of shipped documents and data; from `now` on it can be explored, as `who`."""

    example: str
    parts: tuple[Part, ...]
    now: str
    who: str
