"""The way back, walked for real on a throw-away clone: the rollback command itself, then every cohort compared
with the frozen baseline, byte for byte."""

import time
from dataclasses import dataclass, replace

from govern.domain.binding import current
from govern.domain.decision import Refusal, Refused
from govern.domain.document import digest_of
from govern.domain.gates import Border
from govern.domain.policy import Actor
from govern.domain.rollback.execution import Rollback
from govern.domain.rollout.hypothesis import Hypothesis, put_on_next
from govern.ledger.clone import throwaway
from govern.operations.context import nonce
from govern.operations.decide import keep_record, take
from govern.operations.stamping import Envelope, stamp
from govern.operations.workspace import Workspace, open_workspace

WHO = ("govern rehearsal", "rehearsal@localhost")


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """`differs` names what did not come back; empty where everything did."""

    cohorts: tuple[str, ...]
    seconds: float
    differs: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        return not self.differs


def rehearse(workspace: Workspace, border: Border) -> Rehearsed:
    """Put every covered cohort on next in a clone, take them back there, and look. Nothing is recorded here."""
    assert workspace.tip is not None and workspace.main is not None
    began = time.monotonic()
    refs = {
        f"refs/heads/{workspace.ledger_branch}": workspace.tip,
        f"refs/heads/{workspace.state.branch}": workspace.main,
    }
    executor = _executor(border)
    with throwaway(workspace.repository, refs) as clone:
        context = replace(workspace.context, directory=clone.directory, actor=None, workspace=None)

        def reopened() -> Workspace:
            return open_workspace(context, fetch=False, void=workspace.state.void)

        for hypothesis in put_on_next(border):
            _write(reopened(), hypothesis, executor)
        reason = border.policy.view["entry_reasons"][0]
        there = reopened()
        decision, stamped = take(there, Rollback(border.packet.id, reason, border.cohorts), executor)
        if isinstance(decision, Refused) or stamped is None:
            said = decision.reasons if isinstance(decision, Refused) else ()
            return Rehearsed(border.cohorts, _since(began), said)
        keep_record(there, stamped, WHO)
        return Rehearsed(border.cohorts, _since(began), _differences(reopened(), border))


def _executor(border: Border) -> Actor:
    """Somebody who may roll back: the rehearsal asks whether the way works, not who walks it."""
    holders = border.policy.holders("rollback_execute")
    if not holders:
        raise Refusal("nobody holds rollback_execute: there is no way back", type_line="govern policy diff")
    return Actor(holders[0])


def _write(there: Workspace, hypothesis: Hypothesis, actor: Actor) -> None:
    asked, events = hypothesis
    assert there.main is not None
    envelope = Envelope(
        nonce(),
        there.now(),
        None,
        actor.person,
        False,
        there.main,
        there.state.in_force.stamp,
        asked,
        documents={},
    )
    keep_record(there, stamp(events, there.history.chain, envelope, {}), WHO)


def _differences(after: Workspace, border: Border) -> tuple[str, ...]:
    """Cohorts that are not on the frozen prev again, and files of prev whose bytes are not the frozen ones."""
    assert border.prev is not None
    surface = after.state.surfaces[border.value["surface"]]
    wrong = [
        f"{cohort} is on {current(surface, cohort).to.baseline}"
        for cohort in border.cohorts
        if current(surface, cohort).to.as_value() != border.prev.as_value()
        or current(surface, cohort).percent != 100
    ]
    tree = after.tree
    for component in border.prev.components.values():
        for path, digest in component.get("files", {}).items():
            data = tree.read(path)
            if data is None or digest_of(data) != digest:
                wrong.append(f"{path} has other bytes")
    return tuple(wrong)


def _since(began: float) -> float:
    return round(time.monotonic() - began, 1)
