"""Facts of a lane in words: the signals that were observed, the figures of a replay, and what got worse."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from govern.domain.mitigation.lane_replays import required
from govern.domain.records import Record
from govern.errors import ExitCode
from govern.report.answer import Answer
from govern.report.wrap import table, wrapped

UNITS = {"percent": " %", "count": "", "per_1000": " in 1,000"}
SAYS = {"passed": "in band", "warning": "warning", "failed": "CRITICAL", "inconclusive": "inconclusive"}
Body = Mapping[str, Any]


def signal_lines(records: Sequence[Record], units: Mapping[str, str]) -> list[str]:
    """A line for each signal, by window; `units` by KPI."""
    signals = sorted(
        (signal for record in records for signal in record.body["signals"]),
        key=lambda signal: (signal["window"], signal["kpi"]),
    )
    cells = [
        [s["window"], s["kpi"], f"{s['n']:,}", _value(s, units.get(s["kpi"], "")), SAYS[s["outcome"]]]
        for s in signals
    ]
    return table(["window", "signal", "n", "value", ""], cells, frozenset({2})) if cells else []


def _value(signal: Body, unit: str) -> str:
    if signal["value"] is None:
        return "no data"
    return f"{signal['value']:.4g}{UNITS.get(unit, f' {unit}')}"


def observed_lines(observed: Any, records: Sequence[Record]) -> list[str]:
    """`observed` is an `operations.lane_health.Observed`: the signals, what was left out, how far each log reaches."""
    units = {name: kpi["unit"] for name, kpi in observed.criteria.signals.items()}
    lines = signal_lines(records, units)
    for each in observed.left_out:
        lines += wrapped(each, "left out  ")
    for source, end in observed.reach.items():
        lines += wrapped(f"{source} to {end}", "read      ")
    return lines


def observed_data(observed: Any) -> dict[str, Any]:
    return {
        "lane": observed.lane.id,
        "signals": [signal for body in observed.bodies for signal in body["signals"]],
        "left_out": list(observed.left_out),
        "reach": dict(observed.reach),
    }


def replay_lines(replayed: Any, record: Record | None) -> list[str]:
    """`replayed` is an `operations.lane_replays.Replayed`: its figures, the confidence, how far the window is."""
    results = replayed.results
    lines = wrapped(_figures(results.counts), then="  ")
    if results.left_out:
        rows = "row" if results.left_out == 1 else "rows"
        lines += wrapped(f"{results.left_out:,} {rows} of other cohorts or of none", "left out    ")
    if record is None:
        return lines
    lines.append(f"confidence  {record.body['confidence']:.3f}, all of {replayed.build} so far")
    lines += wrapped(_window(replayed, record), "window      ")
    return lines


def _figures(counts: Body) -> str:
    routes, owners = counts["route_mismatches"], counts["owner_mutations"]
    effects = [f"{each['n']} {each['class']} ({each['severity']})" for each in counts["side_effects"]]
    return "; ".join(
        (
            f"{counts['passed']:,} of {counts['n']:,} passed",
            f"mismatches {routes['critical']} critical, {routes['other']} other",
            f"unauthorized mutations {owners['unauthorized']}",
            *((f"side effects {', '.join(effects)}",) if effects else ()),
        )
    )


def _window(replayed: Any, record: Record) -> str:
    """How many of the packs that the window asks for were replayed by this build, this one among them."""
    window = record.body["window"]
    asked, there = required(replayed.criteria, replayed.lane, replayed.build, window)
    if not asked:
        return f"{window}: no packs are required, any replay counts"
    there |= {replayed.pack}
    lacking = sorted(asked - there)
    return f"{window}: {len(there)} of {len(asked)} packs" + (
        f"; lacking {', '.join(lacking)}" if lacking else ""
    )


def replay_data(replayed: Any) -> dict[str, Any]:
    results = replayed.results
    return {
        "lane": replayed.lane.id,
        "pack": replayed.pack,
        "build": replayed.build,
        "counts": dict(results.counts),
        "rows": results.rows,
        "left_out": results.left_out,
    }


def blocked_lines(records: Iterable[Record], *, dry_run: bool) -> list[str]:
    """What got worse, where something did."""
    said = [_worse(row) for record in records for row in record.body.get("regressive", ())]
    if not said:
        return []
    first = "dry run; would be BLOCKED: " if dry_run else "recorded; BLOCKED: "
    return wrapped("; ".join(said), first, "  ")


def _worse(row: Body) -> str:
    if "kpi" in row:
        return f"{row['kpi']} {row['value']:.4g}, {row['limit']}"
    return f"{row['criterion']} {row['value']:.4g}, at entry {row['limit']:.4g}"


def findings_answer(command: str, replayed: Any) -> Answer:
    """Everything that is wrong with a file of results; nothing of it is recorded."""
    findings = replayed.results.findings
    lines: list[str] = []
    for finding in findings:
        lines += wrapped(f"{finding.code}  {finding.message}", f"{finding.severity}  ", "  ")
        lines += wrapped(finding.hint, "  ") if finding.hint else []
    lines.append("refused: nothing was recorded")
    advice = ("type", f"govern explain {findings[0].code}")
    data = replay_data(replayed)
    return Answer(command, tuple(lines), ExitCode.NO, "refused", advice, tuple(findings), data)
