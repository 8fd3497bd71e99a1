"""The documents in a person's own working tree, read as they lie there, and the paths of new ones beside them."""

from dataclasses import dataclass, field
from pathlib import Path

from govern.documents.catalog import Catalog, find_folder, path_of, read_catalog
from govern.documents.tree import WorkingTree, repository_root
from govern.documents.wording import as_id
from govern.errors import RefusedError, UsageError
from govern.operations.context import Context


@dataclass(frozen=True, slots=True)
class Place:
    """The documents in the working tree, and where paths that a person types begin."""

    root: Path
    directory: Path
    catalog: Catalog
    folder: str = field(default="")


def open_place(context: Context) -> Place:
    """The working tree around a person. Raises DocumentError where it holds no workspace."""
    root = repository_root(context.directory)
    tree = WorkingTree(root)
    here = context.directory.resolve()
    start = context.workspace or (here.relative_to(root).as_posix() if here.is_relative_to(root) else "")
    folder = find_folder(tree, "" if start == "." else start)
    return Place(root, here, read_catalog(tree, folder), folder)


def require_new_id(place: Place, kind: str, document_id: str) -> str:
    """The path of a document that is not there yet. Raises UsageError or RefusedError."""
    if as_id(document_id) != document_id or not document_id:
        form = as_id(document_id)
        raise UsageError(
            f"`{document_id}` is no id: lower-case letters, digits and single hyphens, 63 at most",
            type_line=f"govern new {kind} {form}" if form else None,
        )
    path = path_of(place.folder, kind, document_id)
    if (place.root / path).exists():
        raise RefusedError(
            f"{path} is there already: nothing was written", type_line=f"govern validate {path}"
        )
    return path
