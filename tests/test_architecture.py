"""The house as it is meant: who may know whom, small modules, and an event for every command and back.

Each contract of import-linter is broken once on purpose, in a copy of the source, and must say so.
"""

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from govern.domain.capabilities import FOLDS, WRITERS

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "govern"
MODULES = sorted(SOURCE.rglob("*.py"))
LINES_OF_A_MODULE = 300
LINES_OF_A_FUNCTION = 50
EMPTY_NAMES = {"utils", "util", "common", "helpers", "manager", "base", "misc"}
CONTRACTS: list[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"][
    "importlinter"
]["contracts"]

# contract id -> violations, each a module (made where it is missing) and a line added to it
VIOLATIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "layers": (
        ("domain/windows", "import govern.report.wrap"),
        ("ledger/lock", "import govern.operations.context"),
        ("documents/dates", "import govern.ledger.lock"),
        ("report/wrap", "import govern.operations.context"),
        ("errors", "import govern.domain.windows"),
        ("attic/__init__", "import govern.errors"),  # a room that no layer names
    ),
    "acyclic": (("domain/windows", "from govern.domain.rollback import runbook"),),
    "pure": (
        ("domain/windows", "import time"),
        ("domain/checks/duties", "import pathlib"),
        ("domain/rules/view", "import yaml"),
    ),
    "doors": (
        ("report/wrap", "import govern.documents.tree"),
        ("cli/frame", "import govern.ledger.lock"),
        ("__main__", "import govern.evidence.edges"),
    ),
    "capabilities": (("domain/rollout/advance", "import govern.domain.rollback.execution"),),
    "checks": (("domain/checks/duties", "import govern.domain.checks.rehearsal"),),
    "rules": (("domain/rules/circles", "import govern.domain.rules.people"),),
    "git": (("operations/context", "import git"), ("documents/dates", "import msgspec")),
    "yaml": (("report/json", "import yaml"), ("ledger/lock", "import jsonschema_rs")),
    "warehouse": (("operations/evidence/measure", "import duckdb"),),
    "sources": (("operations/evidence/measure", "import httpx"), ("cli/frame", "import ibis")),
    "serving": (("serving/resolver", "import govern.domain.binding"), ("serving/split", "import yaml")),
    "openfeature": (("report/wrap", "import openfeature"),),
    "typer": (("report/wrap", "import typer"),),
    "rich": (("operations/context", "import rich"),),
    "ruamel": (("cli/frame", "import ruamel.yaml"),),
}


def lint(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """lint-imports over `folder`/src with the project's own contracts."""
    program = Path(sys.executable).with_name("lint-imports")
    command = [str(program), "--config", str(ROOT / "pyproject.toml"), *words]
    environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "COLUMNS": "200"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_house_keeps_every_contract(tmp_path: Path) -> None:
    linted = lint(ROOT, "--cache-dir", str(tmp_path))
    assert linted.returncode == 0, linted.stdout


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the source that a test may spoil, and its graph in a cache."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(SOURCE, folder / "src" / "govern", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.mark.parametrize(
    ("contract", "module", "line"),
    [(contract, *violation) for contract, given in VIOLATIONS.items() for violation in given],
)
def test_violation_is_caught(house: Path, contract: str, module: str, line: str) -> None:
    path = house / "src" / "govern" / f"{module}.py"
    before = path.read_bytes() if path.exists() else None
    path.parent.mkdir(exist_ok=True)
    path.write_bytes((before or b"") + f"\n{line}\n".encode())
    try:
        linted = lint(house, "--contract", contract, "--cache-dir", str(house / "cache"))
    finally:
        if before is None:
            shutil.rmtree(path.parent)
        else:
            path.write_bytes(before)
    assert linted.returncode == 1, linted.stdout + linted.stderr
    assert "1 broken" in linted.stdout


def test_every_contract_has_a_violation() -> None:
    assert set(VIOLATIONS) == {contract["id"] for contract in CONTRACTS}


def test_every_capability_stands_in_the_contract_of_capabilities() -> None:
    named = {
        module for contract in CONTRACTS if contract["id"] == "capabilities" for module in contract["modules"]
    }
    assert {writer.command.__module__ for writer in WRITERS.values()} == named


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Every function with the lines of its body, docstring included; a command's options are no reading."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.body[0].lineno + 1


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_module_is_small_and_says_what_it_is(path: Path) -> None:
    text = path.read_text("utf-8")
    assert ast.get_docstring(ast.parse(text)), "no docstring"
    assert path.stem not in EMPTY_NAMES
    assert text.count("\n") <= LINES_OF_A_MODULE
    long = [f"{name} has {lines} lines" for name, lines in functions(path) if lines > LINES_OF_A_FUNCTION]
    assert not long


def test_every_event_has_a_command_that_writes_it_and_a_schema() -> None:
    """A rollback's events are written by its command, which `rollback rehearse` walks."""
    written = {event for writer in WRITERS.values() for event in writer.events}
    described = {
        path.name.removesuffix(".schema.json").replace(".", "/")
        for path in (ROOT / "schemas" / "records").glob("*.schema.json")
    } - {"record/1"}
    assert set(FOLDS) == written == described


def test_every_command_can_be_given_on_the_command_line() -> None:
    """Its class is called in the source of the command line, or of an operation that serves one of its verbs."""
    modules = [path for room in ("cli", "operations") for path in (SOURCE / room).rglob("*.py")]
    called = {
        node.func.id
        for path in modules
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert {writer.command.__name__ for writer in WRITERS.values()} <= called
