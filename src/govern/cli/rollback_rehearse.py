"""`govern rollback rehearse`: the way back walked in a clone; recorded, or for a pull request only told."""

from dataclasses import replace
from shlex import quote
from typing import Annotated

import typer

from govern.cli.frame import context, show
from govern.cli.options import Actor, DryRun, Folder, Offline, Output
from govern.cli.write import write
from govern.domain.rollout.rehearsing import HoldRehearsal
from govern.errors import ExitCode, UsageError
from govern.operations.asking import rehearse_packet
from govern.operations.context import Context
from govern.operations.decide import Outcome
from govern.operations.workspace import Workspace
from govern.report.answer import Answer
from govern.report.rehearsal import proposed_answer, walked_lines

NAME = "rollback rehearse"

Some = Annotated[str | None, typer.Argument(help="The packet's id.", metavar="[PACKET]")]
Documents = Annotated[
    str | None,
    typer.Option(help="Read the documents there, for a pull request; nothing is recorded.", metavar="REV"),
]
All = Annotated[bool, typer.Option("--all", help="Every packet that REV changes.")]


def command(
    packet: Some = None,
    documents: Documents = None,
    every: All = False,
    dry_run: DryRun = False,
    offline: Offline = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Take every covered cohort back on a throw-away clone, compare, and record that it was held."""

    def work() -> Answer:
        where = context(actor=actor, workspace=workspace)
        if packet is None and not every:
            line = f"--documents {quote(documents)} --all" if documents else "PACKET"
            raise UsageError("say which packet", type_line=f"govern rollback rehearse {line}")
        if every and (packet is not None or documents is None):
            line = f"govern rollback rehearse --documents {quote(documents or 'HEAD')} --all"
            raise UsageError("--all is every packet that --documents REV changes", type_line=line)
        if documents is not None:
            return _proposed(where, documents, packet)
        assert packet is not None
        return _held(where, packet, dry_run=dry_run, offline=offline)

    raise typer.Exit(show(NAME, work, output))


def _proposed(where: Context, revision: str, packet: str | None) -> Answer:
    """One packet as a revision has it, or every one that the revision changes."""
    from govern.operations.review.rehearse_proposed import read_proposal, rehearse_changed, rehearse_proposed

    proposal = read_proposal(where, revision, against_branch=packet is None)
    if packet is None:
        return proposed_answer(proposal, list(rehearse_changed(proposal)))
    return proposed_answer(proposal, [rehearse_proposed(proposal, packet)])


def _held(where: Context, packet: str, *, dry_run: bool, offline: bool) -> Answer:
    """The packet as it is merged, recorded."""
    differs: list[str] = []

    def prepare(there: Workspace) -> HoldRehearsal:
        rehearsed = rehearse_packet(there, packet)
        differs.extend(rehearsed.differs)
        return HoldRehearsal(packet, rehearsed.same, rehearsed.seconds)

    def shown(outcome: Outcome) -> list[str]:
        if not outcome.records:
            return []
        body = outcome.records[0].body
        return walked_lines(packet, body["cohorts"], body["seconds"], differs)

    answer = write(NAME, where, prepare, dry_run=dry_run, offline=offline, shown=shown)
    if not differs:
        return answer
    advice = ("type", f"govern phase show {packet}")
    return replace(answer, exit=ExitCode.NO, verdict="failed", advice=advice)
