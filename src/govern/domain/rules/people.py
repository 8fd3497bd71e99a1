"""People and roles of the workspace: one person an e-mail, roles that somebody holds, quorums that can be met."""

from collections.abc import Iterator, Mapping
from typing import Any

from govern.domain.document import Document
from govern.domain.findings import Finding
from govern.domain.rules.view import Explanation, View, finding, mapping, number, text, texts

CODES = {
    "GOV-WSP-001": Explanation(
        "one e-mail for two people",
        "The e-mail of a commit says who acts; it must mean one person.",
        "Give each person an address of their own.",
    ),
    "GOV-WSP-002": Explanation(
        "automation holds a role of people",
        "Automation may only move towards safety, so it may hold rollback_execute and nothing else.",
        "Take it out of the list, or name a person.",
    ),
    "GOV-WSP-003": Explanation(
        "more approvals than people",
        "A quorum that cannot be met stops every rollout at that border.",
        "Name more people for the role, or ask for fewer approvals.",
    ),
    "GOV-WSP-004": Explanation(
        "a role that nobody holds",
        "What only this role may do could be done by nobody.",
        "Name at least one person.",
    ),
}
BORDERS = {
    "shadow": "rollout_approve",
    "canary": "rollout_approve",
    "wide": "rollout_approve",
    "adopted": "rollout_approve",
    "policy": "policy_change",
}


def check(view: View) -> Iterator[Finding]:
    workspace = view.single("workspace")
    if workspace is None:
        return
    people = mapping(workspace.value, "people")
    yield from _addresses(workspace, people)
    for role in mapping(workspace.value, "roles"):
        holders = texts(workspace.value, "roles", role)
        if mapping(workspace.value, "roles").get(role) == []:
            hint = f"name at least one of: {', '.join(people)}"
            yield finding(workspace, ("roles", role), "GOV-WSP-004", "a role that nobody holds", hint)
        for place, person in enumerate(holders):
            if role != "rollback_execute" and text(people, person, "kind") == "automation":
                hint = f"{person} may hold rollback_execute only"
                message = "automation holds a role of people"
                yield finding(workspace, ("roles", role, place), "GOV-WSP-002", message, hint)
    yield from _quorums(workspace, people)


def _addresses(workspace: Document, people: Mapping[str, Any]) -> Iterator[Finding]:
    owners: dict[str, str] = {}
    for person in people:
        address = text(people, person, "email")
        owner = owners.setdefault(address.casefold(), person) if address else person
        if owner != person:
            hint = f"{owner} has it already; git's user.email says who acts"
            yield finding(
                workspace, ("people", person, "email"), "GOV-WSP-001", "one e-mail for two people", hint
            )


def _quorums(workspace: Document, people: Mapping[str, Any]) -> Iterator[Finding]:
    for border, role in BORDERS.items():
        wanted = number(workspace.value, "policy", "approvals", border)
        holders = {
            person
            for person in texts(workspace.value, "roles", role)
            if text(people, person, "kind") != "automation"
        }
        if wanted is not None and wanted > len(holders) > 0:
            hint = f"{wanted} wanted, and {role} names {len(holders)}: {', '.join(sorted(holders))}"
            yield finding(
                workspace,
                ("policy", "approvals", border),
                "GOV-WSP-003",
                "more approvals than people",
                hint,
            )
