"""The remembered tip: the one thing that shows a ledger whose end was cut off or written anew.

`refs/govern/seen/BRANCH` keeps the last published tip that this clone wrote or audited, and with it the commits
that a force push took away. It only moves forwards.
"""

from govern.domain.findings import Finding
from govern.ledger import lock
from govern.ledger.faults import BREAKING, Fault, finding
from govern.ledger.history import read_history
from govern.ledger.repository import TRACKING, Repository
from govern.ledger.tail import overtaken

SEEN = "refs/govern/seen/"


def rewritten(repository: Repository, branch: str) -> Finding | None:
    """The fault that the published ledger does not go on from what this clone knows, if it does not.

    The remembered tip is no part of it any more; or, where a tail of this clone alone is read instead of it, what
    others put beside that tail breaks it. Where nothing is published yet, nothing was taken away.
    """
    seen, tip = _tips(repository, branch)
    if tip is None:
        return None
    if seen is not None and seen != tip and not repository.is_ancestor(seen, tip):
        return finding(
            Fault.REWRITTEN,
            f"commit {seen[:12]}, seen here as the tip of {branch}, is not in it any more",
            hint=f"it is kept here: git log {SEEN}{branch}",
        )
    if not overtaken(repository, branch):
        return None
    beside = read_history(repository, tip).all_findings
    return next((fault for fault in beside if fault.code in BREAKING), None)


def remembered(repository: Repository, branch: str) -> str | None:
    """The last published tip that this clone wrote or audited."""
    return _tips(repository, branch)[0]


def remember(repository: Repository, branch: str) -> None:
    """Keep the published tip in mind, where it goes on from what is remembered. Raises RepositoryError."""
    seen, tip = _tips(repository, branch)
    if tip is None or seen == tip or (seen is not None and not repository.is_ancestor(seen, tip)):
        return
    with repository.locked() as descriptor:
        lock.clear_own_refs(repository.common_dir)
        words = ("--no-deref", f"{SEEN}{branch}", tip, seen or repository.null_oid)
        repository.git.ask("update-ref", *words, keep_open=(descriptor,))  # a rival who was first knows more


def _tips(repository: Repository, branch: str) -> tuple[str | None, str | None]:
    """What is remembered, and what is published: as fetched by this program, for the refs of the user's own git
    may still hold what stood there before."""
    published = f"{TRACKING}{branch}" if repository.remote else f"refs/heads/{branch}"
    refs = repository.refs(f"{SEEN}{branch}", published)
    return refs.get(f"{SEEN}{branch}"), refs.get(published) or repository.tip(branch)
