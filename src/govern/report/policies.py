"""The policy in force, and a proposal against it, in words."""

from collections.abc import Mapping
from typing import Any

from govern.domain.policy import Policy
from govern.errors import ExitCode
from govern.report.answer import Answer
from govern.report.records import worded
from govern.report.wrap import wrapped


def policy_answer(policy: Policy, simulated: bool) -> Answer:
    """Who holds which role, and the numbers that decide."""
    lines = [f"policy epoch {policy.epoch}, rules {policy.rules}   {policy.digest[:19]}"]
    lines += ["SIMULATED clock"] if simulated else []
    lines.append("ROLES")
    width = max(len(role) for role in policy.view["roles"])
    for role in policy.view["roles"]:
        lines += wrapped(", ".join(policy.holders(role)) or "nobody", f" {role:<{width}}  ")
    lines.append("NUMBERS")
    for name, value in policy.numbers.items():
        if name not in ("epoch", "rules", "previous"):
            lines += wrapped(worded(value), f" {name}: ", "   ")
    data = {**policy.stamp, "view": dict(policy.view)}
    return Answer("policy show", tuple(lines), advice=("next", "govern policy diff"), data=data)


def change_lines(proposal: Any) -> list[str]:
    """`approvals.wide 1 -> 0 (looser)`, a line a value. `proposal` is an `operations.policies.Proposal`."""
    lines = [f"policy epoch {proposal.now.epoch} -> {proposal.new.epoch}"]
    for change in (change for change in proposal.changes if change.field != "epoch"):
        effect = f" ({change.effect})" if change.effect else ""
        was, becomes = _shown(change.before), _shown(change.after)
        lines += wrapped(f"{change.field} {was} -> {becomes}{effect}", " ", "   ")
    return lines


def _shown(value: Any) -> str:
    """A value of either side; what stands on one side only is `nothing` on the other."""
    if value is None:
        return "nothing"
    if isinstance(value, list):
        return f"[{', '.join(map(worded, value))}]"
    return "{}" if value == {} else worded(value)


def proposal_answer(proposal: Any, branch: str) -> Answer:
    """The difference, who has approved it, and whose turn it is."""
    if not proposal.changes:
        same = f"govern.yaml on {branch} is the policy in force (epoch {proposal.now.epoch})"
        if proposal.here is not None:
            same = f"{same}; {proposal.here.said}"
        advice = ("type", proposal.here.line) if proposal.here is not None else None
        return Answer("policy diff", tuple(wrapped(same, then="  ")), advice=advice, data=_data(proposal))
    lines = change_lines(proposal)
    wanted = proposal.now.epoch + 1
    if proposal.new.epoch != wanted:
        said = f"policy.epoch is {proposal.new.epoch}: it cannot be adopted before it is {wanted}"
        said += (
            f". Write `epoch: {wanted}` under `policy` in {proposal.path}, and have it merged into {branch}"
        )
        lines += wrapped(f"{said}; {proposal.here.said}" if proposal.here else said, then="  ")
        edit = ("type", proposal.here.line if proposal.here else "govern policy adopt")
        return Answer("policy diff", tuple(lines), ExitCode.NO, "failed", edit, data=_data(proposal))
    given = ", ".join(f"{person} ({record})" for person, record in proposal.given.items())
    lines += wrapped(
        f"{len(proposal.given)} of {proposal.needed} approvals" + (f": {given}" if given else ""), "", "  "
    )
    open_to = [person for person in proposal.holders if person not in proposal.given]
    lines += wrapped(
        f"may approve: {', '.join(open_to) or 'nobody else'}; adopting counts as approval", "", "  "
    )
    enough = len(proposal.given) + bool(open_to) >= proposal.needed
    line = "govern policy adopt" if enough else "govern policy approve"
    return Answer("policy diff", tuple(lines), advice=("next", line), data=_data(proposal))


def _data(proposal: Any) -> Mapping[str, Any]:
    return {
        "epoch": proposal.now.epoch,
        "proposed": proposal.new.stamp,
        "needed": proposal.needed,
        "may_approve": list(proposal.holders),
        "given": dict(proposal.given),
        "changes": [
            {"field": c.field, "before": c.before, "after": c.after, "effect": c.effect or None}
            for c in proposal.changes
        ],
    }
