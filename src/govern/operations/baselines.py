"""Baselines side by side, and pinned files that are not what a bound or frozen baseline names.

A baseline is compared as it counts: as it is bound where it is, else as the published branch describes it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff

from govern.domain.baseline import PARTS, Target, target_of
from govern.domain.decision import Refusal
from govern.domain.document import digest_of
from govern.domain.findings import Finding, nearest
from govern.domain.rules.view import Explanation
from govern.errors import UsageError
from govern.operations.asking import raised
from govern.operations.naming import bindings, names
from govern.operations.pins import original, pins, published
from govern.operations.unpublished import unpublished
from govern.operations.workspace import Workspace

Files = Mapping[str, str]  # path -> digest

CODES = {
    "GOV-DRF-001": Explanation(
        "a pinned file has other bytes",
        "A baseline that is bound or frozen names its files by digest. With other bytes on the documents branch"
        " the way back leads to something that nobody verified.",
        "Bring the bytes back, and save the new text as a new file with a baseline of its own.",
    ),
    "GOV-DRF-002": Explanation(
        "a pinned file is gone",
        "Prev must still exist: a rollback needs the very bytes that its baseline names.",
        "Bring the file back; `govern baseline drift` names a commit that has it.",
    ),
}


@dataclass(frozen=True)
class Part:
    """One component on both sides; `changes` are the lines of its pinned files that differ."""

    name: str
    before: str
    after: str
    same: bool
    changes: tuple[str, ...] = ()


def target(workspace: Workspace, name: str) -> Target:
    """The baseline as bound, or as published. UsageError with the nearest name."""
    bound = [binding.to for binding in bindings(workspace.state) if binding.to.baseline == name]
    if bound:
        return bound[-1]
    documents = workspace.documents()
    try:
        document = documents.get("baseline", name)
    except Refusal as refusal:
        raise raised(refusal.refused) from None
    if document is None:
        if lies := unpublished(workspace, "baseline", name):
            message = f"no baseline `{name}` on {workspace.state.branch}: {lies.said}"
            raise UsageError(message, type_line=lies.line)
        close = nearest(name, [named.name for named in names(workspace) if named.what == "baseline"])
        message = f"no baseline `{name}` on {workspace.state.branch}" + (
            f"; nearest: {close}" if close else ""
        )
        raise UsageError(message, type_line=f"govern show baselines/{close}" if close else "govern status")
    return target_of(document.value, documents.pinned, None)


def compared(workspace: Workspace, before: Target, after: Target) -> list[Part]:
    """Component by component, with the lines of pinned text that differ."""
    parts = []
    for name in PARTS:
        old, new = before.components[name], after.components[name]
        changes = tuple(_file_changes(workspace, old.get("files", {}), new.get("files", {})))
        parts.append(Part(name, old["version"], new["version"], old == new, changes))
    return parts


def _file_changes(workspace: Workspace, before: Files, after: Files) -> Iterator[str]:
    for old, new in _pairs(before, after):
        was, becomes = _text(workspace, old, before), _text(workspace, new, after)
        if isinstance(was, bytes) or isinstance(becomes, bytes):
            yield f"{old or 'nothing'} -> {new or 'nothing'}: not text, or not there with these bytes"
            continue
        yield from (
            line.rstrip("\n")
            for line in unified_diff(
                was.splitlines(), becomes.splitlines(), old or "/dev/null", new or "/dev/null", lineterm=""
            )
        )


def _pairs(before: Files, after: Files) -> Iterator[tuple[str | None, str | None]]:
    """The files that differ: by path, then those that stand on one side only by the nearest name."""
    yield from ((path, path) for path in before if path in after and before[path] != after[path])
    gone = [path for path in before if path not in after and before[path] not in after.values()]
    new = [path for path in after if path not in before and after[path] not in before.values()]
    for path in gone:
        close = nearest(path, new)
        if close is not None:
            new.remove(close)
        yield path, close
    yield from ((None, path) for path in new)


def _text(workspace: Workspace, path: str | None, files: Files) -> str | bytes:
    """The text of a pinned file; bytes where there is none with this digest, or where it is no text."""
    if path is None:
        return ""
    data = workspace.tree.read(path)
    if data is None or digest_of(data) != files[path]:
        return b""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data


def drift(workspace: Workspace) -> tuple[list[Finding], str | None]:
    """A finding for each pinned file with other bytes, or gone; and the line that brings the first one back."""
    findings: list[Finding] = []
    line = None
    for pin in pins(workspace):
        if published(workspace, pin):
            continue
        gone = workspace.tree.read(pin.path) is None
        code, what = ("GOV-DRF-002", "is gone") if gone else ("GOV-DRF-001", "has other bytes")
        hint = f"{pin.baseline} names it by {pin.digest[:19]}. Bring it back; save a new text as a new file"
        findings.append(Finding(code, "error", f"{what}, pinned by {pin.baseline}", pin.path, hint=hint))
        if line is None and original(workspace, pin) is not None:
            line = f"git checkout {pin.since[:12]} -- {pin.path}"
    return findings, line
