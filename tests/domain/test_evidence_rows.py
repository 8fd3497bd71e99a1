"""What a number and a count are in a table of evidence: whoever reads a row can reckon with it."""

import math
from typing import Any

import pytest

from govern.domain.evidence.rows import LARGEST, is_count, is_number, wrong_items, wrong_rows, wrong_stamps

HUGE = 10**400  # no float holds it

VALUES: list[tuple[Any, bool, bool]] = [  # value, is it a number, is it a count
    (0, True, True), (LARGEST, True, True), (-1, True, False), (0.5, True, False), (1.0, True, False),
    (HUGE, False, False), (-HUGE, False, False), (LARGEST + 1, False, False),
    (math.nan, False, False), (math.inf, False, False), (-math.inf, False, False),
    (True, False, False), (None, False, False), ("1", False, False),
]  # fmt: skip


@pytest.mark.parametrize(("value", "number", "count"), VALUES, ids=[str(value)[:6] for value, *_ in VALUES])
def test_numbers_and_counts(value: Any, number: bool, count: bool) -> None:
    assert (is_number(value), is_count(value)) == (number, count)


def test_largest_count_can_be_reckoned_with() -> None:
    assert math.isfinite(100 * LARGEST / 1) and math.isclose(LARGEST, float(LARGEST))


PAIR = {
    "kpi": "x",
    "cohort": "a",
    "arm": "paired",
    "n": 3,
    "value": 1.5,
    "counts": {"worse": 1, "edges": {"20": 1}},
}
ITEM = {
    "cohort": "a",
    "option_id": "o",
    "cluster_id": "c",
    "delta": -1,
    "flip": None,
    "loss": True,
    "dimensions": {},
}


@pytest.mark.parametrize(("field", "value"), [
    ("n", HUGE), ("value", HUGE), ("value", math.nan), ("value", math.inf), ("value", True),
    ("counts", {"worse": HUGE}), ("counts", {"edges": {"20": HUGE}}), ("counts", {"clusters": HUGE}),
])  # fmt: skip
def test_row_of_pairs_with_a_number_that_is_none_is_named(field: str, value: Any) -> None:
    assert wrong_rows([PAIR]) == ""
    assert wrong_rows([PAIR, PAIR | {field: value}]) == f"row 2: `{field}` is missing or of another type"


@pytest.mark.parametrize("delta", [HUGE, math.nan, True], ids=["huge", "nan", "true"])
def test_item_with_a_delta_that_is_no_number_is_named(delta: Any) -> None:
    assert wrong_items([ITEM]) == ""
    assert wrong_items([ITEM | {"delta": delta}]) == "row 1: `delta` is missing or of another type"


def test_sample_with_a_count_that_is_none_is_named() -> None:
    counts = {"matched": HUGE, "late": 0, "mismatched": 0, "missing_version": 0, "calibration_missing": 0}
    row = {
        "kpi": None,
        "cohort": "a",
        "window": "2026-11-20T09:00:00Z/PT1H",
        "arm": "next",
        "excluded": 0,
        "value": None,
    }
    assert wrong_stamps([row | {"n": 1, "counts": counts | {"matched": 1}}]) == ""
    assert wrong_stamps([row | {"n": HUGE, "counts": counts}]).startswith("row 1: `counts`")
