"""Building a replay pack: a few decisions of a packet, with everything that was bound when they were made.

It writes a folder and records nothing. The same log, ledger and words give the same bytes, and nothing of the machine
is in them. Opening one, and what it is worth as evidence, is the business of `replay_opening`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote
from tempfile import TemporaryDirectory
from typing import Any

from govern.domain.document import canonical
from govern.domain.evidence.stamping import moved_at
from govern.domain.findings import nearest
from govern.domain.rollout.recording import border_in_field
from govern.domain.state import Packet
from govern.errors import UsageError
from govern.evidence.decisions import Log
from govern.evidence.replay_packs import Field, Picked, newest, picked
from govern.evidence.timeline import Interval
from govern.operations.asking import packet_of
from govern.operations.evidence.decision_log import decision_log
from govern.operations.evidence.replay_bundles import bundles_of, pinned_bytes
from govern.operations.evidence.replay_folder import (
    BUNDLES,
    DECISIONS,
    file_of,
    lay,
    sealed,
)
from govern.operations.evidence.replay_opening import Opened, open_pack
from govern.operations.evidence.timelines import intervals, lags
from govern.operations.new_folder import pretty, require_free
from govern.operations.workspace import Workspace

LATEST = 5  # decisions of a cohort, where nobody says how many


@dataclass(frozen=True)
class Wanted:
    """Which decisions: those named by `ids`, or the `latest` of each of the `cohorts` (empty: of all).

    `origin` is who gives them: support, qa or synthetic.
    """

    origin: str = "support"
    cohorts: Sequence[str] = ()
    latest: int = LATEST
    ids: Sequence[str] = ()


@dataclass(frozen=True)
class Built:
    """A pack that was written. `unseen`: cohorts that were asked for, and of which the log has no decision."""

    folder: Path
    manifest: dict[str, Any]
    decisions: list[Picked]
    unseen: list[str]
    lacking: list[str] = field(default_factory=list)  # digests of pinned files that are not in this clone


def build(
    workspace: Workspace, packet_id: str, folder: Path, wanted: Wanted, log: str | None = None
) -> Built:
    """Write a pack to `folder`. UsageError where a decision, a cohort or the place for it is not there."""
    require_free(folder, "pack", "--build")
    packet = packet_of(workspace, packet_id)
    with decision_log(workspace, log) as opened:
        bound = [each for each in intervals(workspace.state) if each.surface == packet.surface]
        where = _field(workspace, packet, bound, wanted.cohorts)
        chosen = _chosen(workspace, opened, bound, where, wanted)
        bundles = bundles_of(workspace, packet.surface, chosen)
        pinned = bundles.pinned()
        files = {file_of(digest): data for digest, data in pinned_bytes(workspace, pinned).items()}
        files[DECISIONS] = b"".join(canonical(each.decision) + b"\n" for each in chosen)
        files[BUNDLES] = pretty(bundles.as_value())
        cohorts = sorted({each.cohort for each in chosen if each.cohort is not None})
        manifest = sealed(
            {
                "source": wanted.origin,
                "ledger": workspace.state.ledger,
                "commit": workspace.tip,
                "packet": packet.id,
                "phase": packet.phase,
                "surface": packet.surface,
                "cohorts": cohorts,
                "decisions": len(chosen),
                "log": {"sha256": opened.digest, "rows": opened.rows},
            },
            files,
        )
    lay(folder, manifest, files)
    unseen = [] if wanted.ids else [cohort for cohort in where.since if cohort not in cohorts]
    lacking = sorted(digest for digest in pinned if file_of(digest) not in files)
    return Built(folder, manifest, chosen, unseen, lacking)


def replayed(workspace: Workspace, packet_id: str, log: str | None = None, latest: int = 1) -> Opened:
    """A pack of the newest decisions on next, built and opened in passing; `Opened.command()` records it."""
    with TemporaryDirectory(prefix="govern-") as scratch:
        folder = Path(scratch) / "replay-pack"
        build(workspace, packet_id, folder, Wanted(latest=latest), log)
        return open_pack(workspace, packet_id, folder)


def _field(workspace: Workspace, packet: Packet, bound: Sequence[Interval], cohorts: Sequence[str]) -> Field:
    """The cohorts that the packet has on next, each since its last move; of an ended one those that it had."""
    digest = packet.next.digest if packet.next else ""
    since: dict[str, str] = {}
    for each in bound:
        if each.cohort is not None and each.packet == packet.id and each.on_next and each.to_digest == digest:
            since.setdefault(each.cohort, each.since)
    if not since:
        border_in_field(packet)  # says what comes first
        raise UsageError(
            f"{packet.id} never had a cohort on next", type_line=f"govern phase show {packet.id}"
        )
    for cohort in cohorts:
        if cohort not in since:
            raise _no_cohort(packet, cohort, since)
    asked = cohorts or packet.on_next or tuple(since)
    now = {cohort: moved_at(workspace.state, packet, cohort) for cohort in packet.on_next}
    there = {cohort: now.get(cohort, since[cohort]) for cohort in sorted(asked) if cohort in since}
    return Field(packet.id, packet.surface, digest, there, workspace.now())


def _no_cohort(packet: Packet, cohort: str, since: Collection[str]) -> UsageError:
    close = nearest(cohort, since)
    said = f"cohort `{cohort}` was never on next of {packet.id}"
    if close is None:
        return UsageError(
            f"{said}; these were: {', '.join(sorted(since)[:5])}", type_line=f"--cohort {quote(min(since))}"
        )
    return UsageError(f"{said}; nearest: {close}", type_line=f"--cohort {quote(close)}")


def _chosen(
    workspace: Workspace, log: Log, bound: Sequence[Interval], where: Field, wanted: Wanted
) -> list[Picked]:
    """The decisions that are wanted, in the order of time. UsageError where one, or every one, is not there."""
    lag = lags(workspace.state)
    if wanted.ids:
        chosen = picked(log, bound, lag, wanted.ids)
        _require_named(log, where, chosen, wanted.ids)
        return chosen
    chosen = newest(log, bound, lag, where, wanted.latest)
    if not chosen:
        named = ", ".join(list(where.since)[:5])
        raise UsageError(
            f"{log.name} has no decision of {where.packet}'s next on {where.surface}: {named}",
            type_line=f"govern binding reconcile --surface {where.surface}",
        )
    return chosen


def _require_named(log: Log, where: Field, chosen: Sequence[Picked], ids: Sequence[str]) -> None:
    """Each decision is there, was gated by a cohort of the packet, and something was bound for it."""
    there = {each.id for each in chosen}
    if lost := [each for each in ids if each not in there]:
        others = ",".join(each for each in ids if each in there)
        newest_ = f"govern evidence replay {where.packet} --build NEW-FOLDER"
        raise UsageError(
            f"{log.name} has no decision {', '.join(lost[:5])}",
            type_line=f"--id {quote(others)}" if others else newest_,
        )
    for each in chosen:
        at, surface = each.decision["decided_at"], each.decision["surface"]
        if surface != where.surface:
            raise UsageError(f"{each.id} was decided on {surface}; {where.packet} changes {where.surface}")
        if each.cohort not in where.since:
            whose = f"of {each.cohort}" if each.cohort is not None else "without a cohort key"
            had = f"{where.packet} has on next: {', '.join(list(where.since)[:5])}"
            raise UsageError(f"{each.id} is a decision {whose}; {had}")
        if each.outcome == "unbound":
            raise UsageError(
                f"{each.id} was decided at {at}, before anything was bound on {surface}",
                type_line=f"govern binding history --surface {surface}",
            )
