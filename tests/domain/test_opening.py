"""Opening a ledger: once, with what every surface runs."""

from builders import DAY_ONE, World, branch, ready, world
from govern.domain.rollout.opening import Open


def test_ledger_is_opened_once() -> None:
    made = ready()
    refused = made.refused(Open("governance", "main", "govern test"))
    assert (refused.reasons, refused.type_line) == (("the ledger is open already",), "govern status")


def test_surface_is_opened_with_a_baseline_of_its_own_only() -> None:
    made = World(branch({"govern": {"surfaces.search": {"baseline": "chat-b2"}}}))
    refused = made.refused(Open("governance", "main", "govern test"))
    assert refused.reasons == ("surface search: no baseline `chat-b2`",)


def test_opening_declares_what_every_surface_runs() -> None:
    made = world()
    assert [(r.body["method"], r.body["day"]) for r in made.state.verified["chat-b1"]] == [
        ("declared", DAY_ONE[:10])
    ]
    assert made.state.in_force.epoch == 1
