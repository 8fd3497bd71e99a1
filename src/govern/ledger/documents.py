"""Commits of documents in the user's own working tree, where `init` and examples write them.

They are the user's commits, made as if typed: with the index, hooks and settings of the repository. Records
never go this way.
"""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from govern.errors import RepositoryError

if TYPE_CHECKING:
    from git import Repo


def commit_documents(root: Path, paths: Sequence[str], message: str) -> str:
    """Commit these files and nothing else; gives the commit. What else is staged stays staged."""
    from git import GitCommandError

    with _opened(root) as repo:
        try:
            repo.git.add("--", *paths)
            repo.git.commit("--quiet", f"--message={message}", "--only", "--", *paths)
        except GitCommandError as error:
            with suppress(GitCommandError):
                repo.git.reset("--quiet", "--", *paths)  # nothing of it stays staged
            raise _failed("the documents could not be committed", error) from error
        return str(repo.git.rev_parse("HEAD"))


def push_branch(root: Path, branch: str, remote: str = "origin") -> None:
    """Push a branch as it is. Raises RepositoryError with what the forge said."""
    from git import GitCommandError

    with _opened(root) as repo, repo.git.custom_environment(GIT_TERMINAL_PROMPT="0", LC_ALL="C"):
        try:
            repo.git.push("--quiet", "--", remote, f"refs/heads/{branch}:refs/heads/{branch}")
        except GitCommandError as error:
            raise _failed(f"{remote} did not take the branch {branch}", error) from error


def _opened(root: Path) -> "Repo":
    from git import InvalidGitRepositoryError, NoSuchPathError, Repo

    try:
        return Repo(root, search_parent_directories=True)
    except (InvalidGitRepositoryError, NoSuchPathError) as error:
        raise RepositoryError(f"{root} is not in a git repository", type_line="git init") from error


def _failed(what: str, error: Exception) -> RepositoryError:
    """What git printed, without GitPython's frame around it."""
    text = str(getattr(error, "stderr", "")).strip().removeprefix("stderr:").strip().strip("'")
    text = text or str(getattr(error, "stdout", "")).strip()
    return RepositoryError(what, notes=tuple(line.rstrip() for line in text.splitlines()))
