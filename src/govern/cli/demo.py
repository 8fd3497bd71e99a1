"""`govern demo`: real changes of real models, told as stories whose every line is typed and run.

Each `govern` line runs as a process of its own, as it would in a terminal; only the lines of git are carried out
for the people who type them. Nothing is edited but the width: what is longer than 80 columns is folded.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from govern.cli.frame import show
from govern.cli.stories import FIRST, STORIES
from govern.cli.stories.telling import Line
from govern.domain.findings import nearest
from govern.errors import UsageError
from govern.operations.demonstrate import Stage, stage
from govern.report.answer import Answer
from govern.report.wrap import WIDTH, wrapped

NAME = "demo"
WORD = re.compile(r"""(?:--[\w-]+ (?!-))?(?:"[^"]*"|'[^']*'|[^\s"'])+""")  # an option with its value is one
ADVICE = re.compile(r"(?:type|next|\w+ types): (?=govern |git )")


def command(
    directory: Annotated[
        Path | None, typer.Argument(help="An empty or new folder, kept for exploring.", metavar="[DIR]")
    ] = None,
    story: Annotated[str, typer.Option(help="Which one is told.", metavar="|".join(STORIES))] = FIRST,
) -> None:
    """Show the main job on real data, in a new repository; without DIR it is removed at the end."""

    def work() -> Answer:
        if story not in STORIES:
            close = nearest(story, STORIES) or FIRST
            raise UsageError(
                f"no story `{story}`; there are: {', '.join(STORIES)}", type_line=f"--story {close}"
            )
        if directory is not None:
            return _told(story, stage(directory, STORIES[story].example), directory)
        with TemporaryDirectory(prefix="govern-demo-", ignore_cleanup_errors=True) as folder:
            return _told(story, stage(Path(folder), STORIES[story].example), None)

    raise typer.Exit(show(NAME, work))


def _told(name: str, there: Stage, kept: Path | None) -> Answer:
    """Play the whole story; an ending that was not expected is a fault of the program."""
    where = f"{kept}" if kept else "a temporary folder, removed at the end"
    _say(f"A new repository with a remote of its own, in {where}. The clock is SIMULATED.")
    _say("One clone serves all: before each line git's user.email is set to who types.")
    story = STORIES[name]
    for part in story.parts:
        if isinstance(part, str):
            print()
            _say(part)
        elif isinstance(part, Line):
            _play(there, part)
        else:
            part(there)
    print()
    told = "" if name == FIRST else f" --story {name}"
    if kept is None:
        others = tuple(f"# Another story: govern demo --story {other}" for other in STORIES if other != name)
        lines = (*others, "# To keep all this and look around:")
        return Answer(NAME, lines, advice=("next", f"govern demo try-govern{told}"))
    explore = f"cd {shlex.quote(str(there.clone))} && export GOVERN_NOW={story.now} && govern log"
    lines = (f"# Kept for exploring, as {story.who.title()} and on the simulated clock:", f"next: {explore}")
    return Answer(NAME, tuple(piece for line in lines for piece in folded(line)))


def _say(text: str) -> None:
    print("\n".join(wrapped(text, "# ", "# ")), flush=True)


def _play(there: Stage, line: Line) -> None:
    there.enter(line.who)
    for typed in line.typed.splitlines():
        print("\n".join(folded_command(f"{line.who}$ ", typed)), flush=True)
    if line.act is not None:
        line.act(there)
        return
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "govern", *shlex.split(line.typed)[1:]],
        cwd=there.clone,
        env=_environment(line.at),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    for printed in ran.stdout.splitlines():
        print("\n".join(folded(printed)))
    if ran.returncode:
        print(f"[exit {ran.returncode}]", flush=True)
    if ran.returncode != line.exit or line.shows not in ran.stdout:
        wanted = f"{line.exit} {line.shows}".strip()
        raise RuntimeError(f"`{line.typed}` ended with {ran.returncode}, and {wanted} was expected")


def _environment(now: str) -> dict[str, str]:
    """The user's own, without what would point git or govern elsewhere."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT_", "GOVERN_")) or name.startswith("GIT_CONFIG_")
    }
    return kept | {"GOVERN_NOW": now, "COLUMNS": str(WIDTH), "PYTHONIOENCODING": "utf-8"}


def folded(line: str) -> list[str]:
    """One printed line in 80 columns; a line to paste stays one that can be pasted."""
    if len(line) <= WIDTH:
        return [line]
    advice = ADVICE.match(line)
    if advice:
        return folded_command(advice[0], line[advice.end() :])
    indent = line[: len(line) - len(line.lstrip())]
    return wrapped(line.strip(), indent, f"{indent}  ")


def folded_command(prompt: str, typed: str) -> list[str]:
    """A command line, broken between words with a backslash at the end, as a shell takes it."""
    return list(_broken(prompt, WORD.findall(typed)))


def _broken(prompt: str, words: list[str]) -> Iterator[str]:
    line = prompt + words[0]
    for word in words[1:]:
        if len(line) + 1 + len(word) > WIDTH - len(" \\"):
            yield f"{line} \\"
            line = f"      {word}"
        else:
            line += f" {word}"
        while len(line) > WIDTH:  # a list without a space: broken after a comma, where a shell joins it again
            head = line[: WIDTH - 1].rpartition(",")[0] + ","
            if head == ",":
                break
            yield f"{head}\\"
            line = line[len(head) :]
    yield line
