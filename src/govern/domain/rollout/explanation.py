"""`evidence explain`: what moved, in words, for a group of losses. "The model changed" is not an explanation."""

from dataclasses import dataclass
from shlex import quote
from typing import ClassVar

from govern.domain.capability import Capability, Writer
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Documents
from govern.domain.evidence.dimensions import moved
from govern.domain.evidence.pairs import asks, is_generic
from govern.domain.findings import nearest
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.state import State
from govern.errors import ExitCode


@dataclass(frozen=True)
class Explain:
    """One explanation covers a cohort, or the one cluster of it that is named. `items` is a table's digest."""

    do: ClassVar[str] = "explain"
    packet: str
    evidence: str  # the record that holds the items
    items: str
    cohort: str
    dimension: str
    moved: str
    cluster: str | None = None


def decide(state: State, documents: Documents, command: Explain, actor: Actor, now: str) -> Decision:
    packet = state.packet(command.packet)
    evidence = next((r for r in packet.evidence if r.name == command.evidence), None)
    if evidence is None or evidence.body["items"]["sha256"] != command.items:
        raise Refusal(
            f"{packet.id} has no pairs recorded as {command.evidence}",
            type_line=f"govern evidence shadow {packet.id} --pairs FILE",
        )
    items = [item for item in documents.table(command.items) if item["cohort"] == command.cohort]
    clusters = {item["cluster_id"] for item in items}
    if not items or (command.cluster is not None and command.cluster not in clusters):
        known = ", ".join(sorted(clusters)) if items else ", ".join(sorted(packet.stages))
        what = (
            f"cluster `{command.cluster}` in {command.cohort}"
            if items
            else f"listed loss in cohort `{command.cohort}`"
        )
        raise Refusal(f"no {what}; there are: {known}", exit=ExitCode.COULD_NOT)
    if is_generic(command.moved):
        raise Refusal(
            "that is not what moved in the answers: say what they do now that they did not do before",
            type_line="--moved ...",
        )
    dimension = command.dimension.strip()
    covered = [item for item in items if command.cluster in (None, item["cluster_id"])]
    _require_dimension(dimension, [each.dimension for each in moved(filter(asks, covered))])
    body = {
        "items": command.items,
        "cohort": command.cohort,
        "cluster": command.cluster,
        "dimension": dimension,
        "moved": command.moved.strip(),
    }
    event = Event(f"packets/{packet.id}", "divergence_explained/1", body, (command.evidence,))
    return Accepted((event,), asked(command), next=f"govern phase check {packet.id}")


def _require_dimension(dimension: str, there: list[str]) -> None:
    """Where the pairs tell dimensions apart, it is one of those that moved; they come the farthest first."""
    if there and dimension not in there:
        close = nearest(dimension, there) or there[0]
        raise Refusal(
            f"`{dimension}` is no dimension that moved in these answers; there are: {', '.join(there)}",
            type_line=f"--dimension {quote(close)}",
        )


def fold(state: State, record: Record) -> None:
    state.touch(record.stream.partition("/")[2]).explanations.append(record)


CAPABILITY = Capability(
    writers=(Writer(Explain, decide, ("divergence_explained/1",), claimed=True, offline=True),),
    folds={"divergence_explained/1": fold},
)
