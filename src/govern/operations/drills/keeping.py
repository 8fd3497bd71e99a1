"""Where a drill that is under way is kept: one file beside the clone, written anew after each answer.

One terminal at a time sits at it: it holds a lock, which ends with its process. Who takes the drill over puts another
lock file there; the terminal that had it finds that out before it writes, and writes nothing any more.
"""

import fcntl
import json
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from govern.errors import RefusedError, RepositoryError

FOLDER = "govern/drills"


class TakenOverError(RefusedError):
    """Another terminal has the drill now."""


class Kept:
    """The file of a card's drill. It is private: it holds what an owner decided, alone."""

    def __init__(self, common_dir: Path, card: str) -> None:
        self.card = card
        self.path = common_dir / FOLDER / f"{card}.json"
        self.said = self.path.relative_to(common_dir.parent)
        self._place = self.path.with_suffix(".lock")
        self._lock: TextIO | None = None

    def there(self) -> bool:
        return self.path.exists()

    def take(self, *, over: bool = False) -> None:
        """Sit down at it. RefusedError where another terminal does, and it is not taken `over`."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self._locked():
                return
            if over:
                self._place.unlink(missing_ok=True)
                if self._locked():
                    return
        except OSError as error:
            self.leave()
            raise self._unwritable(error) from None
        raise RefusedError(
            f"a drill of {self.card} is under way in another terminal; --force takes it from there",
            type_line=f"govern drill run {self.card} --resume --force",
        )

    @contextmanager
    def taken(self, *, over: bool) -> Iterator[None]:
        """Sit down at it to begin something, and stand up where that comes to nothing."""
        self.take(over=over)
        try:
            yield
        except BaseException:
            self.leave()
            raise

    def leave(self) -> None:
        """Stand up. What is kept stays."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def read(self) -> Any:
        """What is kept. ValueError where it is no JSON."""
        try:
            return json.loads(self.path.read_text("utf-8"))
        except OSError as error:
            raise RepositoryError(
                f"{self.said} cannot be read: {error.strerror}", type_line=self._look
            ) from None

    def write(self, value: Any) -> None:
        """In one step: a killed process leaves the file as it was, or as it is now."""
        self._require_own()
        beside = self.path.with_suffix(f".{os.getpid()}")
        try:
            beside.touch(0o600)
            with beside.open("w", encoding="utf-8") as file:
                json.dump(value, file)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.path)
        except BaseException as error:
            with suppress(OSError):
                beside.unlink()
            if isinstance(error, OSError):
                raise self._unwritable(error) from None
            raise

    def drop(self) -> None:
        """Nothing is kept any more, where it is still this terminal's. What cannot be removed is found at --resume."""
        with suppress(OSError, TakenOverError):
            self._require_own()
            self.path.unlink(missing_ok=True)
        self.leave()

    def _require_own(self) -> None:
        """TakenOverError where another terminal has it. A lock that was only lost with its folder is taken again."""
        if self._lock is None:
            return self.take()
        try:
            own = os.path.samestat(os.fstat(self._lock.fileno()), self._place.stat())
        except OSError:
            return self.take()
        if not own:
            raise TakenOverError(
                f"the drill of {self.card} was taken over in another terminal: this one ends here",
                type_line="govern drill week",
                notes=("what is answered there is kept, and nothing was written over it",),
            )
        return None

    def _locked(self) -> bool:
        """Whether nobody else holds the lock; held then until it is left."""
        self.leave()
        self._lock = self._place.open("a", encoding="utf-8")
        try:
            fcntl.flock(self._lock.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.leave()
            return False
        return True

    def _unwritable(self, error: OSError) -> RepositoryError:
        why = error.strerror or "unknown reason"
        return RepositoryError(f"{self.said.parent} cannot be written: {why}", type_line=self._look)

    @property
    def _look(self) -> str:
        return f"ls -ld {shlex.quote(str(self.path.parent))}"


def waiting(common_dir: Path) -> list[str]:
    """Cards whose drill was interrupted in this clone."""
    return sorted(path.stem for path in (common_dir / FOLDER).glob("*.json"))
