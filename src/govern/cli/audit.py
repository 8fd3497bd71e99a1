"""`govern audit`: the whole ledger decided again."""

from typing import Annotated

import typer

from govern.cli.frame import context, show
from govern.cli.options import Fetch, Folder
from govern.errors import UsageError
from govern.report.answer import Answer

FORMATS = ("text", "json", "sarif", "github")


def command(
    record: Annotated[
        str | None, typer.Option(help="One record, with its derivation.", metavar="STREAM#SEQ")
    ] = None,
    fetch: Fetch = False,
    workspace: Folder = None,
    output: Annotated[
        str, typer.Option("--format", help="text, json, sarif or github.", metavar="|".join(FORMATS))
    ] = "text",
) -> None:
    """Check the ledger and decide every record again from what it read."""
    from govern.operations.audit import CODES, audit
    from govern.operations.lanes.reentry_audit import reentry_audit
    from govern.operations.workspace import open_workspace
    from govern.report.audit import audit_answer, filed_answer, record_answer

    def work() -> Answer:
        if output not in FORMATS or (record is not None and output not in ("text", "json")):
            raise UsageError(f"no format {output} here: {' or '.join(FORMATS)}", type_line="--format text")
        there = open_workspace(context(workspace=workspace), fetch=fetch, judge=False)
        audited = audit(there)
        if record is not None:
            return record_answer(there.commands(), record, audited, reentry_audit(there, audited, record))
        answer = audit_answer(there.state, audited, there.tip or "")
        return filed_answer(answer, output, CODES) if output in ("sarif", "github") else answer

    raise typer.Exit(show("audit", work, output))
