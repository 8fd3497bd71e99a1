"""The one JSON object that every command prints with --format json."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from govern.domain.findings import Finding


def envelope(
    command: str,
    ok: bool,
    verdict: str | None = None,
    findings: Iterable[Finding] = (),
    data: Mapping[str, Any] | None = None,
) -> str:
    """`{"command", "ok", "verdict", "findings", "data"}`, one object, without a final line feed.

    Control characters are escaped by JSON itself; lone surrogates are, too, so that any reader takes it.
    """
    value = {
        "command": command,
        "ok": ok,
        "verdict": verdict,
        "findings": [as_value(finding) for finding in findings],
        "data": dict(data or {}),
    }
    return json.dumps(value, indent=2, ensure_ascii=True, allow_nan=False)


def as_value(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "message": finding.message,
        "hint": finding.hint,
    }
