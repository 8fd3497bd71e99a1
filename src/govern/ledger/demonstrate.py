"""A new remote and a clone of it to try things out in. What happens there is told by `operations.demonstrate`.

The clone keeps its own settings, so that no hook, signing key or line ending of the user changes what is shown.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from govern.ledger.git import Git

if TYPE_CHECKING:
    from git import Repo

OWN = {
    "commit.gpgSign": "false",
    "core.autocrlf": "false",
    "core.hooksPath": "/dev/null",
    "push.gpgSign": "false",
}


def new_pair(remote: Path, clone: Path, branch: str) -> None:
    """An empty bare repository, and an empty clone of it with `branch` checked out."""
    from git import Repo

    for place, more in ((remote, ["--bare"]), (clone, [])):
        place.mkdir()
        words = ("--quiet", "--template=", f"--initial-branch={branch}")  # a template could bring hooks
        Git(place, bare=bool(more)).run("init", *words, *more)
    with Repo(clone) as repo:
        repo.create_remote("origin", str(remote))
        _set(repo, OWN)


def act_as(clone: Path, name: str, email: str) -> None:
    """From now on git in this clone speaks for this person."""
    from git import Repo

    with Repo(clone) as repo:
        _set(repo, {"user.name": name, "user.email": email})


def switch(clone: Path, branch: str, *, create: bool = False) -> None:
    """Check out a branch, made here where `create` says so."""
    from git import Repo

    with Repo(clone) as repo:
        repo.git.switch("--quiet", *(["--create"] if create else []), branch)


def _set(repo: "Repo", settings: dict[str, str]) -> None:
    with repo.config_writer() as writer:
        for name, value in settings.items():
            section, _, option = name.partition(".")
            writer.set_value(section, option, value)
