"""Measured evidence in words: the table of a set of pairs, the losses to explain, what is recorded."""

from typing import Any

from govern.domain.bands import judge
from govern.domain.findings import has_errors
from govern.domain.pairs import Group
from govern.domain.state import Packet
from govern.errors import ExitCode
from govern.report.answer import Answer
from govern.report.wrap import table, wrapped


def shadow_answer(measured: Any) -> Answer:
    """`measured` is an `operations.measure.ShadowMeasured`: figures first, then each KPI, then what is wrong."""
    measurement, packet = measured.measurement, measured.border.packet.id
    lines = _figures(measurement) + _kpis(measured)
    data = {"cohorts": measurement.cohorts, "pooled": measurement.pooled, "excluded": measurement.excluded}
    bad = has_errors(measurement.findings)
    for finding in measurement.findings:
        lines += wrapped(f"{finding.code}  {finding.message}", f"{finding.severity}  ", "  ")
        if finding.hint:
            lines += wrapped(finding.hint, "  ")
    if bad:
        lines.append("nothing was recorded: the file and the packet do not fit")
    exit_code = ExitCode.NO if bad else ExitCode.YES
    verdict = "refused" if bad else "passed"
    advice = ("type", f"govern explain {measurement.findings[0].code}") if bad else None
    return Answer(
        "evidence shadow",
        tuple(lines),
        exit_code,
        verdict,
        advice,
        tuple(measurement.findings),
        {**data, "packet": packet},
    )


def _figures(measurement: Any) -> list[str]:
    pooled = measurement.pooled or {}
    n, bound = pooled.get("n", 0), pooled.get("bound_prev", 0)
    head = f"{n:,} pairs, bound to prev in {bound:,} of {bound + pooled.get('bound_next', 0):,}"
    header = ["cohort", "n", "prev", "next", "delta", "worse", "better", "pass->fail", "fail->pass"]
    rows = [_figure_row(row["cohort_key"], row) for row in measurement.cohorts]
    if len(measurement.cohorts) > 1:
        rows.append(_figure_row("ALL, decides nothing", pooled))
    lines = [f"{head:<50}delta in points of score".rstrip()]
    lines += table(header, rows, frozenset(range(1, 9))) if rows else []
    excluded = ", ".join(
        f"{reason.replace('_', ' ')} {n}" for reason, n in sorted(measurement.excluded.items()) if n
    )
    return [*lines, f"left out: {excluded}"] if excluded else lines


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
    """Each KPI over its cohorts: how many stand in band, which do not."""
    lines: list[str] = []
    for kpi in measured.border.kpis("shadow_pairs"):
        rows = {
            row["cohort"]: row
            for row in measured.measurement.table
            if row["kpi"] == kpi["id"] and row["cohort"]
        }
        judged = {cohort: judge(kpi, row) for cohort, row in rows.items()}
        out = [cohort for cohort, judgement in judged.items() if judgement.outcome != "passed"]
        if len(judged) == 1:
            (cohort, judgement), row = next(iter(judged.items())), next(iter(rows.values()))
            value = "-" if row["value"] is None else f"{row['value']:.1f}"
            text = f"{value} {kpi['unit']}  {judgement.outcome}: {judgement.why}"
        else:
            text = f"{len(judged) - len(out)} of {len(judged)} cohorts in band"
            text += f"; not: {', '.join(out)}" if out else ""
        lines += wrapped(text, f"{kpi['id']}  ")
    return lines


def group_lines(group: Group, place: int, total: int) -> list[str]:
    """What a person must see to explain one group of losses."""
    options = " ".join(str(item["option_id"]) for item in group.items[:4])
    more = f" and {len(group.items) - 4} more" if len(group.items) > 4 else ""
    lines = [
        f" {place}/{total} {group.cohort}  {group.cluster_id}  {group.worse} worse, {group.flips} pass->fail"
    ]
    lines += wrapped(options + more, "     ")
    moved = sorted({name for item in group.items for name in item.get("dimensions", {})})
    return [*lines, *wrapped("dimensions that differ: " + ", ".join(moved), "     ")] if moved else lines


def group_data(group: Group) -> dict[str, Any]:
    return {
        "cohort": group.cohort,
        "cluster": group.cluster_id,
        "worse": group.worse,
        "flips": group.flips,
        "items": [dict(item) for item in group.items],
    }


def evidence_answer(packet: Packet) -> Answer:
    """Recorded sets with their sources; how often something was measured can be seen here."""
    rows = [
        [
            record.name,
            record.at,
            record.actor,
            record.body["source"]["name"],
            f"{record.body['source']['input']['rows']:,}",
            record.body["source"]["input"]["path"],
        ]
        for record in packet.evidence
    ]
    data = {"evidence": [{"name": record.name, "at": record.at, **record.body} for record in packet.evidence]}
    if not rows:
        line = f"govern evidence shadow {packet.id} --pairs FILE"
        return Answer("evidence list", ("nothing is recorded yet",), advice=("next", line), data=data)
    lines = table(["record", "at", "by", "source", "rows", "file"], rows, frozenset({4}))
    return Answer("evidence list", tuple(lines), data=data)
