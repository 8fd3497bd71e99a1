"""`govern drill week`: Monday select, Wednesday run, Friday publish; done, or missing."""

from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.frame import context, show
from govern.cli.options import Actor, DryRun, Fetch, Folder, Offline, Output
from govern.cli.write import write
from govern.domain.drills.publishing import PublishConfidence
from govern.domain.duties import closing
from govern.errors import ExitCode, UsageError
from govern.report.answer import Answer

if TYPE_CHECKING:
    from govern.operations.decide import Outcome

NAME = "drill week"


def command(
    publish: Annotated[
        bool, typer.Option("--publish", help="Friday: record the confidence of every package.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Exit 1 while something is missing.")] = False,
    fetch: Fetch = False,
    dry_run: DryRun = False,
    offline: Offline = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """This week of drills: which card, what was run, what is published, and the windows of high risk to come."""

    def work() -> Answer:
        where = context(actor=actor, workspace=workspace)
        from govern.operations.drills.standing import known_packages, week

        if publish:
            if check:
                raise UsageError(
                    "--check is for a week that is only looked at", type_line=f"govern {NAME} --check"
                )
            return write(
                NAME,
                where,
                lambda there: PublishConfidence(packages=tuple(known_packages(there))),
                dry_run=dry_run,
                offline=offline,
                shown=_published,
                told=_told,
            )
        for option, given in (("--dry-run", dry_run), ("--offline", offline)):
            if given:
                raise UsageError(
                    f"{option} is for what is recorded", type_line=f"govern {NAME} --publish {option}"
                )
        from govern.operations.looking_back import reading
        from govern.report.drill_week import week_data, week_lines

        found = week(reading(where, fetch=fetch))
        missing = found.week.missing
        code = ExitCode.NO if check and missing else ExitCode.YES
        line = "govern drill history"
        if found.waiting:
            line = f"govern drill run {found.waiting[0]} --resume"
        elif {"rehearsals", "mixed_signal"} & set(missing):
            line = f"govern drill brief {found.card}" if found.card else "govern new card --package ID"
        elif missing:
            line = f"govern {NAME} --publish"
        elif left := (*found.gone, *found.owed):
            line = closing(left[0], gone=left[0] in found.gone)
        verdict = "missing" if missing else "passed"
        return Answer(NAME, tuple(week_lines(found)), code, verdict, ("next", line), data=week_data(found))

    raise typer.Exit(show(NAME, work, output))


def _published(outcome: "Outcome") -> list[str]:
    from govern.report.drills import published_lines

    return published_lines([record.body for record in outcome.records])


def _told(outcome: "Outcome") -> str:
    return ", ".join(record.name for record in outcome.records)
