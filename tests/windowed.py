"""What is measured of decisions by window, for tests: tables of rows without a log of decisions.

`rows_of` makes the rows of the KPIs on decisions for complete cycles, `evidence` the body that names them, `collected`
the command that a whole `evidence collect` would give: figures, a sample of stamps and a replay pack.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from builders import PACKET, World
from govern.domain.document import digest_of, lines
from govern.domain.evidence import stamping
from govern.domain.evidence.cycles import complete
from govern.domain.evidence.windows import kpis_by_window
from govern.domain.gates import Border
from govern.domain.rollback.runbook import runbook_section
from govern.domain.rollout.recording import RecordEvidence

N = 200  # decisions of a cohort in a cycle, unless told
Told = Mapping[str, Any]
Rows = list[dict[str, Any]]


def rows_of(border: Border, measured: Mapping[str, Told | Sequence[Told | None]]) -> Rows:
    """By cohort (`*`: all together) what each complete cycle gave, oldest first, or one for every cycle.

    A cycle is `{n, KPI: value, prev: the same, clusters: {ID: the same}}`; None was not measured. A KPI that is not
    named has the value 0; `KPI: null` leaves its row out.
    """
    rows: Rows = []
    for kpi in kpis_by_window(border):
        for name, told in measured.items():
            cohort = None if name == "*" else name
            cycles = complete(border, cohort, kpi["warm_up"])
            given = [told] * len(cycles) if isinstance(told, Mapping) else told
            for window, cycle in zip(cycles, given, strict=False):
                if cycle is not None:
                    rows += _cycle(kpi, {"cohort": cohort, "window": window}, cycle)
    return rows


def _cycle(kpi: Told, place: Told, cycle: Told) -> Rows:
    found = [_row(kpi, {**place, "arm": "next"}, cycle)]
    found += [_row(kpi, {**place, "arm": "prev"}, cycle["prev"])] if "prev" in cycle else []
    clusters = cycle.get("clusters", {}).items()
    found += [_row(kpi, {**place, "arm": "next", "cluster": name}, told) for name, told in clusters]
    return [row for row in found if row]


def _row(kpi: Told, place: Told, told: Told) -> dict[str, Any]:
    n, value = told.get("n", N), told.get(kpi["id"], 0)
    if value is None:
        return {}
    counts = {"n": n}
    if kpi["unit"] in ("percent", "count"):
        counts["k"] = value if kpi["unit"] == "count" else round(value * n / 100)
    value = value if n else None
    return {**place, "kpi": kpi["id"], "n": n, "excluded": 0, "value": value, "counts": counts}


def evidence(border: str, name: str, rows: Iterable[Told], **params: Any) -> tuple[dict[str, Any], bytes]:
    """The body of `evidence_recorded` from one source, and the table that it names."""
    rows = list(rows)
    table = lines(rows)
    body = {
        "border": border,
        "source": {
            "name": name,
            "query": ["policy_dislocation_rate"],
            "params": params,
            "input": {"path": "decisions.csv", "sha256": digest_of(table), "rows": 1_000_000},
            "until": None,
        },
        "windows": sorted({row["window"] for row in rows if row["window"] is not None}),
        "excluded": {},
        "table": {"sha256": digest_of(table), "rows": len(rows)},
    }
    return body, table


def replays(counts: Mapping[str, Told]) -> Rows:
    """By cohort `{complete, broken}`."""
    return [
        {"kpi": None, "cohort": cohort, "window": None, "arm": "next", "n": sum(told.values()), "excluded": 0,
         "value": None, "counts": {"complete": 0, "broken": 0, **told}}
        for cohort, told in counts.items()
    ]  # fmt: skip


def stamped(border: Border) -> Rows:
    """A clean sample of everybody on next, since its last move."""
    counts = {"matched": 5, "late": 0, "mismatched": 0, "missing_version": 0, "calibration_missing": 0}
    rows = []
    for cohort in border.packet.on_next:
        since = stamping.moved_at(border.state, border.packet, cohort)
        if since < border.now:
            window = stamping.window(since, border.now)
            rows.append(
                {"kpi": None, "cohort": cohort, "window": window, "arm": "next", "n": 5, "excluded": 0,
                 "value": None, "counts": counts}
            )  # fmt: skip
    return rows


def write_runbook(made: World, border: Border) -> None:
    """The runbook as the frozen documents give it; of this packet alone."""
    triggers, kpis = ([part.value for part in border.documents_of(kind)] for kind in ("trigger", "kpi"))
    surface = border.policy.view["surfaces"][border.value["surface"]]
    section = runbook_section(border.value, triggers, kpis, surface)
    made.documents.write(border.value["runbook"]["path"], section)


def collected(
    border: Border, measured: Mapping[str, Told | Sequence[Told | None]] | None = None
) -> RecordEvidence | None:
    """Everything that the border asks of decisions; None where no cycle is complete and nothing to sample."""
    known = border.packet.on_next
    figures = rows_of(border, {cohort: {} for cohort in known} | dict(measured or {}))
    parts = [
        evidence(border.to, "decisions", figures),
        evidence(border.to, "stamps", stamped(border), until=border.now),
        evidence(border.to, "replay_pack", replays({c: {"complete": 1} for c in known}),
                 origin="support", last=border.now),
    ]  # fmt: skip
    kept = [(body, table) for body, table in parts if table]
    if not kept:
        return None
    (first, _), *others = kept
    tables = {body["table"]["sha256"]: table for body, table in kept}
    return RecordEvidence(border.packet.id, first, tables, tuple(body for body, _ in others))


def collect(made: World, packet_id: str = PACKET, **measured: Told | Sequence[Told | None]) -> None:
    """Record all of it, as one command by ben."""
    from govern.domain.rollout.promotion import coming_after

    border = made.border(coming_after(made.packet(packet_id)), packet_id)
    command = collected(border, measured)
    assert command is not None
    made.do(command)
