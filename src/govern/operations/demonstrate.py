"""The stage of `govern demo`: a shipped example in a new repository with a remote of its own.

It lays the files down and makes the commits that a team would make by hand; what is told about them, and every
line of `govern`, is the business of `cli.demo`.
"""

import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path

from govern.errors import RepositoryError, UsageError
from govern.ledger.demonstrate import act_as, new_pair, switch
from govern.ledger.documents import commit_documents, push_branch

BRANCH = "main"


def examples_folder() -> Path:
    """`examples` inside an installed package, else beside `src` in a checkout or an editable install."""
    package = Path(__file__).resolve().parent.parent
    places = (package / "examples", package.parent.parent / "examples")
    found = next((place for place in places if place.is_dir()), None)
    if found is None:
        reinstall = "pip install --force-reinstall govern-cli"
        raise RepositoryError("the examples are missing from this installation", type_line=reinstall)
    return found


@dataclass(frozen=True, slots=True)
class Stage:
    """`remote` is what a forge would hold, `clone` is where everybody types."""

    remote: Path
    clone: Path

    def enter(self, person: str) -> None:
        """This person acts now; the examples give everybody an address at example.com."""
        act_as(self.clone, person.title(), f"{person}@example.com")

    def publish(self, message: str) -> None:
        """Commit every file of the example on the documents branch, and push it."""
        commit_documents(self.clone, ["."], message)
        push_branch(self.clone, BRANCH)

    def edit_on_branch(self, branch: str, path: str, old: str, new: str, message: str) -> None:
        """Commit one edit of one document on a branch of its own, where a pull request would begin."""
        switch(self.clone, branch, create=True)
        place = self.clone / path
        place.write_text(place.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        commit_documents(self.clone, [path], message)

    def back(self) -> None:
        switch(self.clone, BRANCH)


def stage(directory: Path, example: str) -> Stage:
    """Set up DIRECTORY/remote.git and DIRECTORY/clone with the example's files in it, not yet committed.

    Raises UsageError where the directory holds anything.
    """
    set_up = Stage(directory / "remote.git", directory / "clone")
    try:
        if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
            raise _holds_something(directory)
        directory.mkdir(parents=True, exist_ok=True)
        new_pair(set_up.remote.resolve(), set_up.clone.resolve(), BRANCH)
        shutil.copytree(examples_folder() / example, set_up.clone, dirs_exist_ok=True)
    except OSError as error:
        raise RepositoryError(f"{directory} cannot be written: {error.strerror or error}") from None
    return set_up


def _holds_something(directory: Path) -> UsageError:
    other = f"{directory}-2" if directory.name.strip(".") else "try-govern"
    return UsageError(
        f"{directory} is not an empty folder, and the demo writes over nothing",
        type_line=f"govern demo {shlex.quote(other)}",
    )
