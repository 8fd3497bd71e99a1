"""`evidence explain`: what moved, for what it covers, and nothing that says nothing."""

from dataclasses import replace
from typing import Any

import pytest

from builders import PACKET, in_shadow
from govern.domain.rollout.explanation import Explain


def explain(made: Any, **given: Any) -> Explain:
    evidence = made.packet().evidence[-1]
    words = {"cohort": "public", "dimension": "refusal", "moved": "takes half of the answer back"}
    return Explain(PACKET, evidence.name, evidence.body["items"]["sha256"], **{**words, **given})


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"moved": "the model changed"}, "that is not what moved in the answers"),
        ({"moved": "v2 is better than v1"}, "that is not what moved in the answers"),
        ({"cohort": "pubic"}, "no listed loss in cohort `pubic`; there are: public"),
        ({"cluster": "three"}, "no cluster `three` in public; there are: one, two"),
        ({"dimension": " "}, "dimension is blank"),
        ({"evidence": "packets/x#1"}, "has no pairs recorded as packets/x#1"),
    ],
)
def test_explanation_that_explains_nothing_is_refused(given: dict[str, Any], told: str) -> None:
    made = in_shadow()
    made.pairs({"public": {"n": 20, "items": [{}, {"cluster_id": "two"}]}})
    command = explain(made)
    assert told in made.refused(replace(command, **given)).reasons[0]


def test_explanation_names_what_it_covers() -> None:
    made = in_shadow()
    evidence = made.pairs({"public": {"n": 20, "items": [{}, {"cluster_id": "two"}]}})
    (told,) = made.do(explain(made, cluster="two"))
    assert (told.body["cluster"], told.uses) == ("two", (evidence.name,))
