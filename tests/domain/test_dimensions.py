"""Which dimensions moved and by how much, and that an explanation names one of them where there are any."""

from typing import Any

import pytest

from builders import PACKET, in_shadow
from govern.domain.evidence.dimensions import Change, Moved, changes, moved
from govern.domain.rollout.explanation import Explain
from govern.errors import ExitCode


def item(**dimensions: Any) -> dict[str, Any]:
    return {"dimensions": dimensions}


def test_changes_of_an_item_come_the_farthest_first() -> None:
    found = changes(
        item(tone=["plain", "hedged"], length=[120, 80], depth=[0.9, 0.6], gone=[4, None], odd="x")
    )
    assert found == [
        Change("length", 120, 80, -40), Change("depth", 0.9, 0.6, -0.3), Change("gone", 4, None, None),
        Change("odd", None, None, None), Change("tone", "plain", "hedged", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("items", "found"),
    [
        ([], []),
        ([item(), item()], []),
        ([item(a=[1, 3]), item(a=[3, 1]), item()], [Moved("a", 2, 3, 1.33333333333)]),
        ([item(a=[1, 2], b=[1, 4]), item(a=[1, 2])], [Moved("b", 1, 2, 1.5), Moved("a", 2, 2, 1.0)]),
        ([item(a=[1, None]), item(a=[1, 3]), item()], [Moved("a", 2, 3, 1.0)]),
        ([item(t=["x", "y"], a=[0, 1e-9])], [Moved("a", 1, 1, 1e-9), Moved("t", 1, 1, None)]),
        ([item(t=["x", "y"], s=["x", "y"]), item(t=["x", "y"])], [Moved("t", 2, 2, None), Moved("s", 1, 2, None)]),
        ([item(a=[True, False], b=[0, 10**400])], [Moved("a", 1, 1, None), Moved("b", 1, 1, None)]),
    ],
)  # fmt: skip
def test_means_are_absolute_and_over_all_items(items: list[dict[str, Any]], found: list[Moved]) -> None:
    assert moved(items) == found


ITEMS = [
    {"dimensions": {"tone": ["plain", "hedged"], "length": [120, 80]}},
    {"dimensions": {}, "cluster_id": "two"},
    {
        "dimensions": {"depth": [1, 2]},
        "cluster_id": "three",
        "delta": 0.5,
        "flip": "fail_to_pass",
        "loss": False,
    },
]


@pytest.mark.parametrize(
    ("dimension", "cluster", "line"),
    [
        ("length", None, None), ("length", "one", None), (" tone ", None, None),
        ("refusal", "two", None),  # nothing moved in it, so that any word is as good
        ("refusal", None, "--dimension length"), ("lenght", "one", "--dimension length"),
        ("ton", None, "--dimension tone"),
        ("depth", None, "--dimension length"),  # moved in a gain, which nobody asks about
    ],
)  # fmt: skip
def test_an_explanation_names_a_dimension_that_moved(
    dimension: str, cluster: str | None, line: str | None
) -> None:
    made = in_shadow()
    evidence = made.pairs({"public": {"n": 20, "items": ITEMS}})
    digest = evidence.body["items"]["sha256"]
    command = Explain(PACKET, evidence.name, digest, "public", dimension, "takes half of it back", cluster)
    if line is None:
        (told,) = made.do(command)
        assert told.body["dimension"] == dimension.strip()
        return
    refused = made.refused(command)
    assert (refused.type_line, refused.exit) == (line, ExitCode.NO)
    assert "is no dimension that moved in these answers; there are: length, tone" in refused.reasons[0]
