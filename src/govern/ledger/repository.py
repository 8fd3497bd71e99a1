"""The repository a command stands in: its branches, its remote, its trees.

The published state is kept under refs/govern/remote/, apart from the refs that the user's own git moves.
Deciding and recording happen elsewhere; nothing here touches the index, the working tree or HEAD.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from govern.errors import RepositoryError
from govern.ledger import lock
from govern.ledger.git import Answer, Batch, Git
from govern.ledger.tree import GitTree

TRACKING = "refs/govern/remote/"
_BAD_IN_BRANCH = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|^[-/.]|/\.|\.lock(/|$)|[/.]$|^$|^@$")


@dataclass(frozen=True, slots=True)
class Fetched:
    """Whether the published branches are now here; `reason` is what git said where they are not."""

    ok: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Touch:
    """A commit that changed a file. `when` is its committer date."""

    commit: str
    author: str  # NAME <EMAIL>
    when: str
    subject: str


def instant(seconds: int) -> str:
    """Seconds since 1970 as `2026-11-20T10:00:00Z`; what no calendar holds becomes its nearest end."""
    seconds = min(max(seconds, 0), 253_402_300_799)
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def checked_branch(name: str) -> str:
    """The name, when git would take it as that of a branch. Raises RepositoryError."""
    if _BAD_IN_BRANCH.search(name):
        raise RepositoryError(f"{name!r} is not the name of a branch")
    return name


def open_repository(start: Path, *, index: str | None = None) -> "Repository":
    """The repository around `start`: a subfolder, a linked worktree, or a bare repository itself.

    `index` is the GIT_INDEX_FILE that a hook was given and that `staged` shall read.
    """
    words = ("--path-format=absolute", "--git-common-dir", "--git-dir", "--show-object-format")
    git = Git(start, index=index)
    answer = git.ask("rev-parse", *words, "--show-toplevel")
    if (start / "HEAD").is_file() and (start / "objects").is_dir() and answer.code:
        git = Git(start, bare=True)  # pointed at itself, a bare repository is not an embedded one
        answer = git.ask("rev-parse", *words, "--show-toplevel")
    found = answer.out.decode("utf-8", "surrogateescape").splitlines()
    if len(found) < 3:
        raise _not_open(start, answer.text)
    root = Path(found[3]) if len(found) > 3 else None
    directory = Path(found[1])
    if root is None and not git.bare:
        git = Git(directory, bare=True)  # inside a .git directory
    elif root is not None:
        git = Git(root, index=index)
    return Repository(git, root, directory, Path(found[0]), found[2])


def _not_open(start: Path, text: str) -> RepositoryError:
    if "not a git repository" in text or "cannot use bare repository" in text:
        return RepositoryError(f"{start} is not in a git repository", type_line="git init")
    return RepositoryError(f"the repository at {start} cannot be opened", notes=tuple(text.splitlines()))


class Repository:
    """`root` is the working tree (None where there is none), `common_dir` what all its worktrees share."""

    def __init__(
        self, git: Git, root: Path | None, directory: Path, common_dir: Path, hash_name: str
    ) -> None:
        self.git = git
        self.root = root
        self.directory = directory
        self.common_dir = common_dir
        self.hash_name = hash_name  # sha1 or sha256
        self.null_oid = "0" * (64 if hash_name == "sha256" else 40)

    def __enter__(self) -> "Repository":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the helper process. A closed repository can be used again."""
        if "objects" in self.__dict__:
            self.objects.close()
            del self.__dict__["objects"]

    @cached_property
    def objects(self) -> Batch:
        return Batch(self.git)

    # The remote

    @cached_property
    def remote(self) -> str | None:
        """`origin`, or the only one, or None: then the local branches are the published ones."""
        names = self.git.lines("remote")
        if "origin" in names:
            return "origin"
        return names[0] if len(names) == 1 else None

    @cached_property
    def address(self) -> str | None:
        """Where the remote lies, for people to read."""
        return self.git.lines("remote", "get-url", self.remote)[0] if self.remote else None

    def fetch(self, documents: str | None, ledgers: str = "govern-ledger*", timeout: float = 5.0) -> Fetched:
        """Bring the documents branch and the ledger branches of the remote here; says what fails.

        A branch that the remote does not have yet is no failure.
        """
        if self.remote is None:
            return Fetched(True)
        branches = [checked_branch(ledgers.removesuffix("*")) + ("*" if ledgers.endswith("*") else "")]
        if documents is not None:
            branches.append(checked_branch(documents))
        try:
            with self.locked(timeout) as descriptor:
                lock.clear_own_refs(self.common_dir)
                answer = self._fetch(branches, timeout, descriptor)
                if answer.code and "couldn't find remote ref" in answer.text and len(branches) > 1:
                    answer = self._fetch(branches[:1], timeout, descriptor)
                if answer.code == 0:
                    lock.note_fetch(self.common_dir)
        except RepositoryError as error:
            return Fetched(False, error.message)
        return Fetched(True) if answer.code == 0 else Fetched(False, answer.text)

    @property
    def fetched_at(self) -> str | None:
        """When the remote last answered a fetch here; None where none was made."""
        seconds = lock.fetch_noted(self.common_dir)
        return None if seconds is None else instant(seconds)

    def _fetch(self, branches: list[str], timeout: float, descriptor: int) -> Answer:
        options = "--quiet --no-tags --no-write-fetch-head --no-prune --no-recurse-submodules"
        return self.git.ask(
            "fetch",
            *options.split(),
            "--refmap=",  # or git moves the user's refs/remotes as well
            "--end-of-options",
            self.remote or "",
            *(f"+refs/heads/{branch}:{TRACKING}{branch}" for branch in branches),
            timeout=timeout,
            keep_open=(descriptor,),
        )

    def default_branch(self, timeout: float = 5.0) -> str | None:
        """The branch that the remote's HEAD names; without a remote the one that is checked out."""
        if self.remote is None:
            return self.head_branch()
        words = ("--symref", "--end-of-options", self.remote, "HEAD")
        answer = self.git.ask("ls-remote", *words, timeout=timeout)
        for line in answer.out.decode("utf-8", "replace").splitlines():
            if line.startswith("ref: refs/heads/"):
                return line.removeprefix("ref: refs/heads/").removesuffix("\tHEAD")
        known = self.git.ask("symbolic-ref", "--quiet", f"refs/remotes/{self.remote}/HEAD")
        return known.out.decode().strip().removeprefix(f"refs/remotes/{self.remote}/") or None

    def remote_tip(self, branch: str, timeout: float = 5.0) -> str | None:
        """What the remote says now; None where it has no such branch. Raises when it does not answer."""
        ref = f"refs/heads/{checked_branch(branch)}"
        answer = self.git.ask("ls-remote", "--end-of-options", self.remote or "", ref, timeout=timeout)
        if answer.code != 0:
            raise RepositoryError(f"the remote does not answer: {answer.text}")
        rows = [line.split("\t") for line in answer.out.decode("utf-8", "replace").splitlines()]
        return next((row[0] for row in rows if row[-1] == ref), None)

    # Refs

    def refs(self, *names: str) -> Mapping[str, str]:
        """Full names and object names of those refs that exist; a name may be a folder or a pattern of refs."""
        rows = self.git.lines("for-each-ref", "--format=%(objectname) %(refname)", *names)
        return {name: oid for oid, _, name in (row.partition(" ") for row in rows)}

    def branches(self) -> tuple[str, ...]:
        return tuple(ref.removeprefix("refs/heads/") for ref in self.refs("refs/heads/"))

    def head_branch(self) -> str | None:
        """The branch that is checked out, also one without a commit; None with a detached HEAD."""
        answer = self.git.ask("symbolic-ref", "--quiet", "HEAD")
        return answer.out.decode("utf-8", "surrogateescape").strip().removeprefix("refs/heads/") or None

    def tip(self, branch: str) -> str | None:
        """The published tip as last fetched, by us or by the user's own git; without a remote the local one."""
        if self.remote is None:
            return self.local_tip(branch)
        ours = self.ref(f"{TRACKING}{checked_branch(branch)}")
        theirs = self.ref(f"refs/remotes/{self.remote}/{branch}")
        if ours is None or theirs is None or ours == theirs:
            return ours or theirs
        return theirs if self.is_ancestor(ours, theirs) else ours

    def local_tip(self, branch: str) -> str | None:
        return self.ref(f"refs/heads/{checked_branch(branch)}")

    def ref(self, name: str) -> str | None:
        """What one ref stands for now; None where there is none."""
        # the helper is quick, but a ref whose commit is lost is nothing to it: git's own list tells the two apart
        return self.objects.commit_at(name) or self.refs(name).get(name)

    def worktrees_with(self, branch: str) -> tuple[str, ...]:
        """Where the branch is checked out, also before its first commit."""
        ref = f"refs/heads/{checked_branch(branch)}"
        rows = self.git.lines("for-each-ref", "--format=%(refname) %(worktreepath)", ref)
        places = (row.partition(" ") for row in rows)
        found = [path for name, _, path in places if name == ref]
        if not found and self.head_branch() == branch:
            return (str(self.root or self.directory),)
        return tuple(path for path in found if path)

    def require_free(self, branch: str) -> None:
        """Refuse to move a branch under somebody's feet."""
        for place in self.worktrees_with(branch):
            raise RepositoryError(
                f"the ledger branch {branch} is checked out in {place}, so it cannot be written",
                type_line=f"git -C {place} switch --detach",
                notes=(f"read it without checking it out: git show {branch}:records/...",),
            )

    # Commits and trees

    def resolve(self, revision: str) -> str | None:
        """The commit that a revision means; None where it means none."""
        words = ("--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        return self.git.ask("rev-parse", *words).out.decode("ascii", "replace").strip() or None

    def has(self, commit: str) -> bool:
        return self.objects.get(commit, "commit") is not None

    def tree(self, commit: str) -> GitTree:
        return GitTree(self.git.run("ls-tree", "-r", "-z", "--full-tree", commit), self.objects)

    def staged(self) -> GitTree:
        """The index as it would be committed."""
        return GitTree(self.git.run("ls-files", "--stage", "-z", "--full-name"), self.objects)

    def committer_date(self, commit: str) -> str:
        """As an instant in UTC. Raises RepositoryError where the commit is not here."""
        data = self.objects.get(commit, "commit")
        for line in (data or b"").split(b"\n\n", 1)[0].splitlines():
            if line.startswith(b"committer "):
                return instant(int(line.rsplit(b" ", 2)[1]))
        raise RepositoryError(f"commit {commit} is not in this clone")

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Also true for a commit and itself; false where one of them is not here."""
        return self.git.ask("merge-base", "--is-ancestor", older, newer).code == 0

    def first_parent_line(self, branch: str) -> tuple[str, ...]:
        """Commits that were a tip of the branch, newest first; empty where it is not here."""
        tip = self.tip(branch)
        return tuple(self.git.lines("rev-list", "--first-parent", tip)) if tip else ()

    def commits_touching(self, path: str, older: str, newer: str) -> tuple[Touch, ...]:
        """The commits after `older` up to `newer` that changed a file, newest first."""
        words = ("--no-commit-header", "--encoding=UTF-8", "--format=%H%x00%an <%ae>%x00%ct%x00%s")
        rows = self.git.run("rev-list", *words, newer, f"^{older}", "--", path).decode("utf-8", "replace")
        fields = (row.split("\0", 3) for row in rows.splitlines())
        return tuple(Touch(oid, author, instant(int(when)), subject) for oid, author, when, subject in fields)

    @cached_property
    def shallow(self) -> bool:
        """Whether history has been cut off in this clone."""
        return self.git.lines("rev-parse", "--is-shallow-repository") == ["true"]

    def identity(self) -> tuple[str, str] | None:
        """Name and e-mail that git's configuration gives; None without an e-mail. Nothing is made up."""
        answer = self.git.ask("config", "--null", "--get-regexp", r"^user\.(name|email)$")
        items = (item.partition("\n") for item in answer.out.decode("utf-8", "replace").split("\0"))
        given = {key: value.strip() for key, _, value in items}
        email = given.get("user.email", "")
        return (given.get("user.name") or email, email) if email else None

    @contextmanager
    def locked(self, patience: float = 20.0) -> Iterator[int]:
        """The short lock between processes of this clone; gives its file descriptor."""
        with lock.held(self.common_dir, patience) as held:
            yield held
