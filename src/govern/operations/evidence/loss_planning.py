"""How many pairs find a cohort that loses what was declared, 95 times in 100; nothing is recorded.

The loss is one for every KPI or a KPI's own, in its unit and to its bad side. What was sampled says how much pairs
differ, not which way. A loss within the margin is accepted, and nobody plans to find it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from govern.domain.bands import units
from govern.domain.evidence.anytime import Proof
from govern.domain.evidence.paired_rows import UnusableError, margin_of, scale_of
from govern.domain.findings import nearest
from govern.domain.statistics.differences import GAIN, LOSS, Differences
from govern.domain.statistics.planning import cautious, findable
from govern.errors import UsageError

EVERY = ""  # the KPI of a loss that is declared for all

Declared = Mapping[str, float]  # KPI, or EVERY -> loss in its unit


@dataclass(frozen=True, slots=True)
class CohortLoss:
    """`pairs` are planned or there. `needed` is None where nothing is known of the cohort."""

    cohort: str
    pairs: int | None
    differ: float | None
    needed: int | None
    answer: str  # yes, no: whether these pairs are enough; "" where it is not known


@dataclass(frozen=True, slots=True)
class LossPlan:
    """One KPI over the cohorts. `ln_e` is what a failure needs, with the share of alpha it has."""

    kpi: str
    unit: str
    counted: str  # pairs or clusters
    margin: float
    loss: float
    ln_e: float
    cohorts: tuple[CohortLoss, ...]


def require_known(declared: Declared, kpis: Sequence[str]) -> None:
    """UsageError where a loss is declared for a KPI that is not measured on the packet's pairs."""
    for kpi in declared:
        if kpi != EVERY and kpi not in kpis:
            close = nearest(kpi, kpis) or (kpis[0] if kpis else "")
            line = f"--loss {close}={declared[kpi]:g}" if close else "govern evidence plan --help"
            raise UsageError(f"--loss {kpi}=...: no KPI `{kpi}` on these pairs", type_line=line)


def loss_plan(
    kpi: Mapping[str, Any],
    found: Mapping[str, Differences],
    there: Mapping[str, int | None],
    proof: Proof,
    declared: Declared,
) -> LossPlan:
    """The plan of a KPI. UnusableError where no loss is declared for it, or none that could be found."""
    loss = declared.get(kpi["id"], declared.get(EVERY))
    if loss is None:
        raise UnusableError("no loss was declared for it")
    if loss <= kpi["margin"]:
        raise UnusableError(f"a loss of {loss:g} lies within the margin of {kpi['margin']:g}: it is accepted")
    if loss > scale_of(kpi):
        raise UnusableError(f"a loss of {loss:g} is more than the whole range")
    need = proof.to_fail(2 if kpi["worse_when"] == "either" else 1)
    cohorts = tuple(_cohort(kpi, each, found[each], there[each], loss, need) for each in found)
    return LossPlan(kpi["id"], kpi["unit"], units(kpi), kpi["margin"], loss, need, cohorts)


def _cohort(
    kpi: Mapping[str, Any], cohort: str, found: Differences, pairs: int | None, loss: float, need: float
) -> CohortLoss:
    if not found.n:
        return CohortLoss(cohort, pairs, None, None, "")
    square = (
        found.square if found.n == 1 else cautious(found)
    )  # a single pair stands for a share that was named
    gains = found.ends == (LOSS, GAIN)
    needed = findable(loss / scale_of(kpi), square, margin_of(kpi), need, gains=gains)
    needed = None if needed is None else max(needed, kpi["min_sample"])
    answer = "" if pairs is None else "yes" if needed is not None and pairs >= needed else "no"
    return CohortLoss(cohort, pairs, found.square, needed, answer)
