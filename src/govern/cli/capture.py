"""`govern baseline capture`: write down what runs, or import the short form of another tool."""

from collections.abc import Mapping
from typing import Annotated

import typer

from govern.cli.frame import context, show
from govern.cli.options import Folder, Output
from govern.errors import ExitCode, UsageError
from govern.operations.authoring.capture import capture, import_short
from govern.operations.context import Context
from govern.report.answer import Answer

NAME = "baseline capture"


def command(
    baseline: Annotated[str, typer.Argument(help="The new baseline's id.", metavar="ID")],
    surface: Annotated[str, typer.Option(help="The surface that it is a version of.")],
    model: Annotated[str | None, typer.Option(help="Version or file.")] = None,
    prompt: Annotated[str | None, typer.Option(help="Version or file.")] = None,
    policy: Annotated[str | None, typer.Option(help="Version or file.")] = None,
    tools: Annotated[str | None, typer.Option(help="Version or file.")] = None,
    guardrails: Annotated[str | None, typer.Option(help="Version or file.")] = None,
    source: Annotated[
        str | None, typer.Option("--from", help="A file with the short form.", metavar="FILE")
    ] = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Write baselines/ID.yaml from the versions and files that are named."""
    given = {"model": model, "prompt": prompt, "policy": policy, "tools": tools, "guardrails": guardrails}
    components = {part: value for part, value in given.items() if value is not None}
    raise typer.Exit(
        show(NAME, lambda: run(context(workspace=workspace), baseline, surface, components, source), output)
    )


def run(
    where: Context, baseline: str, surface: str, components: Mapping[str, str], source: str | None = None
) -> Answer:
    if source is not None and components:
        raise UsageError(
            f"--from {source} names the components already; leave out --{' --'.join(components)}",
            type_line=f"govern baseline capture {baseline} --surface {surface} --from {source}",
        )
    if source is not None:
        captured = import_short(where, baseline, surface, source)
    else:
        captured = capture(where, baseline, surface, components)
    stamped = f", stamped {captured.model_version}" if captured.model_version else ""
    lines = [f"Wrote {captured.path}{stamped}. Blanks left: {len(captured.blanks)}"]
    lines += [f"  {captured.path}: {blank}" for blank in captured.blanks]
    line = (
        f"govern validate {captured.path}"
        if captured.blanks
        else f"git add {captured.path}, commit and merge it"
    )
    code = ExitCode.LEFT if captured.blanks else ExitCode.YES
    data = {"baseline": baseline, "path": captured.path, "model_version": captured.model_version}
    return Answer(
        NAME, tuple(lines), code, "written", ("next", line), data=data | {"blanks": list(captured.blanks)}
    )
