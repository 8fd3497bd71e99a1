"""Who is served by what, out of one datafile: a look-up, and a file that can be read again while requests run.

Reading again never makes things worse: a file that is broken, gone, older than what is served or of another ledger
changes nothing, and `problem` says so. When to look is the application's choice; there is no thread in here.
"""

import os
from hashlib import sha256
from pathlib import Path
from threading import Lock

from govern.serving.datafile import DatafileError, read
from govern.serving.resolution import Resolution, Split

Look = tuple[int, int, int, int]  # what stat says of a file: inode, size, times of content and of entry


class UnknownSurfaceError(LookupError):
    """No such surface in the datafile; the message names those that are."""


class Resolver:
    """Answers for all surfaces of a datafile; safe to use from many threads.

    `problem` is None, or why the last `reload` changed nothing although the file did.
    """

    def __init__(self, data: bytes) -> None:
        """From the bytes of a datafile. Raises DatafileError."""
        self._held = read(data)
        self._digest = sha256(data).digest()
        self._path: Path | None = None
        self._looks: tuple[Look | None, Look | None] = (None, None)
        self._lock = Lock()
        self.problem: str | None = None

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> "Resolver":
        """From a file that `reload` reads again. Raises DatafileError, also where there is no such file."""
        try:
            resolver = cls(Path(path).read_bytes())
        except (OSError, DatafileError) as error:
            raise DatafileError(_said(Path(path), error)) from None
        resolver._path = Path(path)
        return resolver

    def resolve(self, surface: str, cohort_key: str | None = None, unit_key: str | None = None) -> Resolution:
        """What decides for this request. Raises UnknownSurfaceError.

        A key that nobody bound gets the surface's default. Keys are compared byte for byte.
        """
        try:
            known = self._held.surfaces[surface]  # one state for the whole answer, whatever is read meanwhile
        except (KeyError, TypeError):
            names = ", ".join(self.surfaces) or "none"
            raise UnknownSurfaceError(f"no surface {surface!r}; the datafile has {names}") from None
        try:
            answer = known.bound.get(cohort_key)
        except TypeError:  # a list or the like: no key
            answer = None
        if answer is None:
            return known.to_unknown(cohort_key)
        return answer.of(unit_key) if isinstance(answer, Split) else answer

    @property
    def surfaces(self) -> tuple[str, ...]:
        return tuple(self._held.surfaces)

    @property
    def n(self) -> int:
        """The last record of the ledger that these answers know."""
        return self._held.n

    def reload(self) -> bool:
        """Read the file again if it changed; True when other bytes are served from now on. Costs one stat else.

        Only a file that looked the same twice is believed to be the same: two writes can fall into one tick of
        the file system's clock.
        """
        if self._path is None:
            raise ValueError("this Resolver was made from bytes: there is no file to read again")
        with self._lock:
            try:
                look = _look(self._path)
                if self._looks == (look, look):
                    return False
                self._looks = (look, self._looks[0])
                return self._take(self._path.read_bytes())
            except (OSError, DatafileError) as error:
                if isinstance(error, OSError):
                    self._looks = (None, None)
                self.problem = f"{_said(self._path, error)}; what it held at n = {self.n} is still served"
                return False

    def _take(self, data: bytes) -> bool:
        digest = sha256(data).digest()
        if digest != self._digest:
            new = read(data)
            if new.ledger != self._held.ledger:
                raise DatafileError(f"it is of another ledger, {new.ledger}")
            if new.n < self.n:
                raise DatafileError(f"it is older, of n = {new.n}")
            self._held = new
        self.problem = None
        changed, self._digest = digest != self._digest, digest
        return changed


def _look(path: Path) -> Look:
    seen = path.stat()
    return (seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns)


def _said(path: Path, error: OSError | DatafileError) -> str:
    return f"{path}: {error.strerror if isinstance(error, OSError) else error}"
