"""`govern audit`: the whole ledger decided again."""

from typing import Annotated

import typer

from govern.cli.frame import context, show
from govern.cli.options import Fetch, Folder
from govern.domain.findings import has_errors
from govern.errors import ExitCode, UsageError
from govern.report.answer import Answer


def command(
    record: Annotated[
        str | None, typer.Option(help="One record, with its derivation.", metavar="STREAM#SEQ")
    ] = None,
    fetch: Fetch = False,
    workspace: Folder = None,
    output: Annotated[
        str, typer.Option("--format", help="text, json, sarif or github.", metavar="text|json|sarif|github")
    ] = "text",
) -> None:
    """Check the ledger and decide every record again from what it read."""
    from govern.operations.audit import CODES, audit
    from govern.operations.workspace import open_workspace
    from govern.report.audit import audit_answer, record_answer

    def work() -> Answer:
        there = open_workspace(context(workspace=workspace), fetch=fetch, judge=False)
        audited = audit(there)
        if record is None:
            return audit_answer(there.state, audited, there.tip or "")
        known = {r.name: (commit, records) for commit, records in there.commands() for r in records}
        if record not in known:
            raise UsageError(f"no record `{record}`", type_line="govern log")
        commit, records = known[record]
        return record_answer(commit.oid, records, next(r for r in records if r.name == record), audited)

    def filed() -> ExitCode:
        """Findings in a form for other programs."""
        there = open_workspace(context(workspace=workspace), fetch=fetch, judge=False)
        findings = audit(there).findings
        from govern import __version__
        from govern.report.github import github
        from govern.report.sarif import sarif

        print(sarif(findings, CODES, __version__) if output == "sarif" else github(findings))
        return ExitCode.NO if has_errors(findings) else ExitCode.YES

    raise typer.Exit(filed() if output in ("sarif", "github") else show("audit", work, output))
