"""The remembered tip: the one thing that shows a ledger whose end was cut off or written anew.

`refs/govern/seen/BRANCH` keeps the last published tip that this clone wrote or audited, and with it the commits
that a force push took away. It only moves forwards.
"""

from govern.domain.findings import Finding
from govern.ledger import lock
from govern.ledger.faults import Fault, finding
from govern.ledger.repository import TRACKING, Repository

SEEN = "refs/govern/seen/"


def rewritten(repository: Repository, branch: str) -> Finding | None:
    """The fault that the remembered tip is no part of the published ledger any more."""
    seen, tip = _tips(repository, branch)
    if seen is None or seen == tip or (tip is not None and repository.is_ancestor(seen, tip)):
        return None
    return finding(
        Fault.REWRITTEN,
        f"commit {seen[:12]}, seen here as the tip of {branch}, is not in it any more",
        hint=f"it is kept here: git log {SEEN}{branch}",
    )


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
