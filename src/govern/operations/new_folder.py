"""A folder that a command writes: only where nothing lies yet, and whole or not at all."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shlex import quote
from tempfile import mkdtemp
from typing import Any

from govern.errors import RepositoryError, UsageError


def require_free(folder: Path, what: str, option: str) -> None:
    """UsageError where something lies in the folder already, or nothing can be put there.

    `option` is the one that names the folder for `what` is written to it.
    """
    other = f"{option} {quote(f'{folder}-2')}"
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UsageError(f"{folder} is no folder", type_line=other)
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty: a {what} has a folder of its own", type_line=other)
    if not folder.absolute().parent.is_dir():
        raise UsageError(f"no folder {folder.parent}", type_line=f"mkdir -p {quote(str(folder.parent))}")


@contextmanager
def laid(folder: Path, type_line: str) -> Iterator[Path]:
    """A folder to fill, which takes the place of `folder` when the block ends well.

    RepositoryError with `type_line` where the disk says no. Unless all is well, nothing is left of it.
    """
    beside: Path | None = None
    try:
        beside = Path(mkdtemp(prefix=f".{folder.name}.", dir=folder.absolute().parent))
        yield beside
        beside.chmod(0o755)
        with suppress(FileNotFoundError):
            folder.rmdir()
        beside.rename(folder)
    except OSError as error:
        raise RepositoryError(f"{folder} cannot be written: {error.strerror}", type_line=type_line) from None
    finally:
        if beside is not None:
            shutil.rmtree(beside, ignore_errors=True)


def pretty(value: Any) -> bytes:
    """JSON for files that people read."""
    return json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n"
