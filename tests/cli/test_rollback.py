"""`govern rollback rehearse`: the way back walked on a throw-away clone, and that it was held."""

from pathlib import Path

import pytest

from typed import MARCH_TO_JUNE, Keyboard, copied, into_shadow, seven_cohorts
from workspaces import git


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return seven_cohorts(tmp_path_factory.mktemp("seven"))


@pytest.fixture
def typed(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Keyboard:
    return Keyboard(copied(made, tmp_path), capsys, monkeypatch)


def test_rehearse_takes_everybody_back_and_records_it(typed: Keyboard) -> None:
    into_shadow(typed)
    refs = git(typed.directory, "for-each-ref", "refs/heads")
    said = typed("rollback", "rehearse", MARCH_TO_JUNE, who="jo")
    assert said.code == 0
    assert said.lines[0].startswith(f"{MARCH_TO_JUNE}: 7 cohorts put on next and taken back in a clone, ")
    assert said.lines[1] == "all back on the frozen baseline, same bytes"
    assert said.advice[1].startswith("govern ") and git(typed.directory, "for-each-ref", "refs/heads") != refs
    assert typed.audited() == []


def test_rehearse_writes_nothing_when_dry(typed: Keyboard) -> None:
    into_shadow(typed)
    before = typed.tip
    said = typed("rollback", "rehearse", MARCH_TO_JUNE, "--dry-run", who="jo")
    assert said.code == 0 and typed.tip == before and "would record rehearsal_held" in said.text


def test_rehearse_gives_one_object_when_json_is_asked(typed: Keyboard) -> None:
    into_shadow(typed)
    answer = typed("rollback", "rehearse", MARCH_TO_JUNE, "--format", "json", who="jo").json
    body = answer["data"]["records"][0]["body"]
    assert answer["ok"] and body["same"] is True and len(body["cohorts"]) == 7


@pytest.mark.parametrize(
    ("packet", "code", "line"), [("gpt35-jun", 2, "govern "), ("gpt35-june", 1, "govern status")]
)
def test_rehearse_is_refused_where_there_is_nothing_to_take_back(
    typed: Keyboard, packet: str, code: int, line: str
) -> None:
    into_shadow(typed)
    typed("packet", "withdraw", MARCH_TO_JUNE, "--reason", "not worth it", who="lee")
    before = typed.tip
    said = typed("rollback", "rehearse", packet, who="jo")
    assert said.code == code and said.advice[1].startswith(line) and typed.tip == before
