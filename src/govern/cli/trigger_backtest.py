"""`govern trigger backtest`: a trigger, or a rule given here, over history with labelled incidents."""

import math
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.frame import context, same_line, show
from govern.cli.options import Folder, Output, Until, listed, moment
from govern.cli.progress import Quiet, progress
from govern.cli.trigger_rule import Bad, Consecutive, Of, Op, Threshold, rule_given
from govern.domain.firing import Rule
from govern.errors import UsageError
from govern.report.answer import Answer

if TYPE_CHECKING:
    from govern.operations.triggers.history import History, Span

NAME = "trigger backtest"
ALONE = "govern trigger backtest --series FILE.csv --op above --threshold 45 --consecutive 3"


def backtest(
    trigger: Annotated[
        str | None, typer.Argument(help="A trigger as the working tree has it.", metavar="[TRIGGER]")
    ] = None,
    series: Annotated[
        Path | None,
        typer.Option(help="The past: timestamp (or window), value, cohort_key if any.", metavar="FILE"),
    ] = None,
    incidents: Annotated[
        Path | None,
        typer.Option(help="Labels: start, end, cohort_key or series if any.", metavar="FILE"),
    ] = None,
    op: Op = None,
    threshold: Threshold = None,
    consecutive: Consecutive = None,
    bad: Bad = None,
    of: Of = None,
    cohort: Annotated[str, typer.Option(help="Count these cohorts only.", metavar="COHORT,…")] = "",
    budget: Annotated[
        float, typer.Option(help="False alarms a week that a suggested threshold may bring.", metavar="N")
    ] = 1.0,
    fit_until: Annotated[
        str | None,
        typer.Option(
            help="Fit before then, judge on the rest: a share, or an instant.", metavar="SHARE|TIME"
        ),
    ] = None,
    since: Annotated[str | None, typer.Option(help="Windows from then on, UTC.", metavar="TIME")] = None,
    until: Until = None,
    out: Annotated[
        Path | None, typer.Option(help="Draw the sweep into this file.", metavar="FILE.svg")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    quiet: Quiet = False,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Replay a trigger over history: hits, false alarms and delay against labelled incidents, and a better threshold.

    An alarm inside a labelled incident is a hit, outside of all it is false. Without --series the KPI's Prometheus is
    asked. Nothing is recorded; exit 0 whatever was found.
    """

    def work() -> Answer:
        from govern.operations.triggers.backtest import NothingToSplitError
        from govern.operations.triggers.history import Span

        if not (math.isfinite(budget) and budget >= 0):
            raise UsageError("--budget takes a number from 0 on", type_line="--budget 1")
        rule = _rule(trigger, op, threshold, consecutive, bad, of, labelled=incidents is not None)
        if incidents is None and (fit_until or out):
            raise UsageError(
                "without labels nothing is fitted and there is no sweep to draw",
                type_line="--incidents FILE.csv",
            )
        begin = moment("--since", since) if since else None
        span = Span(begin, moment("--until", until) if until else None)
        history = _history(trigger, rule, series, listed(cohort), span, threshold, workspace)
        given = trigger is not None or threshold is not None
        judged = (incidents, series, given, budget, fit_until)
        try:
            return _answer(history, *judged, out=out, force=force, quiet=quiet or output != "text")
        except NothingToSplitError as error:
            raise UsageError(error.message, type_line=_whole_past()) from None

    raise typer.Exit(show(NAME, work, output))


def _whole_past() -> str:
    """The line that was typed, without the split."""
    words = [word for word in shlex.split(same_line()) if not word.startswith("--fit-until=")]
    if "--fit-until" in words:
        at = words.index("--fit-until")
        del words[at : at + 2]
    return shlex.join(words)


def _rule(
    trigger: str | None,
    op: str | None,
    threshold: float | None,
    consecutive: int | None,
    bad: int | None,
    of: int | None,
    *,
    labelled: bool,
) -> Rule | None:
    """The rule of the command line; None where a document brings one."""
    if trigger is not None:
        if (op, consecutive, bad, of) != (None, None, None, None):
            raise UsageError(f"{trigger} brings its own rule: leave out --op, --consecutive, --bad and --of")
        if threshold is not None and not math.isfinite(threshold):
            raise UsageError("--threshold takes a number", type_line="--threshold 45")
        return None
    if op is None or (threshold is None and not labelled):
        raise UsageError("backtest what? Name a trigger, or give a rule", type_line=ALONE)
    return rule_given(op, threshold, consecutive, bad, of, example=ALONE)


def _history(
    trigger: str | None,
    rule: Rule | None,
    series: Path | None,
    cohorts: tuple[str, ...],
    span: "Span",
    threshold: float | None,
    workspace: str | None,
) -> "History":
    from govern.operations.triggers.history import rows_history, trigger_history

    if trigger is None or rule is not None:
        if series is None or rule is None:
            raise UsageError("a rule needs a past to be replayed over", type_line="--series FILE.csv")
        return rows_history(rule, series, cohorts, span)
    found = trigger_history(context(workspace=workspace), trigger, series, cohorts, span)
    if threshold is None:
        return found
    return replace(found, rule=replace(found.rule, threshold=threshold))


def _answer(
    history: "History",
    incidents: Path | None,
    series: Path | None,
    given: bool,
    budget: float,
    fit_until: str | None,
    *,
    out: Path | None,
    force: bool,
    quiet: bool,
) -> Answer:
    from govern.operations.evidence.plot import require_place, write_picture
    from govern.operations.triggers.backtest import SPLIT, backtest, labels
    from govern.report.backtest import backtest_answer

    if out is not None:
        require_place(out, force=force)
    known = labels(incidents, series) if incidents else None
    with progress(quiet=quiet) as tell:
        found = backtest(history, known, given=given, budget=budget, fit_until=fit_until, tell=tell)
    answer = backtest_answer(found)
    if out is not None and found.swept is not None and found.swept.tried:
        from govern.report.backtest_plot import sweep_svg

        size = write_picture(out, sweep_svg(found), force=force)
        said = (*answer.lines, f"wrote {out}, {size:,} bytes")
        answer = replace(answer, lines=said, data={**answer.data, "out": str(out), "bytes": size})
    if incidents is None or fit_until is not None:
        return answer
    return replace(answer, advice=("next", same_line(*SPLIT.split())))
