"""Every test here has a home of its own, a fixed identity and a fixed clock for git."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from govern.ledger.repository import Repository, open_repository
from ledger.world import WHEN, make_remote, make_repository

CONFIG = "[user]\n\tname = Mara\n\temail = mara@example.org\n[advice]\n\tdetachedHead = false\n"


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("home")
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    (folder / "gitconfig").write_text(CONFIG)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(folder / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("GIT_AUTHOR_DATE", WHEN)
    monkeypatch.setenv("GIT_COMMITTER_DATE", WHEN)
    return folder


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Repository]:
    """A repository without a remote."""
    with open_repository(make_repository(tmp_path / "alone")) as repository:
        yield repository


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Repository]:
    """A clone; its remote is ../remote.git."""
    with open_repository(make_remote(tmp_path)[1]) as repository:
        yield repository


@pytest.fixture(params=["alone", "shared"])
def repository(request: pytest.FixtureRequest) -> Repository:
    """Both, one after the other."""
    found: Repository = request.getfixturevalue(request.param)
    return found
