"""The folder of a replay pack: written whole or not at all, and read back with every digest checked.

What is in the files is not known here, but for the manifest.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from govern.documents.schemas import fits
from govern.documents.tree import WorkingTree
from govern.domain.document import canonical, digest_of
from govern.errors import RefusedError, UsageError
from govern.operations.new_folder import laid, pretty

MANIFEST, DECISIONS, BUNDLES = "MANIFEST.json", "decisions.jsonl", "bundles.json"
SCHEMA = "replay_pack.v1"
FORMAT = "govern-replay-pack/1"
SHOWN = 10  # files that were changed


def file_of(digest: str) -> str:
    """Where the bytes of a pinned file lie in a pack."""
    return f"files/{digest.removeprefix('sha256:')}"


def sealed(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> dict[str, Any]:
    """The manifest with the digest of every file, and the pack's id: the beginning of the digest over all of it."""
    digests = {name: digest_of(files[name]) for name in sorted(files)}
    whole = {"format": FORMAT, **manifest, "files": digests}
    return {"format": FORMAT, "id": _id(whole), **manifest, "files": digests}


def _id(manifest: Mapping[str, Any]) -> str:
    said = {name: value for name, value in manifest.items() if name != "id"}
    return digest_of(canonical(said)).removeprefix("sha256:")[:16]


def lay(folder: Path, manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
    """Write a pack to a new or an empty folder. RepositoryError where the disk says no; then nothing is left."""
    with laid(folder.absolute(), "df -h .") as pack:
        for name, data in {**files, MANIFEST: pretty(manifest)}.items():
            (pack / name).parent.mkdir(exist_ok=True)
            (pack / name).write_bytes(data)


def manifest_of(folder: Path) -> dict[str, Any]:
    """The manifest, well shaped. UsageError where the folder is no pack."""
    data = WorkingTree(folder).read(MANIFEST) if folder.is_dir() else None
    if data is None:
        what = f"has no {MANIFEST}" if folder.is_dir() else "is no folder"
        raise UsageError(f"{folder} is no replay pack: it {what}", type_line="--open FOLDER")
    try:
        manifest = json.loads(data)
    except (ValueError, RecursionError):
        manifest = None
    if not isinstance(manifest, dict) or not fits(SCHEMA, manifest):
        raise UsageError(
            f"{folder / MANIFEST} is no manifest of a replay pack", type_line=f"govern schema show {SCHEMA}"
        )
    return manifest


def require_unchanged(folder: Path, manifest: Mapping[str, Any], again: str) -> None:
    """RefusedError that names every file that is not what the manifest says; `again` builds another pack."""
    wrong = list(_changed(folder, manifest))
    if wrong:
        more = (f"and {len(wrong) - SHOWN:,} more",) if len(wrong) > SHOWN else ()
        raise RefusedError(
            f"{folder} was changed after it was built, and shows nothing any more",
            notes=(*wrong[:SHOWN], *more),
            type_line=again,
        )


def _changed(folder: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    if manifest["id"] != _id(manifest):
        yield f"{MANIFEST} was changed"
    tree = WorkingTree(folder)
    for name, digest in manifest["files"].items():
        data = tree.read(name)
        if data is None:
            yield f"{name} is missing"
        elif digest_of(data) != digest:
            yield f"{name} was changed"
    there = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    for name in sorted(path.relative_to(folder).as_posix() for path in there):
        if name != MANIFEST and name not in manifest["files"]:
            yield f"{name} is not in the manifest"
