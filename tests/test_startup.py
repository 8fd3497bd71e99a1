"""What a command imports before it answers: hooks run on every commit, and a heavy import is felt there."""

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HEAVY = {
    "typer",
    "click",
    "pydantic",
    "rich",
    "git",
    "httpx",
    "ibis",
    "sqlglot",
    "jsonschema",
    "jsonschema_rs",
    "yaml",
    "ruamel",
    "duckdb",
    "msgspec",
}
EXAMPLE = ROOT / "examples" / "prompt-change"
FILE = "governance/packets/no-system-prompt.yaml"

PROGRAM = """
import json, sys
sys.argv = ["govern", *json.loads(sys.argv[1])]
from govern.__main__ import main
try:
    code = main()
except SystemExit as end:
    code = end.code or 0
sys.stderr.write(json.dumps([code, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def imported(words: list[str], directory: Path) -> set[str]:
    """Heavy top-level packages that one command line has imported when it ends; it must end well."""
    ran = subprocess.run(
        [sys.executable, "-I", "-c", PROGRAM, json.dumps(words)],
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )
    code, modules = json.loads(ran.stderr.splitlines()[-1])
    assert code == 0, ran.stdout + ran.stderr
    return HEAVY & set(modules)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    shutil.copytree(EXAMPLE, tmp_path / "here")
    subprocess.run(["git", "init", "-q", str(tmp_path / "here")], check=True)
    return tmp_path / "here"


def test_version_imports_nothing_heavy(tmp_path: Path) -> None:
    assert imported(["--version"], tmp_path) == set()


def test_validate_of_a_sound_file_reads_yaml_and_asks_the_fast_schemas_alone(workspace: Path) -> None:
    assert imported(["validate", FILE], workspace) <= {"yaml", "jsonschema_rs"}


@pytest.mark.parametrize(
    "words", [["--help"], ["phase", "check", "--help"], ["rollback", "rehearse", "--help"]]
)
def test_help_imports_the_command_line_alone(words: list[str], tmp_path: Path) -> None:
    if importlib.util.find_spec("govern.cli.demo") is None:
        pytest.skip("the command tree is not whole yet")
    assert imported(words, tmp_path) <= {"typer", "pydantic"}  # typer brings pydantic along
