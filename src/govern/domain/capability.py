"""What one capability brings: its commands, who may give them, what each may write, and how its events fold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from govern.domain.decision import Decision
from govern.domain.document import Documents
from govern.domain.policy import Actor
from govern.domain.records import Record
from govern.domain.state import State

Decide = Callable[[State, Documents, Any, Actor, str], Decision]
Evolve = Callable[[State, Record], None]


@dataclass(frozen=True, slots=True)
class Writer:
    """One command: its dataclass, its decision, the events it may write in this order, the role it asks.

    `automation` says that an actor of kind automation may give it; promotions never. `glass` says that any person
    may give it who breaks the glass, in writing: only the way back. `claimed` says that a name given by --actor is
    enough: for facts alone. `offline` says that it may be recorded where the published tip is not known, and is
    decided again once it is: facts, a pause, an approval; nothing that moves a packet. The way back asks nobody.
    """

    command: type[Any]
    decide: Decide
    events: tuple[str, ...]
    role: str | None = None
    automation: bool = False
    glass: bool = False
    claimed: bool = False
    offline: bool = False


@dataclass(frozen=True, slots=True)
class Capability:
    writers: tuple[Writer, ...]
    folds: Mapping[str, Evolve]
