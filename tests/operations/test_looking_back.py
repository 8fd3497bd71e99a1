"""`--at`: the state of then, at a commit of the ledger or at an instant, as everyone saw it then."""

from pathlib import Path

import pytest

from govern.domain.rollout.extension import Extend
from govern.domain.rollout.pause import Pause
from govern.domain.state import State
from govern.errors import UsageError
from govern.operations.looking_back import reading
from operations.forging import push, ungated
from operations.worlds import CANARY, PACKET, SHADOW, World, copied, measure, on_a_quiet_machine
from workspaces import git

Chapters = list[tuple[str, str, State]]  # the tip after a command, its instant, the state that was shown


@pytest.fixture(scope="module")
def told(made: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Chapters]:
    """A story of five commands, which everybody here only reads."""
    folder = tmp_path_factory.mktemp("told")
    with on_a_quiet_machine(folder / "home"):
        world = copied(made["opened"], folder)
        return world, tell(world)


def tell(world: World) -> Chapters:
    ben, chapters = world.ben, Chapters()

    def write_down(now: str) -> None:
        there = ben.at(now).workspace()
        chapters.append((there.tip or "", there.state.at, there.state))

    ben.at("2026-11-20T09:10:00Z").done(SHADOW)
    write_down("2026-11-20T09:10:00Z")
    measure(world, "2026-11-20T09:20:00Z")
    write_down("2026-11-20T09:20:00Z")
    ben.at("2026-11-20T09:30:00Z").done(CANARY)
    write_down("2026-11-20T09:30:00Z")
    edits = {"governance/cohorts.yaml": (("Everyone", "All"),)}
    world.edit(edits, "2026-11-20T09:35:00Z")
    ben.at("2026-11-20T09:40:00Z").done(Extend(PACKET, percent=20))
    write_down("2026-11-20T09:40:00Z")
    ben.at("2026-11-20T09:50:00Z").done(Pause(PACKET, "wait"))
    write_down("2026-11-20T09:50:00Z")
    return chapters


def test_state_is_that_of_then_when_a_commit_is_named(told: tuple[World, Chapters]) -> None:
    world, chapters = told
    for tip, _, state in chapters:
        for name in (tip, tip[:9], tip[:9].upper()):
            assert reading(world.ben.context, at=name).state == state


def test_state_is_that_of_then_when_an_instant_is_named(
    told: tuple[World, Chapters],
) -> None:
    world, chapters = told
    for _, at, state in chapters:
        assert reading(world.ben.context, at=at).state == state
        minute_later = at.replace(":00Z", ":59Z")
        assert reading(world.ben.context, at=minute_later).state == state
    assert reading(world.ben.context, at="2026-11-20").state == chapters[-1][2]


def test_documents_are_those_of_then_when_main_has_moved_on(
    told: tuple[World, Chapters],
) -> None:
    world, chapters = told
    for place, title in ((2, b"Everyone"), (4, b"All")):
        there = reading(world.ben.context, at=chapters[place][0])
        assert title in (there.tree.read("governance/cohorts.yaml") or b"")


def test_void_commands_stay_void_when_looking_back(shadow: World) -> None:
    before = shadow.tip()
    forged = push(shadow, ungated(shadow))
    there = reading(shadow.ben.context, at=forged, fetch=True)
    assert len(there.state.void) == 1
    assert there.state.packets[PACKET].phase == "shadow"
    assert reading(shadow.ben.context, at=before).state.void == {}


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2025-01-01", "the ledger knows nothing before 2025-01-01"),
        ("zebra", "no ledger commit `zebra`; an instant is written 2026-11-20T10:00:00Z"),
        ("", "several ledger commits begin with ``"),
    ],
)
def test_question_is_refused_when_nothing_was_then(opened: World, at: str, said: str) -> None:
    opened.ben.done(SHADOW)
    with pytest.raises(UsageError) as caught:
        reading(opened.ben.context, at=at)
    assert said in caught.value.message
    assert caught.value.type_line == "govern log"


def test_nothing_is_fetched_when_nobody_asked_for_it(opened: World) -> None:
    stale = opened.ben.workspace().tip
    opened.cleo.done(SHADOW)
    assert reading(opened.ben.context).tip == stale
    assert reading(opened.ben.context, fetch=True).tip == git(opened.forge, "rev-parse", "govern-ledger")
