"""What an audit found, and one record with all that it rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from govern.domain.findings import Finding, has_errors, nearest
from govern.domain.records import Record, path_of
from govern.domain.state import State
from govern.errors import ExitCode, UsageError
from govern.report import reentry_audit
from govern.report.answer import Answer
from govern.report.wrap import wrapped

LIMIT = 12  # judged rows that are shown; all are in the data


def audit_answer(state: State, audited: Any, tip: str) -> Answer:
    """`audited` is an `operations.audit.Audited`."""
    findings: Sequence[Finding] = audited.findings
    errors = sum(finding.severity == "error" for finding in findings)
    cannot = not audited.main_here
    decided = sum(1 for judged in audited.again.values() if not judged.fault)
    lines = [
        f"ledger {tip[:7]}: {audited.records} records, {len(audited.again)} commands",
        f"decided again with the same result: {decided} of {len(audited.again)}",
    ]
    for finding in findings:
        lines += wrapped(finding.message, f"{finding.severity:<8} {finding.code}  ", "  ")
        lines += wrapped(finding.path, "  ") if finding.path else []
        lines += wrapped(finding.hint, "  ") if finding.hint else []
    word = f"{errors} error{'s' * (errors != 1)}" if findings else "0 findings"
    lines.append(word if not cannot else f"{word}; CANNOT SAY: the documents branch is not whole here")
    verdict = "failed" if errors else "inconclusive" if cannot else "passed"
    advice = None
    if errors:
        first = next(finding for finding in findings if finding.severity == "error")
        advice = ("type", f"govern explain {first.code}")
    elif cannot:
        advice = ("type", f"git fetch --unshallow origin {state.branch}")
    data = {"tip": tip, "records": audited.records, "commands": len(audited.again), "same": decided}
    code = ExitCode.YES if verdict == "passed" else ExitCode.NO
    return Answer("audit", tuple(lines), code, verdict, advice, tuple(findings), data)


def filed_answer(answer: Answer, output: str, codes: Mapping[str, tuple[str, str, str]]) -> Answer:
    """The findings in a form for other programs, and nothing else."""
    from govern import __version__
    from govern.report.github import github
    from govern.report.sarif import sarif

    findings = answer.findings
    text = sarif(findings, codes, __version__) if output == "sarif" else github(findings)
    return replace(answer, lines=tuple(text.splitlines()), advice=None)


def record_answer(
    commands: Sequence[tuple[Any, Sequence[Record]]], name: str, audited: Any, walk: Any = None
) -> Answer:
    """`ALLOWED: yes` with what it was decided on; else the rule that was broken.

    `commands` are ledger commits with their records; `walk` is an `operations.reentry_audit.ReentryAudit` where the
    record lets a cohort back in or keeps it out. UsageError where no record is called `name`.
    """
    known = {record.name: (commit, records) for commit, records in commands for record in records}
    if name not in known:
        close = nearest(name, known)
        line = f"govern audit --record {close}" if close else "govern log"
        raise UsageError(f"no record `{name}`" + (f"; nearest: {close}" if close else ""), type_line=line)
    commit, records = known[name]
    lead, record = records[0], next(each for each in records if each.name == name)
    judged = audited.again[lead.name]
    about = [f for f in audited.findings if _concerns(f, records)]
    cannot = not audited.main_here
    event = record.event.partition("/")[0]
    lines = wrapped(f"{event}, {record.at}, commit {commit.oid[:7]}, by {record.actor}", then="  ")
    more = reentry_audit.rows(walk) if walk else []
    for label, text in [
        *_rows(lead, record, records, {r.name: r for _, all_ in commands for r in all_}),
        *more,
    ]:
        lines += wrapped(text, f" {label:<10} ")
    result = "SAME RESULT" if not judged.fault else judged.fault.replace("_", " ").upper()
    lines += wrapped(f"{result}" + (f": {judged.message}" if judged.fault else ""), " decided again: ", "  ")
    lines += _judged(lead)
    lines += reentry_audit.lines(walk) if walk else []
    lines += [line for f in about for line in wrapped(f.message, f"  {f.code}  ", "    ")]
    allowed = not judged.fault and not has_errors(about) and (walk is None or walk.sound)
    if allowed and cannot:
        lines.append("CANNOT SAY: the documents branch is not whole in this clone")
    else:
        lines.append(f"ALLOWED: {'yes' if allowed else 'no'}")
    data = {
        "record": record.name,
        "commit": commit.oid,
        "fault": judged.fault,
        "message": judged.message,
        "body": dict(record.body),
        **({"reentry": reentry_audit.data(walk)} if walk else {}),
    }
    verdict = "failed" if not allowed else "inconclusive" if cannot else "passed"
    advice = ("type", f"govern explain {about[0].code}") if about and not allowed else None
    if verdict == "inconclusive":
        advice = ("type", "git fetch --unshallow")
    code = ExitCode.YES if verdict == "passed" else ExitCode.NO
    return Answer("audit", tuple(lines), code, verdict, advice, tuple(about), data)


def _rows(
    lead: Record, record: Record, records: Sequence[Record], known: Mapping[str, Record]
) -> list[tuple[str, str]]:
    """What it rests on, a line each."""
    asked = str((lead.asked or {}).get("do", "?"))
    names = [each for each in (*lead.uses, *record.uses) if each != record.name]
    rests = ", ".join(
        f"{each} ({_told(known[each])})" if each in known else each for each in dict.fromkeys(names)
    )
    count = f"{len(records)} record{'s' * (len(records) != 1)}"
    claim = "the name is a claim" if record.claimed else "the name is git's user.email"
    return [
        ("command", f"{asked}, {count}, lead {lead.name}"),
        ("rules", f"policy epoch {lead.policy['epoch']}, rules {lead.policy['rules']}"),
        ("documents", f"of main {lead.main[:7]}: {', '.join(sorted(lead.documents or {})) or 'none'}"),
        ("rests on", rests or "nothing earlier"),
        ("signed", f"0: {claim}"),
    ]


def _told(record: Record) -> str:
    """`evidence_recorded, pairs.csv 7c19d0e2`: a record that another rests on, in a word or two."""
    event = record.event.partition("/")[0]
    file = record.body["source"]["input"] if event == "evidence_recorded" else None
    return f"{event}, {file['path']} {file['sha256'][7:15]}" if file else event


def _judged(lead: Record) -> list[str]:
    """Every check as it was recorded, and what each judged cohort was judged on."""
    lines = []
    for verdict in lead.body.get("verdicts", ()):
        extra = f" ({verdict['waiver']})" if "waiver" in verdict else ""
        extra += " (warning)" if verdict.get("warning") else ""
        word = "n/a" if verdict["outcome"] == "not_applicable" else verdict["outcome"]
        lines.append(f"  {word:<7} {verdict['check']}{extra}")
    rows = lead.body.get("rows", ())
    for row in rows[:LIMIT]:
        value = "-" if row["value"] is None else f"{row['value']:.4g} {row['unit']}"
        limit = f", {row['limit']}" if row["limit"] else ""
        lines += wrapped(f"{row['cohort']} {row['kpi']} {value}, n {row['n']:,}{limit}", "          ")
    return [*lines, f"          and {len(rows) - LIMIT} more"] if len(rows) > LIMIT else lines


def _concerns(finding: Finding, records: Sequence[Record]) -> bool:
    """Whether a finding is about one of these records: by its file, or by name."""
    paths = {path_of(record.stream, record.seq) for record in records}
    words = finding.message.replace(":", " ").replace(",", " ").split()
    return finding.path in paths or any(record.name in words for record in records)
