"""How many pairs each cohort of a packet takes to pass, before they are collected; nothing is recorded.

From a first sample (a file, or what is recorded) or from a share of pairs that differ. For scores it is asked
what it takes if nothing changed; a rate of flips is none where nothing changed, so it is taken as sampled. How
many find a declared loss is said in `loss_planning`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from govern.domain.bands import units
from govern.domain.evidence.anytime import Proof, proof_of
from govern.domain.evidence.newest import newest_rows
from govern.domain.evidence.paired_rows import MEANS, UnusableError, differences, margin_of, scale_of
from govern.domain.findings import has_errors
from govern.domain.gates import Border, open_border
from govern.domain.statistics.differences import GAIN, LOSS, TIE, WHOLE, Differences
from govern.domain.statistics.planning import Needed, needed, provable
from govern.errors import RefusedError, UsageError
from govern.operations.evidence.loss_planning import Declared, LossPlan, loss_plan, require_known
from govern.operations.evidence.measure import measure_shadow
from govern.operations.workspace import Workspace

Sample = Mapping[str, Mapping[str, Differences]]  # KPI -> cohort -> its differences


@dataclass(frozen=True, slots=True)
class CohortPlan:
    """`pairs` are planned or there. `margin` is the smallest that they prove, in the KPI's unit."""

    cohort: str
    pairs: int | None
    differ: float | None  # mean square of the differences: of wins and losses, the share that is one
    needed: Needed
    margin: float | None
    answer: str  # yes, perhaps, unlikely, no: whether these pairs are enough; "" where it is not known


@dataclass(frozen=True, slots=True)
class KpiPlan:
    """One KPI over the cohorts; `pooled` is what those with too few would be as one cohort."""

    kpi: str
    unit: str
    counted: str  # pairs or clusters
    margin: float
    ln_e: float
    cohorts: tuple[CohortPlan, ...]
    pooled: CohortPlan | None


@dataclass(frozen=True, slots=True)
class EvidencePlan:
    packet: str
    phase: str
    proof: Proof
    kpis: tuple[KpiPlan, ...]
    losses: tuple[LossPlan, ...]  # where a loss was declared
    left_out: Mapping[str, str]  # KPI: why there is no plan for it
    asked: bool  # whether a number of pairs was named


def plan_evidence(
    workspace: Workspace,
    packet: str,
    *,
    pairs: Path | None = None,
    discordance: float | None = None,
    margin: float | None = None,
    items: int | None = None,
    losses: Declared | None = None,
) -> EvidencePlan:
    """The plan of every KPI that is a mean over pairs. RefusedError where there is no sample or no margin."""
    border = open_border(
        workspace.state, workspace.documents(), packet, workspace.actor(), workspace.now(), to="canary"
    )
    cohorts = border.packet.covered or border.cohorts
    kpis, left_out = _planned(border, margin)
    require_known(losses or {}, [*(kpi["id"] for kpi in kpis), *left_out])
    if pairs is not None:
        rows = _measured(workspace, packet, pairs)
    else:
        rows = {kpi["id"]: newest_rows(border, kpi=kpi["id"]) for kpi in kpis}
    if discordance is None and not any(rows.values()):
        raise RefusedError(f"nothing is known of the pairs of {packet} yet", type_line="--discordance 10")
    proof = proof_of(border)
    plans: list[KpiPlan] = []
    lost: list[LossPlan] = []
    for kpi in kpis:
        try:
            found = {c: _sampled(kpi, rows[kpi["id"]].get(c), discordance) for c in cohorts}
            there = {c: items if items is not None else _there(kpi, rows[kpi["id"]].get(c)) for c in cohorts}
            lost += [] if losses is None else [loss_plan(kpi, found, there, proof, losses)]
            plans.append(_kpi_plan(kpi, found, there, proof))
        except UnusableError as reason:
            left_out[kpi["id"]] = str(reason)
    if not plans:
        said = "; ".join(f"{kpi}: {why}" for kpi, why in left_out.items())
        line = "--margin 5" if margin is None else f"govern phase show {packet}"
        if losses and kpis:
            line = f"--loss {2 * max(kpi['margin'] for kpi in kpis):g}"
        raise RefusedError(f"no KPI of {packet} to plan for: {said or 'none is on pairs'}", type_line=line)
    asked = items is not None
    return EvidencePlan(packet, border.packet.phase, proof, tuple(plans), tuple(lost), left_out, asked)


def _planned(border: Border, margin: float | None) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """KPIs with the margin that is asked about, and why others have no plan."""
    planned, left_out = [], {}
    for kpi in border.kpis("shadow_pairs"):
        if kpi["measure"] not in MEANS:
            left_out[kpi["id"]] = f"{kpi['measure']} is no mean over pairs"
        elif margin is None and "margin" not in kpi:
            left_out[kpi["id"]] = "it has bands and no margin"
        else:
            planned.append({**kpi, "margin": kpi.get("margin") if margin is None else margin})
    return planned, left_out


def _measured(workspace: Workspace, packet: str, path: Path) -> dict[str, dict[str, Mapping[str, Any]]]:
    """By KPI and cohort the rows of a file that nothing is recorded of."""
    try:
        measurement = measure_shadow(workspace, packet, path, workspace.actor()).measurement
    except UsageError as error:
        error.type_line = error.type_line or "--pairs FILE"
        raise
    if has_errors(measurement.findings):
        line = f"govern evidence shadow {packet} --pairs {path.name} --dry-run"
        raise RefusedError(f"{path.name}: {measurement.findings[0].message}", type_line=line)
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in measurement.table:
        if row["kpi"] is not None:
            found.setdefault(row["kpi"], {})
            if row["cohort"] is not None:
                found[row["kpi"]][row["cohort"]] = row
    return found


def _there(kpi: Mapping[str, Any], row: Mapping[str, Any] | None) -> int | None:
    return None if row is None else int(differences(kpi, row).n)


def _sampled(kpi: Mapping[str, Any], row: Mapping[str, Any] | None, discordance: float | None) -> Differences:
    """What is known of a cohort's pairs; a share that differs is half losses and half gains."""
    if discordance is None:
        return Differences() if row is None or not row["n"] else differences(kpi, row)
    half = round(discordance / 2 * WHOLE)
    if kpi["measure"] == "policy_flip_rate":
        return Differences({LOSS: half, TIE: WHOLE - half}, (LOSS, TIE))
    return Differences({LOSS: half, TIE: WHOLE - 2 * half, GAIN: half})


def _kpi_plan(
    kpi: Mapping[str, Any], found: Mapping[str, Differences], there: Mapping[str, int | None], proof: Proof
) -> KpiPlan:
    need = proof.to_pass
    plans = tuple(_cohort_plan(kpi, cohort, each, there[cohort], need) for cohort, each in found.items())
    few = [plan for plan in plans if plan.answer in ("no", "unlikely") and plan.pairs]
    pooled = None
    if 1 < len(few) < len(plans):
        whole = sum((found[plan.cohort] for plan in few[1:]), found[few[0].cohort])
        fewer = Proof(proof.alpha, max(1, proof.cohorts - len(few) + 1), proof.kpis)
        name = ", ".join(plan.cohort for plan in few)
        pooled = _cohort_plan(kpi, name, whole, sum(plan.pairs or 0 for plan in few), fewer.to_pass)
    return KpiPlan(kpi["id"], kpi["unit"], units(kpi), kpi["margin"], need, plans, pooled)


def _cohort_plan(
    kpi: Mapping[str, Any], cohort: str, found: Differences, pairs: int | None, need: float
) -> CohortPlan:
    margin, scale = margin_of(kpi), scale_of(kpi)
    if not found.n:
        least = needed(0.0, 0.0, margin, need).floor
        return CohortPlan(cohort, pairs, None, Needed(least, None, None), None, "")
    smooth = found if found.n == 1 else found.smoothed()  # a single pair stands for a share that was named
    mean = 0.0 if found.ends == (LOSS, GAIN) else smooth.mean
    wanted = needed(mean, smooth.square, margin, need)
    smallest = provable(mean, smooth.square, pairs, need) if pairs else None
    proven = None if smallest is None else smallest * scale
    asked = Needed(wanted.floor, _at_least(wanted.median, kpi), _at_least(wanted.ninety, kpi))
    return CohortPlan(cohort, pairs, found.square, asked, proven, _answer(asked, pairs))


def _at_least(pairs: int | None, kpi: Mapping[str, Any]) -> int | None:
    return None if pairs is None else max(pairs, kpi["min_sample"])


def _answer(wanted: Needed, pairs: int | None) -> str:
    if pairs is None:
        return ""
    if wanted.median is None or wanted.ninety is None or pairs < wanted.floor:
        return "no"
    return "unlikely" if pairs < wanted.median else "perhaps" if pairs < wanted.ninety else "yes"
