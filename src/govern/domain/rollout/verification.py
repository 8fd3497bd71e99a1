"""`baseline verify`: a person of monitoring_review says how a baseline was shown to be good."""

from dataclasses import dataclass, replace
from typing import ClassVar

from govern.domain.baseline import Target, target_of
from govern.domain.capability import Capability, Writer
from govern.domain.commands import asked
from govern.domain.decision import Accepted, Decision, Refused
from govern.domain.document import Documents
from govern.domain.policy import Actor
from govern.domain.proofs import baseline_verified
from govern.domain.state import State
from govern.errors import ExitCode

METHODS = ("staging", "window")  # what a person can say; the others are shown by the tool


@dataclass(frozen=True)
class VerifyBaseline:
    """`method` staging or window; `evidence` says where it can be read."""

    do: ClassVar[str] = "verify"
    baseline: str
    method: str
    evidence: str | None = None
    day: str | None = None


def decide(state: State, documents: Documents, command: VerifyBaseline, actor: Actor, now: str) -> Decision:
    target = _known(state, command.baseline)
    if target is None:
        document = documents.get("baseline", command.baseline)
        if document is None:
            reason = f"no baseline `{command.baseline}` on {state.branch}"
            lacks = ("baseline", command.baseline)
            return Refused((reason,), "govern status", exit=ExitCode.COULD_NOT, lacks=lacks)
        target = target_of(document.value, documents.pinned, None)
    day = command.day or now[:10]
    if command.method not in METHODS:
        return Refused((f"no method `{command.method}`: {' or '.join(METHODS)}",), exit=ExitCode.COULD_NOT)
    if day > now[:10]:
        return Refused((f"{day} lies ahead: a baseline is verified on the day it was shown",))
    event = baseline_verified(target, command.method, day, command.evidence)
    return Accepted((event,), asked(replace(command, day=day)), next="govern status")


def _known(state: State, baseline: str) -> Target | None:
    """The bytes that are bound, where some are: a later edit of the file is another baseline."""
    for surface in state.surfaces.values():
        for timeline in (surface.default, *surface.cohorts.values()):
            for bound in reversed(timeline):
                if bound.to.baseline == baseline:
                    return bound.to
    return None


CAPABILITY = Capability(
    writers=(Writer(VerifyBaseline, decide, ("baseline_verified/1",), "monitoring_review", offline=True),),
    folds={},
)
