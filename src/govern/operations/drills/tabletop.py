"""What a tabletop works with: the packet's triggers run on a near-miss, and the fields that the packet does not have.

A near-miss is a file of values by window, as a source gave them. Without one the rule alone speaks: how long the value
must stay beyond the limit until it fires.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from govern.documents.flow import flow
from govern.documents.schemas import of_kind
from govern.domain.decision import Refusal
from govern.domain.firing import Rule
from govern.domain.gates import packet_in_force
from govern.domain.windows import duration, spoken
from govern.errors import UsageError
from govern.operations.asking import raised
from govern.operations.triggers.evaluate import read_lines
from govern.operations.workspace import Workspace

COUNTERS = ("consecutive", "bad", "clusters", "attempts")


@dataclass(frozen=True, slots=True)
class Tried:
    """A trigger on the near-miss. `fired` are the first windows of its firings by line, `windows` how many it saw.

    `needs` bad ones make it fire, which takes `within` at least.
    """

    trigger: str
    action: str
    owner: str
    condition: str
    needs: int
    within: str
    fired: tuple[tuple[str | None, int], ...] = ()
    windows: int = 0


@dataclass(frozen=True, slots=True)
class Field:
    """An optional field of a packet: its place, what it is, and a line for the template."""

    name: str
    title: str
    line: str


def tried(workspace: Workspace, packet_id: str, series: Mapping[str, Path]) -> list[Tried]:
    """Every trigger of the packet on the file that is given for it, if any. RefusedError, UsageError, DocumentError."""
    documents = workspace.documents()
    try:
        packet = packet_in_force(workspace.state, documents, packet_id)
        found = []
        for name in packet.value["triggers"]:
            trigger = documents.get("trigger", name)
            if trigger is None:
                raise Refusal(f"no trigger `{name}` on {workspace.state.branch}", type_line="govern validate")
            kpi = documents.get("kpi", trigger.value["signal"])
            on_no_data = kpi.value["on_no_data"] if kpi else "inconclusive"
            found.append(_tried(trigger.value, on_no_data, series.get(name)))
    except Refusal as refusal:
        raise raised(refusal.refused) from None
    return found


def _tried(trigger: Mapping[str, Any], on_no_data: str, path: Path | None) -> Tried:
    condition, counter = trigger["condition"], trigger["counter"]
    needs = next(counter[name] for name in COUNTERS if name in counter)
    said = f"{condition['op'].replace('_', ' ')} {condition['threshold']:g} {condition['unit']}"
    within = spoken(duration(trigger["window"]) * needs) if "attempts" not in counter else f"{needs} attempts"
    about = (trigger["id"], trigger["action"], trigger["owner"], said, needs, within)
    if path is None:
        return Tried(*about)
    rule = Rule(
        condition["op"], condition["threshold"], needs, condition["unit"], on_no_data, counter.get("of")
    )
    _, lines = read_lines(path)
    fired = tuple((line.name, first) for line in lines for first, _ in rule.runs(line.values))
    return Tried(*about, fired, max(len(line.rows) for line in lines))


def lacking(workspace: Workspace, packet_id: str) -> list[Field]:
    """The optional fields that the packet does not have, each with its example as a line of a template."""
    return list(_absent(of_kind("packet"), _value(workspace, packet_id), ()))


def require_lacking(workspace: Workspace, packet_id: str, names: Sequence[str]) -> None:
    """UsageError for a field that the packet has: it was not missing."""
    for name in names:
        value: Any = _value(workspace, packet_id)
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if value is not None:
            offered = [*(field.name for field in lacking(workspace, packet_id)), *("FIELD",) * 3]
            line = f"--missing {','.join(offered[:3])}"
            raise UsageError(f"{packet_id} has `{name}`: it was not missing", type_line=line)


def _value(workspace: Workspace, packet_id: str) -> Mapping[str, Any]:
    try:
        return packet_in_force(workspace.state, workspace.documents(), packet_id).value
    except Refusal as refusal:
        raise raised(refusal.refused) from None


def _absent(schema: Mapping[str, Any], value: Mapping[str, Any], above: Sequence[str]) -> Iterator[Field]:
    for name, part in schema["properties"].items():
        if name not in value:
            line = f"{name}: {flow(part['examples'][0])}" if part.get("examples") else f"{name}:"
            yield Field(".".join((*above, name)), part["title"], line)
        elif "properties" in part and isinstance(value[name], Mapping):
            yield from _absent(part, value[name], (*above, name))
