"""What is recorded of a relabelling: it fits its rollback, is proved before it counts, and settles one duty."""

from collections.abc import Mapping
from typing import Any

import pytest

from builders import PACKET, World, cohorts, in_canary
from govern.domain.rollback.execution import Rollback
from govern.domain.rollback.relabeling import Relabel, newest, proves_from
from govern.errors import ExitCode

BACK = "2026-11-20T12:00:00Z"
PAST = "2026-11-20T12:02:00Z"  # two minutes of serving lag
STREAM = f"packets/{PACKET}"


@pytest.fixture
def world() -> World:
    """The cohorts a and b on next since nine, back at noon."""
    made = in_canary(cohorts("a", "b"))
    made.now = BACK
    made.do(Rollback(PACKET, "operator-judgement"))
    made.now = "2026-11-20T13:00:00Z"
    return made


def body(
    world: World, step: str = "applied", edits: Mapping[str, Any] | None = None, digest: str = "1"
) -> Any:
    """Three decisions of a marked, none of b, after the first rollback; with fields set by dotted path."""
    rolled_back = next(r for r in world.packet().history if r.event == "rolled_back/1")
    nothing = {"in_window": 0, "on_version": 0, "relabelled": 0, "no_version": 0}
    made: dict[str, Any] = {
        "step": step,
        "context": rolled_back.body["relabel"]["context"],
        "rollback": rolled_back.name,
        "range": {"since": rolled_back.body["range"]["since"], "until": BACK},
        "cohorts": [
            {"cohort": "a", "in_window": 5, "on_version": 3, "relabelled": 3, "no_version": 1},
            {"cohort": "b", **nothing},
        ],
        "no_key": dict(nothing),
        "log": {
            "path": "log.csv", "sha256": f"sha256:{'0' * 64}", "rows": 9, "first": "2026-11-20T08:00:00Z",
            "last": PAST,
        },
        "sidecar": {
            "path": "relabel/a-1-0001.parquet", "sha256": f"sha256:{digest * 64}", "rows": 3,
            "relabeled_at": "2026-11-20T13:00:00Z",
        },
    }  # fmt: skip
    if step == "verified":
        made["proof"] = {"due": 3, "marked": 3, "missing": 0, "extra": 0}
    for dotted, value in (edits or {}).items():
        *path, last = dotted.split(".")
        inner = made
        for name in path:
            inner = inner[int(name) if isinstance(inner, list) else name]
        inner[last] = value
    return made


def give(world: World, step: str = "applied", **more: Any) -> Any:
    return world.do(Relabel(PACKET, body(world, step, **more)))[0]


def owed(world: World) -> list[str]:
    return [duty.record for duty in world.state.duties if duty.kind == "relabel"]


def test_duty_ends_with_the_proof_and_not_with_the_marking(world: World) -> None:
    (rollback,) = owed(world)
    others = [duty for duty in world.state.duties if duty.kind != "relabel"]
    applied = give(world)
    assert (owed(world), applied.uses) == ([rollback], (rollback,))
    proved = give(world, "verified")
    assert (owed(world), proved.uses) == ([], (rollback, applied.name))
    assert world.state.duties == others
    assert newest(world.packet(), rollback, "verified") == proved


def test_duty_comes_back_when_more_is_marked_than_was_proved(world: World) -> None:
    (duty,) = [duty for duty in world.state.duties if duty.kind == "relabel"]
    give(world)
    give(world, "verified")
    give(world, digest="2")
    assert [each for each in world.state.duties if each.kind == "relabel"] == [duty]
    give(world, "verified", digest="2")
    assert owed(world) == []


def test_only_its_own_rollback_is_settled() -> None:
    world = in_canary(cohorts("a", "b"))
    for cohort in ("a", "b"):
        world.now = BACK
        world.do(Rollback(PACKET, "operator-judgement", (cohort,)))
    world.now = "2026-11-20T13:00:00Z"
    first, second = owed(world)
    only = {"cohorts": body(world)["cohorts"][:1]}
    for step in ("applied", "verified"):
        assert give(world, step, edits=only).uses[0] == first
    assert owed(world) == [second]


# fields of the body -> a part of the refusal
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "another packet's rollback": ({"rollback": "packets/rival#6"}, "has no rollback packets/rival#6"),
    "no rollback": ({"rollback": f"{STREAM}#1"}, f"has no rollback {STREAM}#1"),
    "context": ({"context": "rival-1"}, "its context is"),
    "a cohort is missing": ({"cohorts": []}, "its cohorts are others"),
    "a cohort too many": ({"cohorts.1.cohort": "c"}, "its cohorts are others"),
    "begin": ({"range.since": "2026-11-20T08:59:59Z"}, "its range begins"),
    "end before the way back": ({"range.until": "2026-11-20T11:59:59Z"}, "its range begins"),
    "more marked than decided": ({"cohorts.0.on_version": 2}, "more is counted"),
    "more on next than there are": ({"cohorts.0.in_window": 2}, "more is counted"),
    "more without version than there are": ({"no_key.no_version": 1}, "more is counted"),
    "on next and not marked": ({"cohorts.0.in_window": 500, "cohorts.0.on_version": 500}, "not all of what"),
    "nothing of it is marked": (
        {"cohorts.0.in_window": 500, "cohorts.0.on_version": 500, "cohorts.0.relabelled": 0,
         "sidecar.rows": 0}, "not all of what",
    ),
    "keyless ones marked in part": (
        {"no_key": {"in_window": 2, "on_version": 2, "relabelled": 1, "no_version": 0}}, "in part"
    ),
    "a log of the future": ({"log.last": "2026-11-20T13:00:01Z"}, "and it is 2026-11-20T13:00:00Z"),
    "rows of the sidecar": ({"sidecar.rows": 4}, "another number of rows"),
    "marks of nobody": (
        {"other_keys": {"in_window": 1, "on_version": 1, "relabelled": 1, "no_version": 0}},
        "another number of rows",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize("step", ["applied", "verified"])
def test_refusal_when_the_figures_do_not_fit_the_rollback(world: World, case: str, step: str) -> None:
    edits, says = WRONG[case]
    give(world)
    refused = world.refused(Relabel(PACKET, body(world, step, edits, digest="1")))
    assert says in refused.reasons[0]


UNPROVED: dict[str, tuple[dict[str, Any], str]] = {
    "one is left out": ({"proof.missing": 1, "proof.marked": 2}, "1 decisions are left out"),
    "another is marked": ({"proof.extra": 1}, "1 others are marked"),
    "fewer are due": ({"proof.due": 2}, "0 decisions are left out"),
    "fewer are marked": ({"proof.marked": 2}, "0 decisions are left out"),
    "the log ends within the serving lag": (
        {"log.last": "2026-11-20T12:01:59Z"}, f"the log ends at 2026-11-20T12:01:59Z, before {PAST}: nothing"
    ),
    "another sidecar": ({"sidecar.sha256": f"sha256:{'2' * 64}"}, "not the one that is recorded"),
}  # fmt: skip


@pytest.mark.parametrize("case", UNPROVED)
def test_refusal_when_nothing_is_proved(world: World, case: str) -> None:
    edits, says = UNPROVED[case]
    give(world)
    refused = world.refused(Relabel(PACKET, body(world, "verified", edits)))
    assert says in refused.reasons[0] and refused.exit == ExitCode.NO
    assert refused.type_line is not None and refused.type_line.startswith("govern relabel ")
    assert len(owed(world)) == 1


def test_refusal_when_a_proof_comes_before_the_marking(world: World) -> None:
    assert (
        "not the one that is recorded" in world.refused(Relabel(PACKET, body(world, "verified"))).reasons[0]
    )


def test_refusal_when_an_older_sidecar_is_proved(world: World) -> None:
    give(world)
    give(world, digest="2")
    refused = world.refused(Relabel(PACKET, body(world, "verified")))
    assert "not the one that is recorded" in refused.reasons[0]


@pytest.mark.parametrize("step", ["applied", "verified"])
def test_nothing_is_recorded_twice(world: World, step: str) -> None:
    give(world)
    give(world, "verified")
    refused = world.refused(Relabel(PACKET, body(world, step)))
    assert refused.exit == ExitCode.YES and refused.reasons[0].startswith("nothing to do: packets/")


def test_a_log_proves_from_the_end_of_the_serving_lag_on(world: World) -> None:
    (rolled_back,) = [r for r in world.packet().history if r.event == "rolled_back/1"]
    assert proves_from(world.state, rolled_back) == PAST


def test_a_claim_and_automation_may_record_it() -> None:
    world = in_canary(
        {
            **cohorts("a", "b"),
            "govern": {"people.robot": {"email": "robot@example.com", "kind": "automation"}},
        }
    )
    world.now = BACK
    world.do(Rollback(PACKET, "operator-judgement"))
    command = Relabel(PACKET, body(world))
    assert (
        world.decide(command, "ana", claimed=True) == world.decide(command, "robot") == world.decide(command)
    )
