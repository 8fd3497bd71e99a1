"""What documents say about each other: each case changes the example workspace and names its findings."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from govern.domain.check_parameters import PARAMETERS
from govern.domain.checks import RULES
from govern.domain.rules import CODES, packet_gates
from govern.operations.review.validate import CODES as ALL_CODES
from govern.operations.review.validate import validate
from trees import ROOT, MemoryTree, team

FILES = sorted((ROOT / "tests" / "cases" / "rules").glob("*.yaml"))
CASES = [
    pytest.param(case, id=f"{file.stem}-{number}")
    for file in FILES
    for number, case in enumerate(yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))
]


def changed(case: dict[str, Any]) -> dict[str, bytes]:
    """The example with files added as copies, texts replaced, files taken away."""
    files = team()
    files |= {path: files[source] for path, source in case.get("add", {}).items()}
    for path, changes in case.get("change", {}).items():
        for old, new in changes.items():
            assert old.encode() in files[path], f"{path} does not hold {old!r}"
            files[path] = files[path].replace(old.encode(), new.encode())
    return {path: data for path, data in files.items() if path not in case.get("remove", ())}


@pytest.mark.parametrize("case", CASES)
def test_workspace_gives_exactly_the_findings_of_its_case(case: dict[str, Any]) -> None:
    report = validate(MemoryTree(changed(case)), "governance")
    told = [f"{finding.path.removeprefix('governance/')} {finding.code}" for finding in report.findings]
    assert told == case["expect"], report.findings
    for finding in report.findings:
        assert finding.hint or finding.code in ALL_CODES
        assert finding.code in ALL_CODES


def test_every_code_of_a_rule_has_a_case_and_an_explanation() -> None:
    tried = {line.split()[1] for param in CASES for line in param.values[0]["expect"]}
    assert set(CODES) <= tried
    for explanation in ALL_CODES.values():
        assert all(explanation)


def test_parameters_of_checks_are_those_that_the_program_reads() -> None:
    sources = (file.read_text("utf-8") for file in (ROOT / "src").rglob("*.py"))
    read = {found for text in sources for found in re.findall(r'\.setting\("(\w+)", "(\w+)"', text)}
    assert read == set(PARAMETERS.items())


def test_cases_lie_where_the_project_looks_for_them() -> None:
    assert {file.parent for file in FILES} == {Path(ROOT / "tests" / "cases" / "rules")}


def test_every_check_on_the_shelf_may_be_named_in_a_packet() -> None:
    assert set(packet_gates.CHECKS) == {item.name for row in RULES[1].values() for item in row}
