"""What a decision reads: documents at one commit of the documents branch, and what the ledger keeps.

`BranchDocuments` reads a tree and remembers what was read; `RecordedDocuments` gives a past decision exactly
what its record names, from the ledger's inputs. Both are the same to a decision.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from govern.documents import catalog, yaml
from govern.documents.checking import check
from govern.documents.tree import Tree, matching, pinned
from govern.domain.decision import Refusal
from govern.domain.document import Document, Positions, Value, digest_of, rows_of
from govern.errors import RepositoryError

Inputs = Callable[[str], bytes | None]  # digest -> bytes


class MissingInputError(RepositoryError):
    """A past decision read bytes that the ledger does not hold. `lacking` says which."""

    def __init__(self, lacking: str) -> None:
        super().__init__(f"the ledger here is not whole: {lacking}", type_line="govern audit")
        self.lacking = lacking


def _sound(path: str, data: bytes, folder: str) -> Document:
    """The document, when nothing is wrong with it by itself: nothing is decided on a faulty one."""
    document, findings = catalog.parse_document(path, data, folder)
    errors = [finding for finding in findings if finding.severity == "error"]
    if document is None or errors:
        more = f" (and {len(errors) - 1} more)" if errors[1:] else ""
        raise Refusal(f"{path}:{errors[0].line}: {errors[0].message}{more}", type_line="govern validate")
    return document


def plain(data: bytes) -> str:
    """A file as text with LF."""
    return data.decode("utf-8", "replace").replace("\r\n", "\n")


class KeptDocuments:
    """What lies in the ledger: frozen documents and tables."""

    def __init__(self, folder: str, inputs: Inputs) -> None:
        self.folder = folder
        self._inputs = inputs
        self._parsed: dict[tuple[str, str], Document] = {}

    def frozen(self, key: str, digest: str) -> Document:
        if (key, digest) not in self._parsed:
            path = f"{self.folder}/{key}.yaml"
            self._parsed[key, digest] = _sound(path, self.kept(digest), self.folder)
        return self._parsed[key, digest]

    def held(self, key: str, digest: str) -> Document | None:
        try:
            return self.frozen(key, digest)
        except (MissingInputError, Refusal):
            return None

    def value(self, digest: str) -> Value:
        try:
            return yaml.load(self.kept(digest))[0]
        except yaml.YamlFault as fault:
            raise Refusal(f"{digest[:15]}: {fault}", type_line=f"govern show {digest[:15]}") from None

    def parsed(self, text: str) -> Value:
        try:
            return yaml.load(text.encode())[0]
        except yaml.YamlFault:
            return None

    def table(self, digest: str) -> list[dict[str, Any]]:
        return rows_of(self.kept(digest))

    def kept(self, digest: str) -> bytes:
        data = self._inputs(digest)
        if data is None:
            raise MissingInputError(f"{digest} is not in the ledger")
        return data

    def problems(self, kind: str, value: Value) -> tuple[str, ...]:
        return tuple(finding.message for finding in check(kind, value, "", Positions()))


class NoDocuments(KeptDocuments):
    """For the way back, which reads none: not even a spoilt documents branch can stop it."""

    read: Mapping[str, str] = MappingProxyType({})
    bytes_read: Mapping[str, bytes] = MappingProxyType({})

    def get(self, kind: str, document_id: str) -> Document | None:
        raise AssertionError(f"a rollback reads no document: {kind} {document_id}")

    def pinned(self, pattern: str) -> Mapping[str, str]:
        raise AssertionError(f"a rollback reads no file: {pattern}")

    def text(self, path: str) -> str | None:
        raise AssertionError(f"a rollback reads no file: {path}")


class BranchDocuments(KeptDocuments):
    """Documents of a tree. `read` is what a record names, `bytes_read` goes into the ledger's inputs."""

    def __init__(self, tree: Tree, folder: str, inputs: Inputs) -> None:
        super().__init__(folder, inputs)
        self._tree = tree
        self.read: dict[str, str] = {}
        self.bytes_read: dict[str, bytes] = {}

    def get(self, kind: str, document_id: str) -> Document | None:
        path = catalog.path_of(self.folder, kind, document_id)
        data = self._tree.read(path)
        if data is None:
            return None
        document = _sound(path, data, self.folder)
        digest = digest_of(data)
        self.read[path] = digest
        self.bytes_read[digest] = data
        return document

    def text(self, path: str) -> str | None:
        data = self._tree.read(path)
        if data is None:
            return None
        self.read[path] = digest_of(data)
        self.bytes_read[self.read[path]] = data
        return plain(data)

    def pinned(self, pattern: str) -> Mapping[str, str]:
        found = pinned(self._tree, pattern)
        self.read |= found
        return found


class RecordedDocuments(KeptDocuments):
    """What one record read, by its own list."""

    def __init__(self, documents: Mapping[str, str], folder: str, inputs: Inputs) -> None:
        super().__init__(folder, inputs)
        self._documents = documents

    def get(self, kind: str, document_id: str) -> Document | None:
        path = catalog.path_of(self.folder, kind, document_id)
        if path not in self._documents:
            return None
        return _sound(path, self.kept(self._documents[path]), self.folder)

    def text(self, path: str) -> str | None:
        return plain(self.kept(self._documents[path])) if path in self._documents else None

    def pinned(self, pattern: str) -> Mapping[str, str]:
        return {path: self._documents[path] for path in matching(pattern, self._documents)}
