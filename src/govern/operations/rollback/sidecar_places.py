"""Where the sidecars that records name lie in this clone: found, given a name, or missed.

A record knows a path from the repository's root and a digest. The file may be gone, edited, or written by somebody
else; a name that leads out of the working tree is never followed to write.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from govern.domain.state import Packet
from govern.errors import RefusedError
from govern.evidence.sources import digest
from govern.operations.evidence.measure import kept_name
from govern.operations.workspace import Workspace

FOLDER = "relabel"  # from the repository's root
Recorded = Mapping[str, Any]  # {path, sha256, rows, relabeled_at}


def place(workspace: Workspace, sidecar: Recorded) -> Path:
    return _root(workspace) / str(sidecar["path"])


def untouched(workspace: Workspace, sidecar: Recorded, *, type_line: str, given: Path | None = None) -> Path:
    """The sidecar, byte for byte as recorded, at its place or at `given`. RefusedError where it is gone or edited."""
    path, name = given or place(workspace, sidecar), given or sidecar["path"]
    if not path.is_file():
        raise RefusedError(f"the sidecar {name} is not here", type_line=type_line)
    if digest(path) != sidecar["sha256"]:
        raise RefusedError(
            f"the sidecar {name} was edited: its digest is not the one that is recorded", type_line=type_line
        )
    return path


def writable(workspace: Workspace, sidecar: Recorded) -> bool:
    """Whether its recorded name is one of a file in the working tree."""
    name = str(sidecar["path"])
    return kept_name(workspace, place(workspace, sidecar)) == name and Path(name).parts[0] != ".git"


def next_free(workspace: Workspace, packet: Packet, context: str) -> Path:
    """The first numbered name that no record and no file has."""
    named = {record.body["sidecar"]["path"] for record in packet.relabeled}
    number = 1
    while True:
        path = _root(workspace) / FOLDER / f"{context}-{number:04d}.parquet"
        if not path.exists() and kept_name(workspace, path) not in named:
            return path
        number += 1


def _root(workspace: Workspace) -> Path:
    return workspace.repository.root or workspace.context.directory
