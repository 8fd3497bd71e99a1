"""The signal of a trigger that the ledger itself knows: how long what fired in a window has waited for an answer.

One that nobody answered waits until now, so that its window grows worse with every look.
"""

from typing import Any

from govern.domain.document import digest_of, lines
from govern.domain.evidence.response_times import MEASURE, SOURCE, rows
from govern.domain.triggers.evaluation import Watch
from govern.evidence.row_measures import Figure
from govern.evidence.series import Series
from govern.operations.triggers.measured_windows import row_of, series_of
from govern.operations.workspace import Workspace


def on_records(workspace: Workspace, watched: Watch) -> tuple[Series, dict[str, Any], list[str]]:
    """The series, how a record names it, and in words what it leaves out."""
    packet, grid, now = watched.packet, watched.grid, workspace.now()
    first, end = grid.first_from(watched.begin), grid.open_at(now)
    row = row_of(watched, first, end)
    fired = {grid.place_at(record.when) for record in packet.fired}
    places = {grid.text(place): place for place in sorted(fired) if first <= place < end}
    found = rows(packet, watched.signal, {line: list(places) for line in row.lines}, now)
    figures = [
        Figure(each["cohort"], places[each["window"]] - first, each["n"], each["value"])
        for each in found
        if each["n"]
    ]
    known = [{"record": record.name} for record in (*packet.fired, *packet.acknowledged.values())]
    digest = digest_of(lines(known))
    series, left_out = series_of(watched, row, figures, digest)
    return series, {"name": SOURCE, "query": MEASURE, "sha256": digest, "rows": len(known)}, left_out
