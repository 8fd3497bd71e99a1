"""`govern audit`: the whole ledger, and one record with what it was decided on."""

import json
from pathlib import Path

import pytest

from typed import MARCH_TO_JUNE, PASSING, Keyboard, copied, explain, into_shadow, measure, seven_cohorts
from workspaces import git


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return seven_cohorts(tmp_path_factory.mktemp("seven"))


@pytest.fixture
def typed(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Keyboard:
    return Keyboard(copied(made, tmp_path), capsys, monkeypatch)


@pytest.fixture
def canary(typed: Keyboard) -> Keyboard:
    into_shadow(typed)
    measure(typed)
    explain(typed, "prime")
    explain(typed, "opinion_survey")
    typed("phase", "advance", MARCH_TO_JUNE, "--to", "canary", "--only", PASSING, "--yes", who="mara")
    return typed


def test_audit_decides_everything_again_and_finds_nothing(canary: Keyboard) -> None:
    said = canary("audit")
    assert said.code == 0 and said.lines == [
        f"ledger {canary.tip[:7]}: 13 records, 6 commands",
        "decided again with the same result: 6 of 6",
        "0 findings",
    ]
    answer = canary("audit", "--format", "json").json
    assert (answer["ok"], answer["findings"], answer["data"]["same"]) == (True, [], 6)


def test_audit_of_a_record_shows_what_it_was_decided_on(canary: Keyboard) -> None:
    said = canary("audit", "--record", "surfaces/answers#2")
    assert said.code == 0 and said.lines[-1] == "ALLOWED: yes"
    assert said.lines[0] == f"binding_changed, 2026-11-20T12:00:00Z, commit {canary.tip[:7]}, by mara"
    for part in (
        " command    advance, 2 records, lead packets/gpt35-june#6",
        " decided again: SAME RESULT",
        "  passed  shadow_bands (warning)",
        "  n/a     mitigation_debt",
        "          prime mean-score-delta 72 points, n 500",
    ):
        assert part in said.lines
    assert "(evidence_recorded, data/pairs-gpt35.csv" in " ".join(said.text.split())


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("surfaces/answer#2", "govern audit --record surfaces/answers#2"),
        ("x", "govern log"),
        ("packets/gpt35-june", "govern audit --record packets/gpt35-june#"),
    ],
)
def test_audit_names_the_nearest_record(canary: Keyboard, name: str, line: str) -> None:
    said = canary("audit", "--record", name)
    assert said.code == 2 and said.out == "" and said.advice[1].startswith(line)


def edit(directory: Path, path: str, old: str, new: str) -> None:
    """A record of the ledger edited by hand, in a commit of its own."""
    git(directory, "switch", "-q", "govern-ledger")
    text = (directory / path).read_text("utf-8")
    assert old in text
    (directory / path).write_text(text.replace(old, new), "utf-8")
    git(directory, "commit", "-qam", "tidy")
    git(directory, "switch", "-q", "main")


def test_audit_says_no_with_a_code_when_a_record_was_edited(canary: Keyboard) -> None:
    edit(canary.directory, "records/packets/gpt35-june/0006.yaml", '"prime"', '"composite"')
    said = canary("audit")
    assert said.code == 1 and "GOV-AUD-" in said.text and said.advice[1].startswith("govern explain GOV-AUD-")
    assert any(line.endswith(("errors", "error")) for line in said.lines)
    for output in ("json", "sarif"):
        ended = canary("audit", "--format", output)
        assert ended.code == 1 and ended.err == "" and json.loads(ended.out)
    assert canary("audit", "--format", "github").out.startswith("::error ")


def test_audit_of_an_edited_record_is_not_allowed(canary: Keyboard) -> None:
    edit(canary.directory, "records/packets/gpt35-june/0006.yaml", '"prime"', '"composite"')
    said = canary("audit", "--record", "packets/gpt35-june#6")
    assert said.code == 1 and said.advice[0] == "type" and "ALLOWED: no" in said.lines


def test_audit_refuses_a_form_that_it_does_not_have(typed: Keyboard) -> None:
    said = typed("audit", "--format", "yaml")
    assert said.code == 2 and said.advice == ("type", "govern audit --format text")
    wrong = typed("audit", "--record", "x", "--format", "sarif")
    assert wrong.code == 2 and wrong.advice[1] == "govern audit --record x --format text"
