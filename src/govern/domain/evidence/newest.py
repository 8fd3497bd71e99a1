"""Reading what was measured: the newest row of a (KPI, cohort) replaces older ones and never adds to them."""

from collections.abc import Mapping
from typing import Any

from govern.domain.gates import Border
from govern.domain.records import Record

Row = Mapping[str, Any]


def sets_since(border: Border) -> list[Record]:
    """Recorded sets of pairs for the border to canary since counting began, newest first.

    Pairs carry no time: a set is a cycle, and a new set replaces the one before it.
    """
    return [
        record
        for record in reversed(border.packet.evidence)
        if record.n > border.counting_from
        and record.body["border"] == "canary"
        and record.body["source"]["name"] == "shadow_pairs"
    ]


def accepted_risk(border: Border) -> str | None:
    """The record in which the risk of no shadow was taken, while it holds."""
    for record in reversed(border.packet.risks):
        if record.body["expires"] > border.now and record.body["frozen"] == dict(border.frozen):
            return record.name
    return None


def newest_rows(border: Border, *, kpi: str | None) -> dict[str, Row]:
    """By cohort, the newest paired row of a KPI; None: the row that counts the pairs themselves."""
    rows: dict[str, Row] = {}
    for record in sets_since(border):
        for row in table(border, record.body["table"]["sha256"]):
            if row["kpi"] == kpi and row["cohort"] is not None and row["arm"] == "paired":
                rows.setdefault(row["cohort"], row)
    return rows


def pooled_row(border: Border, *, kpi: str | None) -> Row | None:
    """The row over all cohorts of the newest set: it is shown beside the others and decides nothing."""
    for record in sets_since(border)[:1]:
        for row in table(border, record.body["table"]["sha256"]):
            if row["kpi"] == kpi and row["cohort"] is None:
                return row
    return None


def newest_items(border: Border) -> dict[str, tuple[list[Row], str]]:
    """By cohort: its listed items and the digest of the table that holds them."""
    found: dict[str, tuple[list[Row], str]] = {}
    for record in sets_since(border):
        digest = record.body["items"]["sha256"]
        by_cohort: dict[str, list[Row]] = {}
        for row in table(border, record.body["table"]["sha256"]):
            if row["kpi"] is None and row["cohort"] is not None:
                by_cohort.setdefault(row["cohort"], [])
        for item in table(border, digest):
            by_cohort.setdefault(item["cohort"], []).append(item)
        for cohort, items in by_cohort.items():
            found.setdefault(cohort, (items, digest))
    return found


def bound_to_next(row: Row) -> int:
    return int(row["counts"].get("bound_next", 0))


def table(border: Border, digest: str) -> list[dict[str, Any]]:
    """The rows of a recorded table, read once within an evaluation."""
    if digest not in border.judged:
        border.judged[digest] = border.documents.table(digest)
    rows: list[dict[str, Any]] = border.judged[digest]
    return rows
