"""A schema as a table of fields, for people: dotted name, type in words, whether it must be there, what it means.

`*` stands for any key of a mapping, `[]` for an entry of a list. A schema refers only to itself.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from govern.documents.schemas import Schema, folder, names
from govern.domain.document import Value
from govern.domain.findings import nearest
from govern.errors import UsageError

TYPES = {
    "object": "mapping",
    "array": "list",
    "string": "text",
    "number": "number",
    "integer": "whole number",
    "boolean": "true or false",
    "null": "nothing",
}


PUT_OUT = "#/$defs/listed"  # how a long list stands in a record; readers take it in again


class FieldRow(NamedTuple):
    name: str
    type: str
    required: bool
    meaning: str
    example: Value


def all_names() -> list[str]:
    """Every schema: those of documents, then those of records with their folder."""
    records = sorted((folder() / "records").glob("*.schema.json"))
    return [*names(), *(f"records/{path.name.removesuffix('.schema.json')}" for path in records)]


def resolved(text: str) -> str:
    """The schema meant by `packet`, `packet/v1`, `phase_advanced` or `phase_advanced/1`; UsageError else."""
    called = {name: name for name in all_names()}
    for name in all_names():
        stem, _, version = name.removeprefix("records/").rpartition(".")
        called |= {stem: name, f"{stem}/{version}": name, f"{stem}.{version}": name}
    if text in called:
        return called[text]
    close = nearest(text, called)
    raise UsageError(
        f"no schema `{text}`" + (f"; nearest: {close}" if close else ""),
        type_line=f"govern schema show {close}" if close else "govern schema list",
    )


def rows(schema: Schema) -> Iterator[FieldRow]:
    """Every field in the order of the schema, each mapping before what it holds."""
    yield from _inside(schema, schema, "")


def _inside(root: Schema, schema: Schema, front: str) -> Iterator[FieldRow]:
    parts = list(_parts(root, schema))
    required = {name for part, always in parts if always for name in part.get("required", ())}
    seen: set[str] = set()
    for part, _ in parts:
        for name, child in part.get("properties", {}).items():
            if name not in seen and child is not True:
                seen.add(name)
                yield from _field(root, child, f"{front}{name}", name in required)
        other = part.get("additionalProperties")
        if isinstance(other, dict) and "*" not in seen:
            seen.add("*")
            yield from _field(root, other, f"{front}*", False)
        items = part.get("items")
        if isinstance(items, dict):
            yield from _inside(root, items, f"{front.removesuffix('.')}[].")


def _field(root: Schema, schema: Schema, name: str, required: bool) -> Iterator[FieldRow]:
    parts = [part for part, _ in _parts(root, schema)]
    meaning = next((part["description"] for part in parts if "description" in part), "")
    example = next((part["examples"][0] for part in parts if part.get("examples")), None)
    yield FieldRow(name, _type(root, parts), required, meaning, example)
    yield from _inside(root, schema, f"{name}.")


def _parts(root: Schema, schema: Schema, always: bool = True) -> Iterator[tuple[Schema, bool]]:
    """The schema and all that stands beside it; False for what holds only sometimes."""
    yield schema, always
    if "$ref" in schema:
        target: Any = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        yield from _parts(root, target, always)
    for branch in schema.get("allOf", ()):
        yield from _parts(root, branch, always)
    for keyword in ("oneOf", "anyOf"):
        for branch in schema.get(keyword, ()):
            if branch.get("$ref") == PUT_OUT:
                continue
            yield from _parts(root, branch, False)
    for keyword in ("then", "else"):
        if keyword in schema:
            yield from _parts(root, schema[keyword], False)


def _type(root: Schema, parts: list[Schema]) -> str:
    """In words: a constant, the words of a closed list, what an id names, else the types."""
    for part in parts:
        if "const" in part:
            return str(part["const"]).replace("True", "true")
        if "x-govern-ref" in part:
            return f"{part['x-govern-ref']} id"
    words: list[str] = []
    for part in parts:
        if "enum" in part:
            words += [str(word) for word in part["enum"]]
            continue
        given = part.get("type", [])
        for name in [given] if isinstance(given, str) else given:
            entry = _entries(root, part) if name == "array" else ""
            words.append(f"{TYPES[name]}{entry}")
    if any("enum" in part for part in parts):
        words = [word for word in words if word != "text"]
    return ", ".join(dict.fromkeys(words)) or "any"


def _entries(root: Schema, part: Schema) -> str:
    items = part.get("items")
    inner = _type(root, [piece for piece, _ in _parts(root, items)]) if isinstance(items, dict) else ""
    return f" of {inner}" if inner and inner != "any" else ""
