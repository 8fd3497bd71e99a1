"""A pull request as two trees: the commit where it left its base, and what it would bring there.

Only objects and, where staged content is asked about, the index are read; nothing is fetched. What is found
wrong here is that a pull request carries records: those are written by commands, on their own branch.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from govern.domain.findings import Finding
from govern.domain.rules.view import Explanation
from govern.errors import RepositoryError, UsageError
from govern.ledger.history import INPUT, RECORD, SERVING
from govern.ledger.repository import Repository, Touch, open_repository
from govern.ledger.tree import GitTree

CODES = {
    "GOV-CHK-001": Explanation(
        "a pull request carries records",
        "Records are facts. The tool alone writes them, on the branch govern-ledger; on the documents branch"
        " they would have no force, and one day somebody would take them for what happened.",
        "Take these files out of the pull request. What they say is recorded by the command that records it.",
    ),
}
_RECORD = re.compile(rb"(?:[ \t]*(?:#[^\n]*)?\r?\n)*[\"']?kind[\"']?[ \t]*:[ \t]*[\"']?record/v\d")


@dataclass(frozen=True)
class PullRequest:
    """`base` is the commit where it left the base (None before the first commit), `head` its last commit."""

    repository: Repository
    base: str | None
    head: str | None
    before: GitTree
    after: GitTree
    staged: bool

    @cached_property
    def commits(self) -> int:
        """How many it has; staged content is none yet."""
        if self.base is None or self.head is None:
            return 0
        return int(self.repository.git.lines("rev-list", "--count", self.head, f"^{self.base}")[0])

    @cached_property
    def changed(self) -> tuple[str, ...]:
        """Paths that differ between the two trees, sorted."""
        old, new = self.before.entries(), self.after.entries()
        return tuple(sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path)))

    def last_touch(self, path: str) -> Touch | None:
        """The last of its commits that changed a file; None where that is not committed yet."""
        if self.base is None or self.head is None:
            return None
        if self.staged:
            committed = self.repository.tree(self.head).entries()
            if committed.get(path) != self.after.entries().get(path):
                return None
        touches = self.repository.commits_touching(path, self.base, self.head)
        return touches[0] if touches else None


def open_pull_request(
    start: Path, base: str, head: str = "HEAD", *, staged: bool = False, index: str | None = None
) -> PullRequest:
    """What `head`, or with `staged` the index, has beyond `base`. `index` is the GIT_INDEX_FILE of a hook.

    Raises UsageError for an unknown revision, RepositoryError where the two have no commit in common.
    """
    repository = open_repository(start, index=index)
    tip = repository.resolve("HEAD" if staged else head)
    nothing = GitTree(b"", repository.objects)
    if tip is None:
        if not staged:
            raise UsageError(f"no commit `{head}` in this clone", type_line=_fetch_line(repository, head))
        return PullRequest(repository, None, None, nothing, repository.staged(), staged)
    fork = _fork(repository, base, tip)
    after = repository.staged() if staged else repository.tree(tip)
    return PullRequest(repository, fork, tip, repository.tree(fork), after, staged)


def _fork(repository: Repository, base: str, tip: str) -> str:
    """Where the two parted: what came onto the base since then is not the pull request's doing."""
    known = repository.resolve(base)
    if known is None:
        raise UsageError(f"no commit `{base}` in this clone", type_line=_fetch_line(repository, base))
    found = repository.git.ask("merge-base", known, tip).out.decode("ascii", "replace").split()
    if found:
        return found[0]
    if repository.shallow:
        remote = repository.remote or "origin"
        raise RepositoryError(
            f"this clone is shallow and does not reach back to where the two parted: {base} and {tip[:7]}",
            type_line=f"git fetch --unshallow {remote}",
        )
    raise RepositoryError(f"{base} and {tip[:7]} have no commit in common")


def _fetch_line(repository: Repository, revision: str) -> str:
    remote, slash, branch = revision.partition("/")
    named = bool(slash) and remote in repository.git.lines("remote")
    return f"git fetch {remote} {branch}" if named else "git branch --all"


def records_carried(request: PullRequest) -> Iterator[Finding]:
    """Files of the ledger that the pull request adds or changes; taking them out again is no fault.

    One finding for each of the ledger's folders: a merged ledger branch is one mistake, not a thousand.
    """
    code, message = "GOV-CHK-001", "belongs to the ledger"
    found: dict[str, list[str]] = {}
    for path in request.changed:
        data = request.after.read(path)
        if data is None:
            continue
        if any(pattern.fullmatch(path) for pattern in (RECORD, INPUT, SERVING)):
            found.setdefault(path.partition("/")[0], []).append(path)
        elif path.endswith((".yaml", ".yml")) and _RECORD.match(data):
            hint = "a record, and a pull request carries documents only: take it out"
            yield Finding(code, "error", message, path, 1, 1, hint)
    for paths in found.values():
        more = f", and {len(paths) - 1} more files" if paths[1:] else ""
        hint = f"a pull request carries documents only: take this out{more}"
        yield Finding(code, "error", message, paths[0], 0, 0, hint)
