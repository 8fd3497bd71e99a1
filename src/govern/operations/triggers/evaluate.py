"""Evaluating a trigger: the values of its windows, counted, and what there is to record.

A file speaks for the windows from its first row to its last; a window between them without a row has no data. The
KPI's own source is asked for every window that is over.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from govern.domain.decision import Refusal
from govern.domain.findings import nearest
from govern.domain.firing import Line, Row
from govern.domain.records import Record
from govern.domain.triggers.evaluation import FireTrigger, Watch, fired_already, named, watch
from govern.domain.triggers.replayed import named_by, replays_of
from govern.errors import DocumentError, ExitCode, UsageError
from govern.evidence.series import AGAIN, Series, read_series
from govern.operations.evidence.measure import kept_name
from govern.operations.triggers.columns import Frame, columns_of, lines_of
from govern.operations.triggers.corrections import corrected
from govern.operations.triggers.signals import measured
from govern.operations.workspace import Workspace

Beyond = Mapping[
    tuple[str | None, int], Mapping[str, str]
]  # the clusters that a window counts: cluster -> replay


@dataclass(frozen=True)
class Counted:
    """One line of a trigger with its firings: those that are new, and the records of the others."""

    line: Line
    fresh: tuple[Line, ...]
    known: tuple[Record, ...]


@dataclass(frozen=True)
class Evaluated:
    """A trigger of a packet, counted. `left_out` says in words which rows of the file were not."""

    watch: Watch
    counted: tuple[Counted, ...]
    source: Mapping[str, Any]
    left_out: tuple[str, ...]
    beyond: Beyond = field(default_factory=dict)

    @property
    def fresh(self) -> list[Row]:
        """The windows of all firings that are new."""
        return [row for each in self.counted for firing in each.fresh for row in firing.rows]

    @property
    def known(self) -> list[Record]:
        """The records of the others, each once."""
        return list({record.name: record for each in self.counted for record in each.known}.values())

    def command(self) -> FireTrigger:
        """What is recorded of them."""
        grid = self.watch.grid
        values = [
            {"cohort": row.cohort, "window": grid.text(row.place), **_figure(row.value)} | self._clusters(row)
            for row in self.fresh
        ]
        cohorts = named(self.watch, self.fresh)
        measured = {"values": values, "source": dict(self.source)}
        return FireTrigger(self.watch.packet.id, self.watch.trigger["id"], cohorts, measured)

    def _clusters(self, row: Row) -> dict[str, Any]:
        """Which clusters its value counts, each with the replay that reviewed it."""
        beyond = self.beyond.get((row.cohort, row.place))
        named = [{"cluster": cluster, "replay": replay} for cluster, replay in (beyond or {}).items()]
        return {"clusters": named} if named else {}


def _figure(value: float | None) -> dict[str, Any]:
    """A value as it is recorded; what nobody can judge is no number there."""
    return {"value": value} if value is None or math.isfinite(value) else {"value": None, "unjudged": True}


def evaluate(
    workspace: Workspace, packet_id: str, trigger_id: str, path: Path | None, cohorts: tuple[str, ...] = ()
) -> Evaluated:
    """Count a trigger over every complete window of a file, or of the KPI's own source where there is none.

    Raises Refusal, UsageError or DocumentError.
    """
    watched = _only(watch(workspace.state, workspace.documents(), packet_id, trigger_id), cohorts)
    series, source, unasked = _given(workspace, path) if path else measured(workspace, watched)
    frame = frame_of(watched)
    columns = columns_of(frame, series)
    left_out = columns.left_out
    before = watched.grid.open_at(workspace.now())
    lines = [line for line in lines_of(frame, columns, before) if line.rows]
    if not lines:
        late = f"no window of {watched.grid.length} is over that began since next was bound, {watched.begin}"
        raise DocumentError(
            f"{series.name}: {late if columns.places else 'has no row of anybody who is counted'}",
            notes=tuple(left_out),
            type_line=AGAIN,
        )
    if watched.trigger["scope"] != "all":
        left_out += [f"no data: {cohort}" for cohort in watched.since if columns.is_empty(cohort)]
    counted = tuple(_counted(watched, line) for line in lines)
    notes = (*unasked, *left_out, *corrected(watched, lines))
    return Evaluated(watched, counted, source, notes, columns.beyond)


def frame_of(watched: Watch) -> Frame:
    """What a packet's trigger counts. Its replays are those that the ledger holds for the packet."""
    packet = watched.packet
    replays = {name: record.name for record in replays_of(packet) for name in named_by(record)}
    rule, within, grid = watched.rule, watched.within, watched.grid
    return Frame(watched.trigger, rule, within, grid, watched.since, packet.stages, replays)


def _given(workspace: Workspace, path: Path) -> tuple[Series, dict[str, Any], list[str]]:
    """The series of a file, and how a record names it."""
    series = read_series(path)
    source = {"path": kept_name(workspace, path), "sha256": series.sha256, "rows": len(series.points)}
    return series, source, []


def _only(watched: Watch, cohorts: tuple[str, ...]) -> Watch:
    """The watch over some of its cohorts."""
    if cohorts and watched.trigger["scope"] == "all":
        raise UsageError(f"{watched.trigger['id']} counts over all cohorts together: leave out --cohort")
    for cohort in cohorts:
        if cohort not in watched.since:
            close = nearest(cohort, watched.since)
            there = f"; nearest: {close}" if close else f"; there: {', '.join(watched.since)}"
            raise Refusal(
                f"no cohort `{cohort}` of its scope is on next by {watched.packet.id}{there}",
                exit=ExitCode.COULD_NOT,
            )
    return replace(watched, since={c: watched.since[c] for c in cohorts}) if cohorts else watched


def _counted(watched: Watch, line: Line) -> Counted:
    fresh, known = [], {}
    for firing in line.fired(watched.rule, watched.grid.width):
        if record := fired_already(watched, firing):
            known[record.name] = record
        else:
            fresh.append(firing)
    return Counted(line, tuple(fresh), tuple(known.values()))
