"""`govern validate` over a whole workspace: eight mistakes give eight findings, and no input gives a traceback."""

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from govern.cli.validate import run
from govern.documents.tree import WorkingTree
from govern.errors import UsageError
from govern.operations.review.validate import CODES, Report, validate

ROOT = Path(__file__).parents[2]
TEAM = ROOT / "examples" / "team"
CASES = ROOT / "tests" / "cases" / "validate"


@pytest.fixture
def team(tmp_path: Path) -> Path:
    """A copy of the example workspace that is a repository of its own."""
    shutil.copytree(TEAM, tmp_path / "team")
    (tmp_path / "team" / ".git").mkdir()
    return tmp_path / "team"


def checked(root: Path, paths: list[str] | None = None) -> Report:
    return validate(WorkingTree(root), "governance", paths)


def test_example_has_no_finding(team: Path) -> None:
    report = checked(team)
    assert report.findings == ()
    assert report.documents == len(list((team / "governance").rglob("*.yaml")))


def test_eight_mistakes_give_eight_findings(team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(CASES / "eight-mistakes" / "governance", team / "governance", dirs_exist_ok=True)
    expected = (CASES / "eight-mistakes" / "expected.txt").read_text()
    documents = len(list((team / "governance").rglob("*.yaml")))
    assert run([], False, "text", team / "governance" / "packets") == 1
    assert capsys.readouterr().out == expected.replace("{documents}", str(documents))
    assert {finding.code for finding in checked(team).findings} <= set(CODES)


def test_paths_report_their_own_findings_and_read_the_rest(team: Path) -> None:
    shutil.copytree(CASES / "eight-mistakes" / "governance", team / "governance", dirs_exist_ok=True)
    report = checked(team, ["governance/packets"])
    assert [finding.code for finding in report.findings] == [
        "GOV-REF-001",
        "GOV-DOC-004",
        "GOV-COH-001",
        "GOV-PKT-003",
    ]
    assert report.documents == 1
    answers = checked(team, ["answers/2026-11-18.yaml"])
    assert (answers.findings, answers.documents) == ((), 1)
    with pytest.raises(UsageError, match="no such file"):
        checked(team, ["governance/packets/none.yaml"])


def test_wrong_words_are_told_with_what_to_type(team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([], False, "xml", team) == 2
    assert run(["../outside.yaml"], False, "text", team) == 2
    shutil.rmtree(team / "governance")
    assert run([], False, "text", team) == 2
    shown = capsys.readouterr().err
    assert "type: govern init" in shown and "Traceback" not in shown


def test_damaged_documents_give_findings_and_never_an_error(team: Path) -> None:
    """Seeded damage: lines dropped, doubled, swapped, values emptied or of another type."""
    chance = random.Random(20261116)
    files = sorted((team / "governance").rglob("*.yaml"))
    for _ in range(150):
        file = chance.choice(files)
        before = file.read_bytes()
        file.write_bytes(damaged(before, chance))
        for finding in checked(team).findings:
            assert finding.code in CODES, finding
            assert finding.message
        file.write_bytes(before)


def damaged(data: bytes, chance: random.Random) -> bytes:
    lines = data.decode().split("\n")
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(lines))
        way = chance.randrange(5)
        if way == 0:
            del lines[place]
        elif way == 1:
            lines.insert(place, lines[place])
        elif way == 2:
            other = chance.randrange(len(lines))
            lines[place], lines[other] = lines[other], lines[place]
        else:
            key = lines[place].partition(":")[0]
            lines[place] = f"{key}: {chance.choice(VALUES)}"
        lines = lines or [""]
    return "\n".join(lines).encode()


VALUES = (
    "",
    "[]",
    "{}",
    "[[1]]",
    "{a: {b: 1}}",
    "0",
    "-1",
    "true",
    "yes",
    "text",
    '""',
    "[{}]",
    "1e308",
    "null",
)


def test_fix_writes_shows_the_diff_and_leaves_nothing_to_do(
    team: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packet = team / "governance" / "packets" / "ranker-v12.yaml"
    right = packet.read_text()
    packet.write_text(right.replace("model_version_next: ranker@1.9.0", "model_version_next: ranker@1.9"))
    assert run([], False, "text", team) == 1
    assert capsys.readouterr().out.endswith("--fix can mend 1 of them.\ntype: govern validate --fix\n")
    assert run([], True, "text", team) == 0
    shown = capsys.readouterr().out
    assert "-model_version_next: ranker@1.9\n+model_version_next: ranker@1.9.0\n" in shown
    assert packet.read_text() == right
    assert run([], True, "text", team) == 0
    assert capsys.readouterr().out.count("\n") == 1


def test_other_formats_carry_the_same_findings(team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(CASES / "eight-mistakes" / "governance", team / "governance", dirs_exist_ok=True)
    assert run([], False, "json", team) == 1
    value = json.loads(capsys.readouterr().out)
    assert (value["ok"], value["verdict"], len(value["findings"])) == (False, "failed", 8)
    assert run([], False, "sarif", team) == 1
    assert len(json.loads(capsys.readouterr().out)["runs"][0]["results"]) == 8
    assert run([], False, "github", team) == 1
    assert capsys.readouterr().out.count("::error file=governance/") == 8


def test_clean_run_loads_nothing_that_it_does_not_need(team: Path) -> None:
    heavy = "{'typer', 'rich', 'ruamel', 'jsonschema', 'duckdb', 'git', 'pydantic'}"
    script = (
        "import sys; from pathlib import Path; from govern.cli.validate import run; "
        f"code = run([], False, 'text', Path({str(team)!r})); "
        f"loaded = {heavy} & set(sys.modules); sys.exit(f'loaded {{loaded}}' if loaded else code)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
