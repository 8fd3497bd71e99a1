"""A plan to find losses in words: how many pairs find a cohort that loses so much, and which stay undecided."""

from typing import TYPE_CHECKING

from govern.report.wrap import table, wrapped

if TYPE_CHECKING:
    from govern.operations.evidence.loss_planning import CohortLoss, LossPlan


def loss_lines(plan: "LossPlan") -> list[str]:
    """A row a cohort; one for all where nothing sets them apart."""
    header = ["cohort", plan.counted, "differ", "95 in 100", "enough"]
    rows = [
        [
            each.cohort,
            number(each.pairs),
            "-" if each.differ is None else f"{100 * each.differ:.1f} %",
            number(each.needed),
            each.answer or "-",
        ]
        for each in plan.cohorts
    ]
    if len(rows) > 1 and all(row[1:] == rows[0][1:] for row in rows):
        rows = [[f"each of {len(rows)}", *rows[0][1:]]]
    said = f"{plan.counted} to find it beyond the margin of {plan.margin:g} (ln E {plan.ln_e:.1f})"
    return [
        *wrapped(said, f"{plan.kpi}, a loss of {plan.loss:g} {plan.unit}: ", "  "),
        *table(header, rows, frozenset(range(1, 4))),
        *_undecided(plan),
    ]


def _undecided(plan: "LossPlan") -> list[str]:
    """What a person has to know before these pairs are collected."""
    short = [each.cohort for each in plan.cohorts if each.answer == "no"]
    unknown = [each.cohort for each in plan.cohorts if each.needed is None and not each.differ]
    lines = []
    if short:
        told = ", ".join(short) if len(short) < len(plan.cohorts) else f"any of {len(short)}"
        lines += wrapped(f"{told}: such a loss may well stay inconclusive", "  cannot be decided: ", "    ")
    if unknown:
        lines += wrapped(f"{', '.join(unknown)}: no pair was sampled", "  nothing known: ", "    ")
    return lines


def shorts(plans: "tuple[LossPlan, ...]") -> "list[CohortLoss]":
    """The cohorts that a loss cannot be found in with the pairs they have."""
    return [each for plan in plans for each in plan.cohorts if each.answer == "no"]


def more_pairs(short: "list[CohortLoss]") -> str:
    """As many as the slowest takes."""
    most = max((each.needed or 0 for each in short), default=0)
    return f"--items {most}" if most else "govern evidence plan --help"


def number(pairs: int | None) -> str:
    return "-" if pairs is None else f"{pairs:,}"
