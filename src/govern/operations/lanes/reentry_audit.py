"""A re-entry as an auditor asks for it: its evidence packet checked, its criteria, and who decided and signed it off.

Whether deciding again gives the same is the business of the audit; here is what a person wants to see beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from govern.domain.fold import fold
from govern.domain.lane import DECIDED, EXITED, name_of
from govern.domain.policy import Actor, Policy
from govern.domain.records import Record
from govern.domain.state import State
from govern.operations.audit import Audited
from govern.operations.lanes.reentry_evidence import ReentryEvidence, decisions, evidence_of
from govern.operations.workspace import Workspace

ROLES = {DECIDED: "evaluator", EXITED: "rollout_approve"}


@dataclass(frozen=True)
class Person:
    """Who wrote a record, the role that it takes, and whether the policy of that day gave it to them."""

    name: str
    role: str
    record: str
    held: bool


@dataclass(frozen=True)
class ReentryAudit:
    """`exited` where the record is the exit. `same_criteria`: the packet names those with which the lane began.

    `intact`: nothing up to the record breaks the ledger; `broken_since`: something later does.
    """

    evidence: ReentryEvidence
    exited: Record | None
    people: Sequence[Person]
    same_criteria: bool
    intact: bool
    broken_since: bool

    @property
    def two_persons(self) -> bool:
        return len({person.name for person in self.people}) == len(self.people)

    @property
    def sound(self) -> bool:
        people = self.two_persons and all(person.held for person in self.people)
        return self.intact and self.evidence.sound and self.same_criteria and people


def reentry_audit(workspace: Workspace, audited: Audited, name: str) -> ReentryAudit | None:
    """The walk for a decision on a re-entry or an exit; None for any other record, and for one without effect."""
    commands = workspace.commands()
    record = next((each for _, records in commands for each in records if each.name == name), None)
    if record is None or name_of(record) not in ROLES:
        return None
    state, policies = _then(workspace, audited, record)
    decided = record.name if name_of(record) == DECIDED else record.body.get("decision")
    found = next(((lane, each) for lane, each in decisions(state) if each.name == decided), None)
    if found is None or record not in found[0].history:
        return None
    lane, decision = found
    evidence = evidence_of(workspace, lane, decision)
    exited = record if name_of(record) == EXITED else None
    began = lane.entered.body.get("criteria_digest")
    return ReentryAudit(
        evidence,
        exited,
        [_person(each, policies) for each in (decision, exited) if each is not None],
        evidence.value is not None and evidence.value["state"]["criteria"]["digest"] == began,
        any(record in records for _, records in workspace.sound_commands()),
        workspace.broken is not None,
    )


def _then(workspace: Workspace, audited: Audited, last: Record) -> tuple[State, dict[int, Policy]]:
    """The state up to a record, and every policy that was in force until then, by epoch."""
    state, policies = State(), dict[int, Policy]()
    for _, records in workspace.commands():
        judged = audited.again.get(records[0].name)
        fold([records], state, {records[0].command: judged.code} if judged and judged.code else None)
        if state.policy is not None:
            policies[state.policy.epoch] = state.policy
        if last.command == records[0].command:
            break
    return state, policies


def _person(record: Record, policies: dict[int, Policy]) -> Person:
    role = ROLES[name_of(record)]
    policy = policies.get(record.policy["epoch"])
    held = policy is not None and policy.holds(Actor(record.actor, record.claimed), role)
    return Person(record.actor, role, record.name, held)
