"""Fixtures for all tests: where the larger data lies, and a quiet machine. And the order in which they run."""

import os
from pathlib import Path

import pytest

STORIES = {"test_docs", "test_demo", "test_demo_drills", "test_walk_a", "test_walk_b", "test_merge_modes"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole stories begin first, so that no worker is left alone with a long one at the end."""
    items.sort(key=lambda item: item.path.stem not in STORIES)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with the larger data sets: ../shared/data beside the checkout, or GOVERN_SHARED/data."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    folder = Path(os.environ.get("GOVERN_SHARED", beside)) / "data"
    if not folder.is_dir():
        pytest.skip("the larger data is not here: set GOVERN_SHARED, or put it into ../shared")
    return folder


@pytest.fixture(autouse=True)
def quiet_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No configuration of this machine, of git or of govern, reaches a test."""
    from workspaces import isolated

    wanted = isolated(tmp_path / "home")
    for name in set(os.environ) - set(wanted):
        monkeypatch.delenv(name)
    for name, value in wanted.items():
        monkeypatch.setenv(name, value)
