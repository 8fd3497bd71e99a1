"""Runs the `console` blocks of a page as a reader would type them, and compares what they print.

`$ ` is typed in the first folder, `NAME$ ` in NAME's own terminal: the folder NAME, with what NAME exported. A
line that ends with `\\` goes on in the next one, typed or printed; `...` in the output stands for any number of
lines, and `[exit N]` is not printed: it says how the command ended, where that is not 0. Ids of commits, digests
and seconds, which differ from run to run, are shown as they were once and compared by their form.
"""

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

TYPED = re.compile(r"(?P<who>[a-z]*)\$ (?P<command>.*)")
ENDED = re.compile(r"\[exit (\d+)\]")
EXPORT = re.compile(r"export ([A-Z_]+)=(\S+)")
MASKS = (
    (re.compile(r"(?<![\w.-])(sha256:)?[0-9a-f]{7,64}(?![\w-])"), "ID"),
    (re.compile(r"\b\d+(\.\d+)? s\b"), "SECONDS s"),
)


@dataclass(frozen=True)
class Step:
    """One command as it is typed, what the page says it prints, and where on the page."""

    line: int
    who: str
    command: str
    printed: tuple[str, ...]
    exit: int = 0


@dataclass
class Terminals:
    """Everybody's terminal: a folder each below `directory`, and what was exported there."""

    directory: Path
    environment: dict[str, str]
    exported: dict[str, dict[str, str]] = field(default_factory=dict)

    def run(self, step: Step) -> tuple[int, list[str]]:
        """Exit code and printed lines, both streams as a terminal mixes them."""
        own = self.exported.setdefault(step.who, {})
        if export := EXPORT.fullmatch(step.command):
            own[export[1]] = export[2]
            return 0, []
        ran = subprocess.run(
            ["bash", "-c", step.command],
            cwd=self.directory / step.who,
            env=self.environment | own,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return ran.returncode, ran.stdout.splitlines()


def steps(text: str) -> Iterator[Step]:
    """Every step of every `console` block of a page."""
    lines = iter(enumerate(text.splitlines(), start=1))
    for _, line in lines:
        if line == "```console":
            yield from _block(lines)


def _block(lines: Iterator[tuple[int, str]]) -> Iterator[Step]:
    step: Step | None = None
    printed: list[str] = []
    for number, line in lines:
        typed = TYPED.fullmatch(line)
        if step is not None and (typed or line == "```"):
            yield _ended(step, printed)
            step, printed = None, []
        if line == "```":
            return
        if typed:
            step = Step(number, typed["who"], _whole(typed["command"], lines), ())
        else:
            assert step is not None, f"line {number}: output before any command"
            printed.append(_whole(line, lines))


def _whole(line: str, lines: Iterator[tuple[int, str]]) -> str:
    while line.endswith("\\"):
        line = line[:-1].rstrip() + " " + next(lines)[1].strip()
    return line


def _ended(step: Step, printed: list[str]) -> Step:
    ended = ENDED.fullmatch(printed[-1]) if printed else None
    shown = printed[:-1] if ended else printed
    return Step(step.line, step.who, step.command, tuple(shown), int(ended[1]) if ended else 0)


def differs(step: Step, code: int, printed: Sequence[str]) -> str:
    """What the page gets wrong; empty where it is right."""
    told, seen = [_masked(line) for line in step.printed], [_masked(line) for line in printed]
    same = _same(told, seen) or ("SECONDS" in " ".join(told) and _words(told) == _words(seen))
    if code == step.exit and same:
        return ""
    page, here = f"--- the page, [exit {step.exit}]", f"--- printed, [exit {code}]"
    return "\n".join((f"line {step.line}: {step.command}", page, *step.printed, here, *printed))


def _words(lines: list[str]) -> list[str]:
    """Without the line breaks: a longer time may fold a line elsewhere."""
    return " ".join(lines).split()


def _same(told: list[str], seen: list[str]) -> bool:
    if not told:
        return not seen
    if told[0] == "...":
        return any(_same(told[1:], seen[place:]) for place in range(len(seen) + 1))
    return bool(seen) and told[0] == seen[0].rstrip() and _same(told[1:], seen[1:])


def _masked(line: str) -> str:
    for mask, word in MASKS:
        line = mask.sub(word, line)
    return line


def environment(home: Path, path: Path, **more: str) -> dict[str, str]:
    """What a fresh terminal holds: the commands of `path` first, and no configuration of this machine."""
    from workspaces import isolated

    return isolated(home) | {"PATH": f"{path}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "80", **more}
