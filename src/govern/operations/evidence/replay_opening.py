"""Opening a replay pack: nothing is believed that the folder says.

Every digest is computed, every stamp compared again, and every bundle made anew from the ledger at hand. A pack with
broken decisions is evidence too; one whose files were changed is none.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from json import loads
from pathlib import Path
from typing import Any

from govern.domain.binding import current
from govern.domain.document import digest_of, lines
from govern.domain.evidence.replaying import SOURCE
from govern.domain.rollout.recording import RecordEvidence, border_in_field
from govern.domain.state import Packet
from govern.errors import UsageError
from govern.evidence.decisions import open_log
from govern.evidence.replay_packs import Picked, picked
from govern.operations.asking import packet_of
from govern.operations.evidence.measure import kept_name
from govern.operations.evidence.replay_bundles import Bundles, bundles_of, whole
from govern.operations.evidence.replay_folder import (
    BUNDLES,
    DECISIONS,
    MANIFEST,
    file_of,
    manifest_of,
    require_unchanged,
)
from govern.operations.evidence.timelines import intervals, lags
from govern.operations.workspace import Workspace


@dataclass(frozen=True)
class Replayed:
    """One decision of a pack. `trouble` says why it is broken; None: it is complete."""

    decision: Mapping[str, Any]
    trouble: str | None
    on_next: bool  # it was for the packet's next to decide
    before_move: bool = False  # its cohort was bound again since then

    @property
    def cohort(self) -> str:
        return str(self.decision["cohort_key"])


@dataclass(frozen=True)
class Opened:
    """A pack whose files are what its manifest says."""

    packet: Packet
    manifest: Mapping[str, Any]
    decisions: Sequence[Replayed]
    input: Mapping[str, Any]

    @property
    def broken(self) -> list[Replayed]:
        return [each for each in self.decisions if each.trouble]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Of each cohort on next: what shows something of next as it is bound now; see `excluded`."""
        rows: list[dict[str, Any]] = []
        for cohort in self.packet.on_next:
            own = [each for each in self.decisions if each.cohort == cohort]
            shows = [each for each in own if self._left_out(each) is None]
            broken = sum(1 for each in shows if each.trouble)
            row = {
                "kpi": None,
                "cohort": cohort,
                "window": None,
                "arm": "next",
                "n": len(shows),
                "excluded": len(own) - len(shows),
                "value": None,
                "counts": {"complete": len(shows) - broken, "broken": broken},
            }
            rows += [row] if shows else []
        return rows

    @property
    def excluded(self) -> dict[str, int]:
        """Why decisions of the pack are in no row."""
        reasons = Counter(filter(None, map(self._left_out, self.decisions)))
        return dict(sorted(reasons.items()))

    def _left_out(self, each: Replayed) -> str | None:
        if each.cohort not in self.packet.on_next:
            return "not_on_next"
        if each.before_move:
            return "before_move"
        return None if each.on_next or each.trouble else "on_prev"

    def command(self) -> RecordEvidence:
        """What is recorded of it. A Refusal where the packet has no border, UsageError where nothing is shown."""
        border, rows = border_in_field(self.packet), self.rows
        if not rows:
            raise UsageError(
                f"no decision of the pack was made by {self.packet.id}'s next as it is bound now",
                type_line=_again(self.packet.id),
            )
        table = lines(rows)
        params = {
            "pack": self.manifest["id"],
            "origin": self.manifest["source"],
            "commit": self.manifest["commit"],
            "last": max(f"{each.decision['decided_at'][:19]}Z" for each in self.decisions),
        }
        measured: dict[str, Any] = {
            "border": border,
            "source": {
                "name": SOURCE,
                "query": [SOURCE],
                "params": params,
                "input": dict(self.input),
                "until": None,
            },
            "windows": [],
            "excluded": self.excluded,
            "table": {"sha256": digest_of(table), "rows": len(rows)},
        }
        return RecordEvidence(self.packet.id, measured, tables={digest_of(table): table})


def _again(packet: str) -> str:
    return f"govern evidence replay {packet} --build NEW-FOLDER"


def open_pack(workspace: Workspace, packet_id: str, folder: Path) -> Opened:
    """Every decision of the pack, complete or broken.

    UsageError: no pack, or one of another ledger or packet; RefusedError: files were changed.
    """
    packet = packet_of(workspace, packet_id)
    manifest = manifest_of(folder)
    require_unchanged(folder, manifest, _again(packet_id))
    _require_ours(workspace, packet, manifest)
    surface = packet.surface
    bound = [each for each in intervals(workspace.state) if each.surface == surface]
    with open_log(folder / DECISIONS) as log:
        decisions = picked(log, bound, lags(workspace.state))
    bundles = bundles_of(workspace, surface, decisions)
    said = _said(folder)
    known = workspace.state.surfaces[surface]
    replays = [
        replace(
            _replayed(each, bundles, said, manifest["files"], packet),
            before_move=each.cohort is not None and each.second < current(known, each.cohort).at,
        )
        for each in decisions
    ]
    input_ = {
        "path": kept_name(workspace, folder),
        "sha256": digest_of((folder / MANIFEST).read_bytes()),
        "rows": len(replays),
    }
    return Opened(packet, manifest, replays, input_)


def _require_ours(workspace: Workspace, packet: Packet, manifest: Mapping[str, Any]) -> None:
    """UsageError unless the pack was built from this ledger, for this packet."""
    if manifest["ledger"] != workspace.state.ledger:
        raise UsageError(
            f"the pack is of another ledger, {manifest['ledger'][:19]}; this one is {workspace.state.ledger[:19]}",
            type_line=_again(packet.id),
        )
    if manifest["packet"] != packet.id or manifest["surface"] != packet.surface:
        other = manifest["packet"]
        raise UsageError(
            f"the pack is of {other} on {manifest['surface']}, not of {packet.id}",
            type_line=f"govern evidence replay {other} --open FOLDER",
        )
    if manifest["commit"] not in {commit.oid for commit in workspace.history.commits}:
        raise UsageError(
            f"the pack was built at ledger commit {manifest['commit'][:12]}, which is not in this clone",
            type_line="govern log --fetch",
        )


def _said(folder: Path) -> Any:
    try:
        return loads((folder / BUNDLES).read_bytes())
    except (ValueError, RecursionError):
        return None


def _replayed(
    each: Picked, bundles: Bundles, said: Any, files: Mapping[str, str], packet: Packet
) -> Replayed:
    if each.id not in bundles.decisions:
        return Replayed(each.decision, "unbound", False)
    on_next = bundles.on_next(each.id, packet)
    given = whole(said, each.id)
    trouble = None
    if each.outcome != "matched":
        trouble = each.outcome
    elif given[0] is None or given[1] is None:
        trouble = "bundle_missing"
    elif given != bundles.of(each.id):
        trouble = "bundle_differs"
    elif any(files.get(file_of(digest)) != digest for digest in bundles.pinned(each.id)):
        trouble = "file_missing"
    return Replayed(each.decision, trouble, on_next)
