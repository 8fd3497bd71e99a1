"""A strict reader of YAML 1.2: a value and the place of every node, or why it cannot be read.

Values are built straight from PyYAML's event stream, so that limits hold while a file is read and nothing is
resolved that two libraries read differently. What a field means, and whether a text was wanted where a number
stands, is the schema's business: `scan` keeps the source of every scalar that is not plainly text, and
`settle` lets the caller, who knows the schema, decide.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from govern.documents.encoding import DICTIONARY, DOCUMENT, FORBIDDEN, Limits, decode, forbidden
from govern.documents.scalars import NUMBER_LIKE, Doubt, check_key, resolve
from govern.documents.yaml_codes import YamlFault
from govern.domain.document import Place, Pointer, Positions, Value

__all__ = ["DICTIONARY", "DOCUMENT", "Limits", "Scan", "YamlFault", "load", "scan", "settle"]


DIRECTIVE = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*%")


@dataclass(slots=True)
class Scan:
    """What was read. `sources` holds the text of every plain scalar that YAML does not read as text.

    `doubts` holds what stands there and cannot be taken as it is; a file with doubts is not a document yet.
    """

    value: Value = None
    values: dict[Pointer, Place] = field(default_factory=dict)
    keys: dict[Pointer, Place] = field(default_factory=dict)
    sources: dict[Pointer, str] = field(default_factory=dict)
    doubts: dict[Pointer, YamlFault] = field(default_factory=dict)

    @property
    def positions(self) -> Positions:
        return Positions(self.values, self.keys)


def load(data: bytes, *, limits: Limits = DOCUMENT) -> tuple[Value, Positions]:
    """The value of one YAML document and its places; raises the first `YamlFault`."""
    found = scan(data, limits=limits)
    for doubt in found.doubts.values():
        raise doubt
    return found.value, found.positions


def settle(found: Scan, wants_text: Callable[[Pointer], bool]) -> None:
    """Take the source as it stands (`1.10`, `14`, `2026-11-16/P7D`) wherever the schema wants text."""
    for pointer, source in found.sources.items():
        if NUMBER_LIKE.match(source) and wants_text(pointer):
            replace(found.value, pointer, source)
            found.doubts.pop(pointer, None)


def replace(value: Value, pointer: Pointer, new: Value) -> None:
    """Put `new` at `pointer`; the value there must exist and not be the root."""
    for step in pointer[:-1]:
        value = value[step]
    value[pointer[-1]] = new


def scan(data: bytes, *, limits: Limits = DOCUMENT) -> Scan:
    """Read all of `data`; raises `YamlFault` where it cannot be read to its end."""
    text = decode(data, limits)
    directive = DIRECTIVE.match(text)
    if directive:
        line = text.count("\n", 0, directive.end()) + 1
        raise YamlFault("GOV-YML-010", "a directive", line, 1, "take out the line that begins with %")
    reader = _Reader(text, limits)
    try:
        for event in _events(text):
            reader.take(event)
    except _yaml().YAMLError as error:
        raise reader.syntax(error) from None
    except (RecursionError, ValueError, AssertionError):  # the pure parser on hostile input
        raise YamlFault("GOV-YML-001", "not YAML", *reader.last) from None
    if not reader.documents:
        raise YamlFault("GOV-YML-016", "an empty file", 1, 1, "a document begins with `kind:`")
    return reader.scan


@cache
def _yaml() -> Any:
    import yaml

    return yaml


def _events(text: str) -> Iterator[Any]:
    yaml = _yaml()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        while loader.check_event():
            yield loader.get_event()
    finally:
        loader.dispose()


@dataclass(slots=True)
class _Open:
    """A collection that is being filled; `key` waits for its value in a mapping."""

    into: Any
    pointer: Pointer
    key: str | None = None


class _Reader:
    """Fills one `Scan` from events, in the order in which they stand in the file."""

    def __init__(self, text: str, limits: Limits) -> None:
        self.rows = text.split("\n")
        self.limits = limits
        self.scan = Scan()
        self.open: list[_Open] = []
        self.nodes = 0
        self.documents = 0
        self.last = (1, 1)

    def take(self, event: Any) -> None:
        name = type(event).__name__
        if name == "DocumentStartEvent":
            self._document(event)
        elif name == "AliasEvent":
            raise self._fault("GOV-YML-008", "an alias", event, "write the value out; aliases are not read")
        elif name in ("ScalarEvent", "MappingStartEvent", "SequenceStartEvent"):
            self._node(event)
            if name == "ScalarEvent":
                self._scalar(event)
            else:
                self._begin(event, {} if name == "MappingStartEvent" else [])
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            self.open.pop()

    def _fault(self, code: str, message: str, event: Any, hint: str = "") -> YamlFault:
        mark = event.start_mark
        return YamlFault(code, message, mark.line + 1, mark.column + 1, hint)

    def _document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            raise self._fault("GOV-YML-011", "a second document", event, "one file holds one document")

    def _node(self, event: Any) -> None:
        self.last = (event.start_mark.line + 1, event.start_mark.column + 1)
        self.nodes += 1
        if self.nodes > self.limits.nodes:
            raise self._fault("GOV-YML-005", "too many values", event, f"{self.limits.nodes:,} at most")
        if event.anchor is not None:
            raise self._fault("GOV-YML-008", "an anchor", event, "write the value out where it is used")
        if event.tag is not None:
            raise self._fault("GOV-YML-009", "a tag", event, "take out the word that begins with !")

    def _begin(self, event: Any, into: Any) -> None:
        if len(self.open) >= self.limits.depth:
            raise self._fault("GOV-YML-005", "nested too deep", event, f"{self.limits.depth} levels at most")
        if self._wants_key():
            raise self._fault(
                "GOV-YML-013", "a key that is not text", event, "write one word, or quoted text"
            )
        pointer = self._place(into, self.last)
        self.open.append(_Open(into, pointer))

    def _wants_key(self) -> bool:
        return bool(self.open) and isinstance(self.open[-1].into, dict) and self.open[-1].key is None

    def _place(self, value: Value, at: tuple[int, int]) -> Pointer:
        """Put a value where it belongs, and say where that is."""
        pointer: Pointer = ()
        if not self.open:
            self.scan.value = value
        else:
            top = self.open[-1]
            if isinstance(top.into, list):
                pointer = (*top.pointer, len(top.into))
                top.into.append(value)
            else:
                assert top.key is not None
                pointer = (*top.pointer, top.key)
                top.into[top.key] = value
                top.key = None
        self.scan.values[pointer] = Place(*at)
        return pointer

    def _scalar(self, event: Any) -> None:
        source = event.value
        if len(source) > self.limits.scalar:
            raise self._fault(
                "GOV-YML-005", "text too long", event, f"{self.limits.scalar:,} letters at most"
            )
        hidden = FORBIDDEN.search(source)
        if hidden:
            raise forbidden(hidden[0], 1, *self.last)
        plain = not event.style
        if event.style in ("'", '"') and event.start_mark.line < event.end_mark.line:
            self._continued(event)
        if self._wants_key():
            self._key(source, plain, event)
        elif plain:
            self._plain(source)
        else:
            key = self.open[-1].key if self.open else None
            pointer = self._place(source, self.last)
            if event.style in ("|", ">") and not source.strip():
                self.scan.doubts[pointer] = empty_block(event.style, key, *self.last)

    def _continued(self, event: Any) -> None:
        """A tab cannot indent, also not inside a quoted text; not every parser minds."""
        rows = self.rows[event.start_mark.line + 1 : event.end_mark.line + 1]
        for number, row in enumerate(rows, event.start_mark.line + 2):
            if row.lstrip(" ").startswith("\t"):
                raise YamlFault("GOV-YML-001", "not YAML", number, 1, "a tab; indent with spaces")

    def _key(self, source: str, plain: bool, event: Any) -> None:
        top = self.open[-1]
        if len(source) > self.limits.key:
            raise self._fault("GOV-YML-005", "key too long", event, f"{self.limits.key} characters at most")
        check_key(source, plain, *self.last)
        pointer = (*top.pointer, source)
        if source in top.into:
            first = self.scan.keys[pointer].line
            hint = f"first on line {first}; keep one of the two"
            raise self._fault("GOV-YML-012", "the same key twice", event, hint)
        top.key = source
        self.scan.keys[pointer] = Place(*self.last)

    def _plain(self, source: str) -> None:
        value = resolve(source)
        doubt = value if isinstance(value, Doubt) else None
        pointer = self._place(source if doubt else value, self.last)
        if doubt or not isinstance(value, str):
            self.scan.sources[pointer] = source
        if doubt:
            self.scan.doubts[pointer] = YamlFault(doubt.code, doubt.message, *self.last, doubt.hint)

    def syntax(self, error: Any) -> YamlFault:
        """What the parser could not go on with, in words that say how to mend it."""
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark else self.last
        problem = str(getattr(error, "problem", None) or getattr(error, "reason", "cannot be read"))
        row = self.rows[line - 1] if line <= len(self.rows) else ""
        operator = re.search(r"(?:^|[\s{,])op:\s*(>=?)", row)
        if operator:  # `op: >=` and `{op: >}`
            return empty_block(operator[1], "op", line, operator.start(1) + 1)
        return YamlFault("GOV-YML-001", "not YAML", line, column, _advice(problem, row[column - 1 : column]))


def empty_block(sign: str, key: str | None, line: int, column: int) -> YamlFault:
    hint = "YAML reads an empty text here. "
    if key == "op":
        hint += f"Write: op: {'at_least' if sign == '>=' else 'above'}\n(above, at_least, below, at_most)"
    else:
        hint += "Write the text in quotes, or indent the lines that belong to it"
    return YamlFault("GOV-YML-007", f"`{sign}` begins a block of text", line, column, hint)


ADVICE = (
    ("mapping values are not allowed", "a text that holds `: ` needs quotes, and every key its own line"),
    ("did not find expected key", "this line stands further left or right than those it belongs to"),
    ("did not find expected ',' or", "a bracket or brace is not closed, or a text in it needs quotes"),
    ("could not find expected ':'", "a key without a colon, or a quote that is not closed"),
    ("found unexpected end of stream", "a quote, bracket or brace is not closed"),
    ("block sequence entries are not allowed", "a list begins on a line of its own"),
)


def _advice(problem: str, character: str) -> str:
    if "cannot start any token" in problem:
        if character == "\t":
            return "a tab; indent with spaces"
        return f"a text cannot begin with {character} here; put it in quotes" if character else problem
    return next((advice for sign, advice in ADVICE if sign in problem), problem)
