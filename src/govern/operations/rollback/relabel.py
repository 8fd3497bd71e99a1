"""Relabelling over the team's decision log: counted, marked in a sidecar, proved, and handed to the next calibration.

The log is only read. A sidecar lies in the working tree, its digest in the ledger. Whoever lacks the file writes it
again, with the time that is recorded, and gets the same bytes.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from govern.domain.findings import nearest
from govern.domain.rollback.relabeling import Relabel, newest, proof_of, proves_from
from govern.domain.state import Packet, State
from govern.errors import DocumentError, RefusedError, UsageError
from govern.evidence.decisions import Log
from govern.evidence.relabel import (
    Exported,
    Plan,
    Tally,
    Verified,
    export,
    plan,
    strays,
    verify,
    write_sidecar,
)
from govern.evidence.sidecars import lay, require_place
from govern.evidence.sources import digest
from govern.evidence.timeline import text_of
from govern.operations.evidence.decision_log import decision_log, input_of
from govern.operations.evidence.log_reach import reach_of
from govern.operations.evidence.measure import kept_name
from govern.operations.rollback.incidents import RolledBack, rollbacks
from govern.operations.rollback.sidecar_places import next_free, place, untouched, writable
from govern.operations.workspace import Workspace

TOLD = ("of_no_cohort", "ahead")  # figures that are told and not recorded: they are not about the incident


@dataclass(frozen=True)
class Opened:
    """A workspace beside its open decision log."""

    workspace: Workspace
    log: Log

    def packet(self, each: RolledBack) -> Packet:
        return self.workspace.state.packets[each.record.stream.partition("/")[2]]


@dataclass(frozen=True)
class Marked:
    """What marking one rollback comes to. `command` None: what is recorded holds all of it already.

    `made` is the file that was written for the command; it goes when nothing is recorded.
    """

    figures: Mapping[str, Any]
    command: Relabel | None
    made: Path | None = None
    said: tuple[str, ...] = ()

    def take_away(self) -> None:
        if self.made is not None:
            self.made.unlink(missing_ok=True)


@dataclass(frozen=True)
class Proved:
    """A recorded sidecar beside the log. `wanted` is how far the log has to reach, `known` the record of a proof."""

    figures: Mapping[str, Any]
    verified: Verified
    wanted: str
    known: str | None
    command: Relabel

    @property
    def reached(self) -> bool:
        return str(self.figures["log"]["last"]) >= self.wanted


@dataclass(frozen=True)
class HandedOn:
    """Outcomes in a file; `unproved` are the contexts in it that nobody has verified."""

    exported: Exported
    unproved: tuple[str, ...]


@contextmanager
def opened(workspace: Workspace, given: str | None) -> Iterator[Opened]:
    """The log at `given`, else the team's. Where it has faults, another log is what can be typed."""
    try:
        with decision_log(workspace, given) as log:
            yield Opened(workspace, log)
    except (UsageError, DocumentError) as error:
        error.type_line = error.type_line or "--log FILE"
        raise


def meant(workspace: Workspace, packet_id: str, context: str | None = None) -> list[RolledBack]:
    """The rollback of `context`; without it those that are owed, else all. UsageError where there is none."""
    known = rollbacks(workspace.state, packet_id)
    if context is None:
        return [each for each in known if each.owed] or known
    contexts = [each.context for each in known]
    if context not in contexts:
        close = nearest(context, contexts)
        more = f"; nearest: {close}" if close else f"; there are: {', '.join(contexts)}"
        raise UsageError(
            f"no rollback of {packet_id} has the context `{context}`{more}",
            type_line=f"--context {close or contexts[-1]}",
        )
    return [known[contexts.index(context)]]


def count(there: Opened, each: RolledBack) -> dict[str, Any]:
    """What marking a rollback would do; nothing is written."""
    return _figures(there, each, plan(there.log, each.incident))


def mark(there: Opened, each: RolledBack, out: Path | None = None, *, dry_run: bool = False) -> Marked:
    """Write the sidecar of a rollback, to `out` or under the next number; a dry run writes it aside.

    RefusedError where this log lacks decisions that were marked before, UsageError where there is no place for it.
    """
    workspace, packet = there.workspace, there.packet(each)
    figures = count(there, each)
    last = newest(packet, each.record.name, "applied")
    if last is not None and (said := _kept(there, each, last.body["sidecar"], dry_run=dry_run)):
        return Marked(figures | {"sidecar": last.body["sidecar"]}, None, said=(said,))
    free, now = next_free(workspace, packet, each.context), workspace.now()
    path = out or free
    try:
        require_place(there.log, path)
        if path.exists():
            raise UsageError(f"{path}: a file lies there, and none is written over")
        target = there.log.scratch / path.name if dry_run else path
        made = write_sidecar(there.log, each.incident, target, relabeled_at=now)
    except UsageError as error:
        error.type_line = f"--out {kept_name(workspace, free)}"
        raise
    named = {
        "path": kept_name(workspace, path),
        "sha256": made.sha256,
        "rows": made.rows,
        "relabeled_at": now,
    }
    figures |= {"sidecar": named}
    command = Relabel(packet.id, _body("applied", figures))
    return Marked(figures, command, None if dry_run else path)


def _kept(there: Opened, each: RolledBack, sidecar: Mapping[str, Any], *, dry_run: bool) -> str:
    """What is said of the recorded sidecar where it holds all of the log's incident; else empty.

    One that is not here is written again; one that was edited is left alone, and another takes its place.
    """
    path, name = place(there.workspace, sidecar), sidecar["path"]
    if path.exists():
        if digest(path) != sidecar["sha256"]:
            return ""
        found = verify(there.log, each.incident, path)
        if found.extra:
            raise RefusedError(
                f"{name} marks {found.extra:,} decisions that the incident in this log does not have:"
                " is it the whole log?",
                notes=(f"the first: {', '.join(found.extra_ids)}",),
                type_line="--log FILE",
            )
        return f"already marked: {name}" if found.complete else ""
    if not (writable(there.workspace, sidecar) and _has_place(there.log, path)):
        return ""
    again = there.log.scratch / f"again{path.suffix}"
    made = write_sidecar(there.log, each.incident, again, relabeled_at=sidecar["relabeled_at"])
    if made.sha256 != sidecar["sha256"]:
        return ""
    if not dry_run:
        lay(again, path)
    return f"already marked; {name} was not here and is written again"


def _has_place(log: Log, path: Path) -> bool:
    """Not where the log lies by now: written there, a sidecar would be read as decisions."""
    try:
        require_place(log, path)
    except UsageError:
        return False
    return True


def prove(there: Opened, each: RolledBack, given: Path | None = None) -> Proved:
    """Hold the recorded sidecar against the log: every decision of the incident once, and no other.

    `given` is where the sidecar lies now. RefusedError where none is recorded, or it is gone or edited.
    """
    packet = there.packet(each)
    last = newest(packet, each.record.name, "applied")
    line = f"govern relabel apply {packet.id}"
    if last is None:
        raise RefusedError(f"the decisions of {each.record.name} are not marked yet", type_line=line)
    sidecar = last.body["sidecar"]
    path = untouched(there.workspace, sidecar, type_line=line, given=given)
    planned, found = plan(there.log, each.incident), verify(there.log, each.incident, path)
    figures = _figures(there, each, planned, found) | {"sidecar": sidecar}
    done = proof_of(packet, last)
    command = Relabel(packet.id, _body("verified", figures))
    wanted = proves_from(there.workspace.state, each.record)
    return Proved(figures, found, wanted, done.name if done else None, command)


def hand_on(there: Opened, packet_id: str | None, out: Path) -> HandedOn:
    """Write outcomes of a packet's surface, or of all, each with the contexts that sidecars give it.

    Every rollback of the surface counts, whichever packet went back: what it left unmarked would look clean.
    """
    state = there.workspace.state
    surface = rollbacks(state, packet_id)[0].incident.surface if packet_id else None
    paths, unproved = [], []
    for each in _rollbacks_of(state, surface):
        packet = there.packet(each)
        last = newest(packet, each.record.name, "applied")
        line = f"govern relabel apply {packet.id} --context {each.context}"
        if last is None:
            raise RefusedError(
                f"the decisions of {each.record.name} are not marked: they would look like any other",
                type_line=line,
            )
        paths.append(untouched(there.workspace, last.body["sidecar"], type_line=line))
        unproved += [each.context] if each.owed else []
    try:
        exported = export(there.log, paths, out, surface)
    except UsageError as error:
        error.type_line = "--out FILE.csv"
        raise
    return HandedOn(exported, tuple(unproved))


def _rollbacks_of(state: State, surface: str | None) -> list[RolledBack]:
    """Every rollback of a surface, or of all, by packet and oldest first."""
    return [
        each
        for packet in sorted(state.packets.values(), key=lambda packet: packet.id)
        if surface in (None, packet.surface) and packet.rollbacks
        for each in rollbacks(state, packet.id)
    ]


def _figures(there: Opened, each: RolledBack, planned: Plan, found: Verified | None = None) -> dict[str, Any]:
    """What every step says of a rollback; with `found` what is marked, else what is to be marked.

    Not all of it is recorded: see `TOLD`.
    """
    marked = {cohort: row["marked"] for cohort, row in found.cohorts.items()} if found else None

    def tally(cohort: str | None, counted: Tally) -> dict[str, int]:
        fields = asdict(counted)
        due = fields.pop("to_relabel")
        return fields | {"relabelled": due if marked is None else marked.get(cohort, 0)}

    log, cohorts = there.log, each.incident.cohorts
    reach = reach_of(log, there.workspace.now())
    known = there.workspace.state.surfaces[each.incident.surface].cohorts
    astray = strays(log, each.incident, planned.until, known)
    others = [tally(key, row) for key, row in planned.cohorts.items() if key not in cohorts]
    figures: dict[str, Any] = {
        "context": each.context,
        "rollback": each.record.name,
        "range": {"since": planned.since, "until": planned.until},
        "cohorts": [{"cohort": key, **tally(key, planned.cohorts[key])} for key in cohorts],
        "no_key": tally(None, planned.no_key),
        "log": input_of(there.workspace, log)
        | {"first": log.first and text_of(log.first), "last": reach.last},
        "of_no_cohort": [{"cohort": key, "n": n} for key, n in astray.items()],
        "ahead": reach.ahead,
    }
    if others:
        figures["other_keys"] = {name: sum(row[name] for row in others) for name in others[0]}
    if found is not None:
        due, marks = (sum(row[name] for row in found.cohorts.values()) for name in ("due", "marked"))
        figures["proof"] = {"due": due, "marked": marks, "missing": found.missing, "extra": found.extra}
    return figures


def _body(step: str, figures: Mapping[str, Any]) -> dict[str, Any]:
    return {"step": step, **{name: value for name, value in figures.items() if name not in TOLD}}
