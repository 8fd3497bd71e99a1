"""The short lock between processes of one clone, and what a killed git leaves behind.

The guarantee is always the compare-and-swap of a ref; the lock only keeps processes of this program out of
each other's way, and tells a lock file that git left behind from one that is in use.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from govern.errors import RepositoryError

STALE_AFTER = 10.0  # seconds; git holds the lock file of a ref for milliseconds


@contextmanager
def held(common_dir: Path, patience: float) -> Iterator[int]:
    """Hold the lock, waiting up to `patience` seconds; gives its file descriptor.

    git is started with this descriptor, so that the lock stays taken while an orphaned git still runs. Raises
    RepositoryError when others keep it, or when the repository cannot be written.
    """
    folder = common_dir / "govern"
    try:
        folder.mkdir(exist_ok=True)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    except OSError as error:
        raise RepositoryError(f"{folder} cannot be written: {error.strerror}") from error
    try:
        _wait(descriptor, patience)
        yield descriptor
    finally:
        os.close(descriptor)


def _wait(descriptor: int, patience: float) -> None:
    end = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > end:
                raise RepositoryError("another govern command is writing in this clone") from None
            time.sleep(0.01)


def clear_own_refs(common_dir: Path) -> None:
    """Remove lock files under refs/govern. To be called with the lock held: nobody else writes there."""
    for path in (common_dir / "refs" / "govern").rglob("*.lock"):
        _remove(path)


def clear_stale(common_dir: Path, ref: str, oid: str) -> None:
    """Remove the lock file of a ref that others may write too: only when it holds `oid`, or is old.

    To be called with the lock held. Its age is told by the clock of the file system, not by ours.
    """
    path = common_dir / f"{ref}.lock"
    try:
        ours = path.read_bytes().strip() == oid.encode()
        changed = path.stat().st_mtime
    except OSError:
        return
    probe = common_dir / "govern" / "lock"
    os.utime(probe)
    if ours or probe.stat().st_mtime - changed > STALE_AFTER:
        _remove(path)


def note_fetch(common_dir: Path) -> None:
    """Remember that the remote answered just now: the age of an empty file says when."""
    with suppress(OSError):
        (common_dir / "govern" / "fetched").touch()


def fetch_noted(common_dir: Path) -> int | None:
    """Seconds since 1970 of the last answered fetch; None where there was none."""
    try:
        return int((common_dir / "govern" / "fetched").stat().st_mtime)
    except OSError:
        return None


def _remove(path: Path) -> None:
    with suppress(OSError):  # git says what is wrong when it meets the file
        path.unlink()


def sync(path: Path) -> None:
    """Make a file, or the names in a directory, survive a power cut. What is not there needs no sync."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise RepositoryError(f"{path} could not be written to the disk: {error.strerror}") from error
