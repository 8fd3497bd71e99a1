"""The signal of a trigger on a decision log, in files or in a database: what next decided in each window.

A window counts when the log reaches its end; one before the log's first decision was never looked at. Which version
decided is what the decisions are stamped with.
"""

from collections.abc import Iterator
from typing import Any

from govern.domain.document import digest_of
from govern.domain.queries import sql_file
from govern.domain.triggers.evaluation import Watch
from govern.errors import DocumentError, UsageError
from govern.evidence.decisions import Log
from govern.evidence.faults import count
from govern.evidence.row_measures import Figure, measure_row, query_row
from govern.evidence.series import AGAIN, Series
from govern.evidence.timeline import text_of
from govern.evidence.windowed import Served, WindowRow
from govern.operations.evidence.decision_log import log_of
from govern.operations.evidence.kpi_measuring import query_text
from govern.operations.evidence.log_reach import Reach, reach_of
from govern.operations.evidence.measure import spec_of
from govern.operations.evidence.timelines import intervals, lags
from govern.operations.triggers.measured_windows import row_of, series_of
from govern.operations.workspace import Workspace

MOST = 1_000_000  # windows of all cohorts that are counted: the newest
TOLD = 20_000  # of them where a query of the team's own is told each


def on_decisions(workspace: Workspace, watched: Watch) -> tuple[Series, dict[str, Any], list[str]]:
    """The series, how a record names it, and in words what it leaves out."""
    grid = watched.grid
    row_of(watched, grid.first_from(watched.begin), grid.open_at(workspace.now()))  # before a log is read
    try:
        with log_of(workspace, watched.signal["source"], instead=AGAIN) as log:
            return _measured(workspace, watched, log)
    except (DocumentError, UsageError) as error:
        error.type_line = error.type_line or AGAIN  # a file always works
        raise


def _measured(workspace: Workspace, watched: Watch, log: Log) -> tuple[Series, dict[str, Any], list[str]]:
    kpi, now = watched.signal, workspace.now()
    log.require()
    row, left_out = _row(watched, log, reach_of(log, now, instead=AGAIN), now)
    own = query_text(workspace, watched.packet.frozen, kpi) if sql_file(kpi) is not None else None
    query = kpi["measure"] if own is None else digest_of(own.encode())
    series, few = series_of(watched, row, _figures(workspace, watched, log, row, own), log.digest)
    source = {"name": kpi["source"], "query": query, "sha256": log.digest, "rows": log.rows}
    return series, source, [*left_out, *few]


def _row(watched: Watch, log: Log, reach: Reach, now: str) -> tuple[WindowRow, list[str]]:
    """The windows that the log covers, and in words which it does not."""
    grid, left_out = watched.grid, []
    assert log.first is not None, "a log without decisions is a fault of it"
    begun, begins = grid.first_from(watched.begin), text_of(log.first)
    end, first = grid.open_at(reach.last), max(begun, grid.place_at(begins))
    if end <= first:
        raise DocumentError(
            f"no window of {grid.length} that began since next was bound, {watched.begin}, lies in the log"
            f" `{watched.signal['source']}`, which goes from {begins} to {reach.last}: one counts once the log has a"
            f" decision at its end or later, {grid.end(first)}",
            type_line=AGAIN,
        )
    if first > begun:
        left_out.append(f"left out: {count(first - begun, 'window')} before the log begins, {begins}")
    if grid.start(first) < begins:
        left_out.append(
            f"the log begins inside a window, {grid.start(first)}: what is there of it is counted"
        )
    if late := grid.open_at(now) - end:
        left_out.append(f"not over in the log, which ends at {reach.last}: {count(late, 'window')}")
    if reach.ahead:
        left_out.append(f"left out: decisions ahead of the clock, up to {reach.ahead}")
    lines = 1 if watched.trigger["scope"] == "all" else len(watched.since)
    most = (MOST if sql_file(watched.signal) is None else TOLD) // lines
    most = max(most, watched.rule.of or watched.rule.bad)
    if (many := end - first - most) > 0:
        first += many
        left_out.append(
            f"left out: {count(many, 'window')} before {grid.start(first)}: the newest are counted"
        )
    return row_of(watched, first, end), left_out


def _figures(
    workspace: Workspace, watched: Watch, log: Log, row: WindowRow, own: str | None
) -> Iterator[Figure]:
    packet, state = watched.packet, workspace.state
    assert packet.next is not None and packet.prev is not None, "somebody is on next"
    bound = tuple(each for each in intervals(state) if each.surface == packet.surface)
    versions = packet.next.model_version, packet.prev.model_version
    served = Served(packet.surface, *versions, tuple(watched.since), bound, lags(state))
    if own is not None:
        return query_row(log, served, watched.signal["id"], own, row)
    return measure_row(log, served, spec_of(watched.signal), row)
