"""What can be computed, written into documents in place: no comment is lost and no other line changes.

Filled: digests and model versions of packets, quotes around what could be read as no text, and the line
that tells an editor which schema to use (where the workspace has its schemas beside it, in `.schemas`).
Everything else in a document is a decision of people and is left alone.
"""

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from govern.documents.catalog import Catalog, kind_of, mendable, read_catalog
from govern.documents.flow import flow
from govern.documents.schemas import settle_texts
from govern.documents.second_reader import reads_the_same
from govern.documents.tree import Overlay, Tree, holds
from govern.documents.yaml import DICTIONARY, scan
from govern.documents.yaml_codes import YamlFault
from govern.domain.document import Document, Place, Pointer
from govern.domain.rules.packet_baselines import digest_in
from govern.domain.rules.view import View, at, text

SCHEMA_LINE = "# yaml-language-server: $schema="
# one scalar on one line: quoted, or plain up to a comment or the end of its place in a flow collection
TOKEN = re.compile(
    r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#,\[\]{}"'][^#,\[\]{}]*?(?=\s*(?:[,\]}]|\s#|$))"""
)


@dataclass(frozen=True, slots=True)
class Edit:
    """A document before and after."""

    path: str
    before: bytes
    after: bytes

    def diff(self) -> str:
        """A unified diff, as git prints it."""
        old, new = (
            data.decode("utf-8", "replace").splitlines(keepends=True) for data in (self.before, self.after)
        )
        return "".join(difflib.unified_diff(old, new, f"a/{self.path}", f"b/{self.path}"))


def mend(tree: Tree, folder: str, paths: Collection[str] | None = None) -> list[Edit]:
    """The edits of all documents of `folder`, or of `paths` alone; nothing is written here."""
    before = read_catalog(tree, folder).data
    wanted = [path for path in before if kind_of(path, folder) and (paths is None or path in paths)]
    changed = {path: _settled(tree, folder, path, before[path]) for path in wanted}
    catalog = read_catalog(Overlay(tree, changed), folder)
    view = catalog.view()
    for packet in view.of("packet"):
        if packet.path in changed:
            changed[packet.path] = _filled(catalog, view, packet)
    return [
        Edit(path, before[path], data)
        for path, data in changed.items()
        if data != before[path] and _sound(data)
    ]


def _sound(data: bytes) -> bool:
    """Nothing is written that this reader and another one do not read alike."""
    try:
        found = scan(data, limits=DICTIONARY)
    except YamlFault:
        return False
    return reads_the_same(data, found.value, found.sources)


def _readable(data: bytes) -> bool:
    try:
        scan(data, limits=DICTIONARY)
    except YamlFault:
        return False
    return True


def _settled(tree: Tree, folder: str, path: str, data: bytes) -> bytes:
    """Quotes around what can be read in two ways, and the schema line."""
    kind = kind_of(path, folder)
    try:
        found = scan(data, limits=DICTIONARY)
    except YamlFault:
        return data
    if kind is None or not isinstance(found.value, dict):
        return data
    settle_texts(kind, found)
    lines = data.decode().split("\n")
    words = [
        (found.values[pointer], found.sources[pointer])
        for pointer, doubt in found.doubts.items()
        if mendable(kind, pointer, doubt)
    ]
    for place, source in sorted(words, key=lambda word: (word[0].line, word[0].column), reverse=True):
        _put(lines, place, f'"{source}"', source)
    if holds(tree, _schema(kind, folder)):
        _announce(lines, kind, path, folder)
    return "\n".join(lines).encode()


def _schema(kind: str, folder: str) -> str:
    return f"{folder}/.schemas/{kind}.v1.schema.json".lstrip("/")


def _announce(lines: list[str], kind: str, path: str, folder: str) -> None:
    """The schema line first, and once."""
    up = "../" * path.removeprefix(f"{folder}/").count("/")
    wanted = f"{SCHEMA_LINE}{up}.schemas/{kind}.v1.schema.json"
    if lines[0].startswith(SCHEMA_LINE):
        lines[0] = wanted
    elif not any(line.startswith(SCHEMA_LINE) for line in lines):
        lines.insert(0, wanted)


def _filled(catalog: Catalog, view: View, packet: Document) -> bytes:
    """Digests and model versions of both baselines, as the baselines are now."""
    data = catalog.data[packet.path]
    for pointer, value in _computed(view, packet):
        found = scan(data)
        settle_texts("packet", found)
        lines = data.decode().split("\n")
        given = at(found.value, *pointer)
        if given == value:
            continue
        source = found.sources.get(pointer)  # a number or nothing, as it is written
        if pointer in found.values and not isinstance(given, dict | list):
            _put(lines, found.values[pointer], flow(value) if source != "" else f" {flow(value)}", source)
        elif given is None:
            _insert(lines, found.keys, pointer, flow(value))
        data = "\n".join(lines).encode()
        if not _readable(data):
            return catalog.data[packet.path]
    return data


def _computed(view: View, packet: Document) -> Iterator[tuple[Pointer, str]]:
    for side in ("prev", "next"):
        baseline = view.get("baseline", at(packet.value, side, "baseline"))
        if baseline is None or text(baseline.value, "surface") != text(packet.value, "surface"):
            continue
        digest, version = digest_in(view, baseline), text(baseline.value, "model_version")
        if digest:
            yield (side, "digest"), digest
        if version:
            yield (f"model_version_{side}",), version


def _put(lines: list[str], place: Place, new: str, old: str | None = None) -> None:
    """Replace the scalar `old` (else the one that begins there) at `place`."""
    line, column = lines[place.line - 1], place.column - 1
    if old is None:
        token = TOKEN.match(line, column)
        old = token[0] if token else ""
    lines[place.line - 1] = line[:column] + new + line[column + len(old) :]


def _insert(lines: list[str], keys: Mapping[Pointer, Place], pointer: Pointer, new: str) -> None:
    """A field that is missing: behind its sibling `baseline`, or as a line before the calibration."""
    sibling: Pointer = (*pointer[:-1], "baseline") if pointer[1:] else ("calibration_packet_id",)
    place = keys.get(sibling)
    if place is None:
        return
    line, indent = lines[place.line - 1], " " * (place.column - 1)
    if not pointer[1:]:
        lines.insert(place.line - 1, f"{indent}{pointer[-1]}: {new}")
    elif line[: place.column - 1].strip(" ") == "":
        lines.insert(place.line, f"{indent}{pointer[-1]}: {new}")
    else:  # in braces: behind the value of its sibling
        value = re.compile(r"baseline:\s*").match(line, place.column - 1)
        token = TOKEN.match(line, value.end()) if value else None
        if token:
            lines[place.line - 1] = f"{line[: token.end()]}, {pointer[-1]}: {new}{line[token.end() :]}"
