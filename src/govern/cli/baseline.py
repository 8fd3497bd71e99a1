"""`govern baseline`: capturing, verifying and comparing what decides on a surface."""

from typing import Annotated

import typer

from govern.cli import capture
from govern.cli.frame import context, show
from govern.cli.options import Actor, At, DryRun, Fetch, Folder, Offline, Output
from govern.cli.write import write
from govern.domain.rollout.verification import METHODS, VerifyBaseline
from govern.errors import ExitCode, UsageError
from govern.report.answer import Answer

app = typer.Typer(no_args_is_help=True, help="What decides on a surface: verifying and comparing it.")

Baseline = Annotated[str, typer.Argument(help="The baseline's id.", metavar="ID")]

app.command("capture")(capture.command)


@app.command()
def verify(
    baseline: Baseline,
    method: Annotated[
        str, typer.Option(help="How it was shown to be good.", metavar="staging|window")
    ] = "staging",
    evidence: Annotated[str | None, typer.Option(help="Where that can be read.", metavar="TEXT")] = None,
    on: Annotated[str | None, typer.Option(help="The day it was shown; today.", metavar="DATE")] = None,
    dry_run: DryRun = False,
    offline: Offline = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Record that a baseline was shown to be good, in staging or over a window in production."""

    def work() -> Answer:
        line = f"govern baseline verify {baseline} --method"
        if method not in METHODS:
            raise UsageError(f"no method `{method}`: {' or '.join(METHODS)}", type_line=f"{line} staging")
        if on is not None and not _is_date(on):
            raise UsageError(f"--on takes a date, not `{on}`", type_line=f"{line} {method} --on 2026-11-20")
        if evidence is not None and not evidence.strip():
            raise UsageError("--evidence is empty", type_line=f'{line} {method} --evidence "..."')
        return write(
            "baseline verify",
            context(actor=actor, workspace=workspace),
            lambda _: VerifyBaseline(baseline, method, evidence, on),
            dry_run=dry_run,
            offline=offline,
            told=lambda outcome: f"{baseline} verified: {method}, {outcome.records[0].body['day']}",
        )

    raise typer.Exit(show("baseline verify", work, output))


def _is_date(text: str) -> bool:
    from govern.domain.windows import instant

    try:
        return len(text) == 10 and bool(instant(text))
    except ValueError:
        return False


@app.command()
def diff(
    before: Annotated[str, typer.Argument(help="A baseline's id.", metavar="A")],
    after: Annotated[str, typer.Argument(help="Another one.", metavar="B")],
    at: At = None,
    fetch: Fetch = False,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """What changes from A to B, component by component, with the lines of pinned text."""
    from govern.operations.baselines import compared, target
    from govern.operations.looking_back import reading
    from govern.report.wrap import wrapped

    def work() -> Answer:
        there = reading(context(workspace=workspace), at=at, fetch=fetch)
        old, new = target(there, before), target(there, after)
        parts = compared(there, old, new)
        lines = [f"{before} -> {after}"]
        stamped = (
            "same"
            if old.model_version == new.model_version
            else f"{old.model_version} -> {new.model_version}"
        )
        lines += wrapped(stamped, " stamped     ")
        for part in parts:
            text = part.before if part.before == part.after else f"{part.before} -> {part.after}"
            same = "   same" if part.same else "   other digest or files" if part.before == part.after else ""
            lines += wrapped(text + same, f" {part.name:<10}  ")
            lines += part.changes
        data = {
            "a": old.as_value(),
            "b": new.as_value(),
            "components": {part.name: {"same": part.same, "lines": list(part.changes)} for part in parts},
        }
        return Answer("baseline diff", tuple(lines), data=data)

    raise typer.Exit(show("baseline diff", work, output))


@app.command()
def drift(at: At = None, fetch: Fetch = False, workspace: Folder = None, output: Output = "text") -> None:
    """Pinned files whose published bytes are not those of a bound or frozen baseline."""
    from govern.operations import baselines
    from govern.operations.looking_back import reading
    from govern.operations.pins import pins
    from govern.report.findings import text

    def work() -> Answer:
        there = reading(context(workspace=workspace), at=at, fetch=fetch)
        pinned = pins(there)
        found, line = baselines.drift(there)
        count = f"{len(pinned)} pinned file" + ("" if len(pinned) == 1 else "s")
        if not found:
            return Answer("baseline drift", (f"{count}, as bound and frozen",), data={"pinned": len(pinned)})
        lines = [*text(found, {}, "").splitlines(), f"{len(found)} of {count} drifted"]
        return Answer(
            "baseline drift",
            tuple(lines),
            ExitCode.NO,
            "failed",
            ("type", line or f"govern explain {found[0].code}"),
            tuple(found),
            {"pinned": len(pinned)},
        )

    raise typer.Exit(show("baseline drift", work, output))
