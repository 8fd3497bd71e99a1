"""`govern check` as people meet it: the words of a refusal and of a pass, five formats, exit codes."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from govern.domain.rollout.change_control import ApplyChange, OpenChange
from pull_requests import KPI, NOW, PACKET, Branch, branch, shadowed
from workspaces import Clone, git, isolated, opened, repository

REFUSED = """\
1 commit, judged by the policy and the records of ledger LEDGER
SIMULATED clock
kpis/mean-score-delta.yaml:8:48  error  GOV-FRZ-001  frozen number changed
    8 | bands: {warning: {below: 0}, critical: {below: -20}}
                                                       ^ was -3
      by      COMMIT "Tidy KPI bands" (lee)
      frozen  2026-11-20T09:30:00Z by packets/gpt35-june#1 (draft -> shadow)
      effect  1 verdict of shadow_bands would turn from failed to passed:
              composite -18.8 points
refused: 1 error. Merged, it would have no force. To ask for it in the open
type: govern packet change gpt35-june --set kpis/mean-score-delta:bands.critical.below=-20 --reason "..."
"""
APPLIED = """\
1 commit, judged by the policy and the records of ledger LEDGER
SIMULATED clock
note GOV-FRZ-002  change control packets/gpt35-june#4 is applied
      mean-score-delta bands.critical.below -3 -> -4
      opened by lee 2026-11-20 10:00: "n = 100 cohorts are noisy"
      applied by kim 2026-11-20 10:40, who did not open it
      cycles in band: counted from zero again
      effect  none today
passed: 0 errors, 1 note
"""
OPEN = """\
1 commit, judged by the policy and the records of ledger LEDGER
SIMULATED clock
note GOV-FRZ-002  change control packets/gpt35-june#4 is open
      mean-score-delta bands.critical.below -3 -> -4
      opened by lee 2026-11-20 10:00: "n = 100 cohorts are noisy"
      in force once somebody else has typed: govern packet change gpt35-june
      --apply
      effect  none today: composite -18.8 points, happy_numbers 15.0 percent,
              sensitive_direct -6.0 points still fail
passed: 0 errors, 1 note
"""
COMMENT = """\
<!-- govern check -->
### govern: refused, 1 error
| what | where | in force -> here |
|---|---|---|
| frozen number changed (GOV-FRZ-001) | `kpis/mean-score-delta.yaml:8` | `bands.critical.below -3 -> -20` |

**Effect** `composite -18.8 points` failed -> passed.
**Fixed** since 2026-11-20 by `packets/gpt35-june#1` (draft -> shadow).
**Way out** `govern packet change gpt35-june --set kpis/mean-score-delta:bands.critical.below=-20 --reason "..."`;\
 someone who did not open it applies it.
Judged by the ledger at LEDGER, not by what this branch says.
"""


@pytest.fixture(scope="module")
def model_change(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model-change")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in isolated(folder / "home").items():
            patch.setenv(name, value)
        shadowed(folder / "team")
    return folder / "team"


@pytest.fixture
def shadow(model_change: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clone]:
    """A model change in shadow; commands run in it."""
    shutil.copytree(model_change, tmp_path / "shadow")
    monkeypatch.chdir(tmp_path / "shadow")
    yield Clone(tmp_path / "shadow", "mara", NOW)


def masked(text: str, clone: Clone) -> str:
    text = text.replace(git(clone.directory, "rev-parse", "HEAD")[:7], "COMMIT")
    return text.replace(git(clone.directory, "rev-parse", "govern-ledger")[:7], "LEDGER")


def loosened(clone: Clone) -> Clone:
    branch(clone.directory).edit(KPI, ("below: -3", "below: -20")).commit("Tidy KPI bands")
    return clone


def agreed(clone: Clone) -> Clone:
    setting = {"document": "kpis/mean-score-delta", "field": "bands.critical.below", "value": -4}
    clone.acting("lee").done(OpenChange(PACKET, (setting,), "n = 100 cohorts are noisy"))
    branch(clone.directory).edit(KPI, ("below: -3", "below: -4")).commit("As agreed")
    return clone


def test_refusal_says_who_since_when_what_turns_and_what_to_type(shadow: Clone, govern) -> None:
    loosened(shadow)
    said = govern("check", "--base", "main")
    assert (masked(said.text, shadow), said.code) == (REFUSED, 1)


def test_open_change_is_a_note(shadow: Clone, govern) -> None:
    agreed(shadow)
    said = govern("check", "--base", "main")
    assert (masked(said.text, shadow), said.code) == (OPEN, 0)


def test_applied_change_is_a_note(shadow: Clone, govern) -> None:
    agreed(shadow).acting("kim").at("2026-11-20T10:40:00Z").done(ApplyChange(PACKET))
    said = govern("check", "--base", "main")
    assert (masked(said.text, shadow), said.code) == (APPLIED, 0)


def test_line_to_type_opens_the_change(shadow: Clone, govern, monkeypatch: pytest.MonkeyPatch) -> None:
    loosened(shadow)
    monkeypatch.setenv("GOVERN_NOW", NOW)
    line = json.loads(govern("check", "--base", "main", "--format", "json").text)["data"]["type"]
    words = line.replace('"..."', "why").split()
    assert words[0] == "govern"
    assert govern(*words[1:]).code == 0
    assert govern("check", "--base", "main").code == 0


def test_comment_is_one_table_with_the_way_out(shadow: Clone, govern) -> None:
    loosened(shadow)
    said = govern("check", "--base", "main", "--format", "markdown")
    assert (masked(said.text, shadow), said.code) == (COMMENT, 1)


def test_comment_keeps_foreign_text_in_code(shadow: Clone, govern) -> None:
    branch(shadow.directory).edit(KPI, ("unit: points", "unit: '@all `x` | <b>'")).commit()
    rows = [line for line in govern("check", "--base", "main", "--format", "markdown").lines if "FRZ" in line]
    assert rows == [
        "| frozen value changed (GOV-FRZ-001) | `kpis/mean-score-delta.yaml:5` "
        "| `unit points -> @all 'x' \\| <b>` |"
    ]


def test_json_has_findings_effects_and_what_to_ask_for(shadow: Clone, govern) -> None:
    loosened(shadow)
    said = json.loads(govern("check", "--base", "main", "--format", "json").text)
    assert (said["command"], said["ok"], said["verdict"]) == ("check", False, "refused")
    assert [finding["code"] for finding in said["findings"]] == ["GOV-FRZ-001"]
    (changed,) = said["data"]["changed"]
    assert (changed["was"], changed["now"], changed["by"]["person"]) == (-3, -20, "lee")
    assert changed["setting"] == "kpis/mean-score-delta:bands.critical.below=-20"
    assert said["data"]["effects"][0]["turned"][0]["cohort"] == "composite"


def test_sarif_and_github_name_the_line(shadow: Clone, govern) -> None:
    loosened(shadow)
    (run,) = json.loads(govern("check", "--base", "main", "--format", "sarif").text)["runs"]
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 8, "startColumn": 48}
    assert run["tool"]["driver"]["rules"][0]["shortDescription"]["text"] == "frozen value changed"
    said = govern("check", "--base", "main", "--format", "github")
    (line,) = said.lines
    assert line.startswith(
        f"::error file={KPI},line=8,col=48,title=GOV-FRZ-001 frozen number changed::was -3"
    )
    assert "frozen 2026-11-20T09:30:00Z by packets/gpt35-june#1" in line
    assert said.code == 1


def test_several_mistakes_stand_in_one_screen_of_80_columns(shadow: Clone, govern) -> None:
    there = branch(shadow.directory).edit(KPI, ("below: -3", "below: -20"), ("owner: kim", "owner: lee"))
    there.edit("governance/govern.yaml", ("wide: 1", "wide: 0"))
    there.write("prompts/answers.v1.md", "Be brief.\n").write("records/packets/x/0001.yaml", "x").commit()
    said = govern("check", "--base", "main")
    codes = ("GOV-CHK-003", "GOV-CHK-002", "GOV-FRZ-001", "GOV-FRZ-003", "GOV-CHK-001")
    assert all(code in said.text for code in codes)
    assert all(len(line) <= 80 for line in said.lines[:-1])
    assert said.text.count("effect  ") == 1
    settings = (
        "--set kpis/mean-score-delta:bands.critical.below=-20 --set 'kpis/mean-score-delta:owner=\"lee\"'"
    )
    assert said.advice == f'govern packet change gpt35-june {settings} --reason "..."'


def test_prompt_in_use_is_put_back_by_the_line_to_type(shadow: Clone, govern) -> None:
    branch(shadow.directory).write("prompts/answers.v1.md", "Be brief.\n").commit()
    said = govern("check", "--base", "main")
    base = git(shadow.directory, "rev-parse", "main")[:12]
    assert said.advice == f"git restore --source {base} -- prompts/answers.v1.md"
    git(shadow.directory, *said.advice.split()[1:])
    Branch(shadow.directory).commit("Put it back")
    assert govern("check", "--base", "main").code == 0


def test_border_to_wide_is_judged_too(team: Clone, govern) -> None:
    branch(team.directory).edit(KPI, ("below: -3", "below: -2")).commit(person="ana")
    said = govern("check", "--base", "main")
    effect = [line for line in said.lines if line.startswith("      effect  ")]
    assert effect == ["      effect  1 verdict of runbook would turn from passed to failed"]


def test_staged_content_is_compared_with_head(shadow: Clone, govern) -> None:
    Branch(shadow.directory).edit(KPI, ("below: -3", "below: -20"))
    assert govern("check", "--staged").code == 0
    git(shadow.directory, "add", KPI)
    said = govern("check", "--staged")
    assert (said.code, said.lines[0][:19]) == (1, "what is staged, jud")


def test_subfolder_is_no_different(shadow: Clone, govern, monkeypatch: pytest.MonkeyPatch) -> None:
    loosened(shadow)
    monkeypatch.chdir(shadow.directory / "governance" / "packets")
    said = govern("check", "--base", "main")
    assert (masked(said.text, shadow), said.code) == (REFUSED, 1)


def test_missing_ledger_cannot_say_unless_that_is_meant(
    tmp_path: Path, govern, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(tmp_path / "ana", bare=tmp_path / "team.git")
    git(tmp_path, "clone", "-q", "--single-branch", str(tmp_path / "team.git"), str(tmp_path / "ci"))
    monkeypatch.chdir(tmp_path / "ci")
    said = govern("check", "--base", "origin/main")
    assert said.code == 1
    assert said.lines[1].startswith("CANNOT SAY: 0 errors, and the ledger is not in this clone")
    assert said.advice == "git fetch origin govern-ledger:refs/remotes/origin/govern-ledger"
    assert (
        json.loads(govern("check", "--base", "origin/main", "--format", "json").text)["verdict"]
        == "inconclusive"
    )
    assert govern("check", "--base", "origin/main", "--no-ledger").code == 0
    git(tmp_path / "ci", *said.advice.split()[1:])
    assert govern("check", "--base", "origin/main").code == 0


def test_repository_without_remote_and_ledger_holds_nothing_fixed(
    tmp_path: Path, govern, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = repository(tmp_path / "new")
    monkeypatch.chdir(new.directory)
    branch(new.directory).edit(KPI, ("below: -3", "below: -20")).commit(person="ana")
    said = govern("check", "--base", "main")
    assert (said.lines, said.code) == (["1 commit, no ledger to judge it by", "passed: 0 errors"], 0)


USAGE = {
    "nothing to compare with": ([], "govern check --base origin/main"),
    "two heads": (["--staged", "--head", "HEAD"], "govern check --staged"),
    "no such format": (["--base", "main", "--format", "junit"], "govern check --help"),
    "no such commit": (["--base", "nowhere"], "git branch --all"),
}


@pytest.mark.parametrize("name", USAGE)
def test_words_that_do_not_fit_end_with_what_to_type(shadow: Clone, govern, name: str) -> None:
    words, line = USAGE[name]
    said = govern("check", *words)
    assert (said.code, said.advice) == (2, line)
