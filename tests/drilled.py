"""Drills in memory, for tests: the example team's workspace, its card, and the answers of its Wednesday."""

import csv
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from builders import KIND_OF, Branch, Edits, World
from govern.domain.document import digest_of
from govern.domain.drills.completion import CompleteDrill

TEAM = Path(__file__).resolve().parents[1] / "examples" / "team"
CARD, PACKAGE = "integrity-l2-mixed", "integrity-l2"
WEDNESDAY = "2026-11-18T15:00:00Z"
EVIDENCE = "evidence/drill-2026-11-18.csv"


def team(edits: Mapping[str, Edits | None] | None = None, now: str = WEDNESDAY) -> World:
    """The team's ledger, open since its Monday, with edits of its documents; nothing was rolled out yet."""
    values: dict[str, dict[str, Any]] = {}
    for path in sorted((TEAM / "governance").rglob("*.yaml")):
        folder = path.parent.name
        key = f"{folder}/{path.stem}" if folder in KIND_OF else path.stem
        value = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        values[key] = {name: part for name, part in value.items() if name != "kind"}
    files = {
        path.relative_to(TEAM).as_posix(): digest_of(path.read_bytes())
        for path in sorted((TEAM / "prompts").rglob("*"))
        if path.is_file()
    }
    branch = Branch(values, files)
    branch.edit("govern", {"policy.epoch": 1, "policy.previous": None})
    for key, fields in (edits or {}).items():
        branch.edit(key, fields)
    world = World(branch, now="2026-11-16T09:00:00Z")
    world.documents = branch
    from govern.domain.rollout.opening import Open

    world.do(Open("governance", "main", "govern test", "simulated"), "mara")
    world.now = now
    return world


def answers(**edits: Any) -> dict[str, Any]:
    """Those of the example; `edits` by path with `__` for the dots."""
    value = yaml.load((TEAM / "answers" / "2026-11-18.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    value = {name: part for name, part in deepcopy(value).items() if name != "kind"}
    return edited(value, {path.replace("__", "."): new for path, new in edits.items()})


def edited(value: dict[str, Any], edits: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with what stands at dotted paths replaced; None takes it away."""
    value = deepcopy(value)
    for path, new in edits.items():
        *way, last = path.split(".")
        there: Any = value
        for name in way:
            there = there[int(name)] if isinstance(there, list) else there.setdefault(name, {})
        if new is None:
            there.pop(last, None)
        elif isinstance(there, list):
            there[int(last)] = new
        else:
            there[last] = new
    return value


def evidence(values: Mapping[str, float] | None = None) -> list[dict[str, Any]]:
    """The file of the example as operations hand it over: its last value of each metric, or these."""
    path = TEAM / EVIDENCE
    with path.open(newline="", encoding="utf-8") as file:
        last = {row["metric"]: float(row["value"]) for row in csv.DictReader(file)}
    shown = last if values is None else dict(values)
    return [{"path": EVIDENCE, "sha256": digest_of(path.read_bytes()), "metrics": shown}]


def drill(made: World, given: Mapping[str, Any] | None = None, **facts: Any) -> CompleteDrill:
    """The command for card and package as they are merged in that world."""
    value = dict(answers() if given is None else given)
    card = made.documents.get("card", value["card"])
    assert card is not None
    package = made.documents.get("package", card.value["package_id"])
    assert package is not None
    value |= {"card_digest": card.digest, "package_digest": package.digest}
    shown = evidence(value["measured"]) if value.get("evidence") else []
    return CompleteDrill(value["card"], {"answers": value, "evidence": shown, "clone": None, **facts})
