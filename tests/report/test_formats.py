"""Findings for programs: the JSON object, SARIF that fits its schema, workflow commands nobody breaks out of."""

import json
from pathlib import Path

from govern.domain.findings import Finding
from govern.operations.review.validate import CODES
from govern.report.github import github
from govern.report.json import envelope
from govern.report.sarif import sarif

EVIL = "100 % \r\n::error file=x::\x1b[2J, a: b"
FINDINGS = [
    Finding(
        "GOV-KPI-003", "warning", "a very small percentage", "governance/kpis/a b.yaml", 3, 7, "was 5 meant?"
    ),
    Finding(
        "GOV-KPI-003", "warning", "a very small percentage", "governance/kpis/a b.yaml", 9, 7, "was 5 meant?"
    ),
    Finding("GOV-DOC-012", "error", "no cohorts.yaml", "governance/cohorts.yaml"),
    Finding("GOV-NEW-001", "note", EVIL, f"governance/{EVIL}", 1, 0, EVIL),
]


def test_sarif_fits_the_schema_of_oasis(shared_data: Path) -> None:
    from jsonschema import Draft4Validator

    schema = json.loads(
        (shared_data / "conformance_events" / "sarif" / "sarif-schema-2.1.0.json").read_text()
    )
    for findings in (FINDINGS, []):
        errors = list(Draft4Validator(schema).iter_errors(json.loads(sarif(findings, CODES, "0.1.0"))))
        assert errors == []


def test_sarif_tells_findings_apart_and_keeps_them_when_lines_move() -> None:
    moved = [Finding(f.code, f.severity, f.message, f.path, f.line + 5, f.column, f.hint) for f in FINDINGS]
    prints = [
        [result["partialFingerprints"]["governFinding/v1"] for result in run["results"]]
        for findings in (FINDINGS, moved)
        for run in json.loads(sarif(findings, CODES, "0.1.0"))["runs"]
    ]
    assert prints[0] == prints[1] and len(set(prints[0])) == len(FINDINGS)
    run = json.loads(sarif(FINDINGS, CODES, "0.1.0"))["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [f.code for f in FINDINGS]
    first = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert first == "governance/kpis/a%20b.yaml"


def test_github_escapes_data_and_properties() -> None:
    lines = github(FINDINGS).split("\n")
    assert len(lines) == len(FINDINGS) + 1 and lines[-1] == ""
    assert lines[0] == (
        "::warning file=governance/kpis/a b.yaml,line=3,col=7,title=GOV-KPI-003 a very small percentage::was 5 meant?"
    )
    assert (
        lines[2] == "::error file=governance/cohorts.yaml,title=GOV-DOC-012 no cohorts.yaml::no cohorts.yaml"
    )
    assert lines[3].startswith("::notice file=governance/100 %25 %0D%0A%3A%3Aerror file=x%3A%3A")
    assert lines[3].endswith("::100 %25 %0D%0A::error file=x::\ufffd[2J, a: b")


def test_envelope_is_one_object_with_every_finding() -> None:
    value = json.loads(envelope("validate", False, "failed", FINDINGS, {"documents": 3}))
    assert list(value) == ["command", "ok", "verdict", "findings", "data"]
    assert value["findings"][0] == {
        "code": "GOV-KPI-003",
        "severity": "warning",
        "path": "governance/kpis/a b.yaml",
        "line": 3,
        "column": 7,
        "message": "a very small percentage",
        "hint": "was 5 meant?",
    }
    assert "\x1b" not in envelope("validate", False, None, FINDINGS)
