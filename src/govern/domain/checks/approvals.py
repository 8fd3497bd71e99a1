"""Have enough of the packet's owners approved this very dossier? Never an author, never one person twice.

The command of an owner who could approve is that person's approval.

To pass: One of the people who are named types it: govern packet approve PACKET, or the advance itself.
"""

from shlex import quote

from govern.domain.gates import Border
from govern.domain.verdict import Verdict


def check(border: Border) -> Verdict:
    needed = max(border.policy.approvals(border.to), border.setting("approvals", "needed", 0))
    if needed == 0:
        return Verdict("approvals", "passed", "none asked here")
    given = {**approvers(border)}
    by = [f"{person} ({record})" for person, record in given.items()]
    if (
        may_approve(border, border.actor.person)
        and not border.actor.claimed
        and border.actor.person not in given
    ):
        by.append(f"{border.actor.person}, by this command")
    text = f"{len(by)} of {needed}" + (f": {', '.join(by)}" if by else "") + (" (not signed)" if by else "")
    uses = tuple(given.values())
    if len(by) >= needed:
        return Verdict("approvals", "passed", text, uses=uses)
    others = [
        person for person in candidates(border) if person not in given and person != border.actor.person
    ]
    who = f"; may approve: {', '.join(others)}" if others else "; nobody else may approve"
    return Verdict(
        "approvals",
        "failed",
        text + who,
        uses=uses,
        todo=_line(border, needed - len(by)) if others else None,
        turn=others[0] if others else None,
    )


def _line(border: Border, lacking: int) -> str:
    """The last one to approve may as well advance: that is an approval."""
    if border.adding:
        share = "" if border.percent is None else f" --percent {border.percent:g}"
        who = quote(",".join(border.cohorts))
        return f"govern packet approve {border.packet.id} --to canary --only {who}{share}"
    if lacking > 1:
        return f"govern packet approve {border.packet.id}"
    return f"govern phase advance {border.packet.id} --to {border.to}"


def candidates(border: Border) -> list[str]:
    return [person for person in border.value["owners"]["rollout_approve"] if may_approve(border, person)]


def may_approve(border: Border, person: str) -> bool:
    return (
        person in border.value["owners"]["rollout_approve"]
        and person in border.policy.holders("rollout_approve")
        and person not in border.value.get("authors", ())
        and border.policy.kind(person) == "person"
    )


def approvers(border: Border) -> dict[str, str]:
    """Approvals that count for what is to be bound now: person -> record."""
    wanted = border.dossier
    counted: dict[str, str] = {}
    for record in border.packet.approvals:
        dossier = dict(record.body["dossier"])
        bound = set(dossier.pop("cohorts"))
        same = dossier == {name: value for name, value in wanted.items() if name != "cohorts"}
        fresh = record.body["expires"] > border.now
        if same and fresh and bound.issuperset(wanted["cohorts"]) and may_approve(border, record.actor):
            counted[record.actor] = record.name
    return counted
