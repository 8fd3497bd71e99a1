"""Commits of documents: only the named files, and the forge's own words when a push fails."""

from pathlib import Path

import pytest

from govern.errors import RepositoryError
from govern.ledger.documents import commit_documents, push_branch
from govern.ledger.repository import Repository
from ledger.world import git, write


def test_only_the_named_files_are_committed_when_others_are_staged(alone: Repository) -> None:
    root = alone.root
    assert root is not None
    write(root / "mine.txt", "staged")
    git(root, "add", "mine.txt")
    write(root / "governance/govern.yaml", "kind: workspace/v1\nid: x\n")
    write(root / "governance/cohorts.yaml", "kind: cohorts/v1\n")
    write(root / "untracked.txt", "x")
    oid = commit_documents(root, ["governance/govern.yaml", "governance/cohorts.yaml"], "Add the cohorts")
    assert alone.tip("main") == oid
    assert alone.tree(oid).paths() == ("governance/cohorts.yaml", "governance/govern.yaml")
    assert git(root, "status", "--porcelain").splitlines() == ["A  mine.txt", "?? untracked.txt"]


def test_commit_passes_the_text_of_git_on_when_it_fails(alone: Repository, home: Path) -> None:
    assert alone.root is not None
    write(alone.root / "governance/govern.yaml", "kind: workspace/v1\nid: x\n")
    (home / "gitconfig").write_text("[user]\n\tuseConfigOnly = true\n")
    with pytest.raises(RepositoryError) as caught:
        commit_documents(alone.root, ["governance/govern.yaml"], "x")
    assert "Please tell me who you are" in "\n".join(caught.value.notes)


def test_commit_says_so_when_there_is_no_repository(tmp_path: Path) -> None:
    with pytest.raises(RepositoryError, match="is not in a git repository"):
        commit_documents(tmp_path, ["x"], "x")


def test_push_brings_the_branch_when_the_forge_takes_it(shared: Repository, tmp_path: Path) -> None:
    assert shared.root is not None
    write(shared.root / "governance/cohorts.yaml", "kind: cohorts/v1\n")
    oid = commit_documents(shared.root, ["governance/cohorts.yaml"], "Add the cohorts")
    push_branch(shared.root, "main")
    assert git(tmp_path / "remote.git", "rev-parse", "main").strip() == oid


def test_push_passes_the_text_on_when_the_forge_refuses(shared: Repository, tmp_path: Path) -> None:
    assert shared.root is not None
    hook = tmp_path / "remote.git/hooks/pre-receive"
    write(hook, "#!/bin/sh\necho 'main is protected' >&2\nexit 1\n")
    hook.chmod(0o755)
    write(shared.root / "governance/cohorts.yaml", "kind: cohorts/v1\n")
    commit_documents(shared.root, ["governance/cohorts.yaml"], "Add the cohorts")
    with pytest.raises(RepositoryError) as caught:
        push_branch(shared.root, "main")
    assert "main is protected" in "\n".join(caught.value.notes)
