"""A plan of evidence in words: how many pairs each cohort takes to pass, and what would help the others."""

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from govern.errors import ExitCode
from govern.report.answer import Answer
from govern.report.loss_planning import loss_lines, more_pairs, number, shorts
from govern.report.wrap import table, wrapped

if TYPE_CHECKING:
    from govern.operations.evidence.planning import CohortPlan, EvidencePlan, KpiPlan

SHORT = ("no", "unlikely")  # answers that want more pairs


def plan_answer(plan: "EvidencePlan") -> Answer:
    """Yes, unless a number of pairs was asked about and with it some cohort would rather not pass, or not be found."""
    count = plan.proof.cohorts
    head = f"{plan.packet}   {count} cohort{'' if count == 1 else 's'}, alpha {plan.proof.alpha:g}"
    lines = wrapped(head)
    for loss in plan.losses:
        lines += loss_lines(loss)
    for kpi in () if plan.losses else plan.kpis:
        lines += [*_kpi(kpi), *_advice(kpi)]
    for name, why in plan.left_out.items():
        lines += wrapped(why, f"no plan for {name}: ", "  ")
    short = [(kpi, each) for kpi in plan.kpis for each in kpi.cohorts if each.answer in SHORT]
    missed = shorts(plan.losses)
    refused = plan.asked and bool(missed if plan.losses else short)
    advice = ("next", _following(plan))
    if refused:
        advice = ("type", more_pairs(missed) if plan.losses else _more_pairs(short))
    return Answer(
        "evidence plan",
        tuple(lines),
        ExitCode.NO if refused else ExitCode.YES,
        "inconclusive" if refused else "passed",
        advice,
        data=_data(plan),
    )


def _kpi(kpi: "KpiPlan") -> list[str]:
    """A row a cohort; one for all where nothing sets them apart."""
    header = ["cohort", kpi.counted, "differ", "none differs", "half pass", "9 in 10", "enough"]
    rows = [
        [
            each.cohort,
            number(each.pairs),
            "-" if each.differ is None else f"{100 * each.differ:.1f} %",
            number(each.needed.floor),
            number(each.needed.median),
            number(each.needed.ninety),
            each.answer or "-",
        ]
        for each in kpi.cohorts
    ]
    if len(rows) > 1 and all(row[1:] == rows[0][1:] for row in rows):
        rows = [[f"each of {len(rows)}", *rows[0][1:]]]
    said = f"{kpi.counted} to prove it (ln E {kpi.ln_e:.1f})"
    return [
        *wrapped(said, f"{kpi.kpi}, no worse than {kpi.margin:g} {kpi.unit}: ", "  "),
        *table(header, rows, frozenset(range(1, 6))),
    ]


def _advice(kpi: "KpiPlan") -> list[str]:
    """What would help those that have too few: a wider margin, or one cohort of several."""
    lines: list[str] = []
    short = [each for each in kpi.cohorts if each.answer in SHORT and each.pairs]
    margins = [each.margin for each in short if each.margin is not None]
    if margins:
        said = f"{upwards(max(margins)):g} {kpi.unit} is what such cohorts prove with these {kpi.counted}"
        lines += wrapped(said, "  wider margin: ", "    ")
    hopeless = [each.cohort for each in short if each.margin is None]
    if hopeless:
        lines += wrapped(f"{', '.join(hopeless)}: no margin helps", "  more needed:  ", "    ")
    if kpi.pooled is not None and kpi.pooled.answer not in SHORT:
        said = f"{kpi.pooled.cohort}: {number(kpi.pooled.pairs)} {kpi.counted}"
        lines += wrapped(said, "  enough as one cohort: ", "    ")
    return lines


def _more_pairs(short: "list[tuple[KpiPlan, CohortPlan]]") -> str:
    """As many as the slowest takes; where more never help, a margin that does."""
    most = max((each.needed.ninety or 0 for _, each in short), default=0)
    if most > max(each.pairs or 0 for _, each in short):
        return f"--items {most}"
    margins = [each.margin for _, each in short if each.margin is not None]
    return f"--margin {upwards(max(margins)):g}" if margins else "govern evidence plan --help"


def _following(plan: "EvidencePlan") -> str:
    if plan.phase == "draft":
        return f"govern phase check {plan.packet}"
    return f"govern evidence shadow {plan.packet} --pairs FILE"


def upwards(margin: float) -> float:
    """Rounded up to two digits: what is rounded down might not be proven."""
    step = 10.0 ** (math.floor(math.log10(margin)) - 1)
    return round(math.ceil(round(margin / step, 6)) * step, 12)


def _data(plan: "EvidencePlan") -> dict[str, Any]:
    data = asdict(plan)
    del data["asked"]
    return data
