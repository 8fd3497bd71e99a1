"""A new policy comes into force: approved by a quorum of the policy before it, its epoch one higher.

Until `policy_changed` is recorded, an edit of govern.yaml on the documents branch has no force at all.
"""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from govern.domain import binding
from govern.domain.baseline import target_of
from govern.domain.capability import Capability, Writer
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision, Refusal
from govern.domain.document import Documents
from govern.domain.policy import Actor, Policy, policy_of, unsupported, view_of
from govern.domain.records import Event, Record
from govern.domain.state import State
from govern.domain.windows import after


@dataclass(frozen=True)
class ApprovePolicy:
    do: ClassVar[str] = "approve-policy"
    digest: str | None = None


@dataclass(frozen=True)
class AdoptPolicy:
    do: ClassVar[str] = "adopt-policy"
    digest: str | None = None


def proposed(state: State, documents: Documents) -> Policy:
    """The policy that govern.yaml on the documents branch describes."""
    workspace = documents.get("workspace", "main")
    if workspace is None:
        raise Refusal(f"no {state.folder}/govern.yaml on {state.branch}", type_line="govern validate")
    return policy_of(view_of(workspace.value))


def _candidate(state: State, documents: Documents, digest: str | None) -> Policy:
    new = proposed(state, documents)
    now = state.in_force
    if new.view == now.view:
        said = f"govern.yaml on {state.branch} is the policy in force (epoch {now.epoch})"
        raise Refusal(said, type_line="govern policy show", lacks=("workspace", "main"))
    if digest is not None and digest != new.digest:
        raise Refusal("govern.yaml has changed since: look again", type_line="govern policy diff")
    if new.epoch != now.epoch + 1:
        raise Refusal(
            f"policy.epoch is {new.epoch}: write `epoch: {now.epoch + 1}` under `policy` in {state.folder}/govern.yaml,"
            f" and have it merged into {state.branch}",
            type_line="govern policy adopt",
            lacks=("workspace", "main"),
        )
    if problem := unsupported(new.view):
        raise Refusal(problem, type_line="govern validate")
    gone = sorted(set(now.view["surfaces"]) - set(new.view["surfaces"]))
    if gone:
        raise Refusal(f"surface {', '.join(gone)} is bound and cannot leave the policy")
    _require_key(new)
    return new


def _require_key(new: Policy) -> None:
    """A policy under which nobody could go back, or ever change it again, is a lock without a key."""
    able = {
        role: [p for p in new.holders(role) if p in new.view["people"] and new.holds(Actor(p), role)]
        for role in ("rollback_execute", "policy_change")
    }
    for role, people in able.items():
        if not people:
            raise Refusal(f"nobody would hold {role} under epoch {new.epoch}", type_line="govern policy diff")
    needed, could = new.approvals("policy"), len(able["policy_change"])
    if needed > could:
        raise Refusal(
            f"epoch {new.epoch} asks for {needed} approvals and {could} could give one",
            type_line="govern policy diff",
        )


def approve(state: State, documents: Documents, command: ApprovePolicy, actor: Actor, now: str) -> Decision:
    new = _candidate(state, documents, command.digest)
    given = _approvers(state, new.digest, now)
    if actor.person in given:
        raise Refusal(f"{actor.person} approved this policy already ({given[actor.person]})")
    body = {
        "role": "policy_change",
        "digest": new.digest,
        "epoch": new.epoch,
        "from": state.in_force.digest,
        "expires": after(now, state.in_force.approval_valid),
    }
    event = Event("workspace/main", "approval_given/1", body)
    return Accepted((event,), asked(replace(command, digest=new.digest)), next="govern policy adopt")


def adopt(state: State, documents: Documents, command: AdoptPolicy, actor: Actor, now: str) -> Decision:
    new = _candidate(state, documents, command.digest)
    given = _approvers(state, new.digest, now)
    counted = set(given) | {actor.person}
    needed = state.in_force.approvals("policy")
    if len(counted) < needed:
        others = [p for p in state.in_force.holders("policy_change") if p not in counted]
        raise Refusal(
            f"{len(counted)} of {needed} have approved epoch {new.epoch}; may approve: {', '.join(others)}",
            type_line="govern policy approve",
            turn=others[0] if others else None,
        )
    approvals = sorted(given.values())
    body = {"policy": new.stamp, "from": state.in_force.digest, "view": new.view, "approvals": approvals}
    events = [Event("workspace/main", "policy_changed/1", body, tuple(approvals))]
    for surface in sorted(set(new.view["surfaces"]) - set(state.surfaces)):
        events.append(_bind(documents, surface, new.view["surfaces"][surface]))
    return Accepted(tuple(events), asked(replace(command, digest=new.digest)), next="govern status")


def _bind(documents: Documents, surface: str, details: Any) -> Event:
    baseline = documents.get("baseline", details["baseline"])
    if baseline is None or baseline.value["surface"] != surface:
        raise Refusal(f"surface {surface}: no baseline `{details['baseline']}`", type_line="govern validate")
    target = target_of(baseline.value, documents.pinned, details.get("calibration"))
    return binding.changed(surface, "policy", (), default=(None, target))


def _approvers(state: State, digest: str, now: str) -> dict[str, str]:
    """Persons whose approval of this very policy counts now."""
    return {
        record.actor: record.name
        for record in state.policy_approvals
        if record.body["digest"] == digest
        and record.body["from"] == state.in_force.digest
        and record.body["expires"] > now
        and record.actor in state.in_force.holders("policy_change")
        and not record.claimed
    }


def fold(state: State, record: Record) -> None:
    state.policy = policy_of(record.body["view"])


CAPABILITY = Capability(
    writers=(
        Writer(ApprovePolicy, approve, ("approval_given/1",), "policy_change"),
        Writer(AdoptPolicy, adopt, ("policy_changed/1", "binding_changed/1"), "policy_change"),
    ),
    folds={"policy_changed/1": fold},
)
