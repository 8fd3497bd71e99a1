"""A forge's buttons, pressed in a private clone with real git: how a pull request lands on main, and Revert.

A queue tests what main would be on a branch of its own, and moves main there when the test has passed.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from operations.worlds import World, change, commit_at, git_at
from workspaces import git

Edits = dict[str, tuple[tuple[str, str], ...]]
Land = Callable[
    [Path, str, str], None
]  # in the forge's clone, with main checked out: a branch, at an instant


def direct(there: Path, branch: str, when: str) -> None:
    """Pushed straight to main by its author, in the moment in which it is committed."""
    git_at(there, when, "rebase", "--quiet", "--force-rebase", "main", branch)
    advance(there, branch)


def merge_commit(there: Path, branch: str, when: str) -> None:
    git_at(there, when, "merge", "--quiet", "--no-ff", f"--message=Merge {branch}", branch)


def squash(there: Path, branch: str, when: str) -> None:
    git(there, "merge", "--quiet", "--squash", branch)
    git_at(there, when, "commit", "--quiet", f"--message=Land {branch}")


def rebase(there: Path, branch: str, when: str) -> None:
    """Every commit of the branch made anew on main."""
    git_at(there, when, "rebase", "--quiet", "--force-rebase", "main", branch)
    advance(there, branch)


def rebase_queue(there: Path, branch: str, when: str) -> None:
    queued(there, branch, when, rebase)


def merge_queue(there: Path, branch: str, when: str) -> None:
    queued(there, branch, when, merge_commit)


def queued(there: Path, branch: str, when: str, land: Land) -> None:
    """What main would be, tested on a branch of its own."""
    git(there, "switch", "--quiet", "--create", "queue/main")
    trial = git(there, "rev-parse", "main")
    git(there, "switch", "--quiet", "main")
    land(there, branch, when)
    git(there, "branch", "--quiet", "--force", "queue/main", "main")
    git(there, "push", "--quiet", "origin", "queue/main")
    assert git(there, "merge-base", "--is-ancestor", trial, "queue/main") == ""
    git(there, "push", "--quiet", "origin", "--delete", "queue/main")
    git(there, "branch", "--quiet", "--delete", "--force", "queue/main")


def advance(there: Path, branch: str) -> None:
    git(there, "switch", "--quiet", "main")
    git(there, "merge", "--quiet", "--ff-only", branch)


MODES: dict[str, Land] = {
    "direct": direct,
    "merge commit": merge_commit,
    "squash": squash,
    "rebase": rebase,
    "rebase queue": rebase_queue,
    "merge queue": merge_queue,
}


class Forge:
    """`land` is how pull requests land here."""

    def __init__(self, world: World, land: Land) -> None:
        self.world = world
        self.land = land
        self.there = world.clone("cleo", "buttons").directory
        self.count = 0

    def propose(self, person: str, steps: Sequence[tuple[str, Edits]]) -> str:
        """A branch with a commit for each step (instant, edits), pushed; gives its name."""
        self.count += 1
        branch = f"{person}-{self.count}"
        there = self.world.clone(person).directory
        git(there, "fetch", "--quiet", "origin", "main")
        git(there, "switch", "--quiet", "--create", branch, "FETCH_HEAD")
        for when, edits in steps:
            change(there, edits)
            commit_at(there, when, f"Edit {', '.join(edits)}")
        git(there, "push", "--quiet", "origin", branch)
        return branch

    def merge(self, branch: str, when: str) -> tuple[str, str]:
        """Press the button; gives main before and after."""
        self._fresh()
        before = git(self.there, "rev-parse", "main")
        git(self.there, "switch", "--quiet", "--force-create", branch, f"origin/{branch}")
        git(self.there, "switch", "--quiet", "main")
        self.land(self.there, branch, when)
        git(self.there, "switch", "--quiet", "main")
        git(self.there, "push", "--quiet", "origin", "main")
        return before, git(self.there, "rev-parse", "main")

    def revert(self, landed: tuple[str, str], when: str) -> tuple[str, str]:
        """The Revert button: a branch that takes back what has landed, landed in its turn."""
        self._fresh()
        self.count += 1
        branch = f"revert-{self.count}"
        git(self.there, "switch", "--quiet", "--create", branch)
        parents = git(self.there, "rev-list", "--parents", "--max-count=1", landed[1]).split()[1:]
        what = ["--mainline=1", landed[1]] if len(parents) > 1 else [f"{landed[0]}..{landed[1]}"]
        git_at(self.there, when, "revert", "--no-edit", *what)
        git(self.there, "push", "--quiet", "origin", branch)
        return self.merge(branch, when)

    def _fresh(self) -> None:
        git(self.there, "fetch", "--quiet", "origin")
        git(self.there, "switch", "--quiet", "--force-create", "main", "origin/main")
