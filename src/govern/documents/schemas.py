"""The JSON Schemas of documents: where they lie, whether a value fits, and what they say about a place in it.

Why a value does not fit is told by `faults`. Nothing is ever retrieved: a schema refers only to itself.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from govern.documents.yaml import Scan, settle
from govern.domain.document import KINDS, Pointer, Value
from govern.domain.rules.view import Mention
from govern.errors import DocumentError

Schema = dict[str, Any]

ANNOTATIONS = {
    "x-govern-person": "person",
    "x-govern-cohort": "cohort",
    "x-govern-surface": "surface",
    "x-govern-role": "role",
    "x-govern-trigger-class": "trigger-class",
    "x-govern-source": "source",
    "x-govern-attribute": "attribute",
    "x-govern-path": "path",
    "x-govern-glob": "glob",
}


class Part(NamedTuple):
    """A piece of schema that applies to the value (or, with `key`, to the key) at `pointer`."""

    pointer: Pointer
    schema: Schema
    value: Value
    key: bool = False


def folder() -> Path:
    """`schemas` inside an installed package, else beside `src` in a checkout or an editable install."""
    package = Path(__file__).resolve().parent.parent
    places = (package / "schemas", package.parent.parent / "schemas")
    found = next((place for place in places if place.is_dir()), None)
    if found is None:
        reinstall = "pip install --force-reinstall govern-cli"
        raise DocumentError("the schemas are missing from this installation", type_line=reinstall)
    return found


def names() -> list[str]:
    """All schemas by name: `packet.v1` and so on."""
    return sorted(path.name.removesuffix(".schema.json") for path in folder().glob("*.schema.json"))


@cache
def read(name: str) -> Schema:
    """The schema `packet.v1`; FileNotFoundError where there is none."""
    schema: Schema = json.loads((folder() / f"{name}.schema.json").read_bytes())
    return schema


def of_kind(kind: str) -> Schema:
    if kind not in KINDS:
        raise DocumentError(f"no such kind of document: {kind}", notes=(f"kinds: {', '.join(KINDS)}",))
    return read(f"{kind}.v1")


@cache
def _compiled(name: str) -> Any:
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(read(name))


def fits(name: str, value: Value) -> bool:
    """Whether `value` fits the schema `name` (`packet.v1`); fast, without a reason."""
    return bool(_compiled(name).is_valid(value))


def settle_texts(kind: str, found: Scan) -> None:
    """Take numbers as text where the schema of `kind` wants text (`x-govern-text`)."""
    schema = of_kind(kind)
    settle(found, lambda pointer: any(part.get("x-govern-text") for part in parts_at(schema, pointer)))


def takes_text(kind: str, pointer: Pointer) -> bool:
    """Whether the schema of `kind` takes free text at `pointer`."""
    types = (part.get("type", ()) for part in parts_at(of_kind(kind), pointer))
    return any("string" in ([each] if isinstance(each, str) else each) for each in types)


def parts_at(root: Schema, pointer: Pointer) -> list[Schema]:
    """The pieces of schema that may apply at `pointer`, whatever the value is."""
    parts = list(_expanded(root, root))
    for step in pointer:
        parts = [
            piece for part in parts for child in _children(part, step) for piece in _expanded(root, child)
        ]
    return parts


def walk(root: Schema, value: Value) -> Iterator[Part]:
    """Every place of `value` with each piece of schema that may apply there."""
    yield from _walk(root, root, value, ())


def mentions(kind: str, value: Value) -> tuple[Mention, ...]:
    """Every text in a document that names something else, as its schema declares."""
    found = {}
    for part in walk(of_kind(kind), value):
        if isinstance(part.value, str):
            for what in _named_by(part.schema):
                found[part.pointer, part.key, what] = Mention(what, part.value, part.pointer, part.key)
    return tuple(found.values())


def _named_by(schema: Schema) -> Iterator[str]:
    if "x-govern-ref" in schema:
        yield schema["x-govern-ref"]
    for annotation, what in ANNOTATIONS.items():
        if schema.get(annotation):
            yield what


def _walk(root: Schema, schema: Schema, value: Value, pointer: Pointer) -> Iterator[Part]:
    for part in _expanded(root, schema):
        yield Part(pointer, part, value)
        steps: list[Any] = []
        if isinstance(value, dict):
            steps = list(value)
            if isinstance(part.get("propertyNames"), dict):
                for name in steps:
                    for piece in _expanded(root, part["propertyNames"]):
                        yield Part((*pointer, name), piece, name, key=True)
        elif isinstance(value, list):
            steps = list(range(len(value)))
        for step in steps:
            for child in _children(part, step):
                yield from _walk(root, child, value[step], (*pointer, step))


def _expanded(root: Schema, schema: Schema) -> Iterator[Schema]:
    """`schema` itself and all that stands beside it at the same place."""
    yield schema
    if "$ref" in schema:
        target: Any = root
        for step in schema["$ref"].removeprefix("#").strip("/").split("/"):
            target = target[step]
        yield from _expanded(root, target)
    for keyword in ("allOf", "anyOf", "oneOf"):
        for branch in schema.get(keyword, ()):
            yield from _expanded(root, branch)
    for keyword in ("then", "else"):
        if keyword in schema:
            yield from _expanded(root, schema[keyword])


def _children(schema: Schema, step: str | int) -> Iterator[Schema]:
    if isinstance(step, int):
        prefix = schema.get("prefixItems", ())
        child = prefix[step] if step < len(prefix) else schema.get("items")
    else:
        child = schema.get("properties", {}).get(step, schema.get("additionalProperties"))
    if isinstance(child, dict):
        yield child
