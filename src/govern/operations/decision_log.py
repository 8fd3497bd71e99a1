"""The team's decision log: where it lies, opened, and how a record names what was read of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from govern.domain.decision import Refusal
from govern.errors import GovernError, UsageError
from govern.evidence.decisions import Log, open_log
from govern.evidence.timeline import text_of
from govern.operations.measure import kept_name
from govern.operations.reading import MissingInputError
from govern.operations.workspace import Workspace

SOURCE = "decisions"  # its name among the sources of govern.yaml
FILES = ("csv", "parquet", "jsonl")


@contextmanager
def decision_log(workspace: Workspace, given: str | None = None) -> Iterator[Log]:
    """The log at `given`, a file, a glob or a folder; without it the source `decisions` of the published govern.yaml.

    Raises UsageError where there is none, DocumentError where a decision in it cannot be read or placed.
    """
    with open_log(given if given is not None else _declared(workspace)) as log:
        log.require()
        yield log


def _declared(workspace: Workspace) -> str:
    """The path that govern.yaml names, from the repository's root."""
    try:
        document = workspace.documents().get("workspace", "main")
    except (Refusal, GovernError, MissingInputError):
        document = None
    source = (document.value.get("sources") or {}).get(SOURCE) if document else None
    if source is None:
        said = "govern.yaml names no source `decisions`" if document else "govern.yaml cannot be read"
        raise UsageError(f"{said}: which decision log is meant?", type_line="--log FILE")
    if source["type"] not in FILES:
        raise UsageError(
            f"the source `decisions` is of type {source['type']}: only files are read here",
            type_line="--log FILE",
        )
    return str((workspace.repository.root or Path()) / source["path"])


def input_of(workspace: Workspace, log: Log) -> dict[str, Any]:
    """How a record names the log: where it lay, the digest over its files, how many decisions it had."""
    return {"path": kept_name(workspace, Path(log.name)), "sha256": log.digest, "rows": log.rows}


def reaches(log: Log) -> str | None:
    """The time of its last decision, cut to whole seconds."""
    return text_of(log.last) if log.last is not None else None
