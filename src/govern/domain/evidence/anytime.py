"""How recorded pairs stand to a KPI's margin at every look: `method: anytime`.

Failed: it is proven that the mean lies beyond the margin. Passed: it is proven that it does not. Else neither,
however good or bad it looks. The chance of a false verdict is `policy.anytime.alpha` at most, over all cohorts
that the packet froze, all its anytime KPIs and all looks: each cohort has a share of it, each KPI a share of
that for a failure (one KPI fails a cohort, but it takes all of them to pass it).

What was proven bad stays so: next never changes in a packet. A proof needs one sample that grows, so a set
that lacks pairs of an earlier one passes nobody. How proofs are made stands in `statistics`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from govern.domain.bands import Judgement, no_data, too_few, units
from govern.domain.evidence.newest import Row, sets_since, table
from govern.domain.evidence.paired_rows import UnusableError, differences, margin_of, scale_of
from govern.domain.gates import Border
from govern.domain.records import Record
from govern.domain.selection import expand
from govern.domain.statistics import betting, planning
from govern.domain.statistics.differences import Differences
from govern.domain.verdict import Outcome


@dataclass(frozen=True, slots=True)
class Proof:
    """What counts as proven: the alpha of the border, over so many cohorts and KPIs. Needs are of ln E."""

    alpha: float
    cohorts: int
    kpis: int

    @property
    def to_pass(self) -> float:
        return math.log(self.cohorts / self.alpha)

    def to_fail(self, sides: int = 1) -> float:
        return math.log(sides * self.cohorts * self.kpis / self.alpha)


@dataclass(frozen=True, slots=True)
class Looks:
    """One cohort's rows of a KPI, newest first: those that count now, and older ones of the same packet."""

    now: tuple[Row, ...] = ()
    before: tuple[Row, ...] = ()


def proof_of(border: Border) -> Proof:
    """Cohorts are those frozen on the way into shadow: one that is added later brings a share of its own."""
    kpis = [kpi for kpi in border.kpis("shadow_pairs") if kpi["method"] == "anytime"]
    entries = (record.body for record in border.packet.history if record.event.startswith("phase_advanced/"))
    frozen = next((body["cohorts"] for body in entries if "frozen" in body), None)
    covered = expand(border.value["cohort_coverage"], border.dictionary) if frozen is None else frozen
    alpha = float(border.policy.numbers["anytime"]["alpha"])
    return Proof(alpha, max(1, len(covered)), max(1, len(kpis)))


def looks(border: Border, kpi: str) -> dict[str, Looks]:
    """What is recorded of a KPI, by cohort. A change of the KPI itself ends what was proven with it."""
    changed = max((r.n for r in border.packet.history if _changes(r, f"kpis/{kpi}")), default=0)
    counting = {record.name for record in sets_since(border)}
    now: dict[str, list[Row]] = {}
    before: dict[str, list[Row]] = {}
    for record in reversed(border.packet.evidence):
        pairs = record.body["border"] == "canary" and record.body["source"]["name"] == "shadow_pairs"
        if not pairs or record.n < changed:
            continue
        kept = now if record.name in counting else before
        for row in table(border, record.body["table"]["sha256"]):
            if row["kpi"] == kpi and row["cohort"] is not None and row["arm"] == "paired":
                kept.setdefault(row["cohort"], []).append(row)
    return {c: Looks(tuple(now.get(c, ())), tuple(before.get(c, ()))) for c in {*now, *before}}


def _changes(record: Record, key: str) -> bool:
    return record.event.startswith("change_control_applied/") and key in record.body["frozen"]


def judge(kpi: Mapping[str, Any], seen: Looks, proof: Proof) -> Judgement:
    """The verdict of one cohort on everything that is recorded of it."""
    try:
        margin = margin_of(kpi)
        now, before = (
            [differences(kpi, row) for row in rows if row["n"]] for rows in (seen.now, seen.before)
        )
        bad = next((found for found in (*now, *before) if _failed(kpi, found, margin, proof)), None)
        if bad is not None:
            return _told(kpi, "failed", bad, margin, proof)
        if not seen.now or not seen.now[0]["n"]:
            return no_data(kpi)
        found = now[0]
        if found.n < kpi["min_sample"]:
            return too_few(kpi, int(found.n))
        if _lacks_pairs(now):
            why = f"a set recorded before has {units(kpi)} that are not in this one"
            flip = f"a set with all {units(kpi)} recorded before"
            return Judgement("inconclusive", False, "", why, flip)
        passed = min(betting.above(side, -margin) for side in _sides(kpi, found)) >= proof.to_pass
        return _told(kpi, "passed" if passed else "inconclusive", found, margin, proof)
    except UnusableError as reason:
        return Judgement("error", False, "", str(reason))


def _sides(kpi: Mapping[str, Any], found: Differences) -> tuple[Differences, ...]:
    """The differences as each bad side sees them: what is worse lies below zero."""
    return (found, found.mirrored) if kpi["worse_when"] == "either" else (found,)


def _failed(kpi: Mapping[str, Any], found: Differences, margin: float, proof: Proof) -> bool:
    sides = _sides(kpi, found)
    proven = max(betting.below(side, -margin) for side in sides)
    return found.n >= kpi["min_sample"] and proven >= proof.to_fail(len(sides))


def _lacks_pairs(newest_first: Sequence[Differences]) -> bool:
    """Whether any set has less of something than the one before it: then it is not the same sample, grown."""
    return any(
        weight > new.weights.get(edge, 0)
        for new, old in pairwise(newest_first)
        for edge, weight in old.weights.items()
    )


def _told(
    kpi: Mapping[str, Any], outcome: Outcome, found: Differences, margin: float, proof: Proof
) -> Judgement:
    """The verdict with what it rests on, in the KPI's own unit and direction."""
    sides = _sides(kpi, found)
    to_fail = proof.to_fail(len(sides))
    ln_e = {
        "failed": max(betting.below(side, -margin) for side in sides),
        "passed": min(betting.above(side, -margin) for side in sides),
    }
    need = {"failed": round(to_fail, betting.PLACES), "passed": round(proof.to_pass, betting.PLACES)}
    beyond = any(side.mean < -margin for side in sides)
    towards = "failed" if outcome == "failed" or (outcome == "inconclusive" and beyond) else "passed"
    further = _further(sides, margin, proof) if outcome == "inconclusive" else None
    ends = _interval(kpi, found, proof)
    span = f"{_shown(kpi, ends[0])} to {_shown(kpi, ends[1])} {kpi['unit']}"
    mean = -found.mean if kpi["worse_when"] == "higher" else found.mean
    why = (
        f"{_shown(kpi, mean * scale_of(kpi))} ({span}), {found.n:,.0f} {units(kpi)}, "
        f"margin {kpi['margin']:g}, ln E {ln_e[towards]:.1f} of {need[towards]:.1f}"
    )
    figures = {
        "method": betting.METHOD,
        "margin": kpi["margin"],
        "interval": ends,
        "ln_e": ln_e,
        "need": need,
        "floor": betting.floor(margin, proof.to_pass),
        "more": further,
    }
    limit = f"margin {kpi['margin']:g}" if outcome == "failed" else ""
    return Judgement(outcome, False, limit, why, _flip(kpi, outcome, further, span), figures)


def _interval(kpi: Mapping[str, Any], found: Differences, proof: Proof) -> list[float]:
    """What is not disproved, in the KPI's unit: a margin inside is undecided. Of two sides the wider needs."""
    two = kpi["worse_when"] == "either"
    to_fail = proof.to_fail(2 if two else 1)
    low, high = betting.interval(found, need_above=to_fail if two else proof.to_pass, need_below=to_fail)
    if kpi["worse_when"] == "higher":
        low, high = -high, -low
    return [round(end * scale_of(kpi), 6) for end in (low, high)]


def _further(sides: Sequence[Differences], margin: float, proof: Proof) -> int | None:
    """About how many more would decide it, at the rate so far; None: no end in sight."""
    for side in sides:
        if side.mean < -margin:
            return planning.more(side, -margin, proof.to_fail(len(sides)))
    wanted = [planning.more(side.mirrored, margin, proof.to_pass) for side in sides]
    known = [number for number in wanted if number is not None]
    return max(known) if len(known) == len(wanted) else None


def _flip(kpi: Mapping[str, Any], outcome: Outcome, further: int | None, span: str) -> str:
    if outcome == "passed":
        return ""
    if outcome == "failed":
        return f"stays failed in this packet ({span})"
    end = f"about {further:,} more {units(kpi)}" if further else "no end in sight at this margin"
    return f"{end} ({span})"


def _shown(kpi: Mapping[str, Any], value: float) -> str:
    """A difference has its sign, a share of flips has none."""
    return format(round(value, 4) + 0.0, ".3g" if kpi["measure"] == "policy_flip_rate" else "+.3g")
