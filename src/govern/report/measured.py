"""Measured evidence in words: the table of a set of pairs, the losses to explain, what is recorded."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from govern.domain import bands
from govern.domain.evidence import anytime
from govern.domain.evidence.pairs import Group
from govern.domain.findings import has_errors
from govern.domain.state import Packet
from govern.errors import ExitCode
from govern.report.answer import Answer
from govern.report.dimensions import by_cohort, cohort_lines, item_lines, most_lines, moved_data
from govern.report.wrap import beside, table, wrapped


def shadow_answer(measured: Any) -> Answer:
    """`measured` is an `operations.measure.ShadowMeasured`: figures first, then each KPI, then what is wrong."""
    measurement, packet = measured.measurement, measured.border.packet.id
    lines = _figures(measurement) + most_lines(measurement.items) + _kpis(measured)
    bad = has_errors(measurement.findings)
    for finding in measurement.findings:
        lines += wrapped(f"{finding.code}  {finding.message}", f"{finding.severity}  ", "  ")
        lines += wrapped(finding.hint, "  ") if finding.hint else []
    if bad:
        lines.append("refused: the file and the packet do not fit; nothing was recorded")
    data = {
        "packet": packet,
        "cohorts": measurement.cohorts,
        "pooled": measurement.pooled,
        "excluded": measurement.excluded,
        "moved": {
            cohort: [asdict(each) for each in found] for cohort, found in by_cohort(measurement.items).items()
        },
    }
    return Answer(
        "evidence shadow",
        tuple(lines),
        ExitCode.NO if bad else ExitCode.YES,
        "refused" if bad else "passed",
        ("type", f"govern explain {measurement.findings[0].code}") if bad else None,
        tuple(measurement.findings),
        data,
    )


def _figures(measurement: Any) -> list[str]:
    pooled = measurement.pooled or {}
    n, bound = pooled.get("n", 0), pooled.get("bound_prev", 0)
    head = f"{n:,} pairs, bound to prev in {bound:,} of {bound + pooled.get('bound_next', 0):,}"
    header = ["cohort", "n", "prev", "next", "delta", "worse", "better", "pass->fail", "fail->pass"]
    rows = [_figure_row(row["cohort_key"], row) for row in measurement.cohorts]
    if len(measurement.cohorts) > 1:
        rows.append(_figure_row("ALL, decides nothing", pooled))
    lines = [beside(head, "delta in points of score")]
    lines += table(header, rows, frozenset(range(1, 9))) if rows else []
    excluded = ", ".join(
        f"{reason.replace('_', ' ')} {n}" for reason, n in sorted(measurement.excluded.items()) if n
    )
    return [*lines, *wrapped(excluded, "left out: ")] if excluded else lines


def _figure_row(name: str, row: Any) -> list[str]:
    def number(key: str, form: str, factor: float = 1) -> str:
        value = row.get(key)
        return "-" if value is None else format(factor * value, form)

    return [
        name,
        number("n", ",d"),
        number("mean_prev", ".3f"),
        number("mean_next", ".3f"),
        number("delta", "+.1f", 100),
        *(number(key, ",d") for key in ("worse", "better", "pass_to_fail", "fail_to_pass")),
    ]


def _kpis(measured: Any) -> list[str]:
    """Each KPI over its cohorts: how many stand in band, which do not, and where the bands begin."""
    kpis = measured.border.kpis("shadow_pairs")
    width = max((len(kpi["id"]) for kpi in kpis), default=0)
    lines: list[str] = []
    for kpi in kpis:
        rows = {
            row["cohort"]: row
            for row in measured.measurement.table
            if row["kpi"] == kpi["id"] and row["cohort"]
        }
        judged = _judged(measured, kpi, rows)
        out = [cohort for cohort, judgement in judged.items() if judgement.outcome != "passed"]
        if len(judged) == 1:
            text = f"{_value(kpi, *rows.values())}  {next(iter(judged.values())).why}"
        else:
            text = f"{len(judged) - len(out)} of {len(judged)} cohorts in band"
            text += f"; not: {', '.join(out)}" if out else ""
        lines += wrapped(f"{text} ({_bands(kpi)})", f"{kpi['id']:<{width}}  ")
    return lines


def _judged(measured: Any, kpi: Any, rows: dict[str, Any]) -> dict[str, bands.Judgement]:
    """As the gate would judge these rows, on top of what is recorded already."""
    if kpi["method"] == "anytime":
        proof, seen = anytime.proof_of(measured.border), anytime.looks(measured.border, kpi["id"])
        known = {cohort: seen.get(cohort, anytime.Looks()) for cohort in rows}
        looks = {c: anytime.Looks((row, *known[c].now), known[c].before) for c, row in rows.items()}
        return {cohort: anytime.judge(kpi, each, proof) for cohort, each in looks.items()}
    base = {row["cohort"]: row for row in measured.measurement.table if row["kpi"] is None}
    return {cohort: bands.judge(kpi, row, base.get(cohort)) for cohort, row in rows.items()}


def _value(kpi: Any, row: Any) -> str:
    """`+14.6 points`, `1.1 % (5/450)`."""
    if row["value"] is None:
        return "-"
    if kpi["unit"] == "percent":
        worse = row["counts"].get("worse") if kpi["measure"] == "policy_flip_rate" else None
        hits = "" if worse is None else f" ({worse}/{row['n']})"
        return f"{row['value']:.1f} %{hits}"
    return (
        f"{row['value']:+.1f} {kpi['unit']}"
        if "delta" in kpi["measure"]
        else f"{row['value']:g} {kpi['unit']}"
    )


SIGNS = {"above": ">", "at_least": ">=", "below": "<", "at_most": "<="}


def _bands(kpi: Any) -> str:
    """`warning < 0, critical < -3`, or `margin 5, anytime`."""
    if kpi["method"] == "anytime":
        return f"margin {kpi['margin']:g}, anytime"
    said = []
    for name, band in kpi["bands"].items():
        limits = [f"{SIGNS[op]} {value:g}" for op, value in band.items() if op in SIGNS]
        said += [f"{name} {' and '.join(limits)}"] if limits else []
    return ", ".join(said)


def group_lines(group: Group, place: int, total: int, cohort: Sequence[Group] = ()) -> list[str]:
    """What a person must see to explain one group of losses; `cohort`: begin with what moved in all of these."""
    counts = f"{group.worse} worse, {group.flips} pass->fail"
    lines = cohort_lines(group.cohort, [item for each in cohort for item in each.items])
    lines += wrapped(f"{group.cohort}  {group.cluster_id}  {counts}", f" {place}/{total} ", "     ")
    if any(item["dimensions"] for item in group.items):
        return lines + item_lines(group.items, "     ")
    ids = " ".join(_short([str(item["option_id"]) for item in group.items[:4]]))
    more = f" and {len(group.items) - 4} more" if len(group.items) > 4 else ""
    return lines + wrapped(ids + more, "     ")


def listed_lines(groups: Sequence[Group]) -> list[list[str]]:
    """The lines of each group; above the first of a cohort what moved in all groups of it."""
    found, seen = [], set[str]()
    for place, group in enumerate(groups, start=1):
        cohort = [] if group.cohort in seen else [each for each in groups if each.cohort == group.cohort]
        found.append(group_lines(group, place, len(groups), cohort))
        seen.add(group.cohort)
    return found


def _short(ids: list[str]) -> list[str]:
    """`xs-v2-279 283 290`: what ids begin with, up to a dash, is said once."""
    begin = ids[0][: ids[0].rfind("-") + 1] if ids else ""
    same = begin and all(each.startswith(begin) and each != begin for each in ids)
    return [ids[0], *(each.removeprefix(begin) for each in ids[1:])] if same else ids


def group_data(group: Group) -> dict[str, Any]:
    return {
        "cohort": group.cohort,
        "cluster": group.cluster_id,
        "worse": group.worse,
        "flips": group.flips,
        "moved": moved_data(group.items),
        "items": [dict(item) for item in group.items],
    }


def evidence_answer(packet: Packet) -> Answer:
    """Recorded sets with their sources; how often something was measured can be seen here."""
    data = {"evidence": [{"name": record.name, "at": record.at, **record.body} for record in packet.evidence]}
    if not packet.evidence:
        line = f"govern evidence shadow {packet.id} --pairs FILE"
        return Answer("evidence list", ("nothing is recorded yet",), advice=("next", line), data=data)
    lines: list[str] = []
    for record in packet.evidence:
        source = record.body["source"]
        file = source["input"]
        lines += wrapped(f"{record.at[:16].replace('T', ' ')}  {record.actor}", f"{record.name}  ", "  ")
        lines += wrapped(
            f"{source['name']}, {file['rows']:,} rows of {file['path']}, {file['sha256'][:19]}", "  "
        )
        lines += wrapped(_windows(record.body["windows"]), "  ") if record.body["windows"] else []
    return Answer(
        "evidence list", tuple(lines), advice=("next", f"govern show {packet.evidence[-1].name}"), data=data
    )


def _windows(windows: Any) -> str:
    """`for 2026-11-21/P1D to 2026-11-23/P1D, 3 windows`."""
    if len(windows) == 1:
        return f"for {windows[0]}"
    return f"for {windows[0]} to {windows[-1]}, {len(windows):,} windows"
