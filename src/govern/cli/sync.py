"""`govern sync`: publish what only this clone has recorded."""

import typer

from govern.cli.frame import context, show
from govern.cli.options import Folder, Output
from govern.report.answer import Answer
from govern.report.synced import synced_data, synced_lines


def command(workspace: Folder = None, output: Output = "text") -> None:
    """Publish what was recorded while the remote was away; nothing that went back is lost."""
    from govern.operations.sync import sync

    def work() -> Answer:
        synced = sync(context(workspace=workspace))
        said = tuple(synced_lines(synced)) or ("nothing was waiting: everything is published",)
        return Answer("sync", said, advice=("next", "govern status"), data=synced_data(synced))

    raise typer.Exit(show("sync", work, output))
