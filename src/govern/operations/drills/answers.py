"""Answers of a drill from files: one that both owners filled in, or one of each owner, read together.

Two files tell of the same drill, so they agree in everything but what their owner decided. Whether answers belong to
the card in force, and what they are worth, is decided where they are recorded.
"""

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from govern.documents.catalog import parse_document
from govern.domain.document import Document, Pointer
from govern.domain.findings import Finding
from govern.errors import RefusedError, UsageError
from govern.evidence.sources import digest
from govern.operations.evidence.measure import kept_name
from govern.operations.workspace import Workspace

KIND = "drill_answers"
LARGEST = 16_000_000  # bytes of a table that is looked into
OWN = ("decisions_before", "decisions")  # what an owner alone answers for


def read_answers(card: str, paths: Sequence[Path]) -> dict[str, Any]:
    """The value of the answers. RefusedError or UsageError where files are faulty, of another card, or differ."""
    if len(paths) > 2:
        raise UsageError("two files of answers at most, one of each owner", type_line=_line(card, paths[:2]))
    values = [_read(path, alone=len(paths) == 1) for path in paths]
    for path, value in zip(paths, values, strict=True):
        if value["card"] != card:
            line = _line(value["card"], paths)
            raise RefusedError(f"{path.name} answers card {value['card']}, not {card}", type_line=line)
    return values[0] if len(values) == 1 else _together(paths, values)


def evidence_of(workspace: Workspace, directory: Path, names: Sequence[str]) -> list[dict[str, Any]]:
    """Name and digest of each file, and the last value of each metric in it, where it is a table of them."""
    found = []
    for name in names:
        place = place_of(directory, workspace.repository.root, name)
        row = {"path": kept_name(workspace, place), "sha256": digest(place), "metrics": last_values(place)}
        found.append(row)
    return found


def place_of(directory: Path, root: Path | None, name: str) -> Path:
    """A file that answers name, from where one stands or from the repository. UsageError where there is none."""
    for folder in (directory, root or directory):
        if (folder / name).is_file():
            return folder / name
    raise UsageError(f"no file {name}: what was measured is shown by a file", type_line="ls evidence")


def last_values(path: Path) -> dict[str, float]:
    """The last value of each metric of a CSV with the columns metric and value; of anything else nothing."""
    if path.stat().st_size > LARGEST:
        return {}
    found: dict[str, float] = {}
    try:
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                value = float(row["value"])
                if row["metric"] and math.isfinite(value):
                    found[row["metric"]] = value
    except (OSError, ValueError, KeyError, TypeError, csv.Error):
        return {}
    return found


def _read(path: Path, *, alone: bool) -> dict[str, Any]:
    """The value of one file. In one of two files what the other owner decides may be blank."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", type_line="ls answers") from None
    document, findings = parse_document(str(path), data, "")
    line = f"govern validate {path}"
    if document is None or document.kind != KIND:
        why = f"{path}:{findings[0].line}: {findings[0].message}" if findings else f"{path} is no {KIND}/v1"
        raise RefusedError(why, type_line=line)
    blanks = list(_blanks(document.value))
    others = [] if alone else [each for each in blanks if each[0] in OWN and each[2:] == ("decision",)]
    if left := [".".join(map(str, each)) for each in blanks if each not in others]:
        many = f"{len(left)} blanks, first: {left[0]}" if left[1:] else f"a blank: {left[0]}"
        raise RefusedError(
            f"{path}: {many}", notes=("what was not done is left out, with its line",), type_line=line
        )
    lines = {document.positions.of(each).line for each in others}
    if errors := [each for each in findings if each.severity == "error" and each.line not in lines]:
        more = f" (and {len(errors) - 1} more)" if errors[1:] else ""
        raise RefusedError(f"{path}:{errors[0].line}: {_said(document, errors[0])}{more}", type_line=line)
    blank = {(str(name), owner) for name, owner, _ in others}
    value = dict(document.value)
    for name in {name for name, _ in blank}:
        value[name] = {owner: said for owner, said in value[name].items() if (name, owner) not in blank}
    return value


def _blanks(value: Any, at: Pointer = ()) -> Iterator[Pointer]:
    """Where nothing stands yet."""
    if value is None:
        yield at
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in inside:
        yield from _blanks(part, (*at, step))


def _said(document: Document, finding: Finding) -> str:
    """The fault with the value that has it, where one stands there."""
    places = document.positions.values
    there = (finding.line, finding.column)
    pointer = next((each for each, at in places.items() if (at.line, at.column) == there), None)
    value: Any = document.value
    for step in pointer or ():
        value = value[step]
    shown = isinstance(value, str | int | float)
    return f"`{value}` {finding.message}; {finding.hint}" if shown and finding.hint else finding.message


def _together(paths: Sequence[Path], values: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One value of two: each file holds what one owner decided."""
    first, second = values
    for name in sorted({*first, *second} - set(OWN)):
        where = _differs(name, first.get(name), second.get(name))
        if where:
            raise RefusedError(
                f"{paths[0].name} and {paths[1].name} differ in {where}: they tell of one drill",
                type_line=f"govern validate {paths[1]}",
            )
    merged = dict(first)
    for name in OWN:
        mine, theirs = first.get(name, {}), second.get(name, {})
        both = sorted(set(mine) & set(theirs))
        if both:
            other = next((path.name for path in reversed(paths) if both[0] not in path.stem), paths[1].name)
            raise RefusedError(
                f"{paths[0].name} and {paths[1].name} both hold `{name}` of {both[0]}",
                notes=(f"each holds those of its own owner: delete {name}.{both[0]} from {other}",),
                type_line=_line(values[0]["card"], paths),
            )
        if mine or theirs:
            merged[name] = {**mine, **theirs}
    return merged


def _differs(at: str, mine: Any, theirs: Any) -> str | None:
    """The first place in which two values differ, as people write it."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        inside = (_differs(f"{at}.{name}", mine.get(name), theirs.get(name)) for name in (*mine, *theirs))
        return next((place for place in inside if place), None)
    return None if mine == theirs else at


def _line(card: str, paths: Sequence[Path]) -> str:
    return " ".join([f"govern drill run {card}", *(f"--answers {path}" for path in paths)])
