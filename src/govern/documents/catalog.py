"""All documents of a workspace in one tree, and what keeps files from being documents.

A broken file is a value here: its findings stand beside the documents, and everything else is still read.
What two documents say about each other is the business of the rules.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from govern.documents import schemas
from govern.documents.checking import check
from govern.documents.tree import Tree, folders_with, holds, pinned, under
from govern.documents.yaml import DICTIONARY, DOCUMENT, load, scan
from govern.documents.yaml_codes import YamlFault
from govern.domain.document import (
    FOLDERS,
    INPUT_FILES,
    KINDS,
    SINGLE_FILES,
    Document,
    Pointer,
    Positions,
    Value,
    digest_of,
)
from govern.domain.findings import Finding, nearest
from govern.domain.rules.view import View
from govern.errors import DocumentError

KIND_OF = {name: kind for kind, name in (*FOLDERS.items(), *SINGLE_FILES.items())}
LEFT_ALONE = ("templates",)  # beside the folders of documents: a team's own


@dataclass
class Catalog:
    """What one folder of one tree holds. `unread` are files that claim a (kind, id) and cannot be used."""

    tree: Tree
    folder: str
    documents: dict[tuple[str, str], Document] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    data: dict[str, bytes] = field(default_factory=dict)
    unread: set[tuple[str, str]] = field(default_factory=set)

    def view(self) -> View:
        """The same as one pure value, for the rules."""
        globs: dict[str, Mapping[str, str]] = {}

        def digests(pattern: str) -> Mapping[str, str]:
            if pattern not in globs:
                globs[pattern] = pinned(self.tree, pattern)
            return globs[pattern]

        return View(
            self.folder,
            self.documents,
            frozenset(self.unread),
            {
                key: schemas.mentions(document.kind, document.value)
                for key, document in self.documents.items()
            },
            lambda path: holds(self.tree, path),
            digests,
            self._beside,
        )

    def _beside(self, path: str) -> Value:
        data = (self.tree.read(path) or b"").replace(b"\r\n", b"\n")
        try:
            return load(data)[0]
        except YamlFault:
            return None


def find_folder(tree: Tree, start: str = "") -> str:
    """The folder of documents seen from `start`: the nearest upwards that holds `govern.yaml`, or has a
    folder that does. DocumentError where there is none, or where several stand side by side."""
    here = start.strip("/")
    while True:
        found = folders_with(tree, here, SINGLE_FILES["workspace"])
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(found)
            raise DocumentError(f"several workspaces: {names}", type_line=f"govern validate {found[0]}")
        if not here:
            raise DocumentError("no workspace here: no folder with a govern.yaml", type_line="govern init")
        here = here.rpartition("/")[0]


def read_catalog(tree: Tree, folder: str) -> Catalog:
    """Read every document of `folder`, faults and all."""
    catalog = Catalog(tree, folder)
    owners: dict[tuple[str, str], str] = {}
    # lower case first: of two ids that differ in case the proper one is kept
    for path in sorted(under(tree, folder), key=lambda path: (path != path.lower(), path)):
        inside = _inside(path, folder)
        if not inside.endswith((".yaml", ".yml")) or inside.startswith((".", *(f"{n}/" for n in LEFT_ALONE))):
            continue
        data = tree.read(path)
        if data is None:
            continue
        catalog.data[path] = data
        place = kind_of(path, folder)
        if place is None:
            catalog.findings.extend(_misplaced(path, folder, data))
            continue
        document, findings = parse_document(path, data, folder)
        if document is None:
            catalog.unread.add((place, _stem(path)))
        else:
            _keep(catalog, document, findings, owners)
        catalog.findings.extend(findings)
    _needed(catalog)
    return catalog


def read_document(
    tree: Tree, folder: str, kind: str, document_id: str
) -> tuple[Document | None, list[Finding]]:
    """One document alone; (None, []) where there is no such file."""
    path = path_of(folder, kind, document_id)
    data = tree.read(path)
    return (None, []) if data is None else parse_document(path, data, folder)


def path_of(folder: str, kind: str, document_id: str) -> str:
    """Where a document lies, repository-relative: kind and id say it all."""
    inside = SINGLE_FILES.get(kind) or f"{FOLDERS[kind]}/{document_id}.yaml"
    return f"{folder}/{inside}" if folder else inside


def kind_of(path: str, folder: str) -> str | None:
    """The kind that a path stands for, or None outside the known places."""
    inside = _inside(path, folder)
    directory, _, name = inside.rpartition("/")
    if not name.endswith(".yaml"):
        return None
    return KIND_OF.get(directory or name) if "/" not in directory else None


def parse_document(path: str, data: bytes, folder: str) -> tuple[Document | None, list[Finding]]:
    """One file: the document as far as it can be read, and all that is wrong with it by itself.

    A document is given whenever there is a mapping with a usable kind, even beside findings, so that other
    documents can be checked against it; nothing may be decided on one that has errors.
    """
    place = kind_of(path, folder)
    try:
        found = scan(data, limits=DICTIONARY if place == "cohorts" else DOCUMENT)
    except YamlFault as fault:
        return None, [_of_fault(fault, path)]
    value, positions = found.value, found.positions
    if not isinstance(value, dict):
        return None, [_finding(path, positions, (), "GOV-DOC-003", "not a document", _first_line(place))]
    declared = declared_kind(value)
    kind = declared or place
    if kind is None:
        close = nearest(str(value.get("kind", "")), (f"{name}/v1" for name in KINDS))
        hint = f"nearest: {close}" if close else "a document begins with its kind, such as kind: packet/v1"
        message = "wrong kind" if "kind" in value else "no kind"
        return None, [_finding(path, positions, ("kind",), "GOV-DOC-001", message, hint)]
    schemas.settle_texts(kind, found)
    findings = [
        replace(_of_fault(doubt, path), mendable=mendable(kind, pointer, doubt))
        for pointer, doubt in found.doubts.items()
    ]
    doubtful = {(finding.line, finding.column) for finding in findings}
    told = check(kind, value, path, positions)
    findings += [finding for finding in told if (finding.line, finding.column) not in doubtful]
    findings += _placed(kind, place, value, path, positions)
    given = value.get("id")
    document_id = given if isinstance(given, str) and given else _stem(path)
    return Document(kind, document_id, path, digest_of(data), value, positions), _one_a_place(findings)


def mendable(kind: str, pointer: Pointer, doubt: YamlFault) -> bool:
    """Quotes are enough: it can be read in two ways, and the schema wants text there."""
    return doubt.code == "GOV-YML-006" and schemas.takes_text(kind, pointer)


def declared_kind(value: Value) -> str | None:
    """The kind that a document names in its first field, where there is such a kind."""
    named = value.get("kind") if isinstance(value, dict) else None
    name = named.removesuffix("/v1") if isinstance(named, str) else None
    return name if name in KINDS and named == f"{name}/v1" else None


def _placed(kind: str, place: str | None, value: Value, path: str, positions: Positions) -> Iterator[Finding]:
    """Folder and file name follow from kind and id. A file that a person points at may lie anywhere."""
    if place is None:
        return
    if kind != place:
        home = SINGLE_FILES.get(kind) or f"{FOLDERS.get(kind, 'any folder but this')}/"
        hint = f"a {kind} belongs into {home}; or write: kind: {place}/v1"
        yield _finding(path, positions, ("kind",), "GOV-DOC-009", f"this is the place of a {place}", hint)
    given = value.get("id")
    if place in FOLDERS and kind == place and isinstance(given, str) and given != _stem(path):
        hint = f"rename the file to {given}.yaml, or write: id: {_stem(path)}"
        yield _finding(path, positions, ("id",), "GOV-DOC-008", "the file name is not the id", hint)


def _keep(
    catalog: Catalog, document: Document, findings: list[Finding], owners: dict[tuple[str, str], str]
) -> None:
    """Add a document, unless its id is taken; ids that differ only in case count as one."""
    key = (document.kind, document.id.casefold())
    taken = owners.setdefault(key, document.path)
    if taken == document.path:
        catalog.documents[document.kind, document.id] = document
        # a wrong id is one mistake; what refers to the right one does not dangle as well
        meant = {_stem(document.path), document.id.lower()} - {document.id}
        catalog.unread |= {(document.kind, name) for name in meant if document.kind in FOLDERS}
        return
    place = document.positions.of(("id",))
    hint = f"{_inside(taken, catalog.folder)} has it; write: id: {_stem(document.path)}"
    findings[:] = [
        finding for finding in findings if (finding.line, finding.column) != (place.line, place.column)
    ]
    findings.append(
        _finding(document.path, document.positions, ("id",), "GOV-DOC-011", "id used twice", hint)
    )


def _misplaced(path: str, folder: str, data: bytes) -> Iterator[Finding]:
    """YAML in the folder of documents that nobody would read."""
    inside = _inside(path, folder)
    try:
        kind = declared_kind(scan(data, limits=DICTIONARY).value)
    except YamlFault:
        kind = None
    if kind in INPUT_FILES or (not folder and kind is None):  # at the root, other YAML is other people's
        return
    if kind_of(path.removesuffix("yml") + "yaml", folder):
        hint = f"rename it to {inside.removesuffix('yml')}yaml"
        yield Finding("GOV-DOC-010", "error", "a document ends in .yaml", path, 1, 1, hint)
        return
    if kind:
        home = SINGLE_FILES.get(kind) or f"{FOLDERS[kind]}/{_stem(path)}.yaml"
        hint = f"move it to {home}"
    else:
        hint = f"documents lie in {', '.join(f'{name}/' for name in FOLDERS.values())}; move other YAML out"
    yield Finding("GOV-DOC-010", "error", "not a place for documents", path, 1, 1, hint)


def _needed(catalog: Catalog) -> None:
    for kind, name in SINGLE_FILES.items():
        path = path_of(catalog.folder, kind, "")
        if path not in catalog.data:
            hint = (
                "people, roles, surfaces"
                if kind == "workspace"
                else "one cohort `public` is how a team starts"
            )
            catalog.findings.append(Finding("GOV-DOC-012", "error", f"no {name}", path, 0, 0, hint))


def _inside(path: str, folder: str) -> str:
    return path.removeprefix(f"{folder}/") if folder else path


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]


def _first_line(kind: str | None) -> str:
    return f"a document is a mapping and begins with kind: {kind or 'packet'}/v1"


def _of_fault(fault: YamlFault, path: str) -> Finding:
    return Finding(fault.code, "error", fault.message, path, fault.line, fault.column, fault.hint)


def _finding(
    path: str, positions: Positions, pointer: tuple[str, ...], code: str, message: str, hint: str
) -> Finding:
    place = positions.of(pointer)
    return Finding(code, "error", message, path, place.line, place.column, hint)


def _one_a_place(findings: list[Finding]) -> list[Finding]:
    """What the schema says of an id or a kind is not said again by its place."""
    kept: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        missing = finding.message if finding.code == "GOV-DOC-002" else ""
        kept.setdefault((finding.line, finding.column, missing), finding)
    return sorted(kept.values(), key=lambda finding: finding.order)
