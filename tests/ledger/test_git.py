"""The transport: only the safe vocabulary, a clean environment, and no program of a hostile repository."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from govern.errors import RepositoryError
from govern.ledger import git as transport
from govern.ledger.append import commit, publish
from govern.ledger.clone import throwaway
from govern.ledger.git import VOCABULARY, Batch, Git, GitError
from govern.ledger.history import Chain, read_history
from govern.ledger.repository import Repository, open_repository
from ledger.world import LEDGER, MARA, WHEN, append, files_of, git, next_record, write


@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("diff",),
        ("show", "HEAD"),
        ("checkout", "main"),
        ("commit", "-m", "x"),
        ("clone", "x"),
        ("log", "-p"),
        ("log", "--show-signature"),
        ("update-index", "--refresh"),
        ("hash-object", "file"),
        ("diff-tree", "-p", "HEAD"),
        ("config", "user.name", "x"),
        ("fetch", "origin"),
        ("push", "origin"),
    ],
    ids=" ".join,
)
def test_ask_refuses_when_a_command_is_outside_the_vocabulary(tmp_path: Path, words: tuple[str, ...]) -> None:
    with pytest.raises(AssertionError):
        Git(tmp_path).ask(*words)


def test_environment_is_stripped_when_git_variables_are_set(
    alone: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_WORK_TREE", "GIT_NAMESPACE"):
        monkeypatch.setenv(name, str(tmp_path / "nowhere"))
    assert alone.root is not None
    with open_repository(alone.root) as repository:
        assert repository.common_dir == alone.common_dir
        assert repository.staged().paths() == ("governance/govern.yaml",)


def test_staged_reads_the_given_index_when_a_hook_names_one(alone: Repository) -> None:
    assert alone.root is not None
    write(alone.root / "governance/new.yaml", "kind: kpi/v1\n")
    subprocess.run(
        ["git", "add", "governance/new.yaml"],
        cwd=alone.root,
        check=True,
        env=os.environ | {"GIT_INDEX_FILE": ".git/other"},
    )
    with open_repository(alone.root, index=".git/other") as repository:
        assert repository.staged().paths() == ("governance/new.yaml",)
        assert repository.staged().read("governance/new.yaml") == b"kind: kpi/v1\n"
    assert alone.staged().paths() == ("governance/govern.yaml",)


def test_run_passes_the_text_of_git_on_when_it_fails(alone: Repository) -> None:
    with pytest.raises(GitError, match="git rev-parse failed: fatal"):
        alone.git.run("rev-parse", "--verify", "nowhere")


def test_fetch_ends_git_when_the_remote_does_not_answer(
    shared: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "silence")
    write(tmp_path / "ssh", f"#!/bin/sh\nexec cat {tmp_path / 'silence'}\n")
    (tmp_path / "ssh").chmod(0o755)
    monkeypatch.setenv("GIT_SSH", str(tmp_path / "ssh"))
    assert shared.root is not None
    git(shared.root, "remote", "set-url", "origin", "ssh://host.invalid/x.git")
    fetched = shared.fetch("main", timeout=0.2)
    assert not fetched.ok
    assert fetched.reason == "no answer within 0.2 seconds"
    git(shared.root, "remote", "set-url", "origin", str(tmp_path / "remote.git"))
    assert shared.fetch("main").ok  # the lock of the ended fetch is free again


def test_batch_gives_all_objects_when_there_are_more_than_a_pipe_holds(alone: Repository) -> None:
    texts = [b"x" * size for size in range(3_000)]
    oid = commit(alone, None, {f"inputs/{n}": text for n, text in enumerate(texts)}, "many", MARA, WHEN)
    tree = alone.tree(oid)
    blobs = [tree.entries()[f"inputs/{n}"].oid for n in range(len(texts))]
    found = alone.objects.get_many([*blobs, "0" * 40])
    assert [found[blob] for blob in blobs] == texts
    assert found["0" * 40] is None


def test_batch_says_so_when_git_has_ended(alone: Repository) -> None:
    batch = Batch(alone.git)
    batch._process.kill()
    with pytest.raises(RepositoryError, match="cannot be read"):
        batch.get("0" * 40)


HOSTILE = """
[core]
    fsmonitor = {canary}
    hooksPath = {hooks}
    pager = {canary}
    editor = {canary}
    sshCommand = {canary}
    gitProxy = {canary}
    askPass = {canary}
    alternateRefsCommand = {canary}
[diff]
    external = {canary}
[diff "evil"]
    textconv = {canary}
    command = {canary}
[filter "evil"]
    clean = {canary}
    smudge = {canary}
    process = {canary}
    required = true
[merge "evil"]
    driver = {canary} %A
[gpg]
    program = {canary}
[gpg "ssh"]
    program = {canary}
[commit]
    gpgSign = true
[push]
    gpgSign = if-asked
    followTags = true
[log]
    showSignature = true
    showRoot = false
[credential]
    helper = {canary}
[sequence]
    editor = {canary}
[interactive]
    diffFilter = {canary}
[protocol "ext"]
    allow = always
[submodule]
    recurse = true
[fetch]
    prune = true
    recurseSubmodules = true
[remote "origin"]
    mirror = true
[alias]
    rev-parse = !{canary}
    fetch = !{canary}
"""
HOOKS = (
    "reference-transaction",
    "pre-push",
    "post-checkout",
    "pre-auto-gc",
    "post-update",
    "pre-commit",
    "update",
)


def make_hostile(root: Path, folder: Path) -> Path:
    """Arm a repository; gives the file that exists once one of its programs has run."""
    marker, canary, hooks = folder / "marker", folder / "canary", folder / "hooks"
    write(canary, f"#!/bin/sh\necho ran >> {marker}\n")
    canary.chmod(0o755)
    for hook in HOOKS:
        for place in (hooks, root / ".git/hooks"):
            write(place / hook, canary.read_text())
            (place / hook).chmod(0o755)
    with (root / ".git/config").open("a") as config:
        config.write(HOSTILE.format(canary=canary, hooks=hooks))
    write(root / ".gitattributes", "* diff=evil filter=evil merge=evil\n")
    write(root / ".git/info/attributes", "* diff=evil filter=evil merge=evil\n")
    return marker


def test_no_program_runs_when_the_repository_is_hostile(shared: Repository, tmp_path: Path) -> None:
    assert shared.root is not None
    marker = make_hostile(shared.root, tmp_path / "evil")
    with open_repository(shared.root) as repository:
        assert append(repository, "one").outcome == "published"
        assert append(repository, "two").outcome == "published"
        tip, main = repository.tip(LEDGER), repository.tip("main")
        assert tip and main
        assert len(read_history(repository, tip).commits) == 2
        repository.tree(main).read("governance/govern.yaml")
        repository.staged()
        repository.commits_touching("governance/govern.yaml", tip, main)
        repository.first_parent_line("main")
        repository.default_branch()
        with throwaway(repository, {"refs/heads/govern-ledger": tip}) as clone:
            files = files_of(next_record(Chain(), "packets/q", "x"))
            assert publish(clone, commit(clone, tip, files, "m", MARA, WHEN), tip).outcome == "local"
    assert not marker.exists()


def test_fetch_refuses_when_the_remote_is_a_program(shared: Repository, tmp_path: Path) -> None:
    assert shared.root is not None
    git(shared.root, "config", "protocol.ext.allow", "always")
    git(shared.root, "remote", "set-url", "origin", f"ext::touch {tmp_path / 'marker'}")
    assert not shared.fetch("main").ok
    assert not (tmp_path / "marker").exists()


def test_only_the_vocabulary_is_spoken_when_a_record_is_appended_and_read(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken: list[list[str]] = []
    spawn = transport.spawn

    def record(argv: list[str], **options: Any) -> "subprocess.Popen[bytes]":
        spoken.append(argv)
        return spawn(argv, **options)

    monkeypatch.setattr(transport, "spawn", record)
    append(repository, "one")
    read_history(repository, repository.tip(LEDGER))
    repository.identity()
    assert spoken
    for argv in spoken:
        options = argv[2::2][: argv.count("-c")]
        assert set(options) == {"-c"}
        words = argv[2 + 2 * len(options) :]
        assert words[0] in VOCABULARY
        assert "core.hooksPath=/dev/null" in argv
        network = words[0] in transport.NETWORK
        assert ("protocol.allow=never" in argv) is not network
