"""Going back, under stress: recorded here first and never taken off, published as soon as the remote answers.

It reads no document, waits for no data and asks no gate. Finding the packet for the cohorts that were named is
done here, from the ledger alone; the dictionary of cohorts only helps to match attributes, where it can be read.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from govern.domain.binding import current
from govern.domain.decision import Accepted, Decision, Refusal, Refused
from govern.domain.findings import nearest
from govern.domain.gates import cohort_dictionary
from govern.domain.records import Record
from govern.domain.rollback import Rollback
from govern.domain.selection import attributes_of, matches
from govern.domain.state import Packet
from govern.errors import ExitCode, GovernError, RepositoryError, UsageError
from govern.ledger.append import keep
from govern.operations.asking import raised
from govern.operations.context import Context
from govern.operations.decide import made, take
from govern.operations.reading import MissingInputError, NoDocuments
from govern.operations.sync import PATIENCE, NotPublishedError, sync
from govern.operations.workspace import Workspace, open_workspace


@dataclass(frozen=True)
class Wanted:
    """What was typed. `where` are attributes; nothing at all means everybody whom the only packet put on next."""

    packet: str | None = None
    surface: str | None = None
    cohorts: tuple[str, ...] = ()
    where: Mapping[str, str] | None = None
    model_version: str | None = None
    trigger: str | None = None
    reason: str | None = None
    note: str | None = None
    since: str | None = None
    to: str | None = None
    break_glass: str | None = None


@dataclass(frozen=True)
class WentBack:
    """`recorded` is the local commit, `published` the one on the remote (None: not yet, and `why`)."""

    decision: Decision
    workspace: Workspace
    records: tuple[Record, ...] = ()
    recorded: str | None = None
    published: str | None = None
    why: NotPublishedError | None = None
    said: tuple[str, ...] = ()


def roll_back(
    context: Context,
    wanted: Wanted,
    *,
    dry_run: bool = False,
    confirm: Callable[[Workspace, Rollback, Accepted], bool] | None = None,
) -> WentBack:
    """Carry out one rollback. Refusals come back as values; no remote can stop it, only delay its publication."""
    deadline = time.monotonic() + PATIENCE
    while True:
        workspace = open_workspace(context, fetch=True)
        workspace.repository.require_free(workspace.ledger_branch)
        command = replace(chosen(workspace, wanted), stale=not workspace.fetched.ok)
        documents = NoDocuments(workspace.state.folder, workspace.inputs)
        decision, stamped = take(workspace, command, documents=documents)
        if isinstance(decision, Refused) or stamped is None or dry_run:
            return WentBack(decision, workspace, stamped.records if stamped else ())
        if confirm is not None and not confirm(workspace, command, decision):
            return WentBack(Refused(("nothing was recorded: the answer was no",)), workspace)
        confirm = None
        identity = workspace.repository.identity()
        assert identity is not None, "the actor was named by it"
        before = workspace.repository.local_tip(workspace.ledger_branch)
        oid = made(workspace, stamped, identity)
        kept = keep(workspace.repository, oid, before, branch=workspace.ledger_branch)
        if kept.outcome == "local":
            return _published(context, WentBack(decision, workspace, stamped.records, oid))
        if kept.outcome != "moved" or time.monotonic() > deadline:
            raise RepositoryError(f"the local ledger cannot be written: {kept.text}", type_line="git status")


def _published(context: Context, went: WentBack) -> WentBack:
    """Publish it, with whatever else this clone has not published yet."""
    repository = went.workspace.repository
    if repository.remote is None:
        return replace(went, published=went.recorded)
    try:
        synced = sync(context)
    except NotPublishedError as error:
        return replace(went, why=error)
    except GovernError as error:
        return replace(went, why=NotPublishedError(error.message, type_line="govern sync", notes=error.notes))
    return replace(went, published=synced.oid, said=tuple(synced.dropped))


def chosen(workspace: Workspace, wanted: Wanted) -> Rollback:
    """The one command that was meant. Raises with the whole corrected line where something is misspelt."""
    packets = [packet for packet in workspace.state.packets.values() if packet.on_next]
    if wanted.surface:
        packets = [packet for packet in packets if packet.surface == wanted.surface]
    if wanted.model_version:
        packets = [p for p in packets if p.next and p.next.model_version == wanted.model_version]
    cohorts = _by_attributes(workspace, packets, wanted) if wanted.where else wanted.cohorts
    packet = _packet(workspace, packets, cohorts, wanted)
    fired = [record.name for record in packet.fired if record.name not in _answered(packet)]
    trigger = wanted.trigger or (
        fired[-1] if len(fired) == 1 and wanted.reason in (None, "trigger") else None
    )
    reason = wanted.reason or ("trigger" if trigger else None)
    if reason is None:
        codes = ", ".join(workspace.state.in_force.view["entry_reasons"])
        raise UsageError(
            f"no trigger fired: say why, --reason CODE ({codes})", type_line=line(wanted, reason="CODE")
        )
    return Rollback(
        packet.id, reason, tuple(cohorts), trigger, wanted.note, wanted.since, wanted.to, wanted.break_glass
    )


def _answered(packet: Packet) -> set[str]:
    """Triggers that a rollback has answered already."""
    return {record.body["trigger"] for record in packet.history if "trigger" in record.body}


def _packet(workspace: Workspace, packets: list[Packet], cohorts: tuple[str, ...], wanted: Wanted) -> Packet:
    known = workspace.state.packets
    serving = [packet for packet in packets if set(cohorts) <= set(packet.on_next)]
    serving = serving or [packet for packet in packets if set(cohorts) & set(packet.on_next)]
    if wanted.packet is None:
        if len(serving) == 1:
            return serving[0]
        return _not_one(workspace, serving, cohorts, wanted)
    if wanted.packet not in known:
        by = f"; {', '.join(cohorts) or 'they'} are on next by {serving[0].id}" if len(serving) == 1 else ""
        close = serving[0].id if len(serving) == 1 else nearest(wanted.packet, known)
        fixed = line(replace(wanted, packet=close)) if close else "govern status"
        raise UsageError(f"no packet `{wanted.packet}`{by}", type_line=fixed)
    return known[wanted.packet]


def _not_one(
    workspace: Workspace, serving: list[Packet], cohorts: tuple[str, ...], wanted: Wanted
) -> Packet:
    """None, or several: the nearest key, who is back already, or one line a packet."""
    if len(serving) > 1:
        names = ", ".join(packet.id for packet in serving)
        raise UsageError(
            f"several packets bind next: {names}", type_line=line(replace(wanted, packet=serving[0].id))
        )
    every = {key for packet in workspace.state.packets.values() for key in packet.stages}
    if unknown := [cohort for cohort in cohorts if cohort not in every]:
        close = nearest(unknown[0], every)
        fixed = tuple(close if c == unknown[0] and close else c for c in cohorts)
        said = f"no cohort `{unknown[0]}`" + (f"; nearest: {close}" if close else "")
        raise UsageError(
            said, type_line=line(replace(wanted, cohorts=fixed, where=None)) if close else "govern status"
        )
    back = [
        f"{cohort} on {current(surface, cohort).to.baseline} since {current(surface, cohort).at}"
        for surface in workspace.state.surfaces.values()
        for cohort in cohorts
        if cohort in surface.cohorts
    ]
    refused = Refused(
        (f"already back, nothing to do: {'; '.join(back) or 'nobody is on next'}",), exit=ExitCode.YES
    )
    if not workspace.fetched.ok and wanted.packet is None:
        refused = replace(refused, exit=ExitCode.LEFT, type_line="govern sync")
    raise raised(refused)


def _by_attributes(workspace: Workspace, packets: list[Packet], wanted: Wanted) -> tuple[str, ...]:
    """Cohorts on next that match now, or matched when they were bound: the net is widened, never narrowed."""
    where = wanted.where or {}
    tags = _dictionary(workspace)
    found: set[str] = set()
    seen: dict[str, set[str]] = {}
    for packet in packets:
        surface = workspace.state.surfaces[packet.surface]
        for cohort in packet.on_next:
            for attributes in (current(surface, cohort).attributes, attributes_of(tags, cohort)):
                for name, value in attributes.items():
                    seen.setdefault(name, set()).add(str(value))
                if matches({name: str(value) for name, value in attributes.items()}, where):
                    found.add(cohort)
    for name, value in where.items():
        if name not in seen:
            close = nearest(name, seen)
            fixed = {close or key if key == name else key: text for key, text in where.items()}
            known = ", ".join(sorted(seen)) or "none"
            said = f"cohorts have no attribute `{name}`; they have: {known}"
            raise UsageError(said, type_line=line(replace(wanted, where=fixed)) if close else "govern status")
        if not found and value not in seen[name]:
            close = nearest(value, seen[name])
            fixed = {key: close or text if key == name else text for key, text in where.items()}
            known = ", ".join(sorted(seen[name]))
            raise UsageError(
                f"nobody on next has {name} `{value}`; there are: {known}",
                type_line=line(replace(wanted, where=fixed)) if close else "govern status",
            )
    if not found:
        raise UsageError("nobody on next matches all of that", type_line="govern status")
    return tuple(sorted(found))


def _dictionary(workspace: Workspace) -> Mapping[str, Mapping[str, Any]]:
    """Today's tags, where cohorts.yaml can be read: it helps, and is never needed."""
    try:
        return cohort_dictionary(workspace.documents())
    except (Refusal, GovernError, MissingInputError):
        return {}


def line(wanted: Wanted, reason: str | None = None) -> str:
    """The command as it should be typed."""
    import shlex

    words = ["govern rollback execute"]
    words += [wanted.packet] if wanted.packet else []
    words += ["--surface", wanted.surface] if wanted.surface else []
    words += ["--cohort", ",".join(wanted.cohorts)] if wanted.cohorts and not wanted.where else []
    words += ["--where", ",".join(f"{k}={v}" for k, v in wanted.where.items())] if wanted.where else []
    words += ["--trigger", wanted.trigger] if wanted.trigger else []
    words += ["--reason", reason or wanted.reason] if reason or wanted.reason else []  # type: ignore[list-item]
    words += ["--to", wanted.to] if wanted.to else []
    return " ".join([words[0], *(shlex.quote(word) for word in words[1:])])
