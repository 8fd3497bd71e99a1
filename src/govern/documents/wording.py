"""One error of the schema validator in our words: code, message, and what to write instead."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from govern.documents.flow import flow
from govern.documents.schemas import Schema, parts_at
from govern.domain.document import Pointer, Value
from govern.domain.findings import nearest

TYPES = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "nothing",
}
NUMBERS = "none one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
RANGE = {
    "minimum": "{} at least",
    "maximum": "{} at most",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "minItems": "{} at least",
    "maxItems": "{} at most",
    "minProperties": "{} at least",
    "maxProperties": "{} at most",
    "minLength": "{} letters at least",
    "maxLength": "{} letters at most",
}
FORMS = {
    r"^[a-z][a-z0-9_]*$": "lower case letters, digits and _",
    r"^[!#-&(-+\x2d-~]+$": "a cohort key has no space, quote or comma, and is plain ASCII",
}
ID = "[a-z0-9]+(-[a-z0-9]+)*"


@dataclass(frozen=True, slots=True)
class Fault:
    """A finding before it has a place; `key` points at the key instead of the value."""

    pointer: Pointer
    code: str
    message: str
    hint: str
    key: bool = False
    lacks: str = ""  # the field that is missing


Maker = Callable[[Any, Schema], Iterator[Fault]]


def faults_of(error: Any, root: Schema) -> Iterator[Fault]:
    """What one error of the validator says; `root` is the whole schema."""
    for fault in MAKERS.get(error.validator, _other)(error, root):
        if "propertyNames" in error.relative_schema_path:  # the instance is the key itself
            yield replace(fault, pointer=(*error.absolute_path, error.instance), key=True)
        else:
            yield fault


def counted(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else str(count)


def as_id(text: str) -> str:
    """The nearest text that is an id, or empty where nothing is left."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")[:63].strip("-")


def _required(error: Any, root: Schema) -> Iterator[Fault]:
    properties = error.schema.get("properties", {})
    unknown = [name for name in error.instance if name not in properties]
    missing = [name for name in error.validator_value if name not in error.instance]
    meant = set(_meant(unknown, missing).values()) if properties else set()
    pointer = tuple(error.absolute_path)
    for name in missing:
        if name == "kind":
            hint = f"Write: kind: {properties[name]['const']}"
            yield Fault(pointer, "GOV-DOC-001", "no kind", hint, key=True)
        elif name not in meant:
            hint = _example(name, root, pointer)
            message = f"required field missing: {name}"
            yield Fault(pointer, "GOV-DOC-002", message, hint, key=True, lacks=name)


def _meant(unknown: list[str], missing: list[str]) -> dict[str, str]:
    """Which missing field each unknown one was most likely meant to be; each is meant once."""
    meant: dict[str, str] = {}
    for name in unknown:
        close = nearest(name, [other for other in missing if other not in meant.values()])
        if close:
            meant[name] = close
    return meant


def _example(name: str, root: Schema, pointer: Pointer) -> str:
    """What a missing field is, with an example of its schema."""
    parts = parts_at(root, (*pointer, name))
    title = next((part["title"] for part in parts if "title" in part), "")
    example = next((part["examples"][0] for part in parts if "examples" in part), None)
    return (f"{title}. " if title else "") + f"For example: {name}: {flow(example)}"


def _additional(error: Any, _root: Schema) -> Iterator[Fault]:
    properties = error.schema.get("properties", {})
    unknown = [name for name in error.instance if name not in properties]
    missing = [name for name in error.schema.get("required", ()) if name not in error.instance]
    meant = _meant(unknown, missing)
    for name in unknown:
        close = meant.get(name) or nearest(name, properties)
        if name in meant:
            hint = f"the nearest is {close}, which is required and missing"
        elif close:
            hint = f"the nearest is {close}" + (", which is there already" if close in error.instance else "")
        else:
            hint = f"there is none of that name here; known: {', '.join(properties)}"
        yield Fault((*error.absolute_path, name), "GOV-DOC-004", "unknown field", hint, key=True)


def _type(error: Any, _root: Schema) -> Iterator[Fault]:
    wanted = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
    hint = f"{' or '.join(TYPES[name] for name in wanted)} is wanted, this is {_is(error.instance)}"
    if wanted == ["object"] and isinstance(error.instance, list) and len(error.instance) > 1:
        hint = f"one mapping is wanted, this is a list of {counted(len(error.instance))}"
    if "examples" in error.schema:
        hint += f". For example: {flow(error.schema['examples'][0])}"
    yield Fault(tuple(error.absolute_path), "GOV-DOC-003", "wrong type", hint)


def _is(value: Value) -> str:
    for kind, name in ((bool, "boolean"), (dict, "object"), (list, "array"), (str, "string")):
        if isinstance(value, kind):
            return TYPES[name]
    return "empty" if value is None else "a number"


def _choice(error: Any, _root: Schema) -> Iterator[Fault]:
    pointer = tuple(error.absolute_path)
    allowed = error.validator_value if error.validator == "enum" else [error.validator_value]
    if pointer == ("kind",):
        yield Fault(pointer, "GOV-DOC-001", "wrong kind", f"Write: kind: {allowed[0]}")
        return
    listed = ", ".join(flow(value) for value in allowed)
    close = nearest(error.instance, map(str, allowed)) if isinstance(error.instance, str) else None
    hint = f"nearest: {close} (of {listed})" if close else f"one of: {listed}"
    yield Fault(pointer, "GOV-DOC-005", "not one of the allowed values", hint)


def _form(error: Any, _root: Schema) -> Iterator[Fault]:
    pattern = error.schema.get("pattern", "")
    if ID in pattern and as_id(error.instance):
        hint = f"lower case, digits and single hyphens, 63 at most. Write: {as_id(error.instance)}"
    elif "examples" in error.schema:
        hint = f"For example: {flow(error.schema['examples'][0])}"
    elif error.validator in RANGE:
        hint = RANGE[error.validator].format(error.validator_value)
    else:
        hint = FORMS.get(pattern, f"it must match {pattern}")
    yield Fault(tuple(error.absolute_path), "GOV-DOC-006", "wrong form", hint)


def _range(error: Any, root: Schema) -> Iterator[Fault]:
    """A number out of range, or a list or mapping of the wrong length."""
    pointer = tuple(error.absolute_path)
    limit = error.validator_value
    message, hint = "out of range", RANGE[error.validator].format(flow(limit))
    if isinstance(error.instance, (list, dict)):
        bound = "most" if error.validator.startswith("max") else "least"
        message = f"{counted(len(error.instance))} here, {counted(limit)} at {bound}"
    if isinstance(error.instance, dict):
        known = [name for part in parts_at(root, pointer) for name in part.get("properties", ())]
        hint = f"of: {', '.join(known)}" if known else hint
    elif error.validator == "maxItems":
        pointer = (*pointer, limit)
    yield Fault(pointer, "GOV-DOC-007", message, hint)


def _twice(error: Any, _root: Schema) -> Iterator[Fault]:
    items = error.instance
    double = next(place for place, item in enumerate(items) if item in items[:place])
    pointer = (*error.absolute_path, double)
    yield Fault(pointer, "GOV-DOC-007", "named twice", "take one of the two out")


def _other(error: Any, _root: Schema) -> Iterator[Fault]:
    yield Fault(tuple(error.absolute_path), "GOV-DOC-006", "wrong form", error.message[:200])


MAKERS: dict[str, Maker] = {
    "required": _required,
    "additionalProperties": _additional,
    "type": _type,
    "enum": _choice,
    "const": _choice,
    "uniqueItems": _twice,
    **dict.fromkeys(RANGE, _range),
    **dict.fromkeys(("pattern", "minLength", "maxLength"), _form),
}
