"""What a drill needs of the workspace: card and package in force, the owners, and the command that records it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from govern.documents.catalog import kind_of
from govern.documents.skeleton import render
from govern.domain.decision import Refusal
from govern.domain.document import Document
from govern.domain.drills.completion import CompleteDrill
from govern.domain.findings import nearest
from govern.errors import RefusedError, UsageError
from govern.operations.context import Context
from govern.operations.drills.answers import KIND, evidence_of
from govern.operations.drills.clock import Clock
from govern.operations.drills.current import require_current
from govern.operations.drills.restoring import walk_back
from govern.operations.drills.session import Row
from govern.operations.drills.sitting import Drilled
from govern.operations.unpublished import unpublished
from govern.operations.workspace import Workspace


def drilled(workspace: Workspace, card_id: str, clock: Clock) -> Drilled:
    """The card and its package, as they are merged. UsageError with the nearest card where there is none."""
    card = document_of(workspace, "card", card_id)
    package = document_of(workspace, "package", card.value["package_id"])
    drills = workspace.state.package(package.id).drills
    return Drilled(
        card, package, drills, workspace.repository.common_dir, clock, partial(_shown_by, workspace)
    )


def _shown_by(workspace: Workspace, name: str) -> Row:
    """A file as it is now. UsageError where there is none."""
    return evidence_of(workspace, workspace.context.directory, [name])[0]


def document_of(workspace: Workspace, kind: str, name: str) -> Document:
    """A document of the documents branch without faults of its own."""
    try:
        found = workspace.documents().get(kind, name)
    except Refusal as refusal:
        refused = refusal.refused
        raise RefusedError(refused.reasons[0], type_line=refused.type_line) from None
    if found is not None:
        return found
    lies = unpublished(workspace, kind, name)
    if lies is not None:
        raise UsageError(f"no {kind} `{name}` on {workspace.state.branch}: {lies.said}", type_line=lies.line)
    known = names_of(workspace, kind)
    close = nearest(name, known)
    said = f"; nearest: {close}" if close else f"; there are: {', '.join(known)}" if known else ""
    line = (
        None
        if close or known
        else f"govern new {kind} --package ID"
        if kind == "card"
        else f"govern new {kind} ID"
    )
    raise UsageError(f"no {kind} `{name}` on {workspace.state.branch}{said}", type_line=line)


def names_of(workspace: Workspace, kind: str) -> list[str]:
    """The ids of all documents of a kind on the documents branch."""
    folder = workspace.state.folder
    return sorted(Path(path).stem for path in workspace.tree.paths() if kind_of(path, folder) == kind)


def owners_of(workspace: Workspace, package: Mapping[str, Any], given: Sequence[str]) -> tuple[str, ...]:
    """The two people who decide: those that were named, else the first two on the package's routes."""
    routes = list(dict.fromkeys(package["owner_routes"].values()))
    owners = tuple(given) or tuple(routes[:2])
    people = workspace.state.in_force.view["people"]
    for owner in owners:
        if owner not in people:
            close = nearest(owner, people)
            raise UsageError(
                f"no person `{owner}` in the policy; there are: {', '.join(people)}",
                type_line=f"--owners {','.join(close or routes[0] if each == owner else each for each in owners)}",
            )
    if len(set(owners)) != 2:
        others = [person for person in (*routes, *people) if person not in owners]
        line = f"--owners {','.join((*owners, *others)[:1] + tuple(others[:1]))}" if others else None
        raise UsageError("two owners decide, each alone", type_line=line)
    return owners


def complete(
    workspace: Workspace, card: str, answers: Mapping[str, Any], evidence: Sequence[Row] | None = None
) -> CompleteDrill:
    """The command that records a drill: its answers, the files they rest on, and the real way back on a clone.

    `evidence` are these files as they were when they were named, where somebody kept that; else they are read now.
    """
    what = document_of(workspace, "card", card)
    package = document_of(workspace, "package", what.value["package_id"])
    require_current(workspace, what, package, answers)
    if evidence is None:
        evidence = evidence_of(workspace, workspace.context.directory, answers.get("evidence", ()))
    facts = {
        "answers": {name: value for name, value in answers.items() if name != "kind"},
        "evidence": [dict(row) for row in evidence],
        "clone": walk_back(workspace, package.value),
    }
    return CompleteDrill(card, facts)


def write_down(workspace: Workspace, answers: Mapping[str, Any], file: Path) -> None:
    """A new file of answers. RefusedError where one is there, UsageError where it cannot be written."""
    place = workspace.context.directory / file
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as out:
            out.write(render(KIND, {"kind": f"{KIND}/v1", **answers}))
    except FileExistsError:
        raise RefusedError(f"{file} is there already: nothing was written", type_line=f"ls {file}") from None
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from None


def at_the_end(context: Context, clock: Clock) -> Context:
    """The same context when the drill is over."""
    now = clock.now()
    return replace(context, now=now, simulated=now if context.simulated is not None else None)
