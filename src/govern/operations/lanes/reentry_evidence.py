"""What a decision on a cohort's re-entry rested on: its evidence packet, checked, and the files behind it.

The packet lies in the ledger. Of a file the ledger keeps name and digest; whether its bytes are in git is looked up at
the commit of the documents branch that its record had read, and at today's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from govern.domain.document import digest_of
from govern.domain.lane import DECIDED, Lane
from govern.domain.mitigation.evidence_packet import hash_of
from govern.domain.records import Record, input_path
from govern.domain.state import State
from govern.operations.naming import records
from govern.operations.reading import MissingInputError
from govern.operations.workspace import Workspace


@dataclass(frozen=True)
class File:
    """A file that a record was made of. `commit` holds its bytes; None: it is not in git, or other bytes are."""

    name: str
    digest: str
    record: str
    commit: str | None


@dataclass(frozen=True)
class ReentryEvidence:
    """`value` is the packet, None where the ledger lacks its bytes. `sound`: it is the one that was decided on."""

    lane: Lane
    decision: Record
    value: Mapping[str, Any] | None
    sound: bool
    path: str
    commit: str  # of the ledger, with the decision
    files: Sequence[File]

    @property
    def id(self) -> str:
        return str(self.decision.body["packet"]["id"])


def decisions(state: State) -> Iterator[tuple[Lane, Record]]:
    """Every decision on a re-entry, with its lane."""
    for lanes in state.lanes.values():
        for lane in lanes:
            yield from ((lane, record) for record in lane.records(DECIDED))


def evidence_of(workspace: Workspace, lane: Lane, decision: Record) -> ReentryEvidence:
    """The evidence of a decision as it lies there today."""
    reference, known = decision.body["packet"], records(workspace)
    value = _value(workspace, reference["sha256"])
    sound = value is not None and (value.get("packet_id"), hash_of(value)) == (
        reference["id"],
        reference["evidence_hash"],
    )
    replays = [each["record"] for each in value["replays"]] if value is not None and sound else []
    names = dict.fromkeys((*replays, *decision.uses))
    return ReentryEvidence(
        lane,
        decision,
        value if sound else None,
        sound,
        input_path(reference["sha256"]),
        known[decision.name][0].oid,
        [file for name in names if name in known for file in _files(workspace, known[name][1])],
    )


def _value(workspace: Workspace, digest: str) -> Mapping[str, Any] | None:
    try:
        value = workspace.documents().table(digest)[0]
    except (MissingInputError, ValueError, LookupError):
        return None
    return value if isinstance(value, Mapping) else None


def _files(workspace: Workspace, record: Record) -> Iterator[File]:
    source = record.body.get("source")
    if isinstance(source, Mapping) and "digest" in source:
        held = _holding(workspace, record.main, source["name"], source["digest"])
        yield File(source["name"], source["digest"], record.name, held)


def _holding(workspace: Workspace, main: str, name: str, digest: str) -> str | None:
    """The first of both commits of the documents branch that has these bytes under this name."""
    for commit in filter(None, (main, workspace.main)):
        data = workspace.repository.tree(commit).read(name) if workspace.repository.has(commit) else None
        if data is not None and digest_of(data) == digest:
            return commit
    return None
