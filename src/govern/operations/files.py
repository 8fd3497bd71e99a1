"""Files in the user's own working tree: naming one that is there, and writing new ones, all or none."""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from govern.domain.findings import nearest
from govern.errors import RepositoryError, UsageError


def repository_path(root: Path, directory: Path, text: str) -> str:
    """A regular file that a person named, relative to the repository. Raises UsageError."""
    place = Path(os.path.normpath(directory.resolve() / text))
    if not place.is_relative_to(root.resolve()) or place.resolve() != place:
        raise UsageError(f"{text} is not a file of this repository, or a link")
    path = place.relative_to(root.resolve()).as_posix()
    if not place.is_file():
        beside = (each.name for each in place.parent.iterdir()) if place.parent.is_dir() else ()
        close = nearest(place.name, beside)
        raise UsageError(f"no file {path}" + (f"; nearest: {close}" if close else ""))
    if any(sign in path for sign in "*?[") or not path.isprintable():
        raise UsageError(f"{path}: a baseline cannot name a file with `*`, `?` or `[` in its name")
    return path


def write_files(root: Path, files: Mapping[str, bytes]) -> None:
    """Write new files, all or none. Raises RepositoryError with what the system said."""
    made: list[str] = []
    try:
        for path, data in files.items():
            place = root / path
            if place.parent.resolve() != root.resolve() / Path(path).parent:
                raise RepositoryError(f"{path} would be written through a link")
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("xb") as file:
                made.append(path)
                file.write(data)
    except OSError as error:
        remove_files(root, made)
        raise RepositoryError(f"{path} cannot be written: {error.strerror}") from None
    except BaseException:
        remove_files(root, made)
        raise


def remove_files(root: Path, paths: Iterable[str]) -> None:
    """Take back what was just written, with the folders that held nothing else."""
    for path in paths:
        (root / path).unlink(missing_ok=True)
        with suppress(OSError):
            for folder in (root / path).parents:
                if folder == root:
                    break
                folder.rmdir()


def replace_file(root: Path, path: str, data: bytes) -> None:
    """Put new bytes into a file that may be there, in one step. Raises RepositoryError."""
    place = root / path
    beside = place.with_name(f".{place.name}.govern")
    if place.parent.resolve() != root.resolve() / Path(path).parent or place.is_symlink():
        raise RepositoryError(f"{path} would be written through a link")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(data)
        if place.exists():
            beside.chmod(place.stat().st_mode & 0o777)
        beside.replace(place)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise RepositoryError(f"{path} cannot be written: {error.strerror}") from None
