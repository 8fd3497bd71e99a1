"""The unpublished tail: commits that only this clone's ledger has, after a rollback or work without the remote."""

from govern.ledger import lock
from govern.ledger.repository import Repository

DROPPED = "refs/govern/dropped/"


def tail(repository: Repository, branch: str) -> tuple[str, ...]:
    """The unpublished commits, oldest first; none where there is no remote: then the local ledger is published."""
    published, local = repository.tip(branch), repository.local_tip(branch)
    if repository.remote is None or local is None or local == published:
        return ()
    return tuple(
        repository.git.lines("rev-list", "--reverse", local, *([f"^{published}"] if published else []))
    )


def overtaken(repository: Repository, branch: str) -> bool:
    """There is an unpublished tail, and others published on top of what it was built on."""
    published, local = repository.tip(branch), repository.local_tip(branch)
    if repository.remote is None or published is None or local is None or published == local:
        return False
    return not (repository.is_ancestor(published, local) or repository.is_ancestor(local, published))


def replace_tail(repository: Repository, branch: str, new: str, old: str, when: str) -> bool:
    """Let the local ledger be `new`, which says again what its tail said; the old tail is kept under a ref.

    False where somebody moved the local ledger meanwhile.
    """
    ref, kept = f"refs/heads/{branch}", f"{DROPPED}{when.replace(':', '')}-{old[:12]}"
    with repository.locked() as descriptor:
        lock.clear_stale(repository.common_dir, ref, new)
        for words in (("--no-deref", kept, old), ("-m", "govern", "--no-deref", ref, new, old)):
            repository.git.ask("update-ref", *words, keep_open=(descriptor,))
    return repository.local_tip(branch) == new
