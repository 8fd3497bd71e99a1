"""What was collected, in words: each cycle of each cohort with its figures, then stamps, replay pack, what was left."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from govern.domain.bands import judge
from govern.domain.evidence.references import reference
from govern.domain.evidence.windows import Key, kpis_by_window, rows_by_key
from govern.domain.gates import Border
from govern.report.wrap import WIDTH, natural, table, wrapped

REASONS = {
    "outside": "outside these cycles and cohorts",
    "no_version": "without a version",
    "other_version": "on neither version",
}
SHORT = ("-rate", "-count")


def collected_lines(taken: Any) -> list[str]:
    """`taken` is an `operations.collect.Collected`."""
    lines = _figures(taken) if taken.rows else []
    if taken.stamps is not None:
        lines += wrapped(_stamps(taken.stamps), "stamps       ")
    if taken.replay is not None:
        lines += wrapped(_replay(taken.replay), "replay pack  ")
    for body in taken.bodies:
        left = [f"{n:,} {REASONS.get(reason, reason)}" for reason, n in body.measured["excluded"].items()]
        lines += wrapped(", ".join(left), "not counted  ") if left else []
    for each in taken.left_out:
        lines += wrapped(each, "left out     ")
    return [*lines, f"the next cycle is complete at {taken.later}"]


def _figures(taken: Any) -> list[str]:
    """A line for each cycle and cohort, a column for each KPI; one table a KPI where that is too wide."""
    kpis = {kpi["id"]: kpi for kpi in kpis_by_window(taken.border)}
    kpis = {name: kpi for name, kpi in kpis.items() if any(row["kpi"] == name for row in taken.rows)}
    border = replace(taken.border, judged={})
    rows_by_key(border).update({_key(row): row for row in taken.rows})
    rows = [row for row in taken.rows if row["arm"] == "next"]
    said = {_place(row): (row["n"], _cell(border, kpis[row["kpi"]], row)) for row in rows}
    places = sorted({key[1:] for key in said}, key=lambda place: (place[1], place[0] or "~", place[2] or ""))
    header = ["window", "cohort", "n", *(_short(name) for name in kpis)]
    wide = [[*_named(place), *_across(said, list(kpis), place)] for place in places]
    if natural(header, wide) <= WIDTH:
        return table(header, wide, frozenset({2}))
    lines: list[str] = []
    for name in kpis:
        mine = [place for place in places if (name, *place) in said]
        cells = [[*_named(place), f"{said[name, *place][0]:,}", said[name, *place][1]] for place in mine]
        lines += table(["window", "cohort", "n", name], cells, frozenset({2}))
    return lines


def _place(row: Mapping[str, Any]) -> tuple[str, str | None, str, str | None]:
    return row["kpi"], row["cohort"], row["window"], row.get("cluster")


def _key(row: Mapping[str, Any]) -> Key:
    return Key(row["kpi"], row["cohort"], row["window"], row["arm"], row.get("cluster"))


def _named(place: tuple[Any, ...]) -> list[str]:
    cohort, window, cluster = place
    return [window, (cohort or "ALL") + (f" {cluster}" if cluster else "")]


def _across(said: Mapping[Any, tuple[int, str]], kpis: list[str], place: tuple[Any, ...]) -> list[str]:
    """The most decisions that any KPI counted there, and each KPI's figure."""
    found = [said.get((name, *place)) for name in kpis]
    n = max(each[0] for each in found if each is not None)
    return [f"{n:,}", *(each[1] if each is not None else "-" for each in found)]


def _short(name: str) -> str:
    for ending in SHORT:
        name = name.removesuffix(ending)
    return name


def _cell(border: Border, kpi: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """`1.4 % in band`, as the gate would judge it on top of what is recorded."""
    value = "-" if row["value"] is None else f"{row['value']:.4g}"
    value += (
        {"percent": " %", "count": ""}.get(kpi["unit"], f" {kpi['unit']}") if row["value"] is not None else ""
    )
    if kpi["method"] != "point":
        return value
    found = judge(kpi, row, reference=partial(reference, border, _key(row)))
    return f"{value}  {found.why}" if value != "-" else found.why


def _stamps(sampled: Any) -> str:
    matched = sum(row["counts"]["matched"] for row in sampled.rows)
    text = f"{matched:,} of {sampled.n:,} as bound"
    wrong = {name: sum(row["counts"][name] for row in sampled.rows) for name in sampled.rows[0]["counts"]}
    told = [f"{n:,} {name.replace('_', ' ')}" for name, n in wrong.items() if n and name != "matched"]
    text += f"; {', '.join(told)}" if told else ""
    return text + (f"; none rightly on next seen of {', '.join(sampled.unseen)}" if sampled.unseen else "")


def _replay(opened: Any) -> str:
    complete = sum(row["counts"]["complete"] for row in opened.rows)
    broken = len(opened.broken)
    return f"{complete:,} {'decision' if complete == 1 else 'decisions'} complete" + (
        f", {broken:,} broken" if broken else ""
    )


def collected_data(taken: Any) -> dict[str, Any]:
    return {
        "packet": taken.packet.id,
        "border": taken.border.to,
        "rows": taken.rows,
        "stamps": taken.stamps.rows if taken.stamps is not None else [],
        "replay": taken.replay.rows if taken.replay is not None else [],
        "excluded": {body.measured["source"]["name"]: body.measured["excluded"] for body in taken.bodies},
        "left_out": list(taken.left_out),
        "next_cycle": taken.later,
    }
