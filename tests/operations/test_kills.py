"""A command that dies at any step of its append: the ledger is as before or as after, and nothing is in the way."""

import os
import shutil
import struct
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from govern.domain.rollout.rehearsing import HoldRehearsal
from govern.ledger.append import COMMIT_STEPS, PUBLISH_STEPS
from operations.worlds import CANARY, LEDGER, PACKET, World, standing
from workspaces import Clone, git

DIED = 77
STEPS = (*COMMIT_STEPS, *PUBLISH_STEPS)
LOCAL_STEPS = (*COMMIT_STEPS, PUBLISH_STEPS[0], PUBLISH_STEPS[3], PUBLISH_STEPS[4])
FACT = HoldRehearsal(PACKET, same=True, seconds=1.0)
HERE = Path(__file__).parent
COMPILER = shutil.which("cc")


def busy(clone: Clone) -> None:
    """Give the clone a user who is in the middle of something."""
    there = clone.directory
    (there / "staged").write_text("1")
    git(there, "add", "staged")
    (there / "staged").write_text("2")
    (there / "untracked").write_text("1")
    git(there, "switch", "--quiet", "--detach")


def die_at(clone: Clone, step: str) -> int:
    """The command in a process of its own that ends, without a word, when the step has been done."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads that the child never needs
        child = os.fork()
    if child == 0:
        try:
            clone.do(CANARY, fault=lambda done: os._exit(DIED) if done == step else None)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def check_whole(clone: Clone, before: int, user: tuple[str, str, str]) -> bool:
    """The ledger is whole, the user undisturbed, the next command works. Gives whether the command is there."""
    assert standing(clone) == user
    git(clone.directory, "fsck", "--strict", "--no-dangling")
    history = clone.workspace().history
    assert history.all_findings == ()
    assert history.chain.n in (before, before + 2)
    clone.done(FACT)
    assert standing(clone) == user
    after = clone.workspace()
    assert after.history.chain.n == history.chain.n + 2
    assert after.repository.local_tip(LEDGER) == after.repository.tip(LEDGER)
    assert after.state.packets[PACKET].phase == ("canary" if history.chain.n > before else "shadow")
    assert clone.audited() == []
    return history.chain.n > before


@pytest.mark.parametrize("step", STEPS)
def test_ledger_is_whole_when_a_command_dies(measured: World, step: str) -> None:
    ben = measured.ben
    busy(ben)
    before, user = ben.workspace().history.chain.n, standing(ben)
    assert die_at(ben, step) == DIED
    assert check_whole(ben, before, user) == (STEPS.index(step) >= STEPS.index("4 pushed"))


@pytest.mark.parametrize("step", LOCAL_STEPS)
def test_ledger_is_whole_when_a_command_dies_without_a_remote(measured: World, step: str) -> None:
    ben = measured.ben
    git(ben.directory, "remote", "remove", "origin")
    busy(ben)
    before, user = ben.workspace().history.chain.n, standing(ben)
    assert die_at(ben, step) == DIED
    assert check_whole(ben, before, user) == (STEPS.index(step) >= STEPS.index("6 local ref moved"))


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    library = tmp_path_factory.mktemp("shim") / "shim.so"
    words = ["-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", str(library)]
    subprocess.run([str(COMPILER), *words, str(HERE.parent / "ledger" / "shim.c"), "-ldl"], check=True)
    return library


def run_with_shim(shim: Path, folder: Path, clone: Path, mode: str, at: int) -> tuple[int, list[str], str]:
    """`phase advance` under the shim: calls that were counted, what was acknowledged, what went wrong."""
    counter = folder / "counter"
    counter.write_bytes(bytes(8))
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(HERE.parent), str(HERE.parents[1] / "src")]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LD_PRELOAD": str(shim),
        "SHIM_ROOT": f"{clone}/",
        "SHIM_COUNTER": str(counter),
        "SHIM_MODE": mode,
        "SHIM_AT": str(at),
    }
    ran = subprocess.run(
        [sys.executable, HERE / "rival.py", clone, "killed", "advance --to"],
        env=environment,
        capture_output=True,
        text=True,
        start_new_session=True,
        timeout=60,
        check=False,
    )
    (calls,) = struct.unpack("l", counter.read_bytes())
    return calls, ran.stdout.splitlines(), ran.stderr


@pytest.mark.deep
@pytest.mark.skipif(COMPILER is None or sys.platform != "linux", reason="needs a C compiler on Linux")
@pytest.mark.parametrize("mode", ["all", "full"])  # killed with its children; a full disk
@pytest.mark.parametrize("remote", [True, False], ids=["with a remote", "without a remote"])
def test_ledger_is_whole_when_an_advance_ends_at_any_call(
    shim: Path, made: dict[str, Path], tmp_path: Path, mode: str, remote: bool
) -> None:
    shutil.copytree(made["measured"], tmp_path / "made", symlinks=True)
    start = World(tmp_path / "made").ben
    if not remote:
        git(start.directory, "remote", "remove", "origin")
    busy(start)
    before = start.workspace().history.chain.n
    shutil.copytree(tmp_path / "made", tmp_path / "counted", symlinks=True)
    total = run_with_shim(shim, tmp_path, tmp_path / "counted/ben", mode, 0)[0]
    assert total > 20
    for at in range(1, total + 1):
        shutil.copytree(tmp_path / "made", tmp_path / "ended", symlinks=True)
        ben = World(tmp_path / "ended").ben
        user = standing(ben)
        _, said, errors = run_with_shim(shim, tmp_path, ben.directory, mode, at)
        assert "Traceback" not in errors
        lock = ben.directory / f".git/refs/heads/{LEDGER}.lock"
        if lock.exists():  # left by a killed git; ten seconds later anybody may remove it
            os.utime(lock, (1, 1))
        assert check_whole(ben, before, user) or said == []
        shutil.rmtree(tmp_path / "ended")
