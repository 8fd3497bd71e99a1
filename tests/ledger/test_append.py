"""An append is whole or not there, whatever is checked out, whoever dies, whatever the remote says."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from govern.errors import RepositoryError
from govern.ledger.append import COMMIT_STEPS, PUBLISH_STEPS, Published, commit, keep, publish
from govern.ledger.clone import throwaway
from govern.ledger.history import read_history
from govern.ledger.repository import Repository, open_repository
from ledger.world import (
    LEDGER,
    MARA,
    WHEN,
    append,
    commands,
    files_of,
    git,
    make_repository,
    next_record,
    write,
)

RACER = Path(__file__).with_name("racer.py")


def refuse_pushes(remote: Path, text: str) -> None:
    write(remote / "hooks/pre-receive", f"#!/bin/sh\necho '{text}' >&2\nexit 1\n")
    (remote / "hooks/pre-receive").chmod(0o755)


def one_file(repository: Repository, base: str | None, command: str) -> str:
    chain = read_history(repository, base).chain
    return commit(repository, base, files_of(next_record(chain, "packets/p", command)), "m", MARA, WHEN)


def test_commit_moves_no_ref_when_it_makes_one(alone: Repository) -> None:
    before = alone.refs("refs/")
    oid = one_file(alone, None, "one")
    assert alone.refs("refs/") == before
    assert alone.tree(oid).paths() == ("records/packets/p/0001.yaml",)
    assert alone.committer_date(oid) == WHEN
    second = commit(alone, oid, {"serving/bindings.json": b"{}"}, "line\n\nmore <text>", MARA, WHEN)
    assert alone.tree(second).paths() == ("records/packets/p/0001.yaml", "serving/bindings.json")
    assert alone.root is not None
    assert git(alone.root, "log", "--format=%an|%ae|%cn|%ce|%P|%B", "-1", second).rstrip() == (
        f"Mara|mara@example.org|Mara|mara@example.org|{oid}|line\n\nmore <text>"
    )


@pytest.mark.parametrize("count", [1, 250], ids=["loose objects", "a pack"])
def test_commit_is_sound_when_it_has_files(alone: Repository, count: int) -> None:
    oid = commit(alone, None, {f"inputs/{n:02x}": b"%d" % n for n in range(count)}, "m", MARA, WHEN)
    assert keep(alone, oid, None) == Published("local")
    assert len(alone.tree(oid).paths()) == count
    assert alone.root is not None
    git(alone.root, "fsck", "--strict", "--full")


@pytest.mark.parametrize("form", ["sha1", "sha256"])
def test_commit_syncs_every_new_object_and_its_folder(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that the user's own git had made before, and perhaps not synced."""
    folder = make_repository(tmp_path / "x", f"--object-format={form}")
    (folder / "theirs").write_bytes(b"older")
    git(folder, "hash-object", "-w", "theirs")
    synced: set[Path] = set()
    with open_repository(folder) as repository:
        base = commit(repository, None, {"inputs/aa/1": b"1", "records/a/b/0001.yaml": b"2"}, "m", MARA, WHEN)
        monkeypatch.setattr("govern.ledger.append.lock.sync", synced.add)
        files = {"inputs/aa/2": b"older", "records/a/c/0001.yaml": b"3", "serving/bindings.json": b"{}"}
        oid = commit(repository, base, files, "m", MARA, WHEN)
        new = git(folder, "rev-list", "--objects", "--no-object-names", oid, f"^{base}").split()
    assert len(new) == 3 + 7 + 1  # files; folders with the root; the commit
    objects = repository.common_dir / "objects"
    needed = {objects / name[:2] / name[2:] for name in new} | {objects / name[:2] for name in new}
    assert needed | {objects, objects / "pack"} <= synced


@pytest.mark.parametrize("who", [("A <b>\nparent x", "e@x>\n"), ("Größe", "g@x")], ids=["hostile", "unicode"])
def test_commit_stays_whole_when_a_name_is_odd(alone: Repository, who: tuple[str, str]) -> None:
    oid = commit(alone, None, {"inputs/x": b"data 5\nreset refs/heads/main\n"}, "done\n", who, WHEN)
    assert alone.tree(oid).read("inputs/x") == b"data 5\nreset refs/heads/main\n"
    assert alone.tip("main") is not None
    assert alone.root is not None
    git(alone.root, "fsck", "--strict")


@pytest.mark.parametrize("path", ['a"b', "a\nb", "größe"])
def test_commit_refuses_when_a_path_is_odd(alone: Repository, path: str) -> None:
    with pytest.raises(ValueError, match="cannot be a path"):
        commit(alone, None, {path: b""}, "m", MARA, WHEN)


def test_publish_moves_both_refs_when_the_remote_takes_it(shared: Repository, tmp_path: Path) -> None:
    assert append(shared, "one") == Published("published")
    assert shared.local_tip(LEDGER) == shared.tip(LEDGER)
    assert git(tmp_path / "remote.git", "rev-parse", LEDGER).strip() == shared.tip(LEDGER)


def test_publish_says_moved_when_a_rival_was_first(repository: Repository) -> None:
    append(repository, "one")
    base = repository.tip(LEDGER)
    late = one_file(repository, base, "late")
    append(repository, "rival")
    before = repository.local_tip(LEDGER)
    assert publish(repository, late, base).outcome == "moved"
    assert repository.local_tip(LEDGER) == before
    assert append(repository, "late").outcome in ("published", "local")
    assert commands(repository) == ["one", "rival", "late"]


def test_publish_says_moved_when_two_open_the_ledger(repository: Repository) -> None:
    late = one_file(repository, None, "late")
    append(repository, "first")
    assert publish(repository, late, None).outcome == "moved"
    assert commands(repository) == ["first"]


def test_publish_says_published_when_the_answer_was_lost(shared: Repository, tmp_path: Path) -> None:
    """The remote took the commit and somebody built on it before we could ask."""
    oid = one_file(shared, None, "one")
    publish(shared, oid, None)
    git(tmp_path, "clone", "--quiet", "remote.git", "second")
    with open_repository(tmp_path / "second") as second:
        append(second, "two")
    assert publish(shared, oid, None) == Published("published")
    shared.fetch("main")
    assert commands(shared) == ["one", "two"]


def test_publish_passes_the_text_on_when_the_forge_refuses(shared: Repository, tmp_path: Path) -> None:
    append(shared, "one")
    refuse_pushes(tmp_path / "remote.git", "protected branch")
    before = shared.refs("refs/")
    refused = append(shared, "two")
    assert refused.outcome == "refused"
    assert "protected branch" in refused.text
    assert shared.refs("refs/") == before


def test_publish_says_offline_when_the_remote_is_gone(shared: Repository, tmp_path: Path) -> None:
    append(shared, "one")
    base = shared.tip(LEDGER)
    oid = one_file(shared, base, "two")
    (tmp_path / "remote.git").rename(tmp_path / "gone.git")
    before = shared.refs("refs/")
    assert publish(shared, oid, base).outcome == "offline"
    assert shared.refs("refs/") == before
    (tmp_path / "gone.git").rename(tmp_path / "remote.git")
    assert publish(shared, oid, base).outcome == "published"


def test_keep_records_at_once_when_publishing_comes_later(shared: Repository) -> None:
    append(shared, "one")
    base = shared.tip(LEDGER)
    oid = one_file(shared, base, "rollback")
    assert keep(shared, oid, base) == Published("local")
    assert (shared.local_tip(LEDGER), shared.tip(LEDGER)) == (oid, base)
    assert publish(shared, oid, base) == Published("published")
    assert shared.tip(LEDGER) == oid


def test_publish_leaves_the_local_ledger_when_it_has_an_unpublished_tail(shared: Repository) -> None:
    append(shared, "one")
    base = shared.tip(LEDGER)
    tail = one_file(shared, base, "rollback")
    keep(shared, tail, base)
    assert publish(shared, one_file(shared, base, "other"), base).outcome == "published"
    assert shared.local_tip(LEDGER) == tail


def dirty(root: Path) -> None:
    write(root / "staged", "1")
    write(root / "both", "1")
    git(root, "add", "staged", "both")
    write(root / "both", "2")
    write(root / "untracked", "1")
    write(root / "governance/govern.yaml", "edited\n")


def detached(root: Path) -> None:
    git(root, "switch", "--quiet", "--detach")


def rebasing(root: Path) -> None:
    """A rebase that stopped at a conflict."""
    for branch, text in (("topic", "topic\n"), ("main", "main\n")):
        if branch == "topic":
            git(root, "switch", "--quiet", "--create", branch)
        else:
            git(root, "switch", "--quiet", branch)
        write(root / "governance/govern.yaml", text)
        git(root, "commit", "--quiet", "--all", f"--message={branch}")
    git(root, "switch", "--quiet", "topic")
    subprocess.run(["git", "rebase", "main"], cwd=root, capture_output=True, check=False)
    assert (root / ".git/rebase-merge").is_dir()


def on_another_branch(root: Path) -> None:
    git(root, "switch", "--quiet", "--create", "topic")


def sparse(root: Path) -> None:
    git(root, "sparse-checkout", "set", "nothing")


STATES: tuple[Callable[[Path], None], ...] = (dirty, detached, rebasing, on_another_branch, sparse)


def work_of(root: Path) -> tuple[str, bytes, str]:
    """What belongs to the user: status, index and HEAD."""
    status = git(root, "--no-optional-locks", "status", "--porcelain=v2", "--untracked-files=all")
    return status, (root / ".git/index").read_bytes(), (root / ".git/HEAD").read_text()


@pytest.mark.parametrize("make", STATES, ids=lambda make: make.__name__)
def test_work_of_the_user_is_untouched_when_a_record_is_appended(
    repository: Repository, make: Callable[[Path], None]
) -> None:
    assert repository.root is not None
    make(repository.root)
    before = work_of(repository.root)
    assert append(repository, "one").outcome in ("published", "local")
    assert append(repository, "two").outcome in ("published", "local")
    assert work_of(repository.root) == before
    assert commands(repository) == ["one", "two"]


def test_a_record_is_appended_when_git_has_no_identity(repository: Repository, home: Path) -> None:
    (home / "gitconfig").write_text("[user]\n\tuseConfigOnly = true\n")
    assert append(repository, "one").outcome in ("published", "local")


STEPS = (*COMMIT_STEPS, *PUBLISH_STEPS)


@pytest.mark.parametrize("step", STEPS)
def test_ledger_is_as_before_or_as_after_when_the_writer_is_killed(repository: Repository, step: str) -> None:
    append(repository, "zero")
    assert repository.root is not None
    dirty(repository.root)
    before = work_of(repository.root)
    racer = subprocess.run(
        [sys.executable, RACER, repository.root, "killed", "1", step],
        capture_output=True,
        env=racer_environment(),
    )
    local = repository.remote is None
    reached = step in (PUBLISH_STEPS[0], *PUBLISH_STEPS[3:], *COMMIT_STEPS) or not local
    assert racer.returncode == (-signal.SIGKILL if reached else 0), racer.stderr
    assert work_of(repository.root) == before
    git(repository.root, "fsck", "--strict", "--no-dangling")
    assert repository.fetch("main").ok
    after = STEPS.index(step) > (STEPS.index(PUBLISH_STEPS[2]) if local else STEPS.index(PUBLISH_STEPS[0]))
    assert commands(repository) == ["zero", "killed-0"] if after or not reached else ["zero"]
    assert append(repository, "next").outcome in ("published", "local")
    assert commands(repository)[-1] == "next"
    assert repository.local_tip(LEDGER) == repository.tip(LEDGER)


def racer_environment() -> dict[str, str]:
    tests = Path(__file__).parents[1]
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(tests), str(tests.parent / "src")])}


def test_a_lock_of_our_own_is_removed_when_git_was_killed(alone: Repository) -> None:
    append(alone, "one")
    base = alone.tip(LEDGER)
    oid = one_file(alone, base, "two")
    write(alone.common_dir / f"refs/heads/{LEDGER}.lock", f"{oid}\n")
    assert publish(alone, oid, base) == Published("local")


def test_a_lock_of_somebody_else_is_removed_when_it_is_old(alone: Repository) -> None:
    append(alone, "one")
    base = alone.tip(LEDGER)
    oid = one_file(alone, base, "two")
    path = alone.common_dir / f"refs/heads/{LEDGER}.lock"
    write(path, "")
    refused = publish(alone, oid, base)
    assert refused.outcome == "refused"
    assert f"{LEDGER}.lock" in refused.text
    assert path.exists()
    os.utime(path, (1, 1))
    assert publish(alone, oid, base) == Published("local")


def test_publish_says_why_when_the_clone_cannot_be_written(alone: Repository) -> None:
    oid = one_file(alone, None, "one")
    (alone.common_dir / "govern").write_text("a file in the way")
    with pytest.raises(RepositoryError, match="cannot be written"):
        publish(alone, oid, None)
    assert alone.tip(LEDGER) is None


def test_throwaway_leaves_nothing_when_a_rehearsal_writes(repository: Repository) -> None:
    append(repository, "one")
    tip, main = repository.tip(LEDGER), repository.tip("main")
    assert tip and main
    before = repository.refs("refs/")
    with throwaway(repository, {f"refs/heads/{LEDGER}": tip, "refs/heads/main": main}) as clone:
        assert clone.remote is None
        assert append(clone, "rehearsed") == Published("local")
        assert commands(clone) == ["one", "rehearsed"]
        assert clone.tree(main).read("governance/govern.yaml") == b"kind: workspace/v1\n"
        folder = clone.common_dir
        only_there = clone.tip(LEDGER) or ""
    assert not folder.exists()
    assert repository.refs("refs/") == before
    assert not repository.has(only_there)


def test_throwaway_works_when_the_repository_is_sha256(tmp_path: Path) -> None:
    folder = make_repository(tmp_path / "x", "--object-format=sha256")
    with open_repository(folder) as repository:
        append(repository, "one")
        with throwaway(repository, {f"refs/heads/{LEDGER}": repository.tip(LEDGER) or ""}) as clone:
            append(clone, "two")
            assert commands(clone) == ["one", "two"]
