"""The shape of the rows in the tables of evidence: what checks and screens may rely on when they read them.

Whether the figures are true is not said here; a record may have been pushed by hand, and its tables with it.
"""

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from govern.domain.evidence.pairs import COUNTED

_DECIMAL = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?", re.ASCII)
FIELDS = {"kpi", "cohort", "window", "arm", "n", "excluded", "value", "counts"}  # of a row outside pairs
LARGEST = 2**63 - 1  # no count is above it, and floats take what is below
SUMS = ("sum_prev", "sum_next")
FLIPS = (None, "pass_to_fail", "fail_to_pass")
STAMPED = ("matched", "late", "mismatched", "missing_version", "calibration_missing")
_WINDOW = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z/PT[0-9]{1,5}[HMS]", re.ASCII)


def is_count(value: Any) -> bool:
    return _is_integer(value) and value >= 0


def is_number(value: Any) -> bool:
    """Finite, and of a size that can be reckoned with."""
    return _is_integer(value) or (isinstance(value, float) and math.isfinite(value))


def counted(rows: Iterable[Mapping[str, Any]]) -> int:
    """How many decisions the rows speak of: those that they count and those that they leave out."""
    return sum(row["n"] + row["excluded"] for row in rows)


def wrong_rows(rows: Iterable[Any]) -> str:
    """What is wrong with the first row that is none of a table of measures; empty where all are."""
    return _first_wrong(rows, _wrong_in_row)


def wrong_items(items: Iterable[Any]) -> str:
    """The same for the listed items: flips and largest losses."""
    return _first_wrong(items, _wrong_in_item)


def wrong_stamps(rows: Iterable[Any]) -> str:
    """The same for a sample of stamps: one row a cohort and arm."""
    rows, seen = list(rows), set[tuple[str, str]]()
    if wrong := _first_wrong(rows, _wrong_in_stamps):
        return wrong
    for place, row in enumerate(rows, start=1):
        if (key := (row["cohort"], row["arm"])) in seen:
            return f"row {place}: {row['cohort']}, arm {row['arm']} stands there twice"
        seen.add(key)
    return "" if rows else "it has no row"


def _first_wrong(rows: Iterable[Any], wrong: Any) -> str:
    for place, row in enumerate(rows, start=1):
        field = wrong(row) if isinstance(row, Mapping) else "the row"
        if field:
            return f"row {place}: {field} is missing or of another type"
    return ""


def _wrong_in_row(row: Mapping[str, Any]) -> str:
    says = {
        "kpi": _is_text_or_none(row.get("kpi", 0)),
        "cohort": _is_text_or_none(row.get("cohort", 0)),
        "arm": isinstance(row.get("arm"), str),
        "unit": row.get("unit", "item") in ("item", "cluster"),
        "n": is_count(row.get("n")),
        "value": row.get("value", "") is None or is_number(row.get("value")),
        "counts": isinstance(row.get("counts"), Mapping) and _are_counts(row["counts"]),
    }
    wrong = next((f"`{field}`" for field, right in says.items() if not right), "")
    return wrong or ("" if row["kpi"] is not None else _wrong_in_base(row))


def _wrong_in_base(row: Mapping[str, Any]) -> str:
    """The row without a KPI counts the pairs themselves; figures are made of it."""
    counts = row["counts"]
    lacking = [name for name in (*COUNTED, "pass_to_pass") if not _is_integer(counts.get(name))]
    lacking += [name for name in SUMS if isinstance(counts.get(name, {}), Mapping)]
    lacking += [] if _is_integer(row.get("excluded")) else ["excluded"]
    return f"`{lacking[0]}`" if lacking else ""


def _wrong_in_item(item: Mapping[str, Any]) -> str:
    flip = item.get("flip", 0)
    says = {
        "cohort": isinstance(item.get("cohort"), str),
        "option_id": isinstance(item.get("option_id"), str),
        "cluster_id": isinstance(item.get("cluster_id"), str),
        "delta": is_number(item.get("delta")),
        "flip": flip is None or (isinstance(flip, str) and flip in FLIPS),
        "loss": isinstance(item.get("loss"), bool),
        "dimensions": isinstance(item.get("dimensions"), Mapping),
    }
    return next((f"`{field}`" for field, right in says.items() if not right), "")


def _wrong_in_stamps(row: Mapping[str, Any]) -> str:
    """Every decision of the sample has one outcome, so that the counts add up to n."""
    counts = row.get("counts")
    counted = isinstance(counts, Mapping) and set(counts) == set(STAMPED)
    counted = counted and all(is_count(count) for count in row["counts"].values())
    says = {
        "kpi": row.get("kpi", 0) is None,
        "cohort": isinstance(row.get("cohort"), str),
        "window": isinstance(row.get("window"), str) and _WINDOW.fullmatch(row["window"]) is not None,
        "arm": row.get("arm") in ("next", "prev"),
        "counts": counted,
        "n": _is_integer(row.get("n")) and counted and 0 < row["n"] == sum(row["counts"].values()),
        "excluded": is_count(row.get("excluded")),
        "value": row.get("value", 0) is None,
    }
    return next((f"`{field}`" for field, right in says.items() if not right), "")


def _is_text_or_none(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST


def _are_counts(counts: Mapping[str, Any]) -> bool:
    return all(
        _is_integer(value) if name in COUNTED else _is_counted(value) for name, value in counts.items()
    )


def _is_counted(value: Any) -> bool:
    """A count, a sum as an exact decimal, or the weights of edges by their width."""
    if isinstance(value, Mapping):
        return all(map(_is_integer, value.values()))
    return _is_integer(value) or (isinstance(value, str) and _DECIMAL.fullmatch(value) is not None)
