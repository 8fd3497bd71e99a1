"""Eight rivals, the same person in the same second: whoever was told "ok" is in the ledger, whole and once."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from operations.worlds import PACKET, World
from workspaces import git

RIVAL = Path(__file__).with_name("rival.py")
RIVALS = 8
PLACES = ("one clone", "a clone each", "one clone without a remote")
LATER = "2026-11-20T13:00:00Z"


def places_of(world: World, kind: str) -> list[Path]:
    if kind == "a clone each":
        return [world.clone("ben", f"ben-{number}").directory for number in range(RIVALS)]
    if kind == "one clone without a remote":
        git(world.ben.directory, "remote", "remove", "origin")
    return [world.ben.directory] * RIVALS


def race(places: list[Path], word: str) -> tuple[list[str], list[str]]:
    """Let them all run at once; gives what was acknowledged, and what was refused."""
    tests = Path(__file__).parents[1]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tests), str(tests.parent / "src")])}
    rivals = [
        subprocess.Popen(
            [sys.executable, RIVAL, place, f"rival-{number}", word],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for number, place in enumerate(places)
    ]
    said: list[str] = []
    for rival in rivals:
        out, err = rival.communicate(timeout=1800)
        assert rival.returncode == 0, err
        said += out.splitlines()
    return [s for s in said if not s.startswith("no: ")], [s for s in said if s.startswith("no: ")]


def check_facts(world: World, kind: str, rounds: int) -> None:
    places = places_of(world, kind)
    before = len(world.ben.workspace().history.commits)
    acknowledged, refused = race(places, str(rounds))
    assert all("is paused already" in line or "is not paused" in line for line in refused)
    assert len(acknowledged) + len(refused) == RIVALS * rounds
    there = world.ben.at(LATER).workspace()
    written = [
        f"{commit.records[0].command} {commit.oid} {len(commit.records)}" for commit in there.history.commits
    ]
    assert Counter(written[before:]) == Counter(acknowledged)
    assert there.history.all_findings == ()
    assert there.state.void == {}
    for place in set(places):
        git(place, "fsck", "--strict", "--no-dangling")
        assert git(place, "status", "--porcelain") == ""
    assert world.ben.at(LATER).audited() == []


@pytest.mark.parametrize("kind", PLACES)
def test_everyone_told_ok_is_in_the_ledger_when_eight_record_facts(measured: World, kind: str) -> None:
    check_facts(measured, kind, rounds=3)


@pytest.mark.deep
@pytest.mark.parametrize("kind", PLACES)
def test_everyone_told_ok_is_in_the_ledger_when_eight_record_for_forty_rounds(
    measured: World, kind: str
) -> None:
    check_facts(measured, kind, rounds=40)


@pytest.mark.parametrize("word", ["advance", "advance --to"])
@pytest.mark.parametrize("kind", PLACES[:2])
def test_border_is_passed_once_when_eight_advance_it(measured: World, kind: str, word: str) -> None:
    places = places_of(measured, kind)
    acknowledged, refused = race(places, word)
    assert len(acknowledged) == 1
    assert len(refused) == RIVALS - 1
    for (
        line
    ) in refused:  # who reads after it was passed, and asked for no phase by name, hears of the next one
        assert "ben advanced it at 2026-11-20T10:00:00Z" in line or (
            word == "advance" and "2 cycles are complete from" in line
        )
    state = measured.ben.at(LATER).workspace().state
    assert state.packets[PACKET].phase == "canary"
    assert measured.ben.at(LATER).audited() == []
