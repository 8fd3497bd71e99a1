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
from govern.domain.check_parameters import PARAMETERS
from govern.domain.decision import Refusal
from govern.domain.drills.tabletop import FIELDS
from govern.domain.findings import nearest
from govern.domain.firing import Rule
from govern.domain.gates import packet_in_force
from govern.domain.windows import duration, spoken
from govern.errors import UsageError
from govern.operations.asking import raised
from govern.operations.triggers.file_lines import read_lines
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
    value = _value(workspace, packet_id)
    return [*_absent(of_kind("packet"), value, ()), *_gates(value)]


def require_lacking(workspace: Workspace, packet_id: str, names: Sequence[str]) -> None:
    """UsageError for a field that the packet has, or that no packet can have: it was not missing."""
    offered = [field.name for field in lacking(workspace, packet_id)]
    for name in (name for name in names if name not in offered):
        close = nearest(name, [each for each in offered if each not in names])
        others = [each for each in offered if each not in (*names, close)]
        meant = [each for each in (*names, close, *others) if each in offered]
        said = f"no packet has a field `{name}`" + (f"; nearest: {close}" if close else "")
        if _stands(_value(workspace, packet_id), name):
            said = f"{packet_id} has `{name}`: it was not missing"
        raise UsageError(
            said,
            type_line=f"--missing {','.join(meant[:FIELDS])}",
            notes=(f"it lacks: {', '.join(offered)}",),
        )


def _stands(value: Any, name: str) -> bool:
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value is not None


def _value(workspace: Workspace, packet_id: str) -> Mapping[str, Any]:
    try:
        return packet_in_force(workspace.state, workspace.documents(), packet_id).value
    except Refusal as refusal:
        raise raised(refusal.refused) from None


def _absent(schema: Mapping[str, Any], value: Mapping[str, Any], above: Sequence[str]) -> Iterator[Field]:
    for name, part in schema["properties"].items():
        if name not in value and (*above, name) != ("gates",):
            line = f"{name}: {flow(part['examples'][0])}" if part.get("examples") else f"{name}:"
            yield Field(".".join((*above, name)), part["title"], line)
        elif "properties" in part and isinstance(value.get(name, {}), Mapping):
            yield from _absent(part, value.get(name, {}), (*above, name))


def _gates(value: Mapping[str, Any]) -> Iterator[Field]:
    """Checks of which a packet may ask more than the workspace does."""
    for check, parameter in PARAMETERS.items():
        if not _stands(value, f"gates.{check}"):
            title = f"{parameter.replace('_', ' ')}, of its own"
            yield Field(f"gates.{check}", title.capitalize(), f"{check}: {{{parameter}: 3}}")
