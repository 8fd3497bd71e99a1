"""`govern mitigation observe` and `replay`: the facts of a lane, recorded; what got worse ends with 1."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from govern.cli.frame import context, same_line, show
from govern.cli.options import Actor, Cohort, DryRun, Folder, Log, Offline, Output, moment
from govern.cli.progress import Quiet, progress
from govern.cli.write import write
from govern.errors import ExitCode, UsageError
from govern.report import lane_facts
from govern.report.answer import Answer
from govern.report.wrap import wrapped

if TYPE_CHECKING:
    from govern.domain.commands import Command
    from govern.operations.context import Context
    from govern.operations.decide import Outcome
    from govern.operations.workspace import Workspace

OBSERVE, REPLAY = "mitigation observe", "mitigation replay"
Build = Annotated[str | None, typer.Option(help="The candidate build.", metavar="BUILD")]


@dataclass(frozen=True)
class Ways:
    """In which way a fact is recorded. `quiet`: no bar is shown."""

    where: "Context"
    dry_run: bool
    offline: bool
    quiet: bool

    def reading(self) -> "Workspace":
        from govern.operations.looking_back import reading

        return reading(self.where, fetch=not (self.dry_run or self.offline))

    def record(
        self,
        name: str,
        command: "Command",
        shown: Callable[["Outcome"], Sequence[str]],
        data: Mapping[str, Any],
    ) -> Answer:
        """Recorded, with its figures above; a no where something got worse."""
        outcomes: list[Outcome] = []

        def above(outcome: "Outcome") -> Sequence[str]:
            outcomes.append(outcome)
            return shown(outcome)

        done = write(
            name, self.where, lambda _: command, dry_run=self.dry_run, offline=self.offline, shown=above
        )
        done = replace(done, data={**data, **done.data})
        blocked = lane_facts.blocked_lines(outcomes[-1].records, dry_run=self.dry_run)
        if not blocked or done.verdict == "refused":
            return done
        line = done.advice[1] if done.advice else "govern mitigation board"
        advice = ("next", same_line(without="--dry-run")) if self.dry_run else ("type", line)
        return replace(done, lines=(*done.lines, *blocked), exit=ExitCode.NO, verdict="failed", advice=advice)


def observe(
    cohort: Cohort,
    stable: Annotated[
        str | None, typer.Option(help="The first stable one of this attempt.", metavar="startup|interaction")
    ] = None,
    build: Build = None,
    evidence: Annotated[
        Path | None, typer.Option(help="A file that shows it; its digest is recorded.", metavar="FILE")
    ] = None,
    signal: Annotated[
        list[str] | None, typer.Option(help="A figure by hand; may be repeated.", metavar="KPI=VALUE")
    ] = None,
    n: Annotated[int | None, typer.Option("--n", help="Of how many cases it is.", metavar="N", min=1)] = None,
    window: Annotated[
        str | None, typer.Option(help="A day in its window; else the current one.", metavar="DATE")
    ] = None,
    log: Log = None,
    source: Annotated[
        str | None, typer.Option(help="Only the signals of this source.", metavar="NAME")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="Windows that end after then are measured again.", metavar="TIME")
    ] = None,
    quiet: Quiet = False,
    dry_run: DryRun = False,
    offline: Offline = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Measure the health signals that COHORT's criteria name, in every window not yet observed, and record them.

    With --signal figures are stated by hand; with --stable the first stable startup or interaction of a build. What
    could not be measured is named; then it ends with 4. A signal beyond its critical band is recorded; it ends with 1.
    """

    def work() -> Answer:
        ways = Ways(context(actor=actor, workspace=workspace), dry_run, offline, quiet or output != "text")
        measuring = {"--log": log, "--source": source, "--since": since}
        by_hand = {"--n": n, "--window": window}
        if stable is not None:
            _alone("--stable", {"--signal": signal, **by_hand, **measuring})
            return _stable(ways, cohort, stable, build, evidence)
        if signal:
            _alone("--signal", measuring)
            day = moment("--window", window) if window else None
            return _by_hand(ways, cohort, signal, n, evidence, day, build)
        for option, value in {**by_hand, "--evidence": evidence}.items():
            if value is not None:
                raise UsageError(f"{option} is for what is stated by hand", type_line="--signal KPI=VALUE")
        if log is not None and source not in (None, "decisions"):
            raise UsageError("--log stands for the source `decisions`", type_line="--source decisions")
        return _measured(ways, cohort, log, source, moment("--since", since) if since else None, build)

    raise typer.Exit(show(OBSERVE, work, output))


def _alone(option: str, others: Mapping[str, object]) -> None:
    """UsageError where options stand beside one that they have nothing to do with."""
    for other, value in others.items():
        if value:
            raise UsageError(f"{other} has nothing to do with {option}", type_line=f"govern {OBSERVE} --help")


def _stable(ways: Ways, cohort: str, what: str, build: str | None, evidence: Path | None) -> Answer:
    from govern.operations.lanes.lane_by_hand import stable

    if build is None:
        raise UsageError(f"a first stable {what} is that of a build: name it", type_line="--build BUILD")
    command = stable(ways.reading(), cohort, what, build, evidence)

    def shown(outcome: "Outcome") -> list[str]:
        bodies = [record.body for record in outcome.records]
        return [
            line
            for body in bodies
            for line in wrapped(
                f"{body['mitigation_mode_id']}, attempt {body['attempt']}: stable {what} of {build}"
            )
        ]

    return ways.record(OBSERVE, command, shown, {})


def _by_hand(
    ways: Ways,
    cohort: str,
    signals: Sequence[str],
    n: int | None,
    evidence: Path | None,
    window: str | None,
    build: str | None,
) -> Answer:
    from govern.operations.lanes.lane_by_hand import by_hand

    if n is None:
        raise UsageError("a figure is of a number of cases", type_line="--n N")
    if evidence is None:
        raise UsageError("a figure by hand has a file that shows it", type_line="--evidence FILE")
    seen = by_hand(ways.reading(), cohort, signals, n, evidence, window=window, build=build)
    return ways.record(
        OBSERVE, seen.command, lambda outcome: lane_facts.signal_lines(outcome.records, seen.units), {}
    )


def _measured(
    ways: Ways, cohort: str, log: str | None, source: str | None, since: str | None, build: str | None
) -> Answer:
    from govern.operations.lanes.lane_health import observed

    there = ways.reading()
    with progress(quiet=ways.quiet) as tell:
        taken = observed(there, cohort, log=log, source=source, since=since, tell=tell)

    def shown(outcome: "Outcome") -> list[str]:
        return lane_facts.observed_lines(taken, outcome.records)

    done = ways.record(OBSERVE, taken.command(build), shown, lane_facts.observed_data(taken))
    if ways.dry_run or done.exit != ExitCode.YES or not taken.left_out:
        return done
    return replace(done, exit=ExitCode.LEFT, verdict="recorded")


def replay(
    cohort: Cohort,
    results: Annotated[
        Path, typer.Option(help="CSV, Parquet or JSON lines, a row a replayed decision.", metavar="FILE")
    ],
    pack: Annotated[
        str | None, typer.Option(help="The replay pack; else as the file says.", metavar="ID")
    ] = None,
    build: Build = None,
    quiet: Quiet = False,
    dry_run: DryRun = False,
    offline: Offline = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Count the RESULTS of a replay pack for COHORT, and record them; re-entry is judged by these counts alone.

    A replay that is worse than the first of its pack in the lane is recorded as well; it ends with 1.
    """

    def work() -> Answer:
        from govern.operations.lanes.lane_replays import replayed

        ways = Ways(context(actor=actor, workspace=workspace), dry_run, offline, quiet or output != "text")
        there = ways.reading()
        with progress(quiet=ways.quiet) as tell:
            tell("counting results")
            found = replayed(there, cohort, results, pack, build)
        if found.results.findings:
            return lane_facts.findings_answer(REPLAY, found)

        def shown(outcome: "Outcome") -> list[str]:
            return lane_facts.replay_lines(found, next(iter(outcome.records), None))

        return ways.record(REPLAY, found.command(), shown, lane_facts.replay_data(found))

    raise typer.Exit(show(REPLAY, work, output))
