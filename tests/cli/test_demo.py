"""`govern demo` plays its stories, leaves what it promises, and prints lines that fit and can be pasted."""

import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from govern.cli import demo
from govern.cli.app import main
from govern.cli.stories import STORIES
from govern.cli.stories.telling import Line
from govern.domain.binding import current
from govern.domain.state import State
from govern.operations.audit import audit
from govern.operations.context import Context
from govern.operations.workspace import open_workspace
from govern.report.wrap import WIDTH

COHORTS = {
    "prime", "composite", "happy_numbers", "opinion_survey", "code_generation", "sensitive_direct",
    "sensitive_jailbreak",
}  # fmt: skip


STORY = STORIES["model-change"]
HARMED = {"safe:privacy_fictional", "safe:real_group_nons_discr", "safe:safe_contexts"}


def on_next(state: State, surface: str) -> set[str]:
    return {key for key in COHORTS if current(state.surfaces[surface], key).to.baseline == f"{surface}-b2"}


def test_demo_binds_the_healthy_cohorts_and_leaves_a_clean_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["demo", "kept"]) == 0
    out = capsys.readouterr().out
    context = Context(directory=tmp_path / "kept" / "clone", now=STORY.now, simulated=STORY.now)
    there = open_workspace(context, fetch=True, judge=True)
    assert on_next(there.state, "answers") == {"prime", "opinion_survey", "sensitive_jailbreak"}
    assert on_next(there.state, "reasoning") == {"sensitive_direct", "sensitive_jailbreak"}
    assert list(audit(there).findings) == []
    assert [line for line in out.splitlines() if len(line) > WIDTH] == []
    assert str(tmp_path) not in out and str(Path.home()) not in out and "Traceback" not in out
    assert f"cd kept/clone && export GOVERN_NOW={STORY.now}" in out
    for said in ("SIMULATED", "+11.9", "-18.8", "-49.7", "GOV-FRZ-001", "0 findings"):
        assert said in out


def test_demo_takes_the_harmed_cohorts_back_and_marks_what_they_were_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["demo", "kept", "--story", "partial-rollback"]) == 0
    out = capsys.readouterr().out
    now = STORIES["partial-rollback"].now
    there = open_workspace(
        Context(directory=tmp_path / "kept" / "clone", now=now, simulated=now), fetch=True, judge=True
    )
    packet = there.state.packet("add-guardrail")
    assert {cohort for cohort, stage in packet.stages.items() if stage == "back"} == HARMED
    assert len(packet.on_next) == 15 and packet.waivers
    assert [duty.kind for duty in there.state.duties] == []
    assert list(audit(there).findings) == []
    assert [line for line in out.splitlines() if len(line) > WIDTH] == []
    for said in ("+20.4", "SERVED", "nearest: safe:privacy_fictional", "0 findings"):
        assert said in out


def test_demo_knows_no_other_story(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--story", "partial-rolback"]) == 2
    assert "type: govern demo --story partial-rollback" in capsys.readouterr().err


def test_demo_without_a_folder_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setitem(STORIES, "model-change", replace(STORY, parts=STORY.parts[:2]))
    assert main(["demo"]) == 0
    assert "lee$ govern validate\n21 documents, nothing found\n" in capsys.readouterr().out
    assert not list(tmp_path.glob("govern-demo-*"))


@pytest.mark.parametrize("there", ["full", "file"])
def test_demo_refuses_a_folder_that_holds_anything(
    there: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "work.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    assert main(["demo", there]) == 2
    said = capsys.readouterr().err
    assert (
        said.startswith(f"refused: {there} is not an empty folder") and f"type: govern demo {there}-2" in said
    )
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["work.txt"]


@pytest.mark.parametrize(
    "line",
    [
        Line(STORY.now, "lee", "govern validate --format yaml"),  # ends with 2, not with 0
        Line(STORY.now, "lee", "govern validate", shows="something else"),
    ],
    ids=["other exit code", "other words"],
)
def test_demo_is_a_fault_when_a_line_does_not_end_as_told(
    line: Line, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(STORIES, "model-change", replace(STORY, parts=(line,)))
    assert main(["demo"]) == 3
    said = capsys.readouterr().err
    assert "fault of its own" in said and line.typed in said and "Traceback" not in said


LONG = 'govern evidence explain gpt35-june --cohort opinion_survey --dimension refusal --moved "takes half of it back"'


KEYS = f"govern phase advance guardrail --to canary --only {','.join(f'safe:cohort_{n}' for n in range(20))} --yes"


@pytest.mark.parametrize("long", [LONG, KEYS], ids=["words", "one long word"])
@pytest.mark.parametrize("prompt", ["type: ", "next: ", "kim types: "])
def test_folded_advice_is_still_the_same_command(prompt: str, long: str) -> None:
    lines = demo.folded(prompt + long)
    assert all(len(line) <= WIDTH for line in lines) and len(lines) > 1
    pasted = "\n".join(lines).removeprefix(prompt).replace("\\\n", "")
    assert shlex.split(pasted) == shlex.split(long)


def test_folding_changes_no_word_and_no_line_that_fits() -> None:
    short = " passed  approvals           1 of 1: mara"
    assert demo.folded(short) == [short]
    words = " cohort " * 20
    assert " ".join(demo.folded(words)).split() == words.split()
