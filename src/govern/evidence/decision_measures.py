"""The measures on decisions: a SQL file each, over the decisions of a packet's cohorts in their windows.

A cohort without a decision in a window has its row all the same, with n 0: silence is seen, and what it means is
decided elsewhere. A column that a measure reads and that the log lacks, or that holds what cannot be counted, is an
error: nothing is computed from the rest of it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from govern.domain.measures import ON_DECISIONS
from govern.errors import DocumentError
from govern.evidence.decisions import Log
from govern.evidence.faults import SHOWN, count, shown
from govern.evidence.measures import KpiSpec, in_unit, require, sql
from govern.evidence.windowed import Place, Served, lay_out

COLUMNS = {  # measure: what it reads beside what every log has
    "fallback_route_persistence": ("route",),
    "first_interaction_regressions": ("first_interaction",),
    "hold_age": ("held_at", "released_at"),
    "mean_score": ("score",),
    "mismatch_rate": ("error_class",),
    "owner_mutation_rejections": ("owner_mutation",),
    "reopen_rate": ("reopened_at",),
    "response_latency_median": ("latency_ms",),
    "side_effect_emergence": ("side_effect_class",),
}
UNREADABLE = {  # column: where a decision holds what cannot be counted
    "latency_ms": "NOT ISFINITE(latency_ms) OR latency_ms < 0",
    "score": "NOT ISFINITE(score) OR score NOT BETWEEN $low AND $high",
    "held_at": "NOT ISFINITE(held_at) OR NOT ISFINITE(released_at) OR released_at < held_at",
    "reopened_at": "NOT ISFINITE(reopened_at)",
    "route": "route NOT IN ('fallback', 'primary')",
    "owner_mutation": "owner_mutation NOT IN ('none', 'authorized', 'unauthorized', 'rejected')",
    "first_interaction": "first_interaction NOT IN ('ok', 'regressed')",
}
ANY = (-1e12, 1e12)  # a score without a range: beyond it nothing fits a decimal
STAMPS = "stamp_mismatch_rate"


@dataclass(frozen=True, slots=True)
class Asked:
    """A KPI with the windows it is measured in, by cohort; those of None over all together.

    by_cluster  one row for each cluster that decisions name, instead of one for the whole cohort
    """

    kpi: KpiSpec
    windows: Mapping[str | None, Sequence[str]]
    by_cluster: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """What it reads beside what every log has."""
        return (*COLUMNS.get(self.kpi.measure, ()), *(("cluster_id",) if self.by_cluster else ()))

    @property
    def places(self) -> list[Place]:
        return [(cohort, window) for cohort, windows in self.windows.items() for window in windows]


@dataclass(frozen=True, slots=True)
class Measured:
    """Rows of evidence, and how many decisions of the log are in none of them, by reason."""

    rows: list[dict[str, Any]]
    excluded: dict[str, int]


def measure(log: Log, served: Served, asked: Sequence[Asked]) -> Measured:
    """Measure every KPI in its windows. DocumentError names a KPI and the column that it cannot read."""
    for each in asked:
        require(each.kpi, ON_DECISIONS, "decisions")
        require_columns(log, each)
    stamps = any(each.kpi.measure == STAMPS for each in asked)
    places = lay_out(log, served, {place for each in asked for place in each.places}, stamps=stamps)
    own = sum(cohort is not None for cohort, _ in places)
    for each in asked:
        require_readable(log, served, each, own)
    rows = [row for each in asked for row in _rows(log, each, places)]
    return Measured(rows, _excluded(log, own))


def require_columns(log: Log, asked: Asked) -> None:
    if lacking := [column for column in asked.columns if not log.has(column)]:
        raise DocumentError(
            f"KPI {asked.kpi.id}: {log.name} has no column {', '.join(lacking)}",
            notes=(f"{asked.kpi.measure} reads it of every decision",),
        )


def require_readable(log: Log, served: Served, asked: Asked, own: int) -> None:
    """Among the decisions that are counted, none whose value is no number, no time, or out of range."""
    if not asked.columns:
        return
    low, high = asked.kpi.range or ANY
    (wrong,) = log.ask(sql("decisions_unreadable"), low=low, high=high, own=own)
    for column in asked.columns:
        if not wrong.get(column):
            continue
        query = (
            "SELECT DISTINCT decision_id FROM decisions JOIN spans USING (cohort_key) WHERE surface = $surface"
            f" AND since <= decided_at AND decided_at < until AND ({UNREADABLE[column]}) ORDER BY 1 LIMIT {SHOWN}"
        )
        limits = {"low": low, "high": high} if column == "score" else {}
        ids = [shown(row["decision_id"]) for row in log.ask(query, surface=served.surface, **limits)]
        raise DocumentError(
            f"KPI {asked.kpi.id}: {column} of {log.name} cannot be counted in"
            f" {count(wrong[column], 'decision')}: {', '.join(ids)}",
            notes=(READS[column].format(low, high),),
        )


READS = {
    "latency_ms": "it takes milliseconds, 0 or more, and is left empty where there is none",
    "score": "it takes a number from {0:g} to {1:g}, and is left empty where there is none",
    "held_at": "held_at and released_at take times in UTC with a Z; nothing is released before it is held",
    "reopened_at": "it takes a time in UTC with a Z, and is left empty where there is none",
    "route": "it takes fallback or primary, and is left empty where nobody knows",
    "owner_mutation": "it takes none, authorized, unauthorized or rejected, and is left empty where nobody knows",
    "first_interaction": "it takes ok or regressed, and is left empty where it was no first interaction",
}


def figures_of(log: Log, asked: Asked) -> Iterator[dict[str, Any]]:
    """What the measure's SQL gives of the decisions that are laid out: a row for each span, arm and cluster."""
    cluster = "cluster_id" if asked.by_cluster else "CAST(NULL AS VARCHAR)"
    counted = f"SELECT *, {cluster} AS cluster FROM scoped"
    if asked.by_cluster:
        counted += " WHERE cluster_id IS NOT NULL"
    yield from log.ask(f"WITH counted AS ({counted}) SELECT * FROM ({sql(asked.kpi.measure)}) AS measured")


def _rows(log: Log, asked: Asked, places: Mapping[Place, int]) -> Iterable[dict[str, Any]]:
    """The rows of one KPI: next in every window, prev where prev decided."""
    found: dict[tuple[int, str], list[dict[str, Any]]] = {}
    for row in figures_of(log, asked):
        found.setdefault((row["span"], row["arm"]), []).append(row)
    for place in asked.places:
        for row in found.get((places[place], "next"), [NOTHING]):
            yield _row(asked, place, "next", row)
        for row in found.get((places[place], "prev"), []):
            yield _row(asked, place, "prev", row)


NOTHING = {"n": 0, "excluded": 0, "value": None, "cluster": None}


def _row(asked: Asked, place: Place, arm: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """A row as it is recorded: the value in the KPI's unit, and the counts that it is made of."""
    counts: dict[str, Any] = {"n": found["n"]}
    if "k" in found:
        counts["k"] = int(found["k"])
    if "sum" in found:
        counts["sum"] = format(Decimal(found["sum"]).normalize(), "f")
    row = {
        "kpi": asked.kpi.id,
        "cohort": place[0],
        "window": place[1],
        "arm": arm,
        "n": found["n"],
        "excluded": found["excluded"],
        "value": in_unit(found["value"], asked.kpi),
        "counts": counts,
    }
    return row | ({"cluster": found["cluster"]} if found["cluster"] is not None else {})


def _excluded(log: Log, own: int) -> dict[str, int]:
    """Decisions of the log that lie in no window asked for, and those that carry neither version."""
    (found,) = log.ask(sql("decisions_arms"), own=own)
    reasons = {
        "outside": log.rows - found["n"],
        "no_version": found["no_version"],
        "other_version": found["other_version"],
    }
    return {reason: n for reason, n in reasons.items() if n}
