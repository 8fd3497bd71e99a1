"""What a pull request would change of that which is fixed: frozen values, and baselines in use.

The value at its head decides, since a merge brings no other: an edit that a later commit takes back is no
finding (records, where every commit counts, are not in a pull request at all). Values are compared, never
bytes. What change control agreed to is passed; what stands on the base already is told, and is not this pull
request's fault.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from govern.domain import queries
from govern.domain.difference import ABSENT, Leaf, at, differences, dotted, same, shown
from govern.domain.document import Place, Value
from govern.domain.findings import Finding
from govern.domain.rules.view import Explanation
from govern.operations.review.agreed import Change, changes_of
from govern.operations.review.fixed import Fixed, Hold, Seen, baselines_in_use, frozen_documents, seen
from govern.operations.review.pull_request import PullRequest
from govern.operations.workspace import Workspace

CODES = {
    "GOV-FRZ-001": Explanation(
        "frozen value changed",
        "KPIs with their queries, thresholds, triggers and criteria of a packet are fixed by the record that"
        " opened its window: goal posts that move while the ball is in the air measure nothing. Merged, the edit"
        " has no force.",
        "Ask for it in the open: govern packet change PACKET --set DOC:FIELD=VALUE --reason WHY; somebody"
        " else applies it. Or take the edit out of the pull request.",
    ),
    "GOV-FRZ-002": Explanation(
        "frozen value changed by change control",
        "One person opened the change with a reason, and another applies it; both are in the ledger. The"
        " count of cycles begins anew.",
        "Nothing is to be mended. govern show RECORD has the reason.",
    ),
    "GOV-FRZ-003": Explanation(
        "baseline in use changed",
        "A baseline that is bound, frozen, or the way back of one that is must stay what it was, byte for"
        " byte: a rollback to something else is not a rollback.",
        "Put the old bytes back. Save the new prompt as a new file, and the new version as a new baseline.",
    ),
    "GOV-FRZ-004": Explanation(
        "document in use deleted",
        "Decisions of an open packet, or the way back, rest on this document.",
        "Put it back; it can go when its packet has ended. A document is known by folder and id, so renaming"
        " it is deleting it.",
    ),
    "GOV-FRZ-005": Explanation(
        "base and ledger differ",
        "Somebody edited a frozen document, or a change was applied that the documents branch does not show"
        " yet. The value in the ledger is in force.",
        "Bring the documents branch to the value in force, or open a change: govern packet change.",
    ),
}


@dataclass(frozen=True, slots=True)
class By:
    """The last commit of the pull request that changed the file; `person` as the policy knows them."""

    commit: str
    subject: str
    person: str


@dataclass(frozen=True)
class Moved:
    """A fixed value that the head says otherwise; ABSENT where one side has nothing."""

    finding: Finding
    keys: tuple[str, ...]  # the documents it concerns: two baselines may pin one file
    field: str
    was: Value
    now: Value
    holds: tuple[Hold, ...]
    by: By | None = None
    setting: str | None = None  # DOC:FIELD=VALUE, where a change control could say it


@dataclass(frozen=True)
class Agreed:
    """What of one change control the pull request brings."""

    finding: Finding
    change: Change
    values: tuple[tuple[str, Value, Value], ...]  # (`kpis/ID bands.critical.below`, was, now)


@dataclass(frozen=True)
class Comparison:
    """`changed` holds by packet the documents at head, by FOLDER/ID, that say what is not in force."""

    moved: tuple[Moved, ...]
    agreed: tuple[Agreed, ...]
    changed: Mapping[str, Mapping[str, Any]]


def compare(workspace: Workspace, request: PullRequest) -> Comparison:
    """Every fixed document against both trees. Raises MissingInputError where the ledger lacks bytes."""
    found = _Found(workspace, request)
    for packet in workspace.state.packets.values():
        if packet.open:
            changes = changes_of(workspace, packet)
            for fixed in frozen_documents(workspace, packet):
                found.judge(fixed, changes)
    for fixed in baselines_in_use(workspace.state):
        found.judge(fixed, ())
    return Comparison(tuple(found.moved.values()), tuple(found.agreed.values()), found.changed)


class _Found:
    """What has been found so far: one finding for one mistake, however many packets it concerns."""

    def __init__(self, workspace: Workspace, request: PullRequest) -> None:
        self.workspace, self.request = workspace, request
        self.moved: dict[Finding, Moved] = {}
        self.agreed: dict[str, Agreed] = {}
        self.changed: dict[str, dict[str, Any]] = {}

    def judge(self, fixed: Fixed, changes: Sequence[Change]) -> None:
        folder = self.workspace.state.folder
        before, after = (seen(tree, folder, fixed) for tree in (self.request.before, self.request.after))
        if after.value is None:
            return  # what keeps it from being read is a finding of its own
        if after.value is ABSENT:
            self._keep(Moved(self._gone(fixed, before), (fixed.key,), "", ABSENT, ABSENT, (fixed.hold,)))
            return
        for leaf in differences(before.value, after.value):
            done = next((change for change in changes if change.has_set(fixed.key, leaf.pointer)), None)
            if done is not None and same(at(fixed.value, leaf.pointer), leaf.now):
                self._agree(done, fixed, leaf, after)
        for leaf in differences(fixed.value, after.value):
            pending = same(at(before.value, leaf.pointer), leaf.now)
            asked = next((change for change in changes if change.asks_for(fixed.key, leaf)), None)
            if asked is not None and not pending:
                self._agree(asked, fixed, leaf, after)
            else:
                self._move(fixed, leaf, after, pending)
            if not pending and fixed.hold.packet and not (fixed.baseline or fixed.query):
                self.changed.setdefault(fixed.hold.packet, {})[fixed.key] = after.value

    def _move(self, fixed: Fixed, leaf: Leaf, after: Seen, pending: bool) -> None:
        path, place = fixed.path, after.positions.of(leaf.pointer)
        if (file := self._pinned(fixed, leaf)) is not None:
            path, place = file, Place(0, 0)
        code, message, hint = _told(fixed, leaf, file is not None)
        finding = Finding(code, "error", message, path, place.line, place.column, hint)
        if pending:
            was = f"the text of {fixed.hold.record}" if fixed.query else shown(leaf.was)
            finding = _pending(path, place, f"in force is {was}")
        setting = None if fixed.baseline or fixed.query else _setting(fixed.key, leaf, after.value)
        field = dotted(leaf.pointer)
        self._keep(Moved(finding, (fixed.key,), field, leaf.was, leaf.now, (fixed.hold,), setting=setting))

    def _pinned(self, fixed: Fixed, leaf: Leaf) -> str | None:
        """The pinned file that differs; None where the baseline's own words do."""
        if not fixed.baseline or len(leaf.pointer) != 4:  # components, prompt, files, PATH
            return None
        path = str(leaf.pointer[3])
        return None if leaf.now is ABSENT and self.request.after.read(path) is not None else path

    def _gone(self, fixed: Fixed, before: Seen) -> Finding:
        if before.value is ABSENT:
            return _pending(fixed.path, Place(0, 0), "it is in force, and not there")
        new = self._renamed(fixed)
        hint = f"{new} is another document: its id is its name" if new else "put it back"
        message = "document in use renamed" if new else "document in use deleted"
        return Finding("GOV-FRZ-004", "error", message, fixed.path, hint=hint)

    def _renamed(self, fixed: Fixed) -> str | None:
        """A new file beside it with the same bytes but for the id."""
        if fixed.query:
            return None
        folder, _, name = fixed.path.removesuffix(".yaml").rpartition("/")
        old = self.request.before.read(fixed.path) or b""
        for path in self.request.changed:
            beside, _, stem = path.removesuffix(".yaml").rpartition("/")
            renamed = old.replace(f"id: {name}".encode(), f"id: {stem}".encode())
            if beside == folder and path != fixed.path and self.request.after.read(path) in (old, renamed):
                return path
        return None

    def _keep(self, moved: Moved) -> None:
        known = self.moved.get(moved.finding)
        if known is not None:
            keys = tuple(dict.fromkeys(known.keys + moved.keys))
            holds = tuple(dict.fromkeys(known.holds + moved.holds))
            self.moved[moved.finding] = replace(known, keys=keys, holds=holds)
            return
        by = self._by(moved.finding.path) if moved.finding.severity == "error" else None
        self.moved[moved.finding] = replace(moved, by=by)

    def _by(self, path: str) -> By | None:
        touch = self.request.last_touch(path)
        if touch is None:
            return None
        name, _, email = touch.author.removesuffix(">").rpartition(" <")
        person = self.workspace.state.in_force.person_with(email)
        return By(touch.commit, touch.subject, person or name or email)

    def _agree(self, change: Change, fixed: Fixed, leaf: Leaf, after: Seen) -> None:
        value = (f"{fixed.key} {dotted(leaf.pointer)}", leaf.was, leaf.now)
        known = self.agreed.get(change.opened.name)
        if known is not None:
            self.agreed[change.opened.name] = replace(known, values=(*known.values, value))
            return
        place = after.positions.of(leaf.pointer)
        message = f"change control {change.opened.name} is {'applied' if change.applied else 'open'}"
        hint = str(change.opened.body["reason"])
        finding = Finding("GOV-FRZ-002", "note", message, fixed.path, place.line, place.column, hint)
        self.agreed[change.opened.name] = Agreed(finding, change, (value,))


def _pending(path: str, place: Place, hint: str) -> Finding:
    return Finding("GOV-FRZ-005", "note", "base and ledger differ", path, place.line, place.column, hint)


def _told(fixed: Fixed, leaf: Leaf, pinned: bool) -> tuple[str, str, str]:
    """Code, message and hint of a difference."""
    was = "was not there" if leaf.was is ABSENT else f"was {shown(leaf.was)}"
    if pinned:
        gone, new = leaf.now is ABSENT, leaf.was is ABSENT
        what = "pinned file is gone" if gone else "pinned file is new" if new else "pinned file changed"
        hint = "a baseline in use pins it: save the new text as a new file, with a new baseline"
        return "GOV-FRZ-003", what, hint
    if fixed.baseline:
        return "GOV-FRZ-003", "baseline in use changed", f"{was}: a new version is a new baseline"
    if fixed.query:
        name = fixed.key.removeprefix(queries.FOLDER)
        return "GOV-FRZ-001", "frozen query changed", f"{name} that is measured otherwise is a new KPI"
    if leaf.now is ABSENT:
        return "GOV-FRZ-001", "frozen field removed", f"{dotted(leaf.pointer)} {was}"
    number = isinstance(leaf.was, int | float) and not isinstance(leaf.was, bool)
    return "GOV-FRZ-001", f"frozen {'number' if number else 'value'} changed", was


def _setting(key: str, leaf: Leaf, value: Value) -> str | None:
    """`kpis/ID:bands.critical.below=-20`: the nearest field around the leaf that a change control can set."""
    names: list[str] = []
    for step in leaf.pointer if leaf.now is not ABSENT else leaf.pointer[:-1]:
        if not isinstance(step, str) or "." in step:
            break
        names.append(step)
    if not names:
        return None
    return f"{key}:{'.'.join(names)}={json.dumps(at(value, tuple(names)), ensure_ascii=False)}"
