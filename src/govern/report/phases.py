"""A packet at its border, in words: the cohorts first, then the checks, then what would turn them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from govern.domain.decision import Refused
from govern.domain.evidence.pairs import figures
from govern.domain.gates import Border
from govern.domain.rollout.promotion import border_name, ready
from govern.domain.verdict import Verdict
from govern.report.cycles import cycle_lines
from govern.report.wrap import beside, table, wrapped

LOUD = {"failed": "FAILED", "error": "ERROR", "inconclusive": "not yet", "not_applicable": "n/a"}
SHORT = {"mean_score_delta": "delta", "policy_flip_rate": "pass->fail"}  # measures, by their columns
UNITS = {"percent": " %", "ratio": "", "count": ""}
NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905


def border_lines(
    border: Border,
    verdicts: Sequence[Verdict],
    base: Mapping[str, Any],
    pooled: Mapping[str, Any] | None,
    *,
    every: bool,
) -> list[str]:
    """The border as `phase check` shows it: who stands where, and what each check says."""
    head = f"{border.packet.id}   {border_name(border.to)}"
    bands = next((v for v in verdicts if v.check == "shadow_bands"), None)
    if bands is None or not base:
        cycles = cycle_lines(verdicts, every=every)
        quiet = not every and border.to in ("wide", "adopted")
        return [*wrapped(head), *cycles, *verdict_lines(verdicts, every=not quiet, turns=every)]
    lines = [beside(head, "delta in points of score"), *_cohorts(border, bands, base, pooled)]
    if bands.passes and not every:
        lines += wrapped(_limits(border), " limits: ", "   ")
    told = replace(bands, text=f"limits: {_limits(border)}", flips=_flips(bands))
    shown = [told if v is bands and not v.passes else v for v in verdicts]
    return [*lines, *verdict_lines(shown, every=every)]


def verdict_lines(
    verdicts: Sequence[Verdict], *, every: bool, counted: bool = False, turns: bool | None = None
) -> list[str]:
    """One line a check. Without `every`, what passes quietly is counted (unless it is `counted` above).

    `turns` (like `every`, where it is not given): also the line that brings each further which does not pass.
    """
    shown = [v for v in verdicts if every or not v.passes or v.warning or v.waived_by]
    width = max((len(v.check) for v in shown), default=0)
    lines: list[str] = []
    for verdict in shown:
        word = "waived" if verdict.waived_by else LOUD.get(verdict.outcome, "passed")
        text = verdict.text + (f" ({verdict.waived_by})" if verdict.waived_by else "")
        if verdict.warning and verdict.outcome == "passed" and "warning" not in text:
            text += " (warning)"
        lines += wrapped(text, f" {word:<7} {verdict.check:<{width}}  ")
        if verdict.flips and not verdict.passes:
            flips = "; ".join(dict.fromkeys(verdict.flips))
            lines += wrapped(f"would flip: {flips}", "   ", "     ")
        elif (every if turns is None else turns) and not verdict.passes:
            line = verdict.todo or f"govern explain {verdict.check}"
            turn = f" ({verdict.turn})" if verdict.todo and verdict.turn else ""
            lines += wrapped(f"would flip{turn}: {line}", "   ", "     ")
    quiet = [v for v in verdicts if v not in shown and v.outcome == "passed"]
    if quiet and shown and not counted:
        lines.append(f" passed  {len(quiet)} more (-v)")
    absent = ", ".join(v.check for v in verdicts if v not in shown and v.outcome == "not_applicable")
    return [*lines, *wrapped(absent, " n/a     ")] if absent else lines


def summary(verdicts: Sequence[Verdict]) -> str:
    """`8 of 8 passed`; what does not apply is named elsewhere and not counted."""
    counted = [v for v in verdicts if v.outcome != "not_applicable"]
    return f"{sum(v.passes for v in counted)} of {len(counted)} passed"


def closing(border: Border, answer: Refused) -> str:
    """The last word above the line to type: for whom or for what that line is."""
    if answer.turn:
        return f"refused. It is {answer.turn}'s turn:"
    if " --only " not in (answer.type_line or ""):
        return "refused."
    passing = ready(border, answer.verdicts)
    explained = next((v for v in answer.verdicts if v.check == "explained" and not v.passes), None)
    first = (
        ", once their losses are explained"
        if explained and set(passing) & set(explained.cohorts or ())
        else ""
    )
    number = NUMBERS[len(passing)] if len(passing) < len(NUMBERS) else str(len(passing))
    return f"refused. With the {number} that pass{'es' if len(passing) == 1 else ''}{first}:"


def _cohorts(
    border: Border, bands: Verdict, base: Mapping[str, Any], pooled: Mapping[str, Any] | None
) -> list[str]:
    """The shadow table: a row a cohort, and the pooled row, which decides nothing."""
    rows = [
        _row(cohort, figures(base[cohort]), _cohort_word(bands, cohort))
        for cohort in border.cohorts
        if cohort in base
    ]
    if pooled is not None and len(base) > 1:
        whole = figures(pooled)
        rows.append(_row("ALL, decides nothing", whole, f"{whole['n']:,} pairs", n=""))
    header = ["cohort", "n", "prev", "next", "delta", "pass->fail", "verdict"]
    return table(header, rows, frozenset({1, 2, 3, 4, 5}))


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


def _limits(border: Border) -> str:
    """`delta -3 points, pass->fail 5 %, n 100`: the critical limits, beside the table."""
    kpis = border.kpis("shadow_pairs")
    same = len({kpi["min_sample"] for kpi in kpis}) == 1
    said = []
    for kpi in kpis:
        critical = kpi.get("bands", {}).get("critical", {})
        unit = UNITS.get(kpi["unit"], f" {kpi['unit']}")
        limit = " and ".join(f"{value:g}{unit}" for op, value in critical.items() if op != "relative")
        if kpi["method"] == "anytime":
            limit = f"margin {kpi['margin']:g}{unit}, anytime"
        sample = "" if same else f" (n {kpi['min_sample']})"
        said.append(f"{_name(kpi)} {limit or 'no critical limit'}{sample}")
    return ", ".join([*said, f"n {kpis[0]['min_sample']}"] if same else said)


def _name(kpi: Mapping[str, Any]) -> str:
    return str(SHORT.get(kpi["measure"], kpi["id"]))


def _flips(bands: Verdict) -> tuple[str, ...]:
    """What would turn each cohort: one mention a cohort, the same lack named once."""
    turns: dict[str, list[str]] = {}
    for row in bands.rows:
        said = turns.setdefault(row["cohort"], [])
        if row["outcome"] != "passed" and row["flip"] and row["flip"] not in said:
            said.append(row["flip"])
    return tuple(f"{cohort} {' and '.join(said)}" for cohort, said in turns.items() if said)
