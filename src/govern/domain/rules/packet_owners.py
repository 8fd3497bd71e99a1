"""Who decides on a packet: owners who hold their role, and approvers who did not write it."""

from collections.abc import Iterator

from govern.domain.document import Document
from govern.domain.findings import Finding
from govern.domain.rules.view import Explanation, View, finding, mapping, number, text, texts

CODES = {
    "GOV-PKT-005": Explanation(
        "too few who may approve",
        "An author may not approve; approvals that nobody can give stop the packet at its border.",
        "Name owners of rollout_approve who are not authors.",
    ),
    "GOV-PKT-007": Explanation(
        "owner does not hold the role",
        "Roles come from the policy in force; a packet can only choose among those who hold them.",
        "Name one who holds the role, or change `roles` in govern.yaml.",
    ),
}
OWNERS = ("rollout_approve", "monitoring_review", "rollback_execute")
BORDERS = ("shadow", "canary", "wide", "adopted")


def check(view: View) -> Iterator[Finding]:
    workspace = view.single("workspace")
    if workspace is None:
        return
    for packet in view.of("packet"):
        yield from _roles(workspace, packet)
        yield from _approvers(workspace, packet)


def _roles(workspace: Document, packet: Document) -> Iterator[Finding]:
    people = mapping(workspace.value, "people")
    for role in OWNERS:
        holders = texts(workspace.value, "roles", role)
        for place, person in enumerate(texts(packet.value, "owners", role)):
            if person in people and holders and person not in holders:
                hint = f"{role} is held by {', '.join(holders)}"
                message = "owner does not hold the role"
                yield finding(packet, ("owners", role, place), "GOV-PKT-007", message, hint)


def _approvers(workspace: Document, packet: Document) -> Iterator[Finding]:
    wanted = max(
        (number(workspace.value, "policy", "approvals", border) or 0 for border in BORDERS), default=0
    )
    authors = set(texts(packet.value, "authors"))
    named = texts(packet.value, "owners", "rollout_approve")
    people = mapping(workspace.value, "people")
    able = {person for person in named if text(people, person, "kind") != "automation"} - authors
    if named and len(able) < wanted and (authors & set(named) or len(set(named)) < wanted):
        others = set(texts(workspace.value, "roles", "rollout_approve")) - authors - able
        hint = f"{wanted} wanted; without the authors there {'is' if len(able) == 1 else 'are'} {len(able)}"
        hint += f". Name one more of: {', '.join(sorted(others))}" if others else ""
        yield finding(packet, ("owners", "rollout_approve"), "GOV-PKT-005", "too few who may approve", hint)
