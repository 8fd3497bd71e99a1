"""The example team with a ledger, and its Wednesday typed at a drill: what is asked, what is answered, and when."""

from pathlib import Path

import pytest

from govern.operations.drills.clock import Simulated
from govern.operations.drills.drilling import drilled
from govern.operations.drills.sitting import Drilled
from workspaces import Clone, isolated, opened

CARD, PACKAGE = "integrity-l2-mixed", "integrity-l2"
BEGAN = "2026-11-20T14:00:00Z"
DONE = "2026-11-20T15:00:00Z"
EVIDENCE = "evidence/drill-2026-11-18.csv"
# What a question says, and what is typed: the drill of the example, on another day.
TYPED = (
    ("Enter when read", "@4:30"),
    ("Enter when kim is asked", "@5:00"),
    ("Turn on the strict snapshot gate", "@9:10"),
    ("Hold new templates", "@9:30 a"),
    ("Hold new templates", "@15:02"),
    ("Template block size 64", "@18:40"),
    ("the whole context? [y/n]", "y"),
    ("items still open afterwards", ""),
    ("items that came back", ""),
    ("mara, alone at the keyboard", "keep"),
    ("jo, alone at the keyboard", "keep"),
    ("latency_change 0 % -> 13.2 %", "@21:15"),
    ("evidence FILE", EVIDENCE),
    ("measured mismatch_rate, %", ""),
    ("measured latency_change, %", "13.2"),
    ("mara, alone at the keyboard", "tune"),
    ("jo, alone at the keyboard", "keep"),
    ("1 trigger the rollback", "@34:00"),
    ("2 pause", "@34:40"),
    ("3 revert", "@37:15"),
    ("4 clear", "@38:05"),
    ("5 run the checks", "@41:20"),
    ("6 log time", "@42:10"),
    ("one package update", "Route checkpoint every 5 minutes instead of 10"),
    ("next target for latency_change, at most 10", "10"),
    ("Enter when the log is closed", "@44:05"),
)


def make_team(folder: Path, *, shared: bool = False) -> Path:
    """A clone of the example team, the ledger open; made in an environment of its own. `shared`: beside it lies the
    forge that it came from."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in isolated(folder / "home").items():
            patch.setenv(name, value)
        made = opened(folder / "team", "team", bare=folder / "forge.git" if shared else None)
    return made.directory


def under_way(directory: Path, card: str = CARD) -> tuple[Drilled, Simulated]:
    """What is drilled there, and the clock that the test moves."""
    clock = Simulated(BEGAN)
    return drilled(Clone(directory, "mara", BEGAN).workspace(), card, clock), clock
