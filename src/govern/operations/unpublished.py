"""What lies only in a person's own clone: a document in the working tree or in a commit that nobody else has.

Everything is decided on the published documents branch. Here it is said where else a document was found, and the line
that publishes it. That it must be published, and who may, is not decided here.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace

from govern.documents.catalog import kind_of, path_of
from govern.documents.tree import WorkingTree
from govern.domain.decision import Refused
from govern.domain.document import SINGLE_FILES
from govern.domain.findings import nearest
from govern.errors import GovernError
from govern.operations.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Unpublished:
    """`said` is a sentence without its end, `line` what to type; `new`: the published branch has no such document."""

    said: str
    line: str
    new: bool


def unpublished(workspace: Workspace, kind: str, name: str) -> Unpublished | None:
    """Where a document, or a change of it, lies that is not on the published branch; None where it is all there."""
    path = path_of(workspace.state.folder, kind, name)
    try:
        return _found(workspace, kind, name, path)
    except GovernError:  # whatever cannot be read here is not what was asked about
        return None


def placed(workspace: Workspace, refused: Refused) -> Refused:
    """A refusal for a document that is not on the branch, with where it lies, else with the nearest one there is."""
    if refused.lacks is None:
        return refused
    kind, name = refused.lacks
    first, *more = refused.reasons
    found = unpublished(workspace, kind, name)
    if found is not None:
        verdicts = tuple(
            replace(verdict, text=f"{verdict.text}; {name}: {found.said}", todo=found.line)
            if verdict.lacks == refused.lacks and not verdict.passes
            else verdict
            for verdict in refused.verdicts
        )
        reasons = (f"{first}: {found.said}", *more)
        return replace(refused, reasons=reasons, verdicts=verdicts, type_line=found.line)
    known = published_names(workspace, kind)
    close = None if name in known else nearest(name, known)
    return replace(refused, reasons=(f"{first}; nearest: {close}", *more)) if close else refused


def published_names(workspace: Workspace, kind: str) -> Sequence[str]:
    """The ids of all documents of a kind on the documents branch."""
    paths = workspace.tree.paths() if workspace.main is not None else ()
    return sorted(
        path.rpartition("/")[2].removesuffix(".yaml")
        for path in paths
        if kind_of(path, workspace.state.folder) == kind
    )


def _found(workspace: Workspace, kind: str, name: str, path: str) -> Unpublished | None:
    repository = workspace.repository
    if repository.root is None or workspace.main is None:
        return None
    head, on = repository.resolve("HEAD"), repository.head_branch()
    there = workspace.tree.read(path)
    committed = repository.tree(head).read(path) if head else None
    here = WorkingTree(repository.root).read(path)
    branch = f"{repository.remote}/{workspace.state.branch}" if repository.remote else workspace.state.branch
    what = "it" if there is None else "your change of it"
    if here is not None and here not in (committed, there):
        line = _committing(workspace, kind, name, new=there is None)
        return Unpublished(f"{what} lies in your working tree, not on {branch}", line, there is None)
    if head is None or committed in (None, there):
        return None
    if not repository.commits_touching(path, workspace.main, head):
        return None  # others have changed it since: the older one is here
    said = f"{what} is committed on {on or 'a detached HEAD'} here, not on {branch}"
    return Unpublished(said, _publishing(workspace, head, on), there is None)


def _committing(workspace: Workspace, kind: str, name: str, *, new: bool) -> str:
    """A packet brings files from outside of the documents along."""
    add = "-A" if kind == "packet" else shlex.quote(workspace.state.folder or ".")
    verb = "Propose" if kind == "packet" else "Add" if new else "Change"
    subject = SINGLE_FILES.get(kind, name)
    return _and(f'git add {add} && git commit -m "{verb} {subject}"', _push(workspace))


def _publishing(workspace: Workspace, head: str, on: str | None) -> str:
    """What brings a commit to the others: a push, and from another branch its merge."""
    repository, branch = workspace.repository, workspace.state.branch
    tip = repository.tip(on) if on else None
    if (push := _push(workspace)) and (tip is None or not repository.is_ancestor(head, tip)):
        return push
    there = shlex.quote(branch)
    merge = f"git switch {there} && git merge {shlex.quote(on or head[:12])}"
    return _and(merge, f"git push {repository.remote} {there}" if push else "")


def _push(workspace: Workspace) -> str:
    """Of the branch that is checked out; empty where there is nowhere to push."""
    repository = workspace.repository
    head = repository.head_branch()
    where = shlex.quote(head) if head else f"HEAD:{shlex.quote(workspace.state.branch)}"
    return f"git push {repository.remote} {where}" if repository.remote else ""


def _and(*lines: str) -> str:
    return " && ".join(line for line in lines if line)
