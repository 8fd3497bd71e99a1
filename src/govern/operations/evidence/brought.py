"""A file that somebody brings as evidence: named as records name files, and its digest. What it says is not read."""

from pathlib import Path

from govern.domain.findings import nearest
from govern.errors import UsageError
from govern.evidence.sources import digest
from govern.operations.evidence.measure import kept_name
from govern.operations.workspace import Workspace


def brought(workspace: Workspace, given: str) -> tuple[str, str]:
    """The name of the file and the digest of its bytes. UsageError where there is none, or nothing in it."""
    path: Path = workspace.context.directory / given
    if not path.is_file():
        beside = (each.name for each in path.parent.iterdir()) if path.parent.is_dir() else ()
        close = nearest(path.name, beside)
        mended = str(Path(given).with_name(close)) if close else "FILE"
        raise UsageError(f"no file {given}", type_line=f"--evidence {mended}")
    if not path.stat().st_size:
        raise UsageError(f"{given} is empty: it shows nothing", type_line="--evidence FILE")
    return kept_name(workspace, path), digest(path)
