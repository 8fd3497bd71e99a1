"""What every reader of the ledger does alike: it says why it cannot read, and it writes nothing."""

from pathlib import Path

import pytest

from workspaces import Clone, git, repository

READERS = [
    ("log",),
    ("show", "chat"),
    ("binding", "show"),
    ("binding", "history"),
    ("baseline", "diff", "chat-b1", "chat-b2"),
    ("baseline", "drift"),
    ("policy", "show"),
    ("policy", "diff"),
]


@pytest.mark.parametrize("words", READERS, ids=" ".join)
def test_reader_changes_nothing(team: Clone, govern, words: tuple[str, ...]) -> None:
    before = git(team.directory, "for-each-ref"), git(team.directory, "status", "--porcelain")
    said = govern(*words)
    assert said.code == 0 and max(map(len, said.lines)) <= 82  # lines of a document stay as they are
    assert (git(team.directory, "for-each-ref"), git(team.directory, "status", "--porcelain")) == before


@pytest.mark.parametrize("words", READERS, ids=" ".join)
def test_reader_says_what_to_type_where_no_ledger_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, govern, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(repository(tmp_path / "team").directory)
    said = govern(*words)
    assert (said.code, said.advice) == (2, "govern init")


@pytest.mark.parametrize("words", READERS, ids=" ".join)
def test_reader_says_what_to_type_outside_of_a_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, govern, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    said = govern(*words)
    assert (said.code, said.advice) == (2, "git init")
