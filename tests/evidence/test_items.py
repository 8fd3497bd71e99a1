"""Which pairs ask for an explanation, what covers them, and what is no explanation."""

import json
from pathlib import Path

import pytest

from govern.domain.evidence.pairs import is_generic, to_explain, uncovered

TEXTS = json.loads((Path(__file__).parents[1] / "cases/evidence/generic.json").read_text("utf-8"))


def item(cohort, cluster, option, *, delta=-1.0, flip=None, loss=False):
    return {
        "cohort": cohort, "option_id": option, "cluster_id": cluster,
        "delta": delta, "flip": flip, "loss": loss, "dimensions": {},
    }  # fmt: skip


ITEMS = [
    item("pc", "k1", "a", loss=True),
    item("pc", "k2", "b", flip="pass_to_fail", loss=True),
    item("pc", "k2", "c", flip="pass_to_fail", delta=0.5),
    item("pc", "k3", "d", flip="fail_to_pass", delta=1.0),
    item("vr", "k1", "e", flip="fail_to_pass", loss=True),
    item("vr", "k1", "f", delta=-0.1),
]


def test_groups_when_items_ask():
    groups = [(g.cohort, g.cluster_id, len(g.items), g.worse, g.flips) for g in to_explain(ITEMS)]
    assert groups == [("pc", "k2", 2, 1, 2), ("pc", "k1", 1, 1, 0), ("vr", "k1", 1, 1, 0)]


@pytest.mark.parametrize(
    ("explained", "left"),
    [
        ([], {"pc": 3, "vr": 1}),
        ([("pc", "k2")], {"pc": 1, "vr": 1}),
        ([("pc", None)], {"vr": 1}),
        ([("vr", "k1")], {"pc": 3}),  # a cluster of the same name in another cohort is not covered
        ([("pc", "k1"), ("pc", "k2"), ("vr", None)], {}),
        ([("xr", None)], {"pc": 3, "vr": 1}),
    ],
)
def test_uncovered_when_explanations_name_a_cohort_or_a_cluster(explained, left):
    given = [
        {"cohort": c, "cluster": k, "dimension": "refusal", "moved": "refuses more"} for c, k in explained
    ]
    assert uncovered(ITEMS, given) == left


@pytest.mark.parametrize("text", TEXTS["generic"])
def test_generic_when_only_a_change_is_claimed(text):
    assert is_generic(text)


@pytest.mark.parametrize("text", TEXTS["specific"])
def test_not_generic_when_it_says_what_moved(text):
    assert not is_generic(text)


@pytest.mark.parametrize(("text", "names", "generic"), TEXTS["named"])
def test_generic_when_only_a_version_is_named(text, names, generic):
    assert is_generic(text, names) is generic
