"""Triggers that fired and are not answered, for the screens: who may answer, and the package that each leads to."""

from collections.abc import Iterator
from dataclasses import dataclass

from govern.domain.triggers.unanswered import Unanswered, unanswered
from govern.operations.asking import entitled
from govern.operations.workspace import Workspace


@dataclass(frozen=True)
class FiredRow:
    """`taken` is who took note, with the instant. `who` may type `line`, to do what `role` does; empty: everybody."""

    packet: str
    trigger: str
    record: str
    at: str
    cohorts: tuple[str, ...]
    taken: tuple[str, str] | None
    who: tuple[str, ...]
    role: str | None
    line: str
    package: str | None


def fired_rows(workspace: Workspace, packet_id: str | None = None) -> Iterator[FiredRow]:
    """Of all packets or of one, those that nobody took note of first."""
    for each in unanswered(workspace.state):
        if packet_id not in (None, each.packet):
            continue
        taken = (each.taken.actor, each.taken.at) if each.taken else None
        who = tuple(entitled(workspace, each.packet, each.role)) if each.role else ()
        yield FiredRow(
            each.packet, each.trigger, each.record.name, each.record.at, each.cohorts, taken, who, each.role,
            each.line, _package(workspace, each),
        )  # fmt: skip


def _package(workspace: Workspace, fired: Unanswered) -> str | None:
    """The package that the trigger names, as it was frozen."""
    key = f"triggers/{fired.trigger}"
    digest = workspace.state.packet(fired.packet).frozen.get(key)
    trigger = workspace.documents().held(key, digest) if digest else None
    return trigger.value.get("package") if trigger else None
