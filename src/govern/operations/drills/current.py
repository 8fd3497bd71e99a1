"""Answers are of a card and of a package as they were: since when they are others, and by whose hand, git knows.

Whether answers count is decided where they are recorded, by digest; here the refusal says what changed.
"""

from collections.abc import Mapping
from typing import Any

from govern.domain.document import Document
from govern.domain.drills.answers import given_digest, short, unbound
from govern.errors import GovernError, RefusedError
from govern.ledger.repository import Touch
from govern.operations.workspace import Workspace


def require_current(
    workspace: Workspace, card: Document, package: Document, answers: Mapping[str, Any]
) -> None:
    """RefusedError where answers that name both are not of the card or of the package as it is published."""
    if not {"card_digest", "package_digest"} <= set(answers) or answers["card"] != card.id:
        return
    for document in unbound(card, package, answers):
        kind, given = document.kind, given_digest(document, answers)
        change, now = _last_change(workspace, document), short(document.digest)
        stands = f"is {now} now" if change is None else f"has been {now} since {change.when[5:10]}"
        raise RefusedError(
            f"answers to {kind} {given}; the {kind} {stands}",
            notes=(_told(workspace, document, change),) if change else (),
            type_line=f"govern new answers {card.id}",
        )


def _last_change(workspace: Workspace, document: Document) -> Touch | None:
    """The newest commit since the ledger was opened that changed the file; None where git cannot tell."""
    records = next((commit.records for commit in workspace.history.commits if commit.records), ())
    if workspace.main is None or not records:
        return None
    try:
        found = workspace.repository.commits_touching(document.path, records[0].main, workspace.main)
    except GovernError:  # the branch was written anew, or lies here in part
        return None
    return next(iter(found), None)


def _told(workspace: Workspace, document: Document, change: Touch) -> str:
    """Who it was, by the name that the policy has for them."""
    email = change.author.rpartition("<")[2].removesuffix(">")
    who = workspace.state.in_force.person_with(email) or change.author
    return f'{document.id} was changed by {change.commit[:7]} "{change.subject}" ({who})'
