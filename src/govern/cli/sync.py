"""`govern sync`: publish what only this clone has recorded."""

import typer

from govern.cli.frame import context, show
from govern.cli.options import Folder, Output
from govern.report.answer import Answer
from govern.report.wrap import wrapped


def command(workspace: Folder = None, output: Output = "text") -> None:
    """Publish what was recorded while the remote was away; nothing that went back is lost."""
    from govern.operations.sync import sync

    def work() -> Answer:
        synced = sync(context(workspace=workspace))
        lines = [line for each in synced.kept for line in wrapped(each, "published  ")]
        lines += [line for each in synced.dropped for line in wrapped(each, "dropped    ")]
        tip = (synced.oid or "")[:7]
        data = {"tip": synced.oid, "kept": synced.kept, "dropped": synced.dropped}
        said = (*lines, f"PUBLISHED {tip}") if lines else ("nothing was waiting: everything is published",)
        return Answer("sync", said, advice=("next", "govern status"), data=data)

    raise typer.Exit(show("sync", work, output))
