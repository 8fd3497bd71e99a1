"""What a long command is doing, on one line of the terminal that goes when it is done.

Nothing is shown in the first second, without a terminal, or to those who want it quiet.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Annotated

import typer

from govern.cli.frame import interactive

PATIENCE = 1.0  # seconds
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No bar while it runs.")]


@contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """A function that takes what is being done now."""
    if quiet or not interactive():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    bar = Progress(*columns, transient=True, console=Console())
    task = bar.add_task("reading", total=None)
    begin = Timer(PATIENCE, bar.start)
    begin.daemon = True
    begin.start()
    try:
        yield lambda step: bar.update(task, description=step)
    finally:
        begin.cancel()
        begin.join()
        if bar.live.is_started:
            bar.stop()
