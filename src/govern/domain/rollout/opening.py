"""Opening a ledger: the first policy, and what every surface runs today. History before it is not known."""

from dataclasses import dataclass
from typing import Any, ClassVar

from govern.domain import binding, proofs
from govern.domain.baseline import target_of
from govern.domain.capability import Capability, Writer
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision, Refused
from govern.domain.document import Documents
from govern.domain.policy import Actor, policy_of, unsupported, view_of
from govern.domain.records import Event, Record
from govern.domain.state import State


@dataclass(frozen=True)
class Open:
    """`govern init`, once the documents are on the published branch."""

    do: ClassVar[str] = "open"
    folder: str
    branch: str
    tool: str
    clock: str = "real"


def decide(state: State, documents: Documents, command: Open, actor: Actor, now: str) -> Decision:
    if state.opened:
        return Refused(("the ledger is open already",), "govern status")
    workspace = documents.get("workspace", "main")
    if workspace is None:
        return Refused((f"no {command.folder}/govern.yaml on {command.branch}",), "govern init")
    view = view_of(workspace.value)
    if problem := unsupported(view):
        return Refused((problem,), "govern validate")
    policy = policy_of(view)
    body: dict[str, Any] = {
        "workspace": workspace.id,
        "folder": command.folder,
        "documents_branch": command.branch,
        "tool": command.tool,
        "clock": command.clock,
        "policy": policy.stamp,
        "view": view,
    }
    events = [Event("workspace/main", "ledger_opened/1", body)]
    for surface, details in sorted(view["surfaces"].items()):
        baseline = documents.get("baseline", details["baseline"])
        if baseline is None or baseline.value["surface"] != surface:
            return Refused((f"surface {surface}: no baseline `{details['baseline']}`",), "govern validate")
        target = target_of(baseline.value, documents.pinned, details.get("calibration"))
        events.append(binding.changed(surface, "genesis", (), default=(None, target)))
        events.append(proofs.baseline_verified(target, "declared", now[:10]))
    return Accepted(tuple(events), asked(command), next="govern new packet ID")


def fold(state: State, record: Record) -> None:
    body = record.body
    state.ledger = record.digest
    state.workspace, state.folder, state.branch = body["workspace"], body["folder"], body["documents_branch"]
    state.clock = body["clock"]
    state.policy = policy_of(body["view"])


CAPABILITY = Capability(
    writers=(
        Writer(
            Open, decide, ("ledger_opened/1", "binding_changed/1", "baseline_verified/1"), "policy_change"
        ),
    ),
    folds={
        "ledger_opened/1": fold,
        "binding_changed/1": binding.evolve,
        "baseline_verified/1": proofs.fold_verified,
    },
)
