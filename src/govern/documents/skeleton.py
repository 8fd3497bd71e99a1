"""A document to begin from: required fields with the first example of their schema, each with what it is or may be.

References are turned to things that exist where there are some. What a field should say is left to people.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from govern.documents import schemas
from govern.documents.flow import flow
from govern.documents.templates import document
from govern.domain.document import Pointer, Value

COLUMN = 35  # where comments begin, if the value leaves room
WIDTH = 96  # a value that is longer in one line takes several
WIDEST = 110  # of a line with its comment
PLAIN = ("kind", "id", "owner")


def example(
    kind: str, document_id: str, known: Mapping[str, Sequence[str]], **given: Value
) -> dict[str, Any]:
    """A value of `kind` in the order of its schema. `known` are existing names by what they name, as a schema
    says it (`kpi`, `person`, `surface`, …); `given` are fields that are not left to the example."""
    schema = schemas.of_kind(kind)
    own: dict[str, Value] = {"kind": f"{kind}/v1", "id": document_id, **given}
    value = {
        name: deepcopy(own[name] if name in own else field["examples"][0])
        for name, field in schema["properties"].items()
        if name in own or name in schema["required"]
    }
    renamed: dict[tuple[str, str], str] = {}
    for mention in schemas.mentions(kind, value):
        there = known.get(mention.what)
        if there and mention.name not in there and str(mention.pointer[0]) not in given:
            order = sum(what == mention.what for what, _ in renamed)
            new = renamed.setdefault((mention.what, mention.name), there[order % len(there)])
            _rename(value, mention.pointer, new, key=mention.key)
    return {name: _once(item) for name, item in value.items()}


def render(kind: str, value: Mapping[str, Any], beside: str | None = None) -> bytes:
    """The bytes of a document, one field after the other; `beside` as in `templates.document`."""
    fields = schemas.of_kind(kind)["properties"]
    rows = [row for name, item in value.items() for row in _field(name, item, _said(name, fields[name]))]
    return document(kind, "".join(f"{row}\n" for row in rows), beside)


def _said(name: str, field: schemas.Schema) -> str:
    """What stands beside a field: its choices, or the first sentence of what its schema says."""
    if "enum" in field:
        return " | ".join(field["enum"])
    sentence: str = field["description"].partition(". ")[0].removesuffix(".")
    if name in PLAIN:
        return ""
    return sentence if sentence[:2].isupper() else sentence[:1].lower() + sentence[1:]


def _field(name: str, value: Value, said: str) -> list[str]:
    line = f"{name}: {flow(value)}"
    if value is None:
        return [_beside(f"{name}:", said)]
    if not isinstance(value, dict | list) or len(line) <= WIDTH:
        return [_beside(line, said)]
    return [_beside(f"{name}:", said), *_members(value, 2)]


def _members(value: Value, indent: int) -> list[str]:
    """A mapping or list below its key, each member in one line where it fits."""
    rows = []
    items = list(value.items()) if isinstance(value, dict) else [(None, item) for item in value]
    for key, item in items:
        front = " " * indent + ("- " if key is None else f"{flow(key)}:")
        line = front + flow(item) if key is None else f"{front} {flow(item)}"
        if key is None or len(line) <= WIDTH or not isinstance(item, dict | list):
            rows.append(line)
        else:
            rows += [front, *_members(item, indent + 2)]
    return rows


def _beside(line: str, said: str) -> str:
    """The line with its comment; with a part of it, or none, where there is no room for all."""
    for part in (said, said.partition("; ")[0], said.partition(": ")[2], said.partition(": ")[0]):
        whole = f"{line:<{COLUMN - 2}}  # {part}"
        if part and len(whole) <= WIDEST:
            return whole
    return line


def _rename(value: Value, pointer: Pointer, new: str, *, key: bool) -> None:
    for step in pointer[:-1]:
        value = value[step]
    if key:
        items = [(new if name == pointer[-1] else name, item) for name, item in value.items()]
        value.clear()
        value.update(items)
    else:
        value[pointer[-1]] = new


def _once(value: Value) -> Value:
    """Two names of an example may have become the same one."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return list(dict.fromkeys(value))
    return value
