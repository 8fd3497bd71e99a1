"""An append ended at every single call that changes a file in the clone: whole, or not there, and never in the way."""

import os
import shutil
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from govern.ledger.repository import open_repository
from ledger.world import LEDGER, append, commands, git, make_remote, make_repository, write

HERE = Path(__file__).parent
COMPILER = shutil.which("cc")

pytestmark = [
    pytest.mark.deep,
    pytest.mark.skipif(COMPILER is None or sys.platform != "linux", reason="needs a C compiler on Linux"),
]


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    library = tmp_path_factory.mktemp("shim") / "shim.so"
    words = [
        str(COMPILER),
        "-O1",
        "-Wall",
        "-Werror",
        "-shared",
        "-fPIC",
        "-o",
        str(library),
        str(HERE / "shim.c"),
    ]
    subprocess.run([*words, "-ldl"], check=True)
    return library


@dataclass(frozen=True)
class Death:
    calls: int  # counted up to the end
    code: int
    said: list[str]
    errors: str


def run_racer(shim: Path, folder: Path, mode: str, at: int = 0) -> Death:
    counter = folder / "counter"
    counter.write_bytes(bytes(8))
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(HERE.parent), str(HERE.parents[1] / "src")]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LD_PRELOAD": str(shim),
        "SHIM_ROOT": f"{folder / 'clone'}/",
        "SHIM_COUNTER": str(counter),
        "SHIM_MODE": mode,
        "SHIM_AT": str(at),
    }
    racer = subprocess.run(
        [sys.executable, HERE / "racer.py", folder / "clone", "killed", "1"],
        env=environment,
        capture_output=True,
        text=True,
        start_new_session=True,
        timeout=60,
    )
    (calls,) = struct.unpack("l", counter.read_bytes())
    return Death(calls, racer.returncode, racer.stdout.split(), racer.stderr)


def make_place(folder: Path, *, remote: bool) -> None:
    """A clone with one record and with work of its user."""
    if remote:
        clone = make_remote(folder)[1]
        git(clone, "remote", "set-url", "origin", "../remote.git")
    else:
        clone = make_repository(folder / "clone")
    with open_repository(clone) as repository:
        append(repository, "zero")
    write(clone / "staged", "1")
    git(clone, "add", "staged")
    write(clone / "staged", "2")
    write(clone / "untracked", "1")


def check_place(folder: Path, death: Death, before: tuple[bytes, str]) -> None:
    clone = folder / "clone"
    assert ((clone / ".git/index").read_bytes(), (clone / ".git/HEAD").read_text()) == before
    assert "Traceback" not in death.errors
    git(clone, "fsck", "--strict", "--no-dangling")
    with open_repository(clone) as repository:
        assert repository.fetch("main").ok
        found = commands(repository)
        assert found in (["zero"], ["zero", "killed-0"])
        assert "killed-0" in found or death.said == []
        lock = clone / f".git/refs/heads/{LEDGER}.lock"
        if lock.exists():  # left by a killed git; ten seconds later anybody may remove it
            os.utime(lock, (1, 1))
        assert append(repository, "next").outcome in ("published", "local")
        assert commands(repository) == [*found, "next"]
        assert repository.local_tip(LEDGER) == repository.tip(LEDGER)
    status = git(clone, "status", "--porcelain")
    assert status.splitlines() == ["AM staged", "?? untracked"]


@pytest.mark.parametrize("mode", ["all", "one", "full", "broken"])
@pytest.mark.parametrize("remote", [True, False], ids=["with a remote", "without a remote"])
def test_ledger_is_whole_when_an_append_ends_at_any_call(
    shim: Path, tmp_path: Path, mode: str, remote: bool
) -> None:
    make_place(tmp_path / "made", remote=remote)
    shutil.copytree(tmp_path / "made", tmp_path / "counted", symlinks=True)
    total = run_racer(shim, tmp_path / "counted", mode).calls
    assert total > 20
    for at in range(1, total + 1):
        folder = tmp_path / "ended"
        shutil.copytree(tmp_path / "made", folder, symlinks=True)
        before = (folder / "clone/.git/index").read_bytes(), (folder / "clone/.git/HEAD").read_text()
        death = run_racer(shim, folder, mode, at)
        check_place(folder, death, before)
        shutil.rmtree(folder)
