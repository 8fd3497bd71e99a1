"""A packet at its border, in words: the cohorts first, then the checks, then what would turn them."""

from collections.abc import Mapping, Sequence
from typing import Any

from govern.domain.gates import Border
from govern.domain.pairs import figures
from govern.domain.verdict import Verdict
from govern.report.wrap import table, wrapped

LOUD = {"failed": "FAILED", "error": "ERROR", "inconclusive": "not yet", "not_applicable": "n/a"}


def heading(border: Border) -> str:
    return f"{border.packet.id}   {border.packet.phase} -> {border.to}"


def verdict_lines(verdicts: Sequence[Verdict], *, every: bool) -> list[str]:
    """One line a check. Without `every`, checks that pass quietly are counted, and what cannot apply is named."""
    shown = [v for v in verdicts if every or not v.passes or v.warning or v.waived_by]
    width = max((len(v.check) for v in shown), default=0)
    lines: list[str] = []
    for verdict in shown:
        word = "waived" if verdict.waived_by else LOUD.get(verdict.outcome, "passed")
        text = verdict.text + (f" ({verdict.waived_by})" if verdict.waived_by else "")
        text += " (warning)" if verdict.warning and verdict.outcome == "passed" else ""
        lines += wrapped(text, f" {word:<7} {verdict.check:<{width}}  ")
        if verdict.flips and not verdict.passes:
            lines += wrapped("would flip: " + "; ".join(verdict.flips), "   ", "     ")
    quiet = [v for v in verdicts if v not in shown and v.outcome == "passed"]
    if quiet and shown:
        lines.append(f" passed  {len(quiet)} more (-v)")
    return lines


def summary(verdicts: Sequence[Verdict], head: str = "") -> list[str]:
    """`8 of 8 passed`; what does not apply is named and not counted."""
    counted = [v for v in verdicts if v.outcome != "not_applicable"]
    passed = sum(v.passes for v in counted)
    absent = [v.check for v in verdicts if v.outcome == "not_applicable"]
    lines = [f"{head}{passed} of {len(counted)} passed"]
    return [*lines, *wrapped(", ".join(absent), " n/a     ")] if absent else lines


def cohort_lines(
    border: Border, verdicts: Sequence[Verdict], base: Mapping[str, Any], pooled: Mapping[str, Any] | None
) -> list[str]:
    """The shadow table: a row a cohort, and the pooled row, which decides nothing."""
    bands = next((v for v in verdicts if v.check == "shadow_bands"), None)
    if bands is None or not base:
        return []
    rows = [
        _row(cohort, figures(base[cohort]), _cohort_word(bands, cohort))
        for cohort in border.cohorts
        if cohort in base
    ]
    if pooled is not None and len(base) > 1:
        whole = figures(pooled)
        rows.append(_row("ALL, decides nothing", whole, f"{whole['n']:,} pairs", n=""))
    header = ["cohort", "n", "prev", "next", "delta", "pass->fail", "verdict"]
    return [*table(header, rows, frozenset({1, 2, 3, 4, 5})), *_limits(border)]


def _row(name: str, fig: Mapping[str, Any], word: str, n: str | None = None) -> list[str]:
    flips = 100 * fig["pass_to_fail"] / fig["n"] if fig["n"] else 0.0
    return [
        name,
        f"{fig['n']:,}" if n is None else n,
        _score(fig["mean_prev"]),
        _score(fig["mean_next"]),
        _delta(fig["delta"]),
        f"{flips:.1f} %",
        word,
    ]


def _score(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _delta(value: float | None) -> str:
    """Points of a score between 0 and 1."""
    return "-" if value is None else f"{100 * value:+.1f}"


def _cohort_word(bands: Verdict, cohort: str) -> str:
    rows = [row for row in bands.rows if row["cohort"] == cohort]
    outcome = (bands.cohorts or {}).get(cohort, "passed")
    if outcome == "passed":
        return "passed (warning)" if any(row["warning"] for row in rows) else "passed"
    return "FAILED" if outcome == "failed" else outcome


def _limits(border: Border) -> list[str]:
    """The critical limits in force, so that the table can be read alone."""
    said = []
    for kpi in border.kpis("shadow_pairs"):
        critical = kpi.get("bands", {}).get("critical", {})
        limit = ", ".join(f"{op.replace('_', ' ')} {critical[op]:g}" for op in critical if op != "relative")
        said.append(f"{kpi['id']} {limit} {kpi['unit']}, n {kpi['min_sample']}")
    return wrapped("delta in points of score; critical: " + "; ".join(said), " ", "   ") if said else []
