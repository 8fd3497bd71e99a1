"""Bytes to text: how large a file may be, and the characters that may stand nowhere in it."""

import re
from dataclasses import dataclass

from govern.documents.yaml_codes import YamlFault

# C0 and C1 but tab and line feed, line separators, direction marks, surrogates, non-characters
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of the file, nesting, nodes; characters of one scalar and of one key."""

    size: int = 256 * 1024
    depth: int = 32
    nodes: int = 10_000
    scalar: int = 64 * 1024
    key: int = 256


DOCUMENT = Limits()
DICTIONARY = Limits(size=8 * 1024 * 1024, nodes=200_000)  # cohorts.yaml


def decode(data: bytes, limits: Limits) -> str:
    """UTF-8 without a byte order mark, LF line ends, no character that hides or moves text."""
    if len(data) > limits.size:
        hint = f"{len(data):,} bytes; {limits.size:,} at most"
        raise YamlFault("GOV-YML-005", "too large", 1, 1, hint)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        hint = "save the file as UTF-8, without a byte order mark"
        raise YamlFault("GOV-YML-002", "not UTF-8", line, column, hint) from None
    found = FORBIDDEN.search(text)
    if found:
        at = found.start()
        line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        raise forbidden(found[0], at, line, column)
    return text


def forbidden(character: str, at: int, line: int, column: int) -> YamlFault:
    """The fault of one character that may stand nowhere; `at` 0 is the first of the file."""
    if character == "\ufeff" and at == 0:
        return YamlFault("GOV-YML-002", "a byte order mark", 1, 1, "save the file as UTF-8 without it")
    if character == "\r":
        return YamlFault("GOV-YML-003", "a carriage return", line, column, "end lines with LF alone")
    name = f"U+{ord(character):04X}"
    hint = f"{name} can hide or move text on a screen; take it out"
    return YamlFault("GOV-YML-004", "control character", line, column, hint)
