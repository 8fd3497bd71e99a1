"""Genesis: the first documents of a workspace, on the documents branch, and then the opening of its ledger.

Where the documents branch takes a push all of it happens in one go; else the documents wait for their merge and
the same command opens the ledger later. A file that stands there already is never written over, and nothing that
the user has staged or changed is touched.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from govern import __version__
from govern.documents.tree import Tree
from govern.domain.decision import Refusal, Refused
from govern.domain.findings import nearest
from govern.domain.policy import policy_of, view_of
from govern.domain.rollout.opening import Open
from govern.errors import GovernError, RefusedError, RepositoryError, UsageError
from govern.ledger.documents import commit_documents, push_branch
from govern.ledger.repository import Repository
from govern.operations.asking import raised
from govern.operations.authoring.first_documents import Plan, companions_for, documents_for
from govern.operations.context import Context
from govern.operations.decide import Outcome, run
from govern.operations.files import remove_files, repository_path, write_files
from govern.operations.review.validate import validate
from govern.operations.workspace import Workspace, open_workspace


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands before the ledger is open.

    `published` and `waiting` are the folders of documents on the documents branch, and on the branch that is
    checked out where they still wait to be published.
    """

    repository: Repository
    root: Path
    email: str
    branch: str
    head: str | None
    published: str | None = None
    waiting: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """`documents` were asked for; of the companions only those that were not there are written."""

    documents: tuple[str, ...]
    companions: tuple[str, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        return (*self.documents, *self.companions)


def look(
    context: Context, *, folder: str | None = None, branch: str | None = None, simulated: bool = False
) -> Standing:
    """What stands, after a fetch. Raises RefusedError where the ledger is open already."""
    _require_time(context, simulated)
    workspace = _read(context, branch)
    if workspace.tip is not None:
        raise open_already(workspace)
    repository = workspace.repository
    identity = repository.identity()
    if repository.root is None:
        raise RepositoryError("this repository has no working tree to write documents into")
    if identity is None:
        raise RepositoryError(
            "git has no user.email, so nobody can be named as the first person",
            type_line="git config user.email you@example.com",
        )
    if not workspace.fetched.ok:
        raise RepositoryError(
            f"{repository.remote} did not answer, so nothing can be published",
            notes=tuple(workspace.fetched.reason.splitlines()[:3]),
            type_line="govern init",
        )
    head = repository.head_branch()
    chosen = branch or repository.default_branch() or head
    if chosen is None:
        raise _detached("main")
    published = repository.tip(chosen)
    if published is None and chosen != head:
        raise _no_branch(repository, chosen)
    wanted = (folder or context.workspace or "").rstrip("/") or None
    found = _folder(repository.tree(published), wanted) if published else None
    local = repository.local_tip(head) if head else None
    waiting = _folder(repository.tree(local), wanted) if local and not found else None
    return Standing(repository, repository.root, identity[1], chosen, head, found, waiting)


def require_place(standing: Standing) -> None:
    """Refuse where documents cannot be committed, or their push would take other commits along."""
    repository, branch = standing.repository, standing.branch
    if standing.head is None:
        raise _detached(branch)
    if standing.head != branch or repository.remote is None:
        return
    here, there = repository.local_tip(branch), repository.tip(branch)
    if there is None or here == there:
        return
    if here is not None and repository.is_ancestor(there, here):
        raise RepositoryError(
            f"{branch} here has commits that {repository.remote} has not, and they would be pushed too",
            type_line=f"git push {repository.remote} {branch}",
        )
    raise RepositoryError(
        f"{branch} here is not the {branch} of {repository.remote}",
        type_line=f"git pull --ff-only {repository.remote} {branch}",
    )


def require_prompt(standing: Standing, directory: Path, text: str) -> str:
    """The prompt file as a path in the repository; it must be committed as it is. Empty: none."""
    if not text:
        return ""
    path = repository_path(standing.root, directory, text)
    head = standing.repository.resolve("HEAD")
    committed = standing.repository.tree(head).read(path) if head else None
    if committed is None or committed != (standing.root / path).read_bytes():
        how = "is not committed" if committed is None else "has changes that are not committed"
        push = f" && git push {standing.repository.remote}" if standing.repository.remote else ""
        raise UsageError(
            f"{path} {how}, and a baseline pins its bytes",
            type_line=f'git add "{path}" && git commit -m "The prompt in use" -- "{path}"{push}',
        )
    return path


def write(standing: Standing, plan: Plan) -> Written:
    """Write what is not there yet, all of it or nothing. RefusedError names a file that is in the way."""
    documents, beside = documents_for(plan), companions_for(plan)
    own = f"{plan.folder}/"
    companions = {
        path: data
        for path, data in beside.items()
        if path.startswith(own) or not os.path.lexists(standing.root / path)
    }
    for path in (*documents, *companions):
        if os.path.lexists(standing.root / path):
            raise _in_the_way(standing, plan.folder, path)
    write_files(standing.root, documents | companions)
    return Written(tuple(documents), tuple(companions))


def commit(standing: Standing, written: Written, surface: str) -> None:
    """Commit what was written and nothing else; where git refuses, nothing of it stays."""
    try:
        commit_documents(standing.root, written.paths, f"Begin governance of {surface}")
    except GovernError:
        remove_files(standing.root, written.paths)
        raise


def publish(standing: Standing) -> RepositoryError | None:
    """Push the documents branch; what the remote said where it does not take it."""
    if standing.repository.remote is None:
        return None
    try:
        push_branch(standing.root, standing.branch, standing.repository.remote)
    except RepositoryError as error:
        return error
    return None


def open_ledger(context: Context, folder: str, branch: str, *, simulated: bool = False) -> Outcome:
    """Open the ledger on the published documents. Where another was first: RefusedError, by whom and when."""
    clock = "simulated" if simulated else "real"

    def opening(again: Context) -> Workspace:
        workspace = _read(again, branch)
        if workspace.tip is None:
            _before_genesis(workspace, folder, branch, clock)
        return workspace

    def prepare(workspace: Workspace) -> Open:
        if not workspace.state.opened:
            _require_sound(workspace.tree, folder)
        return Open(folder, branch, f"govern {__version__}", clock)

    outcome = run(context, prepare, opening=opening)
    if isinstance(outcome.decision, Refused):
        raise open_already(outcome.workspace) if outcome.workspace.tip else raised(outcome.decision)
    return outcome


def open_already(workspace: Workspace) -> RefusedError:
    first = next(iter(workspace.history.records), None)
    if first is None:
        return RefusedError(
            f"{workspace.ledger_branch} is there and holds no ledger", type_line="govern audit"
        )
    return RefusedError(
        f"the ledger is open already: by {first.actor}, {first.at}, for {workspace.state.folder or 'a workspace'}",
        type_line="govern status",
    )


def _read(context: Context, branch: str | None) -> Workspace:
    """The workspace, and the documents branch where it is another than the remote's HEAD."""
    workspace = open_workspace(context, fetch=True, opened=False)
    if branch is not None and workspace.fetched.ok and workspace.tip is None:
        workspace.fetched = workspace.repository.fetch(branch)
    return workspace


def _before_genesis(workspace: Workspace, folder: str, branch: str, clock: str) -> None:
    """What the genesis will say, so that the usual walk can write it: place, clock, and who there is."""
    state = workspace.state
    state.folder, state.branch, state.clock = folder, branch, clock
    workspace.main = workspace.repository.tip(branch)
    try:
        document = workspace.documents().get("workspace", "main")
    except Refusal as refusal:
        raise raised(refusal.refused) from None
    if document is None:
        raise RepositoryError(f"no {folder}/govern.yaml on {branch}", type_line="govern init")
    state.policy = policy_of(view_of(document.value))


def _require_sound(tree: Tree, folder: str) -> None:
    errors = [finding for finding in validate(tree, folder).findings if finding.severity == "error"]
    if errors:
        raise RefusedError(
            f"the published documents have {len(errors)} error{'s' * (len(errors) > 1)}, and a ledger opens on none",
            notes=tuple(f"{each.path}:{each.line}: {each.message}" for each in errors[:5]),
            type_line="govern validate",
        )


def _folder(tree: Tree, wanted: str | None) -> str | None:
    """The folder of documents in a tree: the one that is wanted, else the only one."""
    folders = sorted(
        path.rpartition("/")[0] for path in tree.paths() if path.rpartition("/")[2] == "govern.yaml"
    )
    if wanted is not None:
        return wanted if wanted in folders else None
    if len(folders) > 1:
        named = ", ".join(folder or "." for folder in folders)
        raise UsageError(
            f"several folders of documents: {named}", type_line=f"govern init --folder {max(folders)}"
        )
    if folders == [""]:
        raise UsageError(
            "govern.yaml lies at the top: documents have a folder of their own",
            type_line="mkdir governance && git mv govern.yaml governance/",
        )
    return folders[0] if folders else None


def _require_time(context: Context, simulated: bool) -> None:
    if simulated and context.simulated is None:
        raise UsageError(
            "a simulated clock takes its time from GOVERN_NOW, which is not set",
            type_line=f"export GOVERN_NOW={context.now}",
        )
    if not simulated and context.simulated is not None:
        raise UsageError(
            "GOVERN_NOW is set, and this ledger would run on the real clock", type_line="unset GOVERN_NOW"
        )


def _detached(branch: str) -> RepositoryError:
    return RepositoryError(
        "HEAD is detached, and documents are committed on a branch", type_line=f"git switch {branch}"
    )


def _no_branch(repository: Repository, name: str) -> RepositoryError:
    close = nearest(name, repository.branches())
    hint = f"; nearest: {close}" if close else ""
    line = f"govern init --branch {close or repository.head_branch() or 'main'}"
    return RepositoryError(
        f"no branch `{name}` on {repository.remote or 'this repository'}{hint}", type_line=line
    )


def _in_the_way(standing: Standing, folder: str, path: str) -> RefusedError:
    if (standing.root / folder / "govern.yaml").is_file():
        return RefusedError(
            f"{path} is there already, and not committed: nothing was written",
            type_line=f'git add {folder} && git commit -m "Begin governance" && govern init',
        )
    return RefusedError(
        f"{path} is there already: nothing was written", type_line=f"govern init --folder {folder}-2"
    )
