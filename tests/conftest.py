"""Fixtures for all tests: where the larger data lies."""

import os
from pathlib import Path

import pytest


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
