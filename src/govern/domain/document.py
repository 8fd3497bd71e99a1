"""What a document is once it has been read, and how values become bytes and digests.

Reading YAML is the business of `documents`; this module only holds the value and where each part stood.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Pointer = tuple[str | int, ...]
Value = Any  # a JSON value: dict, list, str, int, float, bool or None


@dataclass(frozen=True, slots=True)
class Place:
    """One-based line and column."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Positions:
    """Where the value at each pointer begins and, for members of a mapping, where its key begins."""

    values: Mapping[Pointer, Place] = field(default_factory=dict)
    keys: Mapping[Pointer, Place] = field(default_factory=dict)

    def of(self, pointer: Pointer, *, key: bool = False) -> Place:
        """The place of `pointer`, or of the nearest ancestor that stands in the file."""
        while True:
            place = (self.keys.get(pointer) if key else None) or self.values.get(pointer)
            if place is not None:
                return place
            if not pointer:
                return Place(1, 1)
            pointer = pointer[:-1]


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document. `kind` is without its version ("packet"), `path` is relative to the repository."""

    kind: str
    id: str
    path: str
    digest: str  # sha256:... of the raw bytes
    value: Mapping[str, Any]
    positions: Positions = field(default_factory=Positions, repr=False, compare=False)

    @property
    def key(self) -> str:
        """Folder and id, the name under which a packet freezes it: moving the file changes nothing."""
        return f"{FOLDERS[self.kind]}/{self.id}"


# One rule: a document of kind K/v1 lies in FOLDERS[K], its schema is schemas/K.v1.schema.json.
FOLDERS = {
    "baseline": "baselines",
    "calibration": "calibrations",
    "packet": "packets",
    "trigger": "triggers",
    "kpi": "kpis",
    "package": "packages",
    "card": "cards",
    "criteria": "criteria",
}
SINGLE_FILES = {"workspace": "govern.yaml", "cohorts": "cohorts.yaml"}
INPUT_FILES = ("drill_answers",)  # read where a person points, no id, in no folder of the workspace
KINDS = (*SINGLE_FILES, *FOLDERS, *INPUT_FILES)


class Documents(Protocol):
    """What a decision may read: documents at one commit of the documents branch.

    Every read is remembered by the implementation, so that the record can name what was read.
    """

    def get(self, kind: str, document_id: str) -> Document | None:
        """The document at the documents branch, or None where there is none."""

    def frozen(self, key: str, digest: str) -> Document:
        """The document `FOLDER/ID` from the ledger's inputs, whatever the branch says today."""

    def held(self, key: str, digest: str) -> Document | None:
        """As `frozen`; None where the ledger lacks those bytes, or they are no such document any more."""

    def value(self, digest: str) -> Value:
        """The value of a YAML file that was frozen beside the documents, from the ledger's inputs."""

    def pinned(self, pattern: str) -> Mapping[str, str]:
        """Digests of the files that match a repository-relative glob, by path, sorted."""

    def text(self, path: str) -> str | None:
        """A file of the documents branch as text with LF, or None where there is none; its bytes are kept."""

    def parsed(self, text: str) -> Value:
        """The value of a YAML file; None where its text is no YAML."""

    def table(self, digest: str) -> list[dict[str, Any]]:
        """The rows of a recorded table, from the ledger's inputs."""

    def problems(self, kind: str, value: Value) -> tuple[str, ...]:
        """What keeps `value` from being a document of `kind`; empty when it fits its schema."""


def canonical(value: Value) -> bytes:
    """Canonical JSON: sorted keys, no spaces, UTF-8, no NaN."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def digest_of(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """A table as JSON lines, one canonical row a line, sorted: equal rows give equal bytes."""
    return b"".join(sorted(canonical(row) + b"\n" for row in rows))


def rows_of(data: bytes) -> list[dict[str, Any]]:
    """The rows of a table made by `lines`."""
    return [json.loads(line) for line in data.splitlines()]
