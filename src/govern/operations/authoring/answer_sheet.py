"""The blank sheet of a drill: every line that is to be filled in, bound to card and package as they are published.

A drill is of what everybody has. Where a person's own tree says otherwise, that is said beside the sheet.
"""

from collections.abc import Callable, Sequence
from typing import Any

from govern.documents import skeleton
from govern.domain.document import Document
from govern.errors import RefusedError, RepositoryError, UsageError
from govern.operations.context import Context
from govern.operations.drills.drilling import document_of
from govern.operations.files import write_files
from govern.operations.place import Place
from govern.operations.unpublished import unpublished
from govern.operations.workspace import open_workspace

Need = Callable[[str, str], Document]  # kind and id of a document of the working tree


def answer_sheet(
    context: Context, place: Place, card_id: str | None, owners: Sequence[str], need: Need
) -> tuple[str, tuple[str, ...]]:
    """Write it. The path, and what a person should know of card and package."""
    if not card_id:
        raise UsageError("answers belong to a card", type_line="govern new answers CARD")
    card, package, notes = _drilled(context, card_id, need)
    now = context.simulated or context.now
    path = f"answers/{now[:10]}.yaml"
    if (place.root / path).exists():  # two drills on one day
        path = f"answers/{now[:10]}-{card_id}.yaml"
    if (place.root / path).exists():
        raise RefusedError(
            f"{path} is there already: nothing was written", type_line=f"govern validate {path}"
        )
    value = _blank(card, package, owners, now)
    write_files(place.root, {path: skeleton.render("drill_answers", value, f"../{place.folder}/")})
    return path, notes


def _drilled(context: Context, card_id: str, need: Need) -> tuple[Document, Document, tuple[str, ...]]:
    """Card and package on the documents branch; those of the working tree where no ledger was opened yet."""
    try:
        workspace = open_workspace(context, fetch=True)
    except RepositoryError:
        card = need("card", card_id)
        return card, need("package", card.value["package_id"]), ()
    card = document_of(workspace, "card", card_id)
    package = document_of(workspace, "package", card.value["package_id"])
    own = ((each, unpublished(workspace, each.kind, each.id)) for each in (card, package))
    said = [f"{each.kind} {each.id}: {lies.said}" for each, lies in own if lies]
    return card, package, tuple(f"{each}. The sheet is of what is published" for each in said)


def _blank(card: Document, package: Document, owners: Sequence[str], now: str) -> dict[str, Any]:
    """Every null is to be filled in."""
    steps = [*package.value["actions"], *package.value.get("temporary_guardrails", ())]
    done = {"done_at": None}
    return skeleton.example(
        "drill_answers",
        "",
        {},
        card=card.id,
        card_digest=card.digest,
        package_digest=package.digest,
        owners=list(owners),
        started_at=now,
        readout=done,
        execution={step["id"]: done for step in steps},
        side_effect={"seen_at": None},
        handoffs=[
            {"from": each["from"], "to": each["to"], "asked_at": None, "acknowledged_at": None,
             "context_complete": None, "still_open": None, "reopened": None}
            for each in card.value["handoffs"]
        ],
        measured=dict.fromkeys(card.value["metrics"]),
        evidence=[],
        decisions_before={owner: {"decision": None} for owner in owners},
        decisions={owner: {"decision": None} for owner in owners},
        rollback={
            **dict.fromkeys(("trigger", "pause-automation", "revert-actions", "clear-guardrails"), done),
            "baseline-checks": done,
            "log": {"done_at": None, "reason": "rehearsal"},
        },
        closeout={"done_at": None, "package_update": None, "next_targets": {}},
    )  # fmt: skip
