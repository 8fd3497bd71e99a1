"""Records as bytes: one form, made here and read back here.

Lines `key: VALUE` in a fixed order, each VALUE canonical JSON, the body one field a line and indented: YAML
1.2 for anyone, and for us one join away from JSON. What a record may say is the schemas' business.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from govern.domain.document import canonical, digest_of
from govern.domain.records import Record, path_of
from govern.ledger.faults import Fault

KIND = "record/v1"
MAX_BYTES = 64 * 1024
MAX_NODES = 2_000
MAX_DEPTH = 32  # of mappings and lists in each other; deeper ones are refused before they are decoded
MAX_INTEGER = 2**53 - 1  # beyond it readers that know only floating point see another number
KEYS = (
    *("kind", "ledger", "n", "command", "stream", "seq", "prev", "event", "at", "happened_at", "actor"),
    *("claimed", "main", "asked", "policy", "documents", "uses", "body"),
)
OPTIONAL = {"ledger", "prev", "happened_at", "claimed", "asked", "documents"}
TYPES: dict[str, type] = {
    "n": int,
    "seq": int,
    "claimed": bool,
    "asked": dict,
    "policy": dict,
    "documents": dict,
    "uses": list,
    "body": dict,
}  # all others are text

_OBJECT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_FIELD = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+"?|[][{}]', re.DOTALL)
_TOO_DEEP = f"the record has values more than {MAX_DEPTH} deep in each other"
# Legal in JSON, but a line break, unprintable or invisible to some reader of YAML.
_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")


class RecordFault(Exception):  # noqa: N818  # becomes a finding; the history goes on behind it
    """These bytes are no record in the one form that there is."""

    def __init__(self, message: str, code: Fault = Fault.CANONICAL_FORM) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def envelope(record: Record) -> dict[str, Any]:
    """The fields of a record besides `kind` and `body`, in order; optional ones only where they say something."""
    fields = {key: getattr(record, key) for key in KEYS[1:-1]}
    return {key: value for key, value in fields.items() if not (key in OPTIONAL and value in (None, False))}


def emit(record: Record) -> bytes:
    """The bytes of a record. Raises RecordFault for values that could not be read back."""
    fields = envelope(record)
    try:
        lines = [f"kind: {_text(KIND)}", *(f"{key}: {_text(value)}" for key, value in fields.items())]
        body = [f"  {_field(key)}: {_text(record.body[key])}" for key in sorted(record.body)]
        data = "\n".join([*lines, *(["body:", *body] if body else ["body: {}"]), ""]).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise RecordFault(f"a value has no form in a record: {error}") from error
    _limit(data, (*fields.values(), record.body))
    return data


def parse(data: bytes, path: str) -> Record:
    """The record in the bytes at `path`. Raises RecordFault unless emitting it gives these bytes again."""
    if len(data) > MAX_BYTES:
        raise RecordFault(f"the record has {len(data)} bytes, {MAX_BYTES} are allowed")
    record = _record(_decode(_as_json(data)), digest_of(data))
    if emit(record) != data:
        raise RecordFault("the bytes are not those that govern writes for this record")
    if path_of(record.stream, record.seq) != path:
        raise RecordFault(f"the record says that it is {record.name}, which is not its place", Fault.CHAIN)
    return record


def _text(value: Any) -> str:
    text = canonical(value).decode()
    if text.isascii() and "\x7f" not in text:
        return text
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _field(key: str) -> str:
    if not _FIELD.fullmatch(key):
        raise ValueError(f"the field {key!r} of a body is not in snake_case")
    return key


def _as_json(data: bytes) -> str:
    """One JSON object out of the lines. Whatever slips through here differs when it is emitted again."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RecordFault(f"the record is not UTF-8 at byte {error.start}") from error
    head, mark, body = text.partition("\nbody:\n")
    top = [_member(line) for line in head.removesuffix("\n").split("\n")]
    if mark:
        fields = [_member(line.removeprefix("  ")) for line in body.removesuffix("\n").split("\n")]
        top.append('"body":{' + ",".join(fields) + "}")
    return "{" + ",".join(top) + "}"


def _member(line: str) -> str:
    key, mark, value = line.partition(": ")
    if not mark:
        raise RecordFault(f"a line of the record is not `key: VALUE`: {line[:60]!r}")
    return f'"{key}":{value}'


def _require_shallow(text: str) -> None:
    """Nesting is counted in the text: how deep a decoder gets depends on the stack that it finds."""
    if text.count("{") + text.count("[") <= MAX_DEPTH:
        return
    depth = 0
    for bracket in _BRACKET.findall(text):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(bracket, 0)  # a string counts for nothing
        if depth > MAX_DEPTH:
            raise RecordFault(_TOO_DEEP)


def _decode(text: str) -> dict[str, Any]:
    import msgspec

    _require_shallow(text)
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise RecordFault(f"the record cannot be read: {error}") from error
    if not isinstance(value, dict):
        raise RecordFault("the record is not a mapping")
    return value


def _record(value: Mapping[str, Any], digest: str) -> Record:
    unknown = value.keys() - set(KEYS)
    if unknown:
        raise RecordFault(f"{sorted(unknown)[0]!r} is no field of a record")
    if value.get("kind") != KIND:
        raise RecordFault(f"the first line is not `kind: {_text(KIND)}`")
    for key in KEYS:
        if key not in value and key not in OPTIONAL:
            raise RecordFault(f"the record has no `{key}`")
        if key in value and type(value[key]) is not TYPES.get(key, str):
            raise RecordFault(f"`{key}` of the record is not {TYPES.get(key, str).__name__}")
    if not all(type(name) is str for name in value["uses"]):
        raise RecordFault("`uses` of the record is not a list of names")
    if not _OBJECT.fullmatch(value["main"]):
        raise RecordFault("`main` of the record is not the name of a commit")
    for key in ("at", "happened_at"):
        if key in value and not _is_instant(value[key]):
            raise RecordFault(f"`{key}` of the record is not an instant in UTC")
    given: dict[str, Any] = {key: value.get(key) for key in KEYS[1:]}
    given |= {"claimed": value.get("claimed", False), "uses": tuple(value["uses"]), "digest": digest}
    return Record(**given)


def _is_instant(text: str) -> bool:
    """Records are ordered by their time as text, so that it has one form only."""
    try:
        return bool(_INSTANT.fullmatch(text) and datetime.fromisoformat(text))
    except ValueError:
        return False


def _limit(data: bytes, values: tuple[Any, ...]) -> None:
    if len(data) > MAX_BYTES:
        raise RecordFault(f"the record has {len(data)} bytes, {MAX_BYTES} are allowed")
    nodes, rest = 0, [(value, 2) for value in values]  # the record itself is the first mapping
    while rest:
        value, depth = rest.pop()
        nodes += 1
        if nodes > MAX_NODES:
            raise RecordFault(f"the record has more than {MAX_NODES} values")
        if isinstance(value, int) and abs(value) > MAX_INTEGER:
            raise RecordFault(f"a number of the record is beyond {MAX_INTEGER}")
        if isinstance(value, Mapping | list | tuple):
            if depth > MAX_DEPTH:
                raise RecordFault(_TOO_DEEP)
            inner = value.values() if isinstance(value, Mapping) else value
            rest.extend((each, depth + 1) for each in inner)
