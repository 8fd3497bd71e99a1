"""A working tree as a tree of regular files: links and what lies outside are absent; globs; writing."""

import os
from pathlib import Path

import pytest

from govern.documents.tree import WorkingTree, folders_with, holds, matching, pinned, repository_root, under
from govern.domain.document import digest_of
from govern.errors import DocumentError
from trees import MemoryTree

FILES = {
    "governance/govern.yaml": b"x",
    "governance/kpis/a.yaml": b"y",
    "prompts/v1/a.md": b"1",
    "prompts/v1/b.md": b"2",
    "prompts/v1/deep/c.md": b"3",
    "prompts/v1/.hidden.md": b"4",
}


@pytest.fixture
def tree(tmp_path: Path) -> WorkingTree:
    root = tmp_path / "repository"
    for path, data in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    (root / ".git").mkdir()
    (root / ".git" / "config").write_bytes(b"secret")
    return WorkingTree(root)


def test_working_tree_and_memory_answer_alike(tree: WorkingTree) -> None:
    memory = MemoryTree(FILES)
    assert sorted(tree.paths()) == memory.paths()
    for each in (tree, memory):
        assert sorted(under(each, "prompts")) == [
            path for path in memory.paths() if path.startswith("prompts/")
        ]
        assert folders_with(each, "", "govern.yaml") == ["governance"]
        assert folders_with(each, "governance", "govern.yaml") == ["governance"]
        assert holds(each, "prompts/v1/a.md") and not holds(each, "prompts/v1")
        assert each.read("prompts/v1/a.md") == b"1" and each.read("none") is None


GLOBS = [
    ("prompts/v1/*.md", ["prompts/v1/a.md", "prompts/v1/b.md"]),
    ("prompts/**/*.md", ["prompts/v1/a.md", "prompts/v1/b.md", "prompts/v1/deep/c.md"]),
    ("prompts/v?/a.md", ["prompts/v1/a.md"]),
    ("prompts/v1/.*.md", ["prompts/v1/.hidden.md"]),
    ("prompts/v1/a.md", ["prompts/v1/a.md"]),
    ("prompts/*.md", []),
    ("../*", []),
    ("/etc/*", []),
]


@pytest.mark.parametrize(("pattern", "paths"), GLOBS)
def test_pinned_gives_digests_of_what_matches(tree: WorkingTree, pattern: str, paths: list[str]) -> None:
    wanted = {path: digest_of(FILES[path]) for path in paths}
    assert pinned(tree, pattern) == wanted == pinned(MemoryTree(FILES), pattern)


HOSTILE = [
    ("**/" * 14 + "x", "a/" * 40 + "y"),
    ("**/a/" * 14 + "x", "a/" * 40 + "y"),
    ("*a" * 30 + "b", "a" * 250),
]


@pytest.mark.parametrize(("pattern", "path"), HOSTILE, ids=["folders", "names", "letters"])
def test_a_hostile_glob_answers_at_once(pattern: str, path: str) -> None:
    """With backtracking each of them takes longer than anybody waits."""
    assert matching(pattern, [path]) == []
    assert matching(pattern, [path[:-1] + pattern[-1]]) == [path[:-1] + pattern[-1]]


def test_nothing_outside_and_no_link_is_ever_read(
    tree: WorkingTree, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.yaml").write_bytes(b"secret")
    (tree.root / "governance" / "link.yaml").symlink_to(outside / "secret.yaml")
    (tree.root / "linked").symlink_to(outside)
    (tree.root / "inner.md").symlink_to(tree.root / "prompts" / "v1" / "a.md")
    os.mkfifo(tree.root / "pipe.yaml")
    for path in (
        "governance/link.yaml",
        "linked/secret.yaml",
        "inner.md",
        "pipe.yaml",
        "../x",
        ".git/config",
        "a\0b",
        "",
    ):
        assert tree.read(path) is None, path
    assert sorted(tree.paths()) == sorted(FILES)


def test_write_replaces_and_keeps_the_mode(tree: WorkingTree) -> None:
    target = tree.root / "governance" / "kpis" / "a.yaml"
    target.chmod(0o640)
    tree.write("governance/kpis/a.yaml", b"new")
    assert target.read_bytes() == b"new" and target.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in target.parent.iterdir()) == ["a.yaml"]
    with pytest.raises(DocumentError, match="cannot be written"):
        tree.write("none/a.yaml", b"")


def test_repository_root_is_found_from_any_folder(tree: WorkingTree) -> None:
    assert repository_root(tree.root / "prompts" / "v1") == tree.root
