"""Findings as workflow commands, which GitHub shows beside the changed lines."""

from collections.abc import Iterable

from govern.domain.findings import Finding

LEVELS = {"error": "error", "warning": "warning", "note": "notice"}


def github(findings: Iterable[Finding]) -> str:
    """One `::error file=...::message` a finding."""
    return "".join(_command(finding) + "\n" for finding in findings)


def _command(finding: Finding) -> str:
    fields = {"file": finding.path}
    if finding.line:
        fields |= {"line": str(finding.line), "col": str(max(finding.column, 1))}
    fields["title"] = f"{finding.code} {finding.message}"
    named = ",".join(f"{name}={_property(value)}" for name, value in fields.items())
    return f"::{LEVELS[finding.severity]} {named}::{_data(finding.hint or finding.message)}"


def _data(value: str) -> str:
    value = "".join(sign if sign.isprintable() or sign in "\r\n" else "\ufffd" for sign in value)
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")
