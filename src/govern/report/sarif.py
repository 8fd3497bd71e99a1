"""Findings as SARIF 2.1.0, the form that code scanning reads."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from govern.domain.findings import Finding

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(findings: Sequence[Finding], rules: Mapping[str, tuple[str, str, str]], version: str) -> str:
    """One run with one result a finding. `rules` is (title, why, mend) by code; unknown codes get the message."""
    codes = sorted({finding.code for finding in findings})
    run = {
        "tool": {
            "driver": {
                "name": "govern",
                "version": version,
                "rules": [_rule(code, rules, findings) for code in codes],
            }
        },
        "results": [_result(finding, codes, seen) for finding, seen in _numbered(findings)],
        "columnKind": "unicodeCodePoints",
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _numbered(findings: Iterable[Finding]) -> Iterable[tuple[Finding, int]]:
    """Each finding with how many of the same code, path and message came before it."""
    seen: dict[tuple[str, str, str], int] = {}
    for finding in findings:
        key = (finding.code, finding.path, finding.message)
        seen[key] = seen.get(key, 0) + 1
        yield finding, seen[key]


def _rule(
    code: str, rules: Mapping[str, tuple[str, str, str]], findings: Sequence[Finding]
) -> dict[str, Any]:
    title, why, mend = rules.get(code) or (next(f.message for f in findings if f.code == code), "", "")
    help_text = " ".join(part for part in (why, mend) if part) or title
    return {
        "id": code,
        "shortDescription": {"text": title},
        "fullDescription": {"text": why or title},
        "help": {"text": f"{help_text} More: govern explain {code}"},
    }


def _result(finding: Finding, codes: Sequence[str], seen: int) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": {"uri": quote(finding.path, errors="surrogateescape")}}
    if finding.line:
        location["region"] = {"startLine": finding.line, "startColumn": max(finding.column, 1)}
    # without the line number: a finding stays the same finding when lines are added above it
    print_of = f"{finding.code}\n{finding.path}\n{finding.message}\n{finding.hint}\n{seen}"
    return {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": finding.severity,
        "message": {"text": f"{finding.message}: {finding.hint}" if finding.hint else finding.message},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {
            "governFinding/v1": hashlib.sha256(print_of.encode("utf-8", "backslashreplace")).hexdigest()
        },
    }
