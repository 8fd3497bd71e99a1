"""Answers of a drill from files: one that both owners filled in, or one of each owner, read together.

Two files tell of the same drill, so they agree in everything but what their owner decided. Whether answers belong to
the card in force, and what they are worth, is decided where they are recorded.
"""

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from govern.documents.catalog import parse_document
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
    values = [_read(path) for path in paths]
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
        row = {"path": kept_name(workspace, place), "sha256": digest(place), "metrics": _metrics(place)}
        found.append(row)
    return found


def place_of(directory: Path, root: Path | None, name: str) -> Path:
    """A file that answers name, from where one stands or from the repository. UsageError where there is none."""
    for folder in (directory, root or directory):
        if (folder / name).is_file():
            return folder / name
    raise UsageError(f"no file {name}: what was measured is shown by a file", type_line="ls evidence")


def values_in(directory: Path, root: Path | None, name: str) -> dict[str, float]:
    """The last value of each metric in a file that answers name. UsageError where there is none."""
    return _metrics(place_of(directory, root, name))


def _metrics(path: Path) -> dict[str, float]:
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


def _read(path: Path) -> dict[str, Any]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", type_line="ls answers") from None
    document, findings = parse_document(str(path), data, "")
    errors = [finding for finding in findings if finding.severity == "error"]
    if document is None or errors or document.kind != KIND:
        first = errors[0] if errors else None
        why = f"{path}:{first.line}: {first.message}" if first else f"{path} is no {KIND}/v1"
        more = f" (and {len(errors) - 1} more)" if errors[1:] else ""
        raise RefusedError(f"{why}{more}", type_line=f"govern validate {path}")
    return dict(document.value)


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
            raise RefusedError(
                f"both files hold `{name}` of {both[0]}: each holds those of its own owner",
                type_line=f"govern validate {paths[1]}",
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
