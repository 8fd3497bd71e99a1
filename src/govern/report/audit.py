"""What an audit found, and one record with all that it rests on."""

from collections.abc import Sequence
from typing import Any

from govern.domain.findings import Finding, has_errors
from govern.domain.records import Record
from govern.domain.state import State
from govern.errors import ExitCode
from govern.report.answer import Answer
from govern.report.wrap import wrapped


def audit_answer(state: State, audited: Any, tip: str) -> Answer:
    """`audited` is an `operations.audit.Audited`."""
    findings: Sequence[Finding] = audited.findings
    bad = has_errors(findings)
    cannot = not audited.main_here
    decided = sum(1 for judged in audited.again.values() if not judged.fault)
    head = f"ledger {tip[:7]}: {audited.records} records, {len(audited.again)} commands"
    lines = [head, f"decided again with the same result: {decided} of {len(audited.again)}"]
    for finding in findings:
        lines += wrapped(finding.message, f"{finding.severity:<8} {finding.code}  ", "                      ")
        if finding.path:
            lines.append(f"                      {finding.path}")
    word = (
        f"{sum(f.severity == 'error' for f in findings)} errors"
        if bad
        else "0 findings"
        if not findings
        else "no error"
    )
    lines.append(word if not cannot else f"{word}; CANNOT SAY: the documents branch is not whole here")
    verdict = "failed" if bad else "inconclusive" if cannot else "passed"
    exit_code = ExitCode.YES if verdict == "passed" else ExitCode.NO
    advice = ("type", f"govern explain {findings[0].code}") if bad else None
    if cannot and not bad:
        advice = ("type", f"git fetch --unshallow origin {state.branch}")
    data = {"tip": tip, "records": audited.records, "commands": len(audited.again), "same": decided}
    return Answer("audit", tuple(lines), exit_code, verdict, advice, tuple(findings), data)


def record_answer(commit: str, records: Sequence[Record], record: Record, audited: Any) -> Answer:
    """`ALLOWED: yes` with what it was decided on; else the rule that was broken."""
    lead = records[0]
    judged = audited.again[lead.name]
    lines = [f"{record.event.partition('/')[0]}, {record.at}, commit {commit[:7]}, by {record.actor}"]
    rows = [
        ("command", f"{lead.asked['do'] if lead.asked else '?'}, {len(records)} records, lead {lead.name}"),
        ("rules", f"policy epoch {lead.policy['epoch']}, rules {lead.policy['rules']}"),
        ("documents", f"at {lead.main[:12]}: " + (", ".join(sorted(lead.documents or {})) or "none")),
        ("rests on", ", ".join(record.uses) or "nothing earlier"),
        ("signed", "0: the name is a claim" if record.claimed else "0 (not signed)"),
    ]
    for name, text in rows:
        lines += wrapped(text, f" {name:<10} ")
    lines.append(
        " decided again: "
        + ("SAME RESULT" if not judged.fault else f"{judged.fault.replace('_', ' ').upper()}")
    )
    for verdict in lead.body.get("verdicts", ()):
        extra = f" ({verdict['waiver']})" if "waiver" in verdict else ""
        lines.append(f"  {verdict['outcome']:<14} {verdict['check']}{extra}")
    about = [f for f in audited.findings if record.name in f.message or f.path.endswith(_path(record))]
    for finding in about:
        lines += wrapped(finding.message, f"  {finding.code}  ")
    allowed = not judged.fault and not has_errors(about)
    lines.append(f"ALLOWED: {'yes' if allowed else 'no'}")
    data = {
        "record": record.name,
        "commit": commit,
        "fault": judged.fault,
        "message": judged.message,
        "body": dict(record.body),
    }
    return Answer(
        "audit", tuple(lines), ExitCode.YES if allowed else ExitCode.NO, "passed" if allowed else "failed",
        None, tuple(about), data,
    )  # fmt: skip


def _path(record: Record) -> str:
    return f"{record.stream}/{record.seq:04d}.yaml"
