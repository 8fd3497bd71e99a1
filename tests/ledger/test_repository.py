"""What a command sees of the repository it stands in, odd ones included."""

import os
from pathlib import Path

import pytest

from govern.errors import RepositoryError
from govern.ledger.repository import Fetched, Repository, checked_branch, open_repository
from ledger.world import LEDGER, append, commands, git, make_remote, make_repository, write


def test_open_finds_the_root_when_it_starts_in_a_subfolder(alone: Repository) -> None:
    assert alone.root is not None
    with open_repository(alone.root / "governance") as repository:
        assert (repository.root, repository.common_dir) == (alone.root, alone.root / ".git")
        assert repository.tree(repository.tip("main") or "").paths() == ("governance/govern.yaml",)


def test_open_finds_the_common_directory_when_it_is_a_linked_worktree(
    alone: Repository, tmp_path: Path
) -> None:
    assert alone.root is not None
    git(alone.root, "worktree", "add", "--quiet", str(tmp_path / "linked"))
    with open_repository(tmp_path / "linked") as repository:
        assert (repository.root, repository.common_dir) == (tmp_path / "linked", alone.common_dir)
        assert append(repository, "one").outcome == "local"
    assert commands(alone) == ["one"]


def test_open_takes_a_bare_repository_when_it_is_pointed_at(shared: Repository, tmp_path: Path) -> None:
    append(shared, "one")
    with open_repository(tmp_path / "remote.git") as repository:
        assert repository.root is None
        assert commands(repository) == ["one"]
        assert append(repository, "two").outcome == "local"


def test_open_takes_the_outer_one_when_a_bare_repository_is_embedded(alone: Repository) -> None:
    assert alone.root is not None
    git(alone.root, "init", "--quiet", "--bare", "fixtures/evil.git")
    with pytest.raises(RepositoryError):
        open_repository(alone.root / "fixtures/evil.git/refs")


def test_open_says_what_to_type_when_there_is_no_repository(tmp_path: Path) -> None:
    with pytest.raises(RepositoryError) as caught:
        open_repository(tmp_path)
    assert caught.value.message == f"{tmp_path} is not in a git repository"
    assert caught.value.type_line == "git init"


def test_open_says_so_when_the_folder_is_missing(tmp_path: Path) -> None:
    with pytest.raises(RepositoryError, match="is not a directory"):
        open_repository(tmp_path / "nowhere")


def test_open_says_so_when_git_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RepositoryError, match="git is not installed"):
        open_repository(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_open_passes_the_text_of_git_on_when_somebody_else_owns_it(
    alone: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SUDO_UID", raising=False)
    for path in (alone.root, alone.common_dir):
        assert path is not None
        os.chown(path, 12345, 12345)
    with pytest.raises(RepositoryError) as caught:
        open_repository(path)
    assert "safe.directory" in "\n".join(caught.value.notes)


@pytest.mark.parametrize(
    ("remotes", "expected"),
    [((), None), (("upstream",), "upstream"), (("a", "origin"), "origin"), (("a", "b"), None)],
)
def test_remote_is_origin_or_the_only_one_when_there_are_some(
    alone: Repository, remotes: tuple[str, ...], expected: str | None
) -> None:
    assert alone.root is not None
    for name in remotes:
        git(alone.root, "remote", "add", name, "/nowhere")
    assert alone.remote == expected


def test_fetch_brings_both_branches_when_they_exist(shared: Repository, tmp_path: Path) -> None:
    append(shared, "one")
    git(tmp_path, "clone", "--quiet", "remote.git", "second")
    with open_repository(tmp_path / "second") as second:
        before = second.refs("refs/heads", "refs/remotes")
        assert second.fetch("main") == Fetched(True)
        assert second.tip("main") == shared.tip("main")
        assert second.tip(LEDGER) == shared.tip(LEDGER)
        assert second.refs("refs/heads", "refs/remotes") == before
        assert second.local_tip(LEDGER) is None


def test_fetch_is_no_failure_when_the_remote_is_empty(tmp_path: Path) -> None:
    make_repository(tmp_path / "clone")
    git(tmp_path, "init", "--quiet", "--bare", "remote.git")
    git(tmp_path / "clone", "remote", "add", "origin", str(tmp_path / "remote.git"))
    with open_repository(tmp_path / "clone") as repository:
        assert repository.fetch("main") == Fetched(True)
        assert repository.tip("main") is None


def test_fetch_says_why_when_the_remote_is_gone(shared: Repository, tmp_path: Path) -> None:
    (tmp_path / "remote.git").rename(tmp_path / "gone.git")
    fetched = shared.fetch("main")
    assert not fetched.ok
    assert "does not appear to be a git repository" in fetched.reason


def test_fetch_works_when_a_killed_one_left_its_locks(shared: Repository) -> None:
    shared.fetch("main")
    write(shared.common_dir / "refs/govern/remote/main.lock", "")
    assert shared.root is not None
    write(shared.root / "new", "x")
    git(shared.root, "add", "new")
    git(shared.root, "commit", "--quiet", "--message=new")
    git(shared.root, "push", "--quiet", "origin", "main")
    assert shared.fetch("main") == Fetched(True)
    assert shared.tip("main") == shared.local_tip("main")


def test_tip_is_what_the_user_fetched_when_this_program_never_did(shared: Repository) -> None:
    assert shared.tip("main") == shared.local_tip("main")
    assert shared.refs("refs/govern") == {}


def test_default_branch_is_the_one_of_the_remote_when_another_is_checked_out(shared: Repository) -> None:
    assert shared.root is not None
    git(shared.root, "switch", "--quiet", "--create", "topic")
    assert shared.default_branch() == "main"
    assert shared.branches() == ("main", "topic")
    assert shared.head_branch() == "topic"


@pytest.mark.parametrize(
    "name", ["", "-x", "a b", "a..b", "a:b", "+a*", "a~1", "a\nb", "/a", "a/", "a.lock", "@{-1}"]
)
def test_branch_is_refused_when_git_would_not_take_its_name(name: str) -> None:
    with pytest.raises(RepositoryError):
        checked_branch(name)


def test_tree_reads_regular_files_only_when_there_are_links_and_submodules(alone: Repository) -> None:
    assert alone.root is not None
    (alone.root / "link").symlink_to("/etc/passwd")
    write(alone.root / "run.sh", "#!/bin/sh\n")
    (alone.root / "run.sh").chmod(0o755)
    write(alone.root / "größe.txt", "x")
    git(alone.root, "add", "--all")
    git(alone.root, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")
    git(alone.root, "commit", "--quiet", "--message=odd")
    tree = alone.tree(alone.tip("main") or "")
    assert tree.paths() == ("governance/govern.yaml", "größe.txt", "run.sh")
    assert tree.read("run.sh") == b"#!/bin/sh\n"
    assert [tree.read(path) for path in ("link", "sub", "governance", "../x", "nowhere")] == [None] * 5
    assert {path: entry.mode for path, entry in tree.entries().items()}["link"] == "120000"


def test_resolve_gives_nothing_when_the_revision_is_hostile(alone: Repository) -> None:
    assert alone.resolve("main") == alone.local_tip("main")
    assert [alone.resolve(word) for word in ("--all", "-h", "nowhere", "main:governance", "")] == [None] * 5


def test_identity_is_nothing_when_git_has_none(alone: Repository, home: Path) -> None:
    assert alone.identity() == ("Mara", "mara@example.org")
    write(home / "gitconfig", "[user]\n\tname = Mara\n")
    assert alone.identity() is None
    write(home / "gitconfig", "[user]\n\temail = mara@example.org\n")
    assert alone.identity() == ("mara@example.org", "mara@example.org")


def test_questions_about_history_are_answered_when_a_branch_was_merged(alone: Repository) -> None:
    assert alone.root is not None
    first = alone.tip("main") or ""
    git(alone.root, "switch", "--quiet", "--create", "topic")
    write(alone.root / "governance/govern.yaml", "kind: workspace/v1\nid: x\n")
    git(alone.root, "commit", "--quiet", "--all", "--message=Give it a name")
    topic = alone.local_tip("topic") or ""
    git(alone.root, "switch", "--quiet", "main")
    git(alone.root, "merge", "--quiet", "--no-ff", "--message=merge", "topic")
    tip = alone.tip("main") or ""
    assert alone.first_parent_line("main") == (tip, first)
    assert alone.is_ancestor(topic, tip) and alone.is_ancestor(tip, tip) and not alone.is_ancestor(tip, topic)
    assert not alone.is_ancestor("0" * 40, tip)
    assert alone.committer_date(tip) == "2026-11-20T10:00:00Z"
    (touch,) = alone.commits_touching("governance/govern.yaml", first, tip)
    assert (touch.commit, touch.author, touch.subject) == (topic, "Mara <mara@example.org>", "Give it a name")
    assert alone.commits_touching("governance/govern.yaml", topic, tip) == ()


def test_worktrees_are_found_when_the_ledger_is_checked_out(alone: Repository, tmp_path: Path) -> None:
    append(alone, "one")
    assert alone.worktrees_with(LEDGER) == ()
    assert alone.root is not None
    git(alone.root, "worktree", "add", "--quiet", str(tmp_path / "ledger"), LEDGER)
    assert alone.worktrees_with(LEDGER) == (str(tmp_path / "ledger"),)
    with pytest.raises(RepositoryError) as caught:
        append(alone, "two")
    assert caught.value.type_line == f"git -C {tmp_path / 'ledger'} switch --detach"
    git(tmp_path / "ledger", "switch", "--quiet", "--detach")
    assert append(alone, "two").outcome == "local"
    assert commands(alone) == ["one", "two"]


def test_worktrees_are_found_when_the_ledger_is_the_unborn_head(alone: Repository) -> None:
    assert alone.root is not None
    git(alone.root, "symbolic-ref", "HEAD", f"refs/heads/{LEDGER}")
    with pytest.raises(RepositoryError, match="is checked out"):
        append(alone, "one")


@pytest.mark.parametrize("options", [(), ("--object-format=sha256",)], ids=["sha1", "sha256"])
def test_records_are_appended_and_read_when_refs_are_packed(tmp_path: Path, options: tuple[str, ...]) -> None:
    clone = make_remote(tmp_path, *options)[1]
    with open_repository(clone) as repository:
        append(repository, "one")
        git(clone, "pack-refs", "--all")
        git(clone, "gc", "--quiet")
        append(repository, "two")
        assert commands(repository) == ["one", "two"]


def test_records_are_appended_when_the_clone_is_shallow(shared: Repository, tmp_path: Path) -> None:
    assert shared.root is not None
    write(shared.root / "new", "x")
    git(shared.root, "add", "new")
    git(shared.root, "commit", "--quiet", "--message=new")
    git(shared.root, "push", "--quiet", "origin", "main")
    append(shared, "one")
    append(shared, "two")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{tmp_path / 'remote.git'}", "shallow")
    with open_repository(tmp_path / "shallow") as shallow:
        assert shallow.shallow and not shared.shallow
        assert append(shallow, "three").outcome == "published"
        assert commands(shallow) == ["one", "two", "three"]
        assert len(shallow.first_parent_line("main")) == 1
