"""The folder of a replay pack: written whole or not at all, and read back with every digest checked.

What is in the files is not known here, but for the manifest.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from shlex import quote
from tempfile import mkdtemp
from typing import Any

from govern.documents.schemas import fits
from govern.documents.tree import WorkingTree
from govern.domain.document import canonical, digest_of
from govern.errors import RefusedError, RepositoryError, UsageError

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


def pretty(value: Any) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n"


def require_free(folder: Path) -> None:
    """UsageError where something lies in the folder already, or nothing can be put there."""
    other = f"--build {quote(f'{folder}-2')}"
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UsageError(f"{folder} is no folder", type_line=other)
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty: a pack has a folder of its own", type_line=other)
    if not folder.absolute().parent.is_dir():
        raise UsageError(f"no folder {folder.parent}", type_line=f"mkdir -p {quote(str(folder.parent))}")


def lay(folder: Path, manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
    """Write a pack to a new or an empty folder. RepositoryError where the disk says no; then nothing is left."""
    folder = folder.absolute()
    beside: Path | None = None
    try:
        beside = Path(mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        for name, data in {**files, MANIFEST: pretty(manifest)}.items():
            (beside / name).parent.mkdir(exist_ok=True)
            (beside / name).write_bytes(data)
        beside.chmod(0o755)
        with suppress(FileNotFoundError):
            folder.rmdir()
        beside.rename(folder)
    except OSError as error:
        raise RepositoryError(f"{folder} cannot be written: {error.strerror}", type_line="df -h .") from None
    finally:
        if beside is not None:
            shutil.rmtree(beside, ignore_errors=True)


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
