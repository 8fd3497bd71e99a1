"""The hooks, through pre-commit itself: what a commit would hold is judged, whatever the working tree says."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from pull_requests import KPI, Branch, shadowed
from workspaces import Clone, git, isolated

ROOT = Path(__file__).resolve().parents[1]
MANIFEST = ROOT / ".pre-commit-hooks.yaml"
PROGRAMS = Path(sys.executable).parent
PROMPT = "prompts/answers.v1.md"


def run(directory: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command as people type it, with the programs of this environment first."""
    paths = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": paths, "PRE_COMMIT_HOME": str(directory.parent / "pre-commit")}
    return subprocess.run(words, cwd=directory, env=environment, capture_output=True, text=True, check=False)


def hooks() -> list[dict[str, Any]]:
    """The hooks of the manifest, run from this environment instead of one that is built for them."""
    return [hook | {"language": "system"} for hook in yaml.safe_load(MANIFEST.read_text("utf-8"))]


@pytest.fixture(scope="module")
def hooked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hooked")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in isolated(folder / "home").items():
            patch.setenv(name, value)
        clone = shadowed(folder / "team")
        config = {"repos": [{"repo": "local", "hooks": hooks()}]}
        there = Branch(clone.directory).write(".pre-commit-config.yaml", yaml.safe_dump(config))
        there.commit("Add hooks", "mara")
        assert run(clone.directory, "pre-commit", "install").returncode == 0
    return clone.directory


@pytest.fixture
def team(hooked: Path, tmp_path: Path) -> Path:
    shutil.copytree(hooked, tmp_path / "team")
    return tmp_path / "team"


def committed(team: Path, *words: str) -> tuple[bool, str]:
    """`git commit` with the hooks: whether there is a commit, and what was printed."""
    before = git(team, "rev-parse", "HEAD")
    ran = run(team, "git", "commit", "-m", "Change", *words)
    made = git(team, "rev-parse", "HEAD") != before
    assert made == (ran.returncode == 0), ran.stderr
    return made, ran.stdout + ran.stderr


def test_manifest_is_valid() -> None:
    assert run(ROOT, "pre-commit", "validate-manifest", str(MANIFEST)).returncode == 0
    assert [hook["id"] for hook in hooks()] == ["govern-validate", "govern-check"]


def test_commit_that_moves_nothing_fixed_is_made(team: Path) -> None:
    Branch(team).edit(KPI, ("# next minus prev", "# next less prev"))
    made, said = committed(team, "--all")
    assert made, said
    assert said.count("Passed") == 2


def test_commit_that_moves_a_frozen_number_is_refused(team: Path) -> None:
    Branch(team).edit(KPI, ("below: -3", "below: -20"))
    made, said = committed(team, "--all")
    assert not made
    assert "GOV-FRZ-001" in said
    assert "type: govern packet change gpt35-june --set" in said


def test_commit_that_changes_only_a_pinned_prompt_is_refused(team: Path) -> None:
    Branch(team).write(PROMPT, "Be brief.\n")
    made, said = committed(team, "--all")
    assert not made
    assert "GOV-FRZ-003" in said


def test_commit_of_a_faulty_document_is_refused_by_validate(team: Path) -> None:
    Branch(team).edit("governance/packets/gpt4-june.yaml", ("authors: [lee]", "authors: [leo]"))
    made, said = committed(team, "--all")
    assert not made
    assert "GOV-REF-002" in said
    assert said.count("Failed") == 2  # both hooks say so


def test_staged_edit_is_refused_when_the_working_tree_took_it_back(team: Path) -> None:
    Branch(team).edit(KPI, ("below: -3", "below: -20"))
    git(team, "add", KPI)
    Branch(team).edit(KPI, ("below: -20", "below: -3"))
    assert not committed(team)[0]


def test_edit_that_is_not_staged_is_not_judged(team: Path) -> None:
    Branch(team).edit(KPI, ("below: -3", "below: -20")).write("README.md", "x")
    git(team, "add", "README.md")
    made, said = committed(team)
    assert made, said
    assert "below: -20" in (team / KPI).read_text("utf-8")


def test_commit_of_one_path_judges_that_path_alone(team: Path) -> None:
    Branch(team).edit(KPI, ("below: -3", "below: -20")).write("README.md", "x")
    git(team, "add", "--all")
    made, said = committed(team, "--", "README.md")
    assert made, said
    made, said = committed(team, "--", KPI)
    assert not made
    assert "GOV-FRZ-001" in said


def test_commit_in_a_linked_worktree_is_judged(team: Path, tmp_path: Path) -> None:
    git(team, "worktree", "add", "-q", "-b", "other", str(tmp_path / "other"))
    Branch(tmp_path / "other").edit(KPI, ("below: -3", "below: -20"))
    made, said = committed(tmp_path / "other", "--all")
    assert not made
    assert "GOV-FRZ-001" in said


@pytest.mark.deep
def test_hooks_are_built_from_the_repository(tmp_path: Path) -> None:
    """As users have it: pre-commit clones this project, builds it, and runs the hooks of the manifest."""
    project = tmp_path / "govern"
    wanted = ("src", "schemas", "examples", "pyproject.toml", "README.md", "LICENSE", MANIFEST.name)
    project.mkdir()
    for name in wanted:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, project / name)
    git(tmp_path, "init", "-q", "-b", "main", str(project))
    Branch(project).commit("All of it")
    clone: Clone = shadowed(tmp_path / "team")
    repo = {
        "repo": str(project),
        "rev": git(project, "rev-parse", "HEAD"),
        "hooks": [{"id": h["id"]} for h in hooks()],
    }
    Branch(clone.directory).write(".pre-commit-config.yaml", yaml.safe_dump({"repos": [repo]})).commit(
        "Add hooks", "mara"
    )
    assert run(clone.directory, "pre-commit", "install", "--install-hooks").returncode == 0
    Branch(clone.directory).edit(KPI, ("below: -3", "below: -20"))
    made, said = committed(clone.directory, "--all")
    assert not made
    assert "GOV-FRZ-001" in said
