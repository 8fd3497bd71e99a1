"""Which workspace is meant, where a repository may hold several: the ledger branch, and the branch of its documents.

Only names and the first record of each ledger are looked at; reading one is the business of `workspace`. Anybody
who may push can make a branch, so a branch beside `govern-ledger` counts only under the name that `init` gives it,
and never for a folder that `govern-ledger` is for.
"""

from govern.domain.records import Record
from govern.errors import RepositoryError, UsageError
from govern.ledger.append import LEDGER
from govern.ledger.records import RecordFault, parse
from govern.ledger.repository import TRACKING, Repository
from govern.operations.context import Context


def ledger_tip(repository: Repository, branch: str) -> str | None:
    """The published tip; where the local ledger has something that is not published yet, the local one."""
    published, local = repository.tip(branch), repository.local_tip(branch)
    if published is None or local is None or published == local:
        return published or local
    return published if repository.is_ancestor(local, published) else local


def documents_branch(repository: Repository) -> str | None:
    """The branch to fetch beside the ledger: what the genesis says, else the remote's HEAD."""
    for branch in _ledgers(repository):
        tip = ledger_tip(repository, branch)
        genesis = _genesis(repository, tip) if tip is not None else None
        if genesis is not None and "documents_branch" in genesis.body:
            return str(genesis.body["documents_branch"])
    return repository.default_branch() if repository.remote else None


def _genesis(repository: Repository, tip: str) -> Record | None:
    path = "records/workspace/main/0001.yaml"
    data = repository.objects.get(f"{tip}:{path}")
    try:
        return parse(data, path) if data is not None else None
    except RecordFault:
        return None


def _ledgers(repository: Repository) -> list[str]:
    folders = [
        "refs/heads/",
        TRACKING,
        *([f"refs/remotes/{repository.remote}/"] if repository.remote else []),
    ]
    refs = repository.refs(*(f"{folder}{LEDGER}*" for folder in folders))
    names = {ref.rpartition("/")[2] for ref in refs}
    return sorted(name for name in names if name == LEDGER or name.startswith(f"{LEDGER}-"))


def choose(repository: Repository, context: Context, *, opened: bool) -> str:
    """The ledger branch of the workspace that is meant: --workspace, else where one stands, else the only one."""
    ledgers = _ledgers(repository)
    if len(ledgers) <= 1 and context.workspace is None:
        return ledgers[0] if ledgers else LEDGER
    folders = _claimed(repository, ledgers)
    unreadable = LEDGER in ledgers and LEDGER not in folders.values()
    if context.workspace is not None:
        wanted = context.workspace.rstrip("/")
        if wanted in folders:
            return folders[wanted]
        if not opened:
            return named_for(wanted) if ledgers else LEDGER
        raise UsageError(f"no workspace `{wanted}`; there are: {', '.join(sorted(folders)) or 'none'}")
    if unreadable or not folders:  # no other may take its place: reading it says what is wrong
        return LEDGER if LEDGER in ledgers else ledgers[0]
    here = _here(repository, context)
    for folder, branch in folders.items():
        if here == folder or here.startswith(folder + "/"):
            return branch
    if len(folders) == 1:
        return next(iter(folders.values()))
    raise UsageError(
        f"several workspaces: {', '.join(sorted(folders))}",
        type_line=f"govern status --workspace {min(folders)}",
    )


def _claimed(repository: Repository, ledgers: list[str]) -> dict[str, str]:
    """The ledger branch of each folder. Raises RepositoryError where two have the same right to one."""
    folders: dict[str, str] = {}
    for branch in ledgers:  # the plain name sorts first
        tip = ledger_tip(repository, branch)
        genesis = _genesis(repository, tip) if tip else None
        folder = genesis.body.get("folder") if genesis is not None else None
        if genesis is None or not isinstance(folder, str):
            continue
        if branch not in (LEDGER, named_for(folder), f"{LEDGER}-{genesis.body.get('workspace')}"):
            continue
        first = folders.setdefault(folder, branch)
        if first not in (branch, LEDGER):
            raise RepositoryError(
                f"{first} and {branch} both say that they are the ledger of {folder}",
                type_line=f"git log --format=fuller {branch}",
                notes=("find out which one is a copy or a forgery, and delete that branch on the remote",),
            )
    return folders


def named_for(folder: str) -> str:
    """The ledger branch of a further workspace."""
    return f"{LEDGER}-{folder.replace('/', '-')}"


def _here(repository: Repository, context: Context) -> str:
    root = repository.root
    directory = context.directory.resolve()
    return directory.relative_to(root).as_posix() if root and directory.is_relative_to(root) else ""
