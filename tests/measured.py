"""Sets of shadow pairs as they are measured, for tests: tables of rows and items without a file of pairs."""

from collections.abc import Iterable, Mapping
from typing import Any

from govern.domain.document import digest_of, lines
from govern.domain.evidence.pairs import COUNTED
from govern.domain.rollout.recording import RecordShadow


def shadow_set(documents: Mapping[str, Any], packet_id: str, measured: Mapping[str, Any]) -> RecordShadow:
    """A command that records pairs, by cohort: n, or `{n, KPI: value | {value, n, counts}, bound_next, items}`.

    A KPI of the packet that is not named has the value 0 at the cohort's n; `KPI: null` leaves its row out.
    Of the pairs `flips` pass on prev alone and `fails` on neither, the others on both.
    """
    names = documents[f"packets/{packet_id}"]["monitoring"]["kpis"]
    kpis = [k for k in names if documents.get(f"kpis/{k}", {}).get("source") == "shadow_pairs"]
    rows: list[dict[str, Any]] = []
    items: list[dict[str, Any]] = []
    for cohort, given in measured.items():
        told = {"n": given} if isinstance(given, int) else dict(given)
        rows += _rows(cohort, told, kpis)
        items += [_item(cohort, place, item) for place, item in enumerate(told.get("items", ()))]
    table, listed = lines(rows), lines(items)
    body = {
        "border": "canary",
        "source": {
            "name": "shadow_pairs",
            "query": sorted(documents[f"kpis/{kpi}"]["measure"] for kpi in kpis),
            "params": {"losses": 5},
            "input": {"path": "pairs.csv", "sha256": digest_of(table), "rows": sum(r["n"] for r in rows)},
            "until": None,
        },
        "windows": [],
        "excluded": {},
        "table": {"sha256": digest_of(table), "rows": len(rows)},
        "items": {"sha256": digest_of(listed), "rows": len(items)},
    }
    return RecordShadow(packet_id, body, {digest_of(table): table, digest_of(listed): listed})


def _rows(cohort: str, told: Mapping[str, Any], kpis: Iterable[str]) -> list[dict[str, Any]]:
    n = told["n"]
    shared = {"cohort": cohort, "window": None, "arm": "paired", "n": n, "excluded": 0}
    counts: dict[str, Any] = dict.fromkeys((*COUNTED, "pass_to_pass"), 0) | {"sum_prev": "0", "sum_next": "0"}
    flips, fails = told.get("flips", 0), told.get("fails", 0)
    counts |= {"pass_to_fail": flips, "pass_to_pass": n - flips - fails}
    counts |= {"bound_prev": n - told.get("bound_next", 0), "bound_next": told.get("bound_next", 0)}
    rows: list[dict[str, Any]] = [{**shared, "kpi": None, "value": None, "counts": counts}]
    for kpi in kpis:
        given = told.get(kpi, 0)
        if given is not None:
            more = given if isinstance(given, dict) else {"value": given}
            rows.append({**shared, "kpi": kpi, "counts": {}, **more})
    return rows


def _item(cohort: str, place: int, told: Mapping[str, Any]) -> dict[str, Any]:
    """One listed item; by default a loss that asks for an explanation."""
    return {
        "cohort": cohort, "option_id": f"{cohort}-{place}", "cluster_id": "one", "delta": -0.5, "flip": None,
        "loss": True, "dimensions": {}, **told,
    }  # fmt: skip
