"""Records: facts in the past tense, as they stand in the ledger. Their bytes are the ledger room's business."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """What a decision wants recorded; place, chain and envelope are added by the ledger."""

    stream: str  # "packets/ranker-v12"
    event: str  # "phase_advanced/1"
    body: Mapping[str, Any]
    uses: tuple[str, ...] = ()  # names of the records it rests on


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the ledger. The lead of a command alone has `asked` and `documents`."""

    ledger: str | None  # digest of the genesis record; None in the genesis record itself
    n: int
    command: str
    stream: str
    seq: int
    prev: str | None
    event: str
    at: str
    happened_at: str | None
    actor: str
    claimed: bool  # the actor was given by --actor and differs from git's user.email
    main: str
    asked: Mapping[str, Any] | None
    policy: Mapping[str, Any]  # {epoch, digest, rules}
    documents: Mapping[str, str] | None
    uses: tuple[str, ...]
    body: Mapping[str, Any]
    digest: str = field(default="", compare=False)  # of the raw bytes

    @property
    def name(self) -> str:
        return f"{self.stream}#{self.seq}"

    @property
    def when(self) -> str:
        return self.happened_at or self.at


def path_of(stream: str, seq: int) -> str:
    return f"records/{stream}/{seq:04d}.yaml"


def input_path(digest: str) -> str:
    """Where the bytes with this digest lie in the ledger; sharded, since a flat folder is slow to extend."""
    name = digest.removeprefix("sha256:")
    return f"inputs/{name[:2]}/{name}"
