"""`baseline verify`: what a person may say of a baseline, and of which bytes."""

import pytest

from builders import DAY_ONE, world
from govern.domain.proofs import standing
from govern.domain.rollout.verification import VerifyBaseline


def test_baseline_is_observed_until_somebody_shows_it_to_be_good() -> None:
    made = world()
    prev = made.state.surfaces["chat"].default[-1].to
    assert standing(made.state, prev) == "observed"
    (shown,) = made.do(VerifyBaseline("chat-b1", "staging", "run 41"))
    assert (shown.stream, shown.body["day"], shown.body["digest"]) == (
        "baselines/chat-b1",
        DAY_ONE[:10],
        prev.digest,
    )
    assert standing(made.state, prev) == "verified"


def test_baseline_that_is_bound_is_verified_by_the_bytes_that_are_bound() -> None:
    made = world()
    bound = made.state.surfaces["chat"].default[-1].to
    made.documents.edit("baselines/chat-b1", {"components.policy": "edited-since"})
    (shown,) = made.do(VerifyBaseline("chat-b1", "window"))
    assert shown.body["digest"] == bound.digest


@pytest.mark.parametrize(
    ("command", "by", "told"),
    [
        (VerifyBaseline("chat-b9", "staging"), "ben", "no baseline `chat-b9` on main"),
        (VerifyBaseline("chat-b1", "declared"), "ben", "no method `declared`: staging or window"),
        (VerifyBaseline("chat-b1", "staging", day="2026-11-21"), "ben", "lies ahead"),
        (VerifyBaseline("chat-b1", "staging", day="yesterday"), "ben", "is no time: write 2026-11-20"),
        (VerifyBaseline("chat-b1", "staging"), "cy", "it takes monitoring_review"),
    ],
)
def test_verification_is_refused(command: VerifyBaseline, by: str, told: str) -> None:
    assert (
        told in world({"govern": {"people.cy": {"email": "cy@example.com"}}}).refused(command, by).reasons[0]
    )
