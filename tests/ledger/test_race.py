"""Rivals at one ledger: nobody who was told "ok" is missing, whoever they are and wherever they stand."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from govern.ledger.repository import open_repository
from ledger.world import commands, git, make_remote, make_repository

RACER = Path(__file__).with_name("racer.py")
RIVALS = 8


def run_race(places: list[Path], count: int) -> list[str]:
    """Let one process stand in each place, all at once; gives the commands that were acknowledged."""
    tests = Path(__file__).parents[1]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tests), str(tests.parent / "src")])}
    racers = [
        subprocess.Popen(
            [sys.executable, RACER, place, f"rival-{number}", str(count)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for number, place in enumerate(places)
    ]
    acknowledged = []
    for racer in racers:
        out, err = racer.communicate(timeout=600)
        assert racer.returncode == 0, err
        acknowledged += out.split()
    return acknowledged


def places_for(kind: str, folder: Path) -> list[Path]:
    if kind == "one clone without a remote":
        return [make_repository(folder / "alone")] * RIVALS
    clone = make_remote(folder)[1]
    if kind == "one clone":
        return [clone] * RIVALS
    for number in range(RIVALS):
        git(folder, "clone", "--quiet", "remote.git", f"clone-{number}")
    return [folder / f"clone-{number}" for number in range(RIVALS)]


KINDS = ("one clone without a remote", "one clone", "a clone each")


def check_race(kind: str, folder: Path, count: int) -> None:
    """Same second, same actor, same stream: only the command differs."""
    places = places_for(kind, folder)
    acknowledged = run_race(places, count)
    with open_repository(places[0]) as repository:
        assert repository.fetch("main").ok
        assert sorted(commands(repository)) == sorted(acknowledged)
    assert len(acknowledged) == RIVALS * count
    for place in set(places):
        git(place, "fsck", "--strict", "--no-dangling")
        assert git(place, "status", "--porcelain") == ""


@pytest.mark.parametrize("kind", KINDS)
def test_everyone_told_ok_is_in_the_ledger_when_eight_race(kind: str, tmp_path: Path) -> None:
    check_race(kind, tmp_path, count=2)


@pytest.mark.deep
@pytest.mark.parametrize("kind", KINDS)
def test_everyone_told_ok_is_in_the_ledger_when_eight_race_for_forty_rounds(
    kind: str, tmp_path: Path
) -> None:
    check_race(kind, tmp_path, count=40)
