"""A file that a check compares as text: its bytes go into the ledger, and the decision can be taken again from them."""

from pathlib import Path

import pytest

from govern.domain.checks import RULES, TO_WIDE
from govern.domain.decision import Accepted
from govern.domain.document import digest_of
from govern.domain.rollout.advance import Advance
from govern.domain.state import State
from govern.operations.judging import decide_again, follow
from govern.operations.reading import BranchDocuments, MissingInputError, RecordedDocuments
from workspaces import Clone, git, opened

PACKET = "no-system-prompt"
SHADOW = Advance(PACKET, "shadow", rehearsal={"same": True, "seconds": 0.1})


class Files(dict[str, bytes]):
    """A tree in memory."""

    def paths(self) -> list[str]:
        return list(self)

    def read(self, path: str) -> bytes | None:
        return self.get(path)


def nothing_kept(_: str) -> bytes | None:
    return None


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"as it is\n", "as it is\n"), (b"a\r\nb\r\n", "a\nb\n"), (b"caf\xe9", "caf\ufffd"), (b"", "")],
)
def test_text_is_read_with_plain_line_ends_and_its_bytes_are_kept(data: bytes, text: str) -> None:
    documents = BranchDocuments(Files({"RUNBOOK.md": data}), "governance", nothing_kept)
    assert documents.text("RUNBOOK.md") == text
    assert documents.read == {"RUNBOOK.md": digest_of(data)}
    again = RecordedDocuments(documents.read, "governance", documents.bytes_read.get)
    assert again.text("RUNBOOK.md") == text


def test_text_that_is_not_there_is_none_both_times() -> None:
    documents = BranchDocuments(Files(), "governance", nothing_kept)
    assert documents.text("RUNBOOK.md") is None
    assert RecordedDocuments(documents.read, "governance", nothing_kept).text("RUNBOOK.md") is None


def test_text_whose_bytes_are_gone_is_missing_and_not_absent() -> None:
    documents = RecordedDocuments({"RUNBOOK.md": digest_of(b"x")}, "governance", nothing_kept)
    with pytest.raises(MissingInputError):
        documents.text("RUNBOOK.md")


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clone:
    """A workspace in which the way into shadow asks for the runbook, too."""
    runbook = next(item for item in TO_WIDE if item.name == "runbook")
    monkeypatch.setitem(RULES[1], "shadow", (*RULES[1]["shadow"], runbook))  # type: ignore[index]
    return opened(tmp_path / "team").acting("ben").at("2026-11-20T09:05:00Z")


def test_record_names_the_runbook_and_the_ledger_holds_its_bytes(asked: Clone) -> None:
    outcome = asked.done(SHADOW)
    digest = digest_of((asked.directory / "RUNBOOK.md").read_bytes())
    lead = outcome.records[0]
    assert lead.documents is not None and lead.documents["RUNBOOK.md"] == digest
    assert asked.workspace().inputs(digest) == (asked.directory / "RUNBOOK.md").read_bytes()
    assert asked.audited() == []


def test_runbook_edited_later_changes_nothing_of_what_was_decided(asked: Clone) -> None:
    asked.done(SHADOW)
    (asked.directory / "RUNBOOK.md").write_text("# Nothing left\n", "utf-8")
    git(asked.directory, "commit", "-q", "-a", "-m", "Empty the runbook")
    assert asked.audited() == []
    assert isinstance(asked.do(SHADOW).decision, Accepted) is False  # it is in shadow already


def test_decision_cannot_be_taken_again_without_the_bytes_of_the_runbook(asked: Clone) -> None:
    asked.done(SHADOW)
    there = asked.workspace()
    digest = digest_of((asked.directory / "RUNBOOK.md").read_bytes())
    (_, genesis), (_, advanced) = there.commands()
    state = State()
    follow(state, there.inputs, genesis, {}, genesis[0].at)

    def all_but_one(wanted: str) -> bytes | None:
        return None if wanted == digest else there.inputs(wanted)

    judged = decide_again(state, all_but_one, advanced, advanced[0].at)
    assert (judged.fault, judged.code != "") == ("input_missing", True)
