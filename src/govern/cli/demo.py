"""`govern demo`: a real change of two real models, told as a story whose every line is typed and run.

Each `govern` line runs as a process of its own, as it would in a terminal; only the lines of git are carried out
for the people who type them. Nothing is edited but the width: what is longer than 80 columns is folded.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from govern.cli.frame import show
from govern.operations.demonstrate import Stage, stage
from govern.report.answer import Answer
from govern.report.wrap import WIDTH, wrapped

NAME = "demo"
EXAMPLE = "model-change"
MONDAY, A_WEEK_LATER = "2026-11-16", "2026-11-23"
WORD = re.compile(r"""(?:--[\w-]+ (?!-))?(?:"[^"]*"|'[^']*'|[^\s"'])+""")  # an option with its value is one
ADVICE = re.compile(r"(?:type|next|\w+ types): (?=govern |git )")


@dataclass(frozen=True, slots=True)
class Line:
    """What one person types, the simulated instant, and how it must end.

    `shows` must be printed, so that a refusal is told from an accident. `act` does what lines of git say.
    """

    at: str
    who: str
    typed: str
    exit: int = 0
    shows: str = ""
    act: Callable[[Stage], None] | None = None


BANDS = "governance/kpis/mean-score-delta.yaml"
STORY: tuple[str | Line, ...] = (
    "An assistant is about to move two of its surfaces from the models of March 2023"
    " to those of June. Lee describes both changes in documents.",
    Line(f"{MONDAY}T09:00:00Z", "lee", "govern validate"),
    Line(
        f"{MONDAY}T09:01:00Z",
        "lee",
        'git add -A\ngit commit -qm "Propose two new models"\ngit push -q',
        act=lambda there: there.publish("Propose two new models"),
    ),
    "Merged. Mara opens the ledger: records live on a branch that only govern writes.",
    Line(f"{MONDAY}T09:05:00Z", "mara", "govern init --simulated"),
    "Into shadow: nobody is bound to anything new, and the way back is rehearsed.",
    Line(f"{MONDAY}T09:10:00Z", "mara", "govern phase advance gpt35-june --to shadow --yes"),
    Line(f"{MONDAY}T09:15:00Z", "kim", "govern phase advance gpt4-june --to shadow --yes"),
    "A week later. Both models got the same 3,256 questions (real ones: Chen, Zaharia"
    " and Zou, 2023), and the old one decided every answer.",
    Line(
        f"{A_WEEK_LATER}T09:00:00Z", "lee", "govern evidence shadow gpt35-june --pairs data/pairs-gpt35.csv"
    ),
    "+11.9 points over all: one pooled number lets this through, and two cohorts lose"
    " 18.8 and 6.0 points. The gate asks every cohort.",
    Line(f"{A_WEEK_LATER}T09:05:00Z", "mara", "govern phase check gpt35-june", 1, "FAILED"),
    "Refused. Could one not just widen the limit? Lee tries, in a pull request.",
    Line(
        f"{A_WEEK_LATER}T09:10:00Z",
        "lee",
        f"git switch -qc tidy-bands\nsed -i 's/below: -3}}/below: -20}}/' {BANDS}\ngit commit -qam 'Tidy the bands'",
        act=lambda there: there.edit_on_branch(
            "tidy-bands", BANDS, "below: -3}", "below: -20}", "Tidy the bands"
        ),
    ),
    Line(f"{A_WEEK_LATER}T09:11:00Z", "lee", "govern check --base main", 1, "GOV-FRZ-001"),
    Line(f"{A_WEEK_LATER}T09:12:00Z", "lee", "git switch -q main", act=Stage.back),
    "Three cohorts hold, though. Kim reads what they lost and says what moved.",
    Line(
        f"{A_WEEK_LATER}T09:30:00Z",
        "kim",
        "govern evidence explain gpt35-june --cohort prime --dimension format"
        ' --moved "25 run to 1,000 tokens without a verdict; 4 say no to a prime"',
    ),
    Line(
        f"{A_WEEK_LATER}T09:35:00Z",
        "kim",
        "govern evidence explain gpt35-june --cohort opinion_survey --dimension refusal"
        ' --moved "38 of 1,506 decline to pick an option where March did"',
    ),
    Line(
        f"{A_WEEK_LATER}T09:40:00Z",
        "mara",
        "govern phase advance gpt35-june --to canary --only prime,opinion_survey,sensitive_jailbreak --yes",
    ),
    "GPT-4 is the mirror image: -49.7 points over all, and yet four of seven gain.",
    Line(f"{A_WEEK_LATER}T10:00:00Z", "lee", "govern evidence shadow gpt4-june --pairs data/pairs-gpt4.csv"),
    Line(f"{A_WEEK_LATER}T10:05:00Z", "mara", "govern phase check gpt4-june", 1, "FAILED"),
    "`composite` passes, but look at `prime`: the new model says no to nearly every"
    " number. A gate allows and never obliges: Mara takes what got safer, no more.",
    Line(
        f"{A_WEEK_LATER}T10:20:00Z",
        "kim",
        "govern evidence explain gpt4-june --cohort sensitive_jailbreak --dimension refusal"
        ' --moved "1 of 100 is answered, in 36 characters, where March declined"',
    ),
    Line(
        f"{A_WEEK_LATER}T10:25:00Z",
        "mara",
        "govern phase advance gpt4-june --to canary --only sensitive_direct,sensitive_jailbreak --yes",
    ),
    "Who is on what now; and every decision of this story, decided again from git.",
    Line(f"{A_WEEK_LATER}T11:00:00Z", "mara", "govern status"),
    Line(f"{A_WEEK_LATER}T11:05:00Z", "mara", "govern audit"),
)
NOW = f"{A_WEEK_LATER}T11:10:00Z"


def command(
    directory: Annotated[
        Path | None, typer.Argument(help="An empty or new folder, kept for exploring.", metavar="[DIR]")
    ] = None,
) -> None:
    """Show the main job on real data, in a new repository; without DIR it is removed at the end."""

    def work() -> Answer:
        if directory is not None:
            return _told(stage(directory, EXAMPLE), directory)
        with TemporaryDirectory(prefix="govern-demo-", ignore_cleanup_errors=True) as folder:
            return _told(stage(Path(folder), EXAMPLE), None)

    raise typer.Exit(show(NAME, work))


def _told(there: Stage, kept: Path | None) -> Answer:
    """Play the whole story; an ending that was not expected is a fault of the program."""
    where = f"{kept}" if kept else "a temporary folder, removed at the end"
    _say(f"A new repository with a remote of its own, in {where}. The clock is SIMULATED.")
    _say("One clone serves all: before each line git's user.email is set to who types.")
    for part in STORY:
        if isinstance(part, str):
            print()
            _say(part)
        else:
            _play(there, part)
    print()
    if kept is None:
        return Answer(
            NAME, ("# To keep all this and look around:",), advice=("next", "govern demo try-govern")
        )
    explore = f"cd {shlex.quote(str(there.clone))} && export GOVERN_NOW={NOW} && govern log"
    lines = ("# Kept for exploring, as Mara and on the simulated clock:", f"next: {explore}")
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
    yield line
