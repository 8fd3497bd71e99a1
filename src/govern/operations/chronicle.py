"""Which records a subject has, as `govern log` lists them: a stream, an id, a person, or the workspace."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from govern.domain.findings import nearest
from govern.domain.records import Record
from govern.errors import UsageError
from govern.operations.naming import names, records
from govern.operations.workspace import Workspace

WORKSPACE = "workspace"
BY_NAME = ("person", "cohort")  # they have no stream


@dataclass(frozen=True)
class Chronicle:
    """Records of one subject, oldest first. `void` are the names of those without effect."""

    subject: str
    records: tuple[Record, ...]
    void: frozenset[str]


def chronicle(workspace: Workspace, subject: str | None) -> Chronicle:
    """The records of a subject, or all. UsageError with the nearest name for one that nobody knows.

    A packet has its own stream and the bindings that it moved, a person the records they wrote, a cohort or a
    mitigation lane those that name it.
    """
    known = [record for _, record in records(workspace).values()]
    void = frozenset(record.name for record in known if record.command in workspace.state.void)
    if subject is None:
        return Chronicle("the ledger", tuple(known), void)
    found = tuple(record for record in known if _about(record, subject))
    if not found and not _exists(workspace, subject):
        raise _unknown(workspace, known, subject)
    return Chronicle(subject, found, void)


def _about(record: Record, subject: str) -> bool:
    folder, _, name = record.stream.partition("/")
    if subject in (record.stream, name, record.actor) or (folder == subject == WORKSPACE):
        return True
    if folder == "surfaces" and subject == record.body.get("packet"):
        return True
    moved = [move["cohort"] for move in record.body.get("moves", ())]
    cohorts = (*moved, *record.body.get("cohorts", ()), record.body.get("cohort"))
    return subject in (*cohorts, *_of_lane(record.body))


def _of_lane(body: Mapping[str, Any]) -> Iterator[Any]:
    """The cohort of a mitigation lane, the lane, and the evidence packet of a decision on it."""
    yield body.get("cohort_key")
    packet = body.get("packet")
    for folder, name in (
        ("lanes", body.get("mitigation_mode_id")),
        ("evidence", packet.get("id") if isinstance(packet, Mapping) else None),
    ):
        yield from (name, f"{folder}/{name}") if name else ()


def _exists(workspace: Workspace, subject: str) -> bool:
    """A document or a person may have a name and no record yet."""
    return any(subject in (named.name, named.full) for named in names(workspace))


def _unknown(workspace: Workspace, known: list[Record], subject: str) -> UsageError:
    words = {record.stream for record in known} | {WORKSPACE}
    words |= {named.name if named.what in BY_NAME else named.full for named in names(workspace)}
    close = nearest(subject, words)
    message = f"nothing is named `{subject}`" + (f"; nearest: {close}" if close else "")
    return UsageError(message, type_line=f"govern log {close}" if close else "govern log")
