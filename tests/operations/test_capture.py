"""`govern baseline capture`: what runs, written down from versions, files or the short form of another tool."""

from pathlib import Path

import pytest

from govern.cli.capture import run
from govern.documents.tree import WorkingTree
from govern.errors import ExitCode, RefusedError, UsageError
from govern.operations.review.validate import validate
from operations.genesis import Team, opened_team, stop_the_clock

SHORT = """\
baseline:
  model: gpt-4-0125
  prompt: v2.3.1
  policy: conservative-v1
  last_verified: 2026-01-15
"""


@pytest.fixture
def team(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Team:
    stop_the_clock(monkeypatch)
    return opened_team(tmp_path, tmp_path_factory.getbasetemp())


def test_baseline_is_sound_when_captured_from_versions_and_files(team: Team) -> None:
    team.write("prompts/system.v3.md", "3\n")
    given = {"model": "gpt-4-0125", "prompt": "prompts/system.v3.md", "tools": "14"}
    answer = run(team.context, "chat-now", "chat", given)
    assert answer.lines == (
        "Wrote governance/baselines/chat-now.yaml, stamped gpt-4-0125+v3. Blanks left: 0",
    )
    assert 'tools: "14"' in team.read("governance/baselines/chat-now.yaml")
    assert validate(WorkingTree(team.root), "governance").findings == ()


def test_parts_that_a_short_form_leaves_out_are_blank_and_named(team: Team) -> None:
    team.write("old.yaml", SHORT)
    answer = run(team.context, "old", "chat", {}, "old.yaml")
    assert answer.exit == ExitCode.LEFT
    assert answer.lines == (
        "Wrote governance/baselines/old.yaml, stamped gpt-4-0125+v2.3.1. Blanks left: 2",
        "  governance/baselines/old.yaml: components.tools",
        "  governance/baselines/old.yaml: components.guardrails",
    )
    assert 'last_verified: "2026-01-15"' in team.read("governance/baselines/old.yaml")
    blank = [(each.line, each.code) for each in validate(WorkingTree(team.root), "governance").findings]
    assert [line for line, _ in blank] == [10, 11]


def test_stamp_is_blank_when_the_short_form_names_no_prompt(team: Team) -> None:
    team.write("old.yaml", "baseline: {model: m1}\n")
    answer = run(team.context, "old", "chat", {}, "old.yaml")
    assert answer.lines[0] == "Wrote governance/baselines/old.yaml. Blanks left: 5"


def test_stamp_is_one_of_its_own_when_the_first_is_taken(team: Team) -> None:
    answer = run(
        team.context, "twin", "chat", {"model": "llama-2-70b-chat", "prompt": "v1", "guardrails": "g7"}
    )
    assert "stamped llama-2-70b-chat+v1+guardrails-g7" in answer.lines[0]


@pytest.mark.parametrize(
    ("name", "surface", "given", "text", "said"),
    [
        ("b", "chta", {"model": "m"}, None, "no surface `chta`"),
        ("b", "chat", {}, None, "names its model"),
        ("chat-b1", "chat", {"model": "m"}, None, "is there already"),
        ("B 1", "chat", {"model": "m"}, None, "is no id"),
        ("b", "chat", {"model": "two words"}, None, "neither a file here nor one word"),
        ("b", "chat", {"model": "m", "prompt": "prompts/none.md"}, None, "no file prompts/none.md"),
        ("b", "chat", {"model": "m", "prompt": "prompts/*.txt"}, None, "no file matches"),
        ("b", "chat", {"model": "m"}, SHORT, "names the components already"),
        ("b", "chat", {}, "baseline: [\n", "old.yaml:2: not YAML"),
        ("b", "chat", {}, "model: m\n", "no short form"),
        ("b", "chat", {}, "baseline: {modell: m}\n", "nearest: model"),
        ("b", "chat", {}, "baseline: {model: [m]}\n", "no short form"),
    ],
)
def test_nothing_is_written_when_the_line_or_the_form_is_wrong(
    team: Team, name: str, surface: str, given: dict[str, str], text: str | None, said: str
) -> None:
    if text is not None:
        team.write("old.yaml", text)
    before = team.stands()
    with pytest.raises((UsageError, RefusedError)) as caught:
        run(team.context, name, surface, given, "old.yaml" if text is not None else None)
    assert said in caught.value.message
    assert team.stands() == before
