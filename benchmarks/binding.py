"""From a rollback to cohorts that are bound back, beside git alone writing the same files.

    python benchmarks/binding.py [--cohorts N ...] [--rounds N]

A packet holds N cohorts in canary; all of them go back, in this process, through real git on a ledger that this clone
has read before. Beside it the bare append: the files of that very commit, by the plumbing that a script would call
(ls-tree, hash-object, mktree, commit-tree, update-ref, and push where there is a remote), which reads, decides and
checks nothing. Rounds take turns, each on fresh copies of one folder; prints medians.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from govern.domain.rollout.advance import Advance
from govern.domain.rollout.waiver import AcceptRisk
from govern.operations.rollback.execute import roll_back
from govern.operations.rollback.wanted import Wanted
from workspaces import Clone, git, isolated, open_ledger, repository

PACKET, LEDGER, NOW = "no-system-prompt", "govern-ledger", "2026-11-21T02:10:21Z"
# As the ledger is written: what a power cut must not take is synced, and no hook or helper is started.
SAFE = ("core.fsync=committed,reference", "core.fsyncMethod=fsync", "core.hooksPath=/dev/null", "gc.auto=0")


def make(folder: Path, cohorts: int, *, remote: bool) -> Path:
    """A clone in which `cohorts` cohorts of one packet are in canary."""
    clone = repository(folder / "clone", bare=folder / "remote.git" if remote else None)
    governance = clone.directory / "governance"
    head = "kind: cohorts/v1\nid: main\nattributes: {group: [all]}\ncohorts:\n"
    keys = "".join(f"  cohort-{number:05}: {{group: all}}\n" for number in range(cohorts))
    (governance / "cohorts.yaml").write_text(head + keys, "utf-8")
    packet = governance / "packets" / f"{PACKET}.yaml"
    packet.write_text(packet.read_text("utf-8").replace("[public]", "{where: {group: all}}"), "utf-8")
    git(clone.directory, "commit", "--quiet", "--all", "--message=Many cohorts")
    if remote:
        git(clone.directory, "remote", "set-url", "origin", "../remote.git")
        git(clone.directory, "push", "--quiet", "origin", "HEAD:main")
    open_ledger(clone)
    clone = clone.acting("ben")  # who may approve
    clone.done(Advance(PACKET, "shadow", rehearsal={"same": True, "seconds": 0.1}))
    clone.done(AcceptRisk(PACKET, "nothing to pair with", "2026-11-29T00:00:00Z"))
    clone.done(Advance(PACKET, "canary"))
    return clone.directory


def bind_back(clone: Path) -> float:
    """The seconds of a rollback, from the command until everybody is bound back where all can see it."""
    context = Clone(clone, now=NOW).context
    begin = time.perf_counter()
    went = roll_back(context, Wanted(packet=PACKET, reason="operator-judgement"))
    taken = time.perf_counter() - begin
    assert went.published, went
    went.workspace.repository.close()
    return taken


def plumbing(clone: Path, *words: str, given: str = "") -> list[str]:
    options = [word for setting in SAFE for word in ("-c", setting)]
    ran = subprocess.run(
        ["git", *options, *words], cwd=clone, input=given, capture_output=True, check=True, text=True
    )
    return ran.stdout.splitlines()


def bare_append(clone: Path, files: Path, paths: Sequence[str]) -> float:
    """The seconds of a commit of the files that lie in the folder `files`, onto the ledger, with git alone."""
    begin = time.perf_counter()
    folders: dict[str, dict[str, str]] = {}
    for row in plumbing(clone, "ls-tree", "-r", "-t", "--full-tree", LEDGER):
        what, _, path = row.partition("\t")
        folders.setdefault(path.rpartition("/")[0], {})[path] = what
    named = "".join(f"{files / path}\n" for path in paths)
    blobs = plumbing(clone, "hash-object", "-w", "--stdin-paths", given=named)
    for path, oid in zip(paths, blobs, strict=True):
        folders.setdefault(path.rpartition("/")[0], {})[path] = f"100644 blob {oid}"
    changed = {str(above) for path in paths for above in Path(path).parents if str(above) != "."}
    depths = sorted({folder.count("/") for folder in changed}, reverse=True)
    for depth in depths:  # one process for all folders of a depth, the deepest first
        level = sorted(folder for folder in changed if folder.count("/") == depth)
        given = "\n".join(listing(folders[folder]) for folder in level)
        for folder, oid in zip(level, plumbing(clone, "mktree", "--batch", given=given), strict=True):
            folders.setdefault(folder.rpartition("/")[0], {})[folder] = f"040000 tree {oid}"
    (tree,) = plumbing(clone, "mktree", given=listing(folders[""]))
    (commit,) = plumbing(clone, "commit-tree", tree, "-p", LEDGER, "-m", "the same files")
    plumbing(clone, "update-ref", f"refs/heads/{LEDGER}", commit)
    if plumbing(clone, "remote"):
        plumbing(clone, "push", "--quiet", "origin", f"{commit}:refs/heads/{LEDGER}")
    return time.perf_counter() - begin


def listing(folder: Mapping[str, str]) -> str:
    return "".join(f"{what}\t{path.rpartition('/')[2]}\n" for path, what in sorted(folder.items()))


def written(clone: Path, folder: Path) -> list[str]:
    """The files of the ledger's last commit, laid into a folder; their paths."""
    paths = git(clone, "diff-tree", "-r", "--name-only", "--no-commit-id", LEDGER).splitlines()
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        show = ["git", "show", f"{LEDGER}:{path}"]
        (folder / path).write_bytes(subprocess.run(show, cwd=clone, capture_output=True, check=True).stdout)
    return paths


def measured(cohorts: int, rounds: int, *, remote: bool) -> str:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = folder / "made"
        made.mkdir()
        Clone(make(made, cohorts, remote=remote), now=NOW).workspace().repository.close()  # it has been read
        ours, bare, files, paths = [], [], folder / "files", list[str]()
        for number in range(rounds + 1):  # the first round warms up, and shows what is written
            for side in ("ours", "bare"):
                shutil.copytree(made, folder / side, symlinks=True)
            os.sync()
            took = bind_back(folder / "ours/clone")
            paths = paths or written(folder / "ours/clone", files)
            beside = bare_append(folder / "bare/clone", files, paths)
            if number:
                ours.append(took)
                bare.append(beside)
            for side in ("ours", "bare"):
                shutil.rmtree(folder / side)
        size = sum((files / path).stat().st_size for path in paths) / 1024
    ratio = statistics.median(one / other for one, other in zip(ours, bare, strict=True))
    figures = f"{statistics.median(ours) * 1e3:>9.0f}{statistics.median(bare) * 1e3:>9.0f}{ratio:>8.1f}"
    where = "bare remote" if remote else "no remote"
    return f"{cohorts:>8,}  {where:<12}{len(paths):>6}{size:>8.0f}{figures}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--cohorts", type=int, nargs="+", default=[1, 200, 10_000])
    options.add_argument("--rounds", type=int, default=7)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as home:
        alone = isolated(Path(home))  # whatever git is told on this machine
        os.environ.clear()
        os.environ.update(alone)
        print(f"{'cohorts':>8}  {'ledger':<12}{'files':>6}{'KiB':>8}{'ms':>9}{'bare ms':>9}{'times':>8}")
        for cohorts in given.cohorts:
            for remote in (False, True):
                print(measured(cohorts, given.rounds, remote=remote), flush=True)


if __name__ == "__main__":
    main()
