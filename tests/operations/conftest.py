"""Worlds of the tests beside this file: made once, copied for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from operations.worlds import World, advance_to_shadow, copied, make_opened, measure, on_a_quiet_machine


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """A folder for each stage of the story: opened, in shadow, measured and explained."""
    folder = tmp_path_factory.mktemp("worlds")
    with on_a_quiet_machine(folder / "home"):
        world = make_opened(folder / "making")
        stages = {"opened": folder / "opened", "shadow": folder / "shadow", "measured": folder / "measured"}
        shutil.copytree(world.folder, stages["opened"], symlinks=True)
        advance_to_shadow(world)
        shutil.copytree(world.folder, stages["shadow"], symlinks=True)
        measure(world)
        shutil.copytree(world.folder, stages["measured"], symlinks=True)
    yield stages


@pytest.fixture
def opened(made: dict[str, Path], tmp_path: Path) -> World:
    """The ledger is open, the packet in draft."""
    return copied(made["opened"], tmp_path)


@pytest.fixture
def shadow(made: dict[str, Path], tmp_path: Path) -> World:
    """The packet is in shadow, nothing measured."""
    return copied(made["shadow"], tmp_path)


@pytest.fixture
def measured(made: dict[str, Path], tmp_path: Path) -> World:
    """Pairs are recorded and explained: ben or cleo may advance to canary."""
    return copied(made["measured"], tmp_path)
