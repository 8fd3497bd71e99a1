"""What a band on decisions that is relative compares with: prev in the same cycle, the baseline, accepted cycles.

A cycle is accepted when a gate passed on it, in this packet or an earlier one of the surface, and no incident of the
cohort touched it: what was relabelled is never a reference. The values are those that the gate's record holds.
"""

from collections.abc import Iterator
from statistics import fmean
from typing import Any

from govern.domain.bands import Band
from govern.domain.evidence.cycles import window_bounds
from govern.domain.evidence.windows import Key, row_of, rows_by_key
from govern.domain.gates import Border
from govern.domain.records import Record
from govern.domain.state import Packet

JUDGING = ("kpi_bands", "effectiveness")
NOTHING = {
    "prev": "no decision on prev in this cycle, and no accepted cycle before",
    "baseline": "nothing was ever measured of prev",
}


def reference(border: Border, key: Key, band: Band) -> float | str:
    """The value to compare the row at `key` with, or why there is none."""
    if band["to"] == "accepted":
        values = accepted(border, key)[-band["windows"] :]
        lacking = f"{len(values)} of {band['windows']} accepted cycles to compare with"
        return fmean(values) if len(values) == band["windows"] else lacking
    found = _prev(border, key) if band["to"] == "prev" else _baseline(border, key)
    return NOTHING[band["to"]] if found is None else found


def accepted(border: Border, key: Key, digest: str | None = None) -> list[float]:
    """The values of a cohort's accepted cycles before the row's, oldest first; `digest`: on that baseline alone."""
    if key.cluster is not None:
        return []  # gates record a cohort's clusters without telling them apart
    surface = border.value["surface"]
    packets = [packet for packet in border.state.packets.values() if packet.surface == surface]
    values: dict[str, float] = {}
    for row in _passed(packets, digest):
        if (row["kpi"], row["cohort"]) == (key.kpi, key.cohort) and not _touched(packets, row):
            values[row["window"]] = row["value"]
    before = window_bounds(key.window)[0]
    ends = {window: window_bounds(window) for window in values}
    return [values[window] for window in sorted(values, key=ends.__getitem__) if ends[window][1] <= before]


def _passed(packets: list[Packet], digest: str | None) -> Iterator[dict[str, Any]]:
    """The rows of gates that judged cycles, in the order of the ledger."""
    records: list[Record] = []
    for packet in packets:
        if digest is None or (packet.next is not None and packet.next.digest == digest):
            records += (r for r in packet.history if r.event.startswith("phase_advanced/"))
    for record in sorted(records, key=lambda record: record.n):
        for row in record.body["rows"]:
            measured = row["check"] in JUDGING and "window" in row and row["value"] is not None
            if measured and row["outcome"] == "passed" and not row["warning"]:
                yield row


def _touched(packets: list[Packet], row: dict[str, Any]) -> bool:
    """Whether the cohort, or for a value over all of them any, went back from something that ran in this cycle."""
    since, until = window_bounds(row["window"])
    return any(
        (row["cohort"] is None or row["cohort"] in record.body["cohorts"])
        and record.body["range"]["since"] < until
        and since < record.when
        for packet in packets
        for record in packet.rollbacks
    )


def _prev(border: Border, key: Key) -> float | None:
    """Decisions stamped prev in the same cohort and cycle, else the cohort's last accepted cycle."""
    row = row_of(border, Key(key.kpi, key.cohort, key.window, "prev", key.cluster))
    if row is not None and row["n"] and row["value"] is not None:
        return float(row["value"])
    return next(reversed(accepted(border, key)), None)


def _baseline(border: Border, key: Key) -> float | None:
    """The first accepted value of what is prev now, else the first that was measured of it beside next."""
    assert border.prev is not None
    if values := accepted(border, key, border.prev.digest):
        return values[0]
    beside = {
        other.window: row["value"]
        for other, row in rows_by_key(border).items()
        if (other.kpi, other.cohort, other.arm, other.cluster) == (key.kpi, key.cohort, "prev", key.cluster)
        and row["n"]
        and row["value"] is not None
    }
    first = min(beside, key=window_bounds, default=None)
    return None if first is None else float(beside[first])
