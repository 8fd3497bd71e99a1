"""The team's decision log: where it lies, opened, and how a record names what was read of it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from govern.errors import UsageError
from govern.evidence.decisions import Log, open_log
from govern.evidence.timeline import text_of
from govern.evidence.warehouse import DIALECTS, open_warehouse
from govern.operations.evidence.measure import kept_name
from govern.operations.evidence.sources import declared, secret
from govern.operations.workspace import Workspace

SOURCE = "decisions"  # its name among the sources of govern.yaml
FILES = ("csv", "parquet", "jsonl")


@contextmanager
def decision_log(workspace: Workspace, given: str | None = None) -> Iterator[Log]:
    """The log at `given`, a file, a glob or a folder; without it the source `decisions` of the published govern.yaml.

    Raises UsageError where there is none, DocumentError where a decision in it cannot be read or placed.
    """
    opened = open_log(given) if given is not None else log_of(workspace, SOURCE, instead="--log FILE")
    with opened as log:
        log.require()
        yield log


@contextmanager
def log_named(workspace: Workspace, source: str, given: str | None) -> Iterator[Log]:
    """The log of any source of govern.yaml; `given` stands for the source `decisions`."""
    if source == SOURCE:
        opened: AbstractContextManager[Log] = decision_log(workspace, given)
    else:
        opened = log_of(workspace, source, instead="govern validate")
    with opened as log:
        log.require()
        yield log


def log_of(workspace: Workspace, name: str, *, instead: str) -> AbstractContextManager[Log]:
    """A source that govern.yaml names: files from the repository's root, or a table of a database.

    Raises UsageError where it is neither, with what to type instead.
    """
    source = declared(workspace, name, instead=instead)
    if source["type"] in FILES:
        return open_log((workspace.repository.root or Path()) / source["path"])
    if source["type"] not in DIALECTS:
        raise UsageError(
            f"the source `{name}` is of type {source['type']}, which holds no decisions", type_line=instead
        )
    return open_warehouse(name, source["type"], secret(name, source["dsn_from_env"]), source["table"])


def input_of(workspace: Workspace, log: Log) -> dict[str, Any]:
    """How a record names the log: where it lay, the digest over its files, how many decisions it had."""
    return {"path": kept_name(workspace, Path(log.name)), "sha256": log.digest, "rows": log.rows}


def reaches(log: Log) -> str | None:
    """The time of its last decision, cut to whole seconds."""
    return text_of(log.last) if log.last is not None else None
