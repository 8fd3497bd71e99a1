"""Whether recorded rows can be what the KPIs of a source say of the cohorts on next, cycle by cycle.

A row is about a KPI that the packet froze, a cohort on next, or all of them together, and a complete cycle that counts
for them. Its value follows from its counts where they say enough. Whether the counts are true is not known here,
but for what comes from the ledger's own records: that is computed again.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from govern.domain import queries
from govern.domain.decision import Refusal
from govern.domain.evidence import response_times
from govern.domain.evidence.cycles import complete
from govern.domain.evidence.rows import FIELDS, counted, is_count, is_number
from govern.domain.evidence.windows import WITHOUT_WINDOWS, kpis_by_window
from govern.domain.gates import Border

ARMS = ("next", "prev")
WHOLE = {"percent": 100, "points": 100, "ratio": 1, "per_1000": 1000}  # a share of all, in each unit
CLOSE = 1e-9
Row = Mapping[str, Any]
Windows = dict[str | None, list[str]]


def kpis_of(border: Border, source: str) -> list[Mapping[str, Any]]:
    """The packet's KPIs with this source, as they are frozen."""
    return [kpi for kpi in kpis_by_window(border) if kpi["source"] == source]


def windows_of(border: Border, kpi: Mapping[str, Any]) -> Windows:
    """The complete cycles of a KPI for each cohort on next; with scope `all` also for all together (None)."""
    cohorts: list[str | None] = list(border.packet.on_next)
    cohorts += [None] if kpi["scope"] == "all" else []
    return {cohort: complete(border, cohort, kpi["warm_up"]) for cohort in cohorts}


def require(border: Border, body: Mapping[str, Any], rows: Sequence[Any]) -> None:
    """A Refusal unless the rows are figures of this source in complete cycles."""
    source = body["source"]
    kpis = {kpi["id"]: kpi for kpi in kpis_of(border, source["name"])}
    if source["name"] in WITHOUT_WINDOWS or not kpis:
        there = sorted({kpi["source"] for kpi in kpis_by_window(border)})
        raise Refusal(
            f"no KPI of {border.packet.id} has the source `{source['name']}`; theirs are {', '.join(there)}",
            type_line=f"govern evidence collect {border.packet.id}",
        )
    if wrong := wrong_figures(rows, kpis):
        raise Refusal(f"the table does not hold what was measured: {wrong}")
    _require_complete(border, rows, kpis)
    if sorted({row["window"] for row in rows}) != list(body["windows"]):
        raise Refusal("the windows of the table are not those that were measured")
    measured = {row["kpi"] for row in rows}
    _require_frozen(border, source, [kpi for name, kpi in kpis.items() if name in measured])
    _require_query(border, source)
    if source["name"] == response_times.SOURCE:
        _require_computed(border, source, rows, kpis)
    else:
        _require_read(source, rows, kpis)


def wrong_figures(rows: Sequence[Any], kpis: Mapping[str, Mapping[str, Any]]) -> str:
    """What is wrong with the first row that is no figure of one of these KPIs; empty where all are."""
    seen = set()
    for place, row in enumerate(rows, start=1):
        if not isinstance(row, Mapping) or set(row) - {"cluster"} != FIELDS:
            return f"row {place}: it has not the fields {', '.join(sorted(FIELDS))}"
        if row["kpi"] not in kpis:
            return f"row {place}: {row['kpi']} is no KPI of this packet and source"
        if field := _wrong_field(row, kpis[row["kpi"]]):
            return f"row {place}: `{field}`"
        key = (row["kpi"], row["cohort"], row["window"], row["arm"], row.get("cluster"))
        if key in seen:
            return f"row {place}: {row['kpi']} of {row['cohort']} in {row['window']} stands there twice"
        seen.add(key)
    return "" if rows else "it has no row"


def _wrong_field(row: Row, kpi: Mapping[str, Any]) -> str:
    counts, value = row["counts"], row["value"]
    right = {
        "cohort": isinstance(row["cohort"], str) or (row["cohort"] is None and kpi["scope"] == "all"),
        "window": isinstance(row["window"], str),
        "arm": row["arm"] in ARMS,
        "cluster": "cluster" not in row or (isinstance(row["cluster"], str) and kpi["scope"] == "cluster"),
        "n": is_count(row["n"]),
        "excluded": is_count(row["excluded"]),
        "value": value is None or (is_number(value) and is_count(row["n"]) and row["n"] > 0),
        "counts": isinstance(counts, Mapping) and is_count(row["n"]) and counts.get("n") == row["n"],
    }
    wrong = next((field for field, good in right.items() if not good), "")
    return wrong or ("" if follows(row, kpi) else "value")


def follows(row: Row, kpi: Mapping[str, Any]) -> bool:
    """Whether the value is the count or the share that its counts say, where they say one."""
    n, k = row["n"], row["counts"].get("k")
    if k is None or not n or row["value"] is None:
        return k is None or is_count(k)
    if not is_count(k):
        return False
    said = k if kpi["unit"] == "count" else WHOLE.get(kpi["unit"], math.nan) * k / n
    return (kpi["unit"] == "count" or k <= n) and math.isclose(said, row["value"], rel_tol=CLOSE)


def _require_complete(border: Border, rows: Sequence[Row], kpis: Mapping[str, Mapping[str, Any]]) -> None:
    """Every row lies in a cycle that is over and counts; every cohort and KPI has one in each cycle of the set."""
    windows = {name: windows_of(border, kpi) for name, kpi in kpis.items()}
    for row in rows:
        counting = windows[row["kpi"]].get(row["cohort"])
        if counting is None:
            raise Refusal(f"{row['cohort']} is not on next by {border.packet.id}")
        if row["window"] not in counting:
            raise Refusal(
                f"{row['kpi']}: {row['window']} does not count for {row['cohort'] or 'all together'}, or is not over",
                type_line=f"govern evidence collect {border.packet.id}",
            )
    there = {(row["kpi"], row["cohort"], row["window"]) for row in rows if row["arm"] == "next"}
    for kpi, window in sorted({(row["kpi"], row["window"]) for row in rows}):
        for cohort, counting in windows[kpi].items():
            if window in counting and (kpi, cohort, window) not in there:
                raise Refusal(
                    f"{kpi}: {cohort or 'all together'} has no row in {window}: no data is a row too"
                )


def _require_frozen(border: Border, source: Mapping[str, Any], kpis: Sequence[Mapping[str, Any]]) -> None:
    """What was asked is the query that the packet froze."""
    for kpi in kpis:
        wanted = border.frozen.get(queries.frozen_name(kpi["id"]))
        if (promql := queries.promql(kpi)) is not None:
            wanted = queries.resolved(promql, border.value["monitoring"]["review_cadence"])
        if wanted is not None and source["params"].get(queries.parameter(kpi["id"])) != wanted:
            raise Refusal(
                f"{kpi['id']}: it was not measured by the query that is frozen",
                type_line=f"govern evidence kpi {border.packet.id} {kpi['id']}",
            )


def _require_query(border: Border, source: Mapping[str, Any]) -> None:
    """Where no text was frozen, the query of a KPI stays what it was since the last change control."""
    for record in reversed(border.packet.evidence):
        if record.n <= _changed(border):
            return
        before = record.body["source"]
        if before["name"] != source["name"]:
            continue
        for name, digest in source["params"].items():
            if name.startswith("query_") and before["params"].get(name, digest) != digest:
                raise Refusal(
                    f"{name.removeprefix('query_').replace('_', '-')}: its query is not that of {record.name};"
                    " cycles that are measured in two ways do not add up",
                    type_line=f"govern show {record.name}",
                )


def _changed(border: Border) -> int:
    changes = (
        record.n for record in border.packet.history if record.event.startswith("change_control_applied/")
    )
    return max(changes, default=0)


def _require_read(
    source: Mapping[str, Any], rows: Sequence[Row], kpis: Mapping[str, Mapping[str, Any]]
) -> None:
    """No KPI counts more decisions than were read: each lies in one cycle, one arm and one cluster of its cohort.

    What a query of the team's own counts is its own business.
    """
    apart: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        if isinstance(kpis[row["kpi"]]["measure"], str):
            apart.setdefault((row["kpi"], row["cohort"] is None, "cluster" in row), []).append(row)
    read = source["input"]["rows"]
    for (kpi, *_), mine in apart.items():
        if (told := counted(mine)) > read:
            raise Refusal(f"{kpi}: {told:,} decisions are counted of {read:,} that were read")


def _require_computed(
    border: Border, source: Mapping[str, Any], rows: Sequence[Row], kpis: Mapping[str, Mapping[str, Any]]
) -> None:
    """What the ledger says of itself is computed again, as of the instant that was measured at."""
    at = source["params"].get("at")
    if not isinstance(at, str) or at > border.now:
        raise Refusal(f"it was measured at {at}, and it is {border.now}")
    for kpi in kpis.values():
        mine = [dict(row) for row in rows if row["kpi"] == kpi["id"]]
        windows: Windows = {}
        for row in mine:
            windows.setdefault(row["cohort"], []).append(row["window"])
        if mine != response_times.rows(border.packet, kpi, windows, at):
            raise Refusal(f"{kpi['id']}: the records of this ledger say something else")
