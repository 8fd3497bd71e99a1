"""`govern sync`: what waited is published, and said; the next writing command does it too."""

from pathlib import Path

import pytest

from back import PACKET, REASON, Team, copied, go, make_team
from typed import Keyboard

LATER = "2026-11-17T03:00:00Z"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Team:
    return make_team(tmp_path_factory.mktemp("back") / "made")


@pytest.fixture
def team(made: Team, tmp_path: Path) -> Team:
    return copied(made, tmp_path)


@pytest.fixture
def jo(team: Team, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Keyboard:
    return Keyboard(team.jo.directory, capsys, monkeypatch)


def test_nothing_is_said_to_wait_when_nothing_waits(team: Team, jo: Keyboard) -> None:
    before = team.tip()
    said = jo("sync", now=LATER)
    assert (said.code, said.lines[0]) == (0, "nothing was waiting: everything is published")
    assert team.tip() == before


def test_what_waited_is_published_and_named(team: Team, jo: Keyboard) -> None:
    team.offline()
    go(team.jo, "xr-na")
    team.online()
    said = jo("sync", now=LATER)
    assert said.code == 0
    assert said.lines[0].startswith(f"published  rollback {PACKET} (jo, ")
    assert said.lines[-2:] == [f"PUBLISHED {team.tip()[:7]}", "next: govern status"]


def test_what_was_dropped_is_said_with_the_reason(team: Team, jo: Keyboard) -> None:
    team.offline()
    go(team.jo, "xr-na")
    team.online()
    go(team.mara, "xr-na")
    answer = jo("sync", "--format", "json", now=LATER).json
    assert answer["data"]["kept"] == [] and "already back" in answer["data"]["dropped"][0]
    assert answer["data"]["tip"] == team.tip()


def test_next_writing_command_publishes_what_waits_first(team: Team, jo: Keyboard) -> None:
    team.offline()
    go(team.jo, "xr-na")
    team.online()
    assert jo("packet", "pause", PACKET, "--reason", "look", now=LATER).code == 0
    assert team.on()["xr-na"] == "chat-b1" and team.faults() == []


def test_rollback_waits_for_nobody_and_sync_says_when_the_remote_is_silent(team: Team, jo: Keyboard) -> None:
    team.offline()
    said = jo("rollback", "execute", "--cohort", "tv", "--reason", REASON, "--yes")
    assert said.code == 4
    assert (jo("sync").code, jo("sync").advice) == (4, ("type", "govern sync"))
