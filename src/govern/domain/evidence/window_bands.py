"""How the cohorts of a border stand to the KPIs on decisions, cycle by cycle: what `kpi_bands` and others rest on.

A KPI with `method: point` has to lie inside its warning band in each of the newest complete cycles, so many of them
in a row; the warning zone that shadow let pass is a failure here. `method: anytime` is judged over all cycles at once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from govern.domain.bands import BEYOND, Judgement, beyond, judge
from govern.domain.evidence import anytime_windows
from govern.domain.evidence.cycles import complete, done_at
from govern.domain.evidence.newest import Row, newest_rows
from govern.domain.evidence.references import reference
from govern.domain.evidence.windows import Key, clusters_in, row_of
from govern.domain.gates import Border
from govern.domain.verdict import Outcome

ORDER: tuple[Outcome, ...] = ("passed", "inconclusive", "error", "failed")
KPI = Mapping[str, Any]
EARLY, MISSING = "too early", "not collected"


@dataclass(frozen=True, slots=True)
class Standing:
    """What was judged: rows of values, and by cohort the worst of them."""

    rows: tuple[Mapping[str, Any], ...]
    cohorts: Mapping[str, Outcome]

    @property
    def bad(self) -> dict[str, Outcome]:
        return {cohort: outcome for cohort, outcome in self.cohorts.items() if outcome != "passed"}

    @property
    def outcome(self) -> Outcome:
        return max(self.cohorts.values(), key=ORDER.index, default="inconclusive")

    @property
    def missing(self) -> bool:
        """Whether a complete cycle waits to be measured."""
        return any(row["why"] == MISSING for row in self.rows)

    @property
    def early(self) -> str:
        """From when on there will be enough cycles; empty where there are."""
        return max(
            (row["flip"].removeprefix("from ") for row in self.rows if row["why"] == EARLY), default=""
        )


def standing(border: Border, kpis: Iterable[KPI], cycles: int) -> Standing:
    """Every cohort of the border on every KPI, over so many of the newest complete cycles."""
    rows: list[dict[str, Any]] = []
    worst: dict[str, Outcome] = dict.fromkeys(border.cohorts, "passed")
    for kpi in kpis:
        found = [*_rows(border, kpi, cycles)]
        rows += found
        for cohort in border.cohorts:
            deciding = (None, border.stand_in(cohort))
            mine = (row for row in found if kpi["scope"] == "worst_cohort" or row["cohort"] in deciding)
            outcomes = [worst[cohort], *(row["outcome"] for row in mine)]
            worst[cohort] = max(outcomes, key=ORDER.index)
    return Standing(tuple(rows), worst)


def _rows(border: Border, kpi: KPI, cycles: int) -> Iterator[dict[str, Any]]:
    """The rows of a KPI: of each cohort that was measured, or where its scope is `all` of all together (None)."""
    measured = sorted({border.stand_in(cohort) for cohort in border.cohorts})
    each: list[str | None] = [None] if kpi["scope"] == "all" else [*measured]
    for cohort in each:
        windows = complete(border, cohort, kpi["warm_up"])
        if kpi["method"] == "anytime" and windows:
            yield _over_all(border, kpi, cohort, windows)
        else:
            for window in windows[-cycles:]:
                named = clusters_in(border, kpi["id"], cohort, window) if kpi["scope"] == "cluster" else []
                for cluster in named or (None,):
                    yield _row(border, kpi, cohort, window, cluster)
        if len(windows) < cycles:
            until = f"from {done_at(border, cohort, cycles, kpi['warm_up'])}"
            yield _told(kpi, cohort, None, None, Judgement("inconclusive", False, "", EARLY, until))


def _row(border: Border, kpi: KPI, cohort: str | None, window: str, cluster: str | None) -> dict[str, Any]:
    """One cycle of a cohort."""
    key = Key(kpi["id"], cohort, window, cluster=cluster)
    row = row_of(border, key)
    if row is None:
        return _told(kpi, cohort, window, None, Judgement("inconclusive", False, "", MISSING))
    found = judge(kpi, row, reference=partial(reference, border, key))
    if found.warning:
        found = replace(found, outcome="failed", warning=False)
    return _told(kpi, cohort, window, row, _excused(border, kpi, key, found))


def _excused(border: Border, kpi: KPI, key: Key, found: Judgement) -> Judgement:
    """A breach counts for nothing while the KPI that excuses it lies where it should, in the same cycle or pairs."""
    if found.outcome != "failed" or "unless" not in kpi:
        return found
    other = kpi["unless"]["kpi"]
    row = row_of(border, replace(key, kpi=other, cluster=None)) or newest_rows(border, kpi=other).get(
        key.cohort or ""
    )
    if row is None or row["value"] is None:
        return found
    limits = {op: kpi["unless"][op] for op in BEYOND if op in kpi["unless"]}
    if not beyond(limits, row["value"]):
        return found
    return replace(
        found,
        outcome="passed",
        warning=True,
        why=f"{found.why}, excused by {other} {row['value']:g}",
        flip="",
    )


def _over_all(border: Border, kpi: KPI, cohort: str | None, windows: Sequence[str]) -> dict[str, Any]:
    """All complete cycles as one row, under the newest of them; each has to be measured."""
    on_next, on_prev = (
        [row_of(border, Key(kpi["id"], cohort, window, arm)) for window in windows]
        for arm in ("next", "prev")
    )
    if None in on_next:
        window = windows[on_next.index(None)]
        return _told(kpi, cohort, window, None, Judgement("inconclusive", False, "", MISSING))
    found = anytime_windows.judge(border, kpi, list(zip(on_next, on_prev, strict=True)))
    n = sum(row["n"] for row in on_next if row is not None)
    row = {"n": n, "value": found.figures.get("value"), "counts": {}}
    return _told(kpi, cohort, windows[-1], row, found)


def _told(
    kpi: KPI, cohort: str | None, window: str | None, row: Row | None, found: Judgement
) -> dict[str, Any]:
    return {
        "kpi": kpi["id"],
        "cohort": cohort,
        "window": window,
        "n": row["n"] if row else 0,
        "value": row["value"] if row else None,
        "unit": kpi["unit"],
        "counts": row["counts"] if row else {},
        "outcome": found.outcome,
        "warning": found.warning,
        "limit": found.limit,
        "why": found.why,
        "flip": found.flip,
        **{name: value for name, value in found.figures.items() if name != "value"},
    }
