"""A tree of files by repository-relative path: the working tree here, a git revision in the ledger room.

Links are never followed and look absent, as in a git revision: no path can leave the repository.
"""

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from govern.domain.document import digest_of
from govern.errors import DocumentError


class Tree(Protocol):
    """What documents and the files that they name are read from."""

    def paths(self) -> Iterable[str]:
        """Paths of all regular files."""

    def read(self, path: str) -> bytes | None:
        """The bytes of a regular file, or None where there is none."""


class WorkingTree:
    """The files on disk below `root`, without `.git`."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def paths(self) -> Iterable[str]:
        return self.walk("")

    def walk(self, folder: str) -> Iterator[str]:
        """Paths below `folder`, sorted within each folder."""
        start = self.root / folder
        if (folder and not _inside(folder)) or start.resolve() != start:
            return
        for directory, names, files in os.walk(start):
            names[:] = sorted(name for name in names if name != ".git")
            below = Path(directory).relative_to(self.root)
            for name in sorted(files):
                if _is_file(Path(directory, name)):
                    yield (below / name).as_posix()

    def folders(self, folder: str) -> list[str]:
        """Names of the folders directly in `folder`, sorted."""
        start = self.root / folder
        if (folder and not _inside(folder)) or start.resolve() != start or not start.is_dir():
            return []
        with os.scandir(start) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))

    def holds(self, path: str) -> bool:
        """Whether a regular file stands there; its bytes are not read."""
        target = self.root / path
        return _inside(path) and target.resolve() == target and _is_file(target)

    def write(self, path: str, data: bytes) -> None:
        """Replace a file that is there, all or nothing; its mode stays."""
        target = self.root / path
        beside = target.with_name(f".{target.name}.govern")
        try:
            beside.write_bytes(data)
            beside.chmod(stat.S_IMODE(target.stat().st_mode))
            beside.replace(target)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise DocumentError(f"{path} cannot be written: {error.strerror}") from None

    def read(self, path: str) -> bytes | None:
        if not self.holds(path):
            return None
        try:
            return (self.root / path).read_bytes()
        except OSError as error:
            raise DocumentError(f"{path} cannot be read: {error.strerror}") from None


class Overlay:
    """`tree` with some files replaced: what it would be after an edit."""

    def __init__(self, tree: Tree, changed: Mapping[str, bytes]) -> None:
        self.tree = tree
        self.changed = changed

    def paths(self) -> Iterable[str]:
        return self.tree.paths()

    def read(self, path: str) -> bytes | None:
        return self.changed.get(path) or self.tree.read(path)


def _inside(path: str) -> bool:
    """Whether a path stays below the root by its words alone."""
    steps = path.split("/")
    return bool(path) and "\0" not in path and not any(step in ("", ".", "..", ".git") for step in steps)


def _is_file(target: Path) -> bool:
    try:
        return stat.S_ISREG(target.lstat().st_mode)
    except OSError:
        return False


def under(tree: Tree, folder: str) -> Iterator[str]:
    """Paths below `folder` ("" for all); on disk nothing else is looked at."""
    if isinstance(tree, WorkingTree):
        return tree.walk(folder)
    return (path for path in tree.paths() if not folder or path.startswith(folder + "/"))


def holds(tree: Tree, path: str) -> bool:
    return tree.holds(path) if isinstance(tree, WorkingTree) else tree.read(path) is not None


def folders_with(tree: Tree, folder: str, name: str) -> list[str]:
    """`folder` or the folders directly in it that hold a file `name`; `folder` alone where it does."""
    front = f"{folder}/" if folder else ""
    if holds(tree, front + name):
        return [folder]
    if isinstance(tree, WorkingTree):
        return [front + inner for inner in tree.folders(folder) if tree.holds(f"{front}{inner}/{name}")]
    wanted = re.compile(f"{re.escape(front)}[^/]+/{re.escape(name)}")
    return sorted(path.rpartition("/")[0] for path in tree.paths() if wanted.fullmatch(path))


def pinned(tree: Tree, pattern: str) -> dict[str, str]:
    """Digests of the files that match a repository-relative glob, by path, sorted.

    `*` and `?` stay within one name, `**` is any number of folders; a name that begins with a dot is
    matched only by a pattern that says so.
    """
    fixed = []
    for step in pattern.split("/")[:-1]:
        if re.search(r"[*?\[]", step):
            break
        fixed.append(step)
    found = {}
    for path in matching(pattern, under(tree, "/".join(fixed))):
        data = tree.read(path)
        if data is not None:
            found[path] = digest_of(data)
    return found


def matching(pattern: str, paths: Iterable[str]) -> list[str]:
    """The paths that a glob means, sorted; see `pinned`."""
    steps = [None if step == "**" else _name(step) for step in pattern.split("/")]
    return sorted(path for path in paths if _fits(steps, path.split("/")))


def _fits(steps: Sequence[re.Pattern[str] | None], names: Sequence[str]) -> bool:
    """Whether the steps take all names; None takes any number of folders.

    Step by step with the set of places reached, so that no pattern costs more than steps times names.
    """
    reached = {0}
    for step in steps:
        if step is not None:
            reached = {at + 1 for at in reached if at < len(names) and step.fullmatch(names[at])}
            continue
        further: set[int] = set()
        for at in range(len(names)):  # the last name is a file's
            if at in reached or (at - 1 in further and not names[at - 1].startswith(".")):
                further.add(at)
        reached = further
    return len(names) in reached


def _name(step: str) -> re.Pattern[str]:
    """One name of a glob; what a `*` took is never tried again, the first place is as good as any."""
    first, *more = (
        "".join("." if each == "?" else re.escape(each) for each in part) for part in step.split("*")
    )
    middle = "".join(f"(?>.*?{part})" for part in more[:-1])
    last = f".*{more[-1]}" if more else ""
    hidden = "" if step.startswith(".") else r"(?!\.)"
    return re.compile(f"{hidden}{first}{middle}{last}", re.DOTALL)


def repository_root(directory: Path) -> Path:
    """The nearest folder upwards that holds `.git`; `directory` itself where there is none."""
    start = directory.resolve()
    return next((folder for folder in (start, *start.parents) if (folder / ".git").exists()), start)
