"""`govern binding unfreeze`: what it says and records, who is told to type it, and that it never goes offline."""

import json
from pathlib import Path

import pytest

from govern.cli import frame
from govern.domain.rollback.execution import Rollback
from workspaces import Clone, git

PACKET = "no-system-prompt"
LINE = ("binding", "unfreeze", "chat", "--root-cause", "INC-4711")
UNKNOWN = ("binding", "unfreeze", "chat", "--root-cause", "unknown")


@pytest.fixture
def back(team: Clone) -> Clone:
    """Ben took the cohort back, so promotions are frozen for it."""
    team.done(Rollback(PACKET, "operator-judgement"))
    return team


def typed(govern, monkeypatch: pytest.MonkeyPatch, *words: str):
    """The words as the program gets them, so that an advice can be the whole line again."""
    monkeypatch.setattr(frame, "typed", list(words))
    return govern(*words)


def test_unfreeze_says_who_may_go_on_and_status_is_clear_again(back: Clone, govern) -> None:
    assert "chat is frozen for public" in govern("status").text
    said = govern(*LINE)
    assert said.code == 0
    assert said.lines[:3] == ["chat", " may go on   public", f" root cause  INC-4711 ({PACKET})"]
    assert said.lines[3].startswith("PUBLISHED ") and said.advice == "govern status"
    assert "is frozen" not in govern("status").text
    assert back.audited() == []


def test_unfreeze_of_an_unknown_cause_leaves_a_duty_that_naming_it_settles(back: Clone, govern) -> None:
    said = govern(*UNKNOWN, "--owner", "ana", "--due", "2026-11-29")
    assert "ana finds it by 2026-11-29T00:00:00Z" in " ".join(said.text.split())
    assert f"root cause, {PACKET} (ana)" in govern("status").text
    again = govern(*LINE)
    assert (again.code, again.lines[1]) == (0, " may go on   nobody was frozen any more")
    assert "root cause" not in govern("status").text
    assert back.audited() == []


def test_unfreeze_in_json_has_the_record(back: Clone, govern) -> None:
    data = json.loads(govern(*LINE, "--format", "json").text)["data"]
    (record,) = data["records"]
    assert (record["event"], record["body"]["cohorts"]) == ("promotions_unfrozen/1", ["public"])


def test_unfreeze_that_is_only_tried_records_nothing(back: Clone, govern) -> None:
    before = git(back.directory, "rev-parse", "govern-ledger")
    said = govern(*LINE, "--dry-run")
    assert said.code == 0 and "dry run: would record promotions_unfrozen" in said.text
    assert git(back.directory, "rev-parse", "govern-ledger") == before


REFUSED = [
    (("binding", "unfreeze", "caht", "--root-cause", "INC 1"), 2,
     "govern binding unfreeze chat --root-cause 'INC 1'"),
    ((*LINE, "--cohort", "pubilc"), 2, "govern binding unfreeze chat --root-cause INC-4711 --cohort public"),
    (UNKNOWN, 2,
     "govern binding unfreeze chat --root-cause unknown --owner ben --due 2026-11-23T10:00:00Z"),
    ((*UNKNOWN, "--owner", "anna", "--due", "2026-11-29"), 2,
     "govern binding unfreeze chat --root-cause unknown --owner ana --due 2026-11-29"),
    ((*LINE, "--owner", "ana"), 2, "govern binding unfreeze chat --root-cause REFERENCE"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "code", "line"), REFUSED, ids=[line for *_, line in REFUSED])
def test_unfreeze_refuses_a_slip_with_the_whole_line(
    back: Clone, govern, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: int, line: str
) -> None:
    before = git(back.directory, "rev-parse", "govern-ledger")
    said = typed(govern, monkeypatch, *words)
    assert (said.code, said.advice) == (code, line)
    assert git(back.directory, "rev-parse", "govern-ledger") == before


def test_unfreeze_by_an_author_names_who_types_it(
    back: Clone, govern, monkeypatch: pytest.MonkeyPatch
) -> None:
    back.acting("ana")
    said = typed(govern, monkeypatch, *LINE)
    assert said.code == 1
    assert said.lines[0] == f"refused: ana may not lift what {PACKET} froze; ben may"
    assert said.lines[-1] == "ben types: govern binding unfreeze chat --root-cause INC-4711"


def test_unfreeze_of_what_is_not_frozen_is_refused(team: Clone, govern) -> None:
    said = govern(*LINE)
    assert (said.code, said.lines[0]) == (1, "refused: chat is not frozen")
    assert said.advice == "govern show chat"


def test_unfreeze_is_refused_while_the_remote_is_gone(back: Clone, govern, tmp_path: Path) -> None:
    before = git(back.directory, "rev-parse", "govern-ledger")
    git(tmp_path, "clone", "-q", "--bare", str(back.directory), "team.git")
    git(back.directory, "remote", "add", "origin", str(tmp_path / "team.git"))
    assert govern("status", "--fetch").code == 0
    (tmp_path / "team.git").rename(tmp_path / "gone.git")
    said = govern(*LINE)
    assert said.code == 2 and "did not answer" in said.text
    assert git(back.directory, "rev-parse", "govern-ledger") == before
