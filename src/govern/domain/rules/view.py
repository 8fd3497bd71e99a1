"""What a rule looks at: all documents of one tree as pure values, and careful ways to reach into them.

A rule also sees documents that do not fit their schema, so it reaches by path and gets None where nothing
stands.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from govern.domain.document import Document, Pointer
from govern.domain.findings import Finding, Severity
from govern.domain.selection import expand


class Explanation(NamedTuple):
    """What `govern explain CODE` says: what it is, why it matters, how it is mended."""

    title: str
    why: str
    mend: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A text in a document that names something else. `what` is a kind, or person, cohort, surface, role,
    trigger-class, path or glob; `key` says that the name is the key at `pointer`."""

    what: str
    name: str
    pointer: Pointer
    key: bool = False


@dataclass(frozen=True)
class View:
    """All documents of one tree. `unread` are (kind, id) of files that are there and cannot be used."""

    folder: str
    documents: Mapping[tuple[str, str], Document]
    unread: frozenset[tuple[str, str]] = frozenset()
    mentions: Mapping[tuple[str, str], tuple[Mention, ...]] = field(default_factory=dict)
    exists: Callable[[str], bool] = lambda _: True
    pinned: Callable[[str], Mapping[str, str]] = lambda _: {}
    beside: Callable[[str], Any] = lambda _: None  # the value of a YAML file beside the documents

    def of(self, kind: str) -> Iterator[Document]:
        """Documents of a kind in the order of their ids."""
        return (self.documents[key] for key in sorted(self.documents) if key[0] == kind)

    def get(self, kind: str, document_id: object) -> Document | None:
        return self.documents.get((kind, document_id)) if isinstance(document_id, str) else None

    def single(self, kind: str) -> Document | None:
        """govern.yaml or cohorts.yaml, or None where it is missing or cannot be read."""
        return next(self.of(kind), None)


def at(value: Any, *path: str | int) -> Any:
    """What stands at `path`, or None."""
    for step in path:
        if isinstance(value, Mapping) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def mapping(value: Any, *path: str | int) -> Mapping[str, Any]:
    found = at(value, *path)
    return found if isinstance(found, Mapping) else {}


def items(value: Any, *path: str | int) -> list[Any]:
    found = at(value, *path)
    return found if isinstance(found, list) else []


def texts(value: Any, *path: str | int) -> list[str]:
    """The texts of a list; anything else in it is left out."""
    return [item for item in items(value, *path) if isinstance(item, str)]


def text(value: Any, *path: str | int) -> str | None:
    found = at(value, *path)
    return found if isinstance(found, str) else None


def number(value: Any, *path: str | int) -> int | float | None:
    found = at(value, *path)
    return found if isinstance(found, (int, float)) and not isinstance(found, bool) else None


def finding(
    document: Document,
    pointer: Pointer,
    code: str,
    message: str,
    hint: str = "",
    *,
    key: bool = False,
    severity: Severity = "error",
    mendable: bool = False,
) -> Finding:
    """A finding at the place of `pointer`, or of its nearest ancestor that stands in the file."""
    place = document.positions.of(pointer, key=key)
    return Finding(code, severity, message, document.path, place.line, place.column, hint, mendable)


def dictionary(view: View) -> Mapping[str, Mapping[str, Any]]:
    """Cohort key to attributes; empty where cohorts.yaml is missing or cannot be read."""
    document = view.single("cohorts")
    cohorts = mapping(document.value, "cohorts") if document else {}
    return {key: attributes for key, attributes in cohorts.items() if isinstance(attributes, Mapping)}


def selected(view: View, selector: Any) -> tuple[str, ...]:
    """Cohort keys that a list or a selector means; empty where it has another form."""
    if isinstance(selector, list):
        return expand(texts(selector), {})
    if mapping(selector, "where"):
        return expand(selector, dictionary(view))
    return ()
