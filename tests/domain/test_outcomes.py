"""Gaps and overlaps in criteria: exact against every combination of values taken one by one, and in words that say
which values they are and which limit would mend them.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.domain.drills.outcome_faults import Fault, fault_in, never_holds
from govern.domain.drills.outcomes import HOLDS, ORDER, Limit, edges_of, limits_of

PAIRS = (("rollback", "keep"), ("rollback", "tune"), ("keep", "tune"))


def criteria(**lines: str) -> dict[str, Any]:
    """`keep="a below 2, b at_most 10"`."""
    found: dict[str, list[dict[str, Any]]] = {}
    for outcome, text in lines.items():
        for condition in text.split(", "):
            metric, *rest = condition.split()
            limits = {op: float(limit) for op, limit in zip(rest[::2], rest[1::2], strict=True)}
            whole = {op: int(limit) if limit.is_integer() else limit for op, limit in limits.items()}
            found.setdefault(outcome, []).append({"metric": metric, **whole})
    return found


def fault(**lines: str) -> Fault | None:
    return fault_in(limits_of(criteria(**lines)))


TOLD = [  # criteria; values, outcomes, what to write
    pytest.param(
        {
            "rollback": "a at_least 2, b above 15",
            "keep": "a below 2, b at_most 10",
            "tune": "a below 2, b above 10 at_most 15",
        },
        None, id="none",
    ),
    pytest.param(
        {
            "rollback": "a above 2, b above 15",
            "keep": "a below 2, b at_most 10",
            "tune": "a below 2, b above 10 at_most 15",
        },
        ((), ("a = 2 (with b up to 15)",), "at_least: 2"), id="one value",
    ),
    pytest.param(
        {
            "rollback": "r at_least 6, l above 1200",
            "keep": "r below 4, l at_most 800",
            "tune": "r below 5, l above 900 at_most 1200",
        },
        ((), ("r from 5 to below 6 (with l up to 1200)", "l above 800 up to 900 (with r below 6)"), "at_least: 5"),
        id="two stretches, each told with values at which it is true",
    ),
    pytest.param(
        {"rollback": "a at_least 5, b at_least 5", "keep": "a below 2, b below 5", "tune": "a below 5, b below 2"},
        ((), ("a from 2 to below 5 (with b from 2 to below 5)",), None), id="two metrics together",
    ),
    pytest.param(
        {"rollback": "a above 15", "keep": "a at_most 12", "tune": "a above 10 at_most 15"},
        (("keep", "tune"), ("a above 10 up to 12",), "above: 12"), id="overlap",
    ),
    pytest.param(
        {"rollback": "a above 9", "keep": "a below 5", "tune": "a at_least 5"},
        (("rollback", "tune"), ("a above 9",), None), id="rolls back what is tuned",
    ),
    pytest.param(
        {"rollback": "a at_least 2", "keep": "a below 1", "tune": "a at_least 1 at_most 2"}, None, id="shared border"
    ),
    pytest.param(
        {"rollback": "a above 5", "keep": "a at_least 2 at_most 2", "tune": "a at_most 5"},
        (("keep", "tune"), ("a = 2",), None), id="one value in the middle of another outcome",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "told"), TOLD)
def test_fault_is_told_by_values_that_fall_in_it(lines: dict[str, str], told: Any) -> None:
    found = fault(**lines)
    assert (found and (found.outcomes, found.values, found.write)) == told


def test_limits_that_contradict_each_other_are_named() -> None:
    limits = limits_of(criteria(rollback="a at_least 6", keep="a below 6", tune="a above 4 below 3"))
    assert [(each.outcome, each.operator) for each in never_holds(limits)] == [
        ("tune", "above"),
        ("tune", "below"),
    ]
    assert fault_in(limits) is None
    apart = limits_of(
        criteria(rollback="a at_least 6, a below 0", keep="a below 6, a at_least 7", tune="a above 1")
    )
    assert [(each.outcome, each.item) for each in never_holds(apart)] == [("keep", 0), ("keep", 1)]


@pytest.mark.parametrize("metrics", [7, 20])
def test_many_metrics_are_looked_through_as_few_are(metrics: int) -> None:
    names = [f"m{number}" for number in range(metrics)]
    sound = {
        "rollback": ", ".join(f"{name} at_least 6" for name in names),
        "keep": ", ".join(f"{name} below {6 if name == 'm3' else 3}" for name in names),
        "tune": ", ".join(f"{name} below 6" for name in names),
    }
    found = fault(**sound)
    assert found is not None and found.outcomes == ("keep", "tune")
    gap = fault(**sound | {"tune": sound["tune"].replace("m3 below 6", "m3 below 5")})
    assert gap is not None and gap.outcomes == ()


def samples(edges: list[float]) -> list[float]:
    between = [(low + high) / 2 for low, high in pairwise(edges)]
    return sorted([edges[0] - 1, *edges, *between, edges[-1] + 1])


def decided(limits: list[Limit]) -> Iterator[tuple[bool, set[str]]]:
    """For every combination of values: whether none is a limit, and the outcomes that it has."""
    edges = edges_of(limits)
    for values in product(*(samples(list(edges[metric])) for metric in edges)):
        at = dict(zip(edges, values, strict=True))
        met: dict[str, dict[int, bool]] = {outcome: {} for outcome in ORDER}
        for limit in limits:
            holds = HOLDS[limit.operator](at[limit.metric], limit.limit)
            met[limit.outcome][limit.item] = met[limit.outcome].get(limit.item, True) and holds
        outcomes = {o for o, each in met.items() if (any if o == "rollback" else all)(each.values())}
        yield not any(at[metric] in edges[metric] for metric in edges), outcomes


SOUND = criteria(
    rollback="a at_least 6, b above 15, c below 1",
    keep="a below 3, b at_most 10, c at_least 1",
    tune="a below 3, b above 10 at_most 15, c at_least 1",
)


@st.composite
def slips(draw: st.DrawFn) -> dict[str, Any]:
    """Sound criteria in which one limit, or two, were written otherwise; often there is a hole already."""
    found = deepcopy(SOUND)
    for _ in range(draw(st.integers(0, 3))):
        items = found[draw(st.sampled_from(ORDER))]
        place = draw(st.integers(0, len(items) - 1))
        limit = st.sampled_from([0, 1, 3, 6, 10, 12, 15])
        kept = st.dictionaries(st.sampled_from(sorted(HOLDS)), limit, min_size=1, max_size=2)
        items[place] = {"metric": items[place]["metric"], **draw(kept)}
    found["tune"][0] = {"metric": "a", "below": draw(st.sampled_from([3, 6]))}
    return found


@given(slips())
def test_fault_is_found_where_one_combination_of_values_has_it(given: dict[str, Any]) -> None:
    limits = limits_of(given)
    if never_holds(limits):
        return
    found = fault_in(limits)
    everything = list(decided(limits))
    gap = any(not outcomes for _, outcomes in everything)
    both = {pair for inner, outcomes in everything for pair in PAIRS if inner and set(pair) <= outcomes}
    assert gap == (found is not None and not found.outcomes)
    if both:
        assert found is not None
    elif found is not None and not gap:  # at one value alone, in the midst of the other outcome
        assert any(set(found.outcomes) <= outcomes for _, outcomes in everything)


@given(slips())
def test_line_to_write_mends_and_leads_to_no_other_fault(given: dict[str, Any]) -> None:
    limits = limits_of(given)
    found = fault_in(limits)
    if found is None or found.write is None:
        return
    operator, _, limit = found.write.partition(": ")
    new = replace(found.limit, operator=operator, limit=float(limit))
    left = fault_in([new if each == found.limit else each for each in limits])
    assert left is None or (left.outcomes, left.values) != (found.outcomes, found.values)
    assert not (found.outcomes and left is not None and not left.outcomes)  # no gap instead of an overlap
