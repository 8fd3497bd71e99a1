"""The pages that people write, and what stands in them: links, headings, blocks, command lines, paths."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(path for path in (ROOT / "docs").rglob("*.md") if path.parent != REFERENCE),
        *(ROOT / "examples").glob("*.md"),
    ]
)
PROMPT = re.compile(r"^(?:[a-z]*\$|[a-z ]*types?:|next:) (?=govern )")
CALLED = re.compile(r"`(govern [^`]+)`")
NAMED = re.compile(r"`(src/[\w/.-]+|tests/[\w/.-]+|schemas/[\w/.-]*|docs/[\w/.-]+)(?::(\w+))?`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lines_of(path: Path) -> Iterator[tuple[int, str, bool]]:
    """Number, text, and whether the line stands in a block of code."""
    fenced = indented = False
    before = ""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if line.startswith("```"):
            fenced = not fenced
            yield number, line, True
        else:
            indented = line.startswith("    ") and (indented or not before)
            yield number, line, fenced or indented
        before = line


def links(path: Path) -> Iterator[str]:
    """Targets of the links to files and headings of this project."""
    text = "\n".join(line for _, line, code in lines_of(path) if not code)
    return (target for target in LINK.findall(text) if "://" not in target)


def anchors(path: Path) -> set[str]:
    """The names that a forge gives to the headings of a page."""
    headings = (
        line.lstrip("#").strip() for _, line, code in lines_of(path) if line.startswith("#") and not code
    )
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-").lower() for heading in headings}


def commands(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Every `govern ...` of a page as words, wherever it is typed, printed as advice, or named in a sentence."""
    kept, first = "", 0
    for number, line, code in lines_of(path):
        if not code:
            yield from ((number, _words(found)) for found in CALLED.findall(line))
            continue
        start = PROMPT.sub("", line)
        if kept or (start.strip().startswith("govern ") and (start != line or line.startswith("    "))):
            first = first if kept else number
            kept += start.strip().removesuffix("\\")
            if not line.endswith("\\"):
                yield first, _words(kept)
                kept = ""


def _words(text: str) -> list[str]:
    words = shlex.split(text.replace("...", "X"), comments=True)
    end = next((place for place, word in enumerate(words) if word in ("&&", "|", ">", ";")), len(words))
    return words[1:end]


def named(path: Path) -> Iterator[tuple[str, str]]:
    """`PATH` or `PATH:NAME` as pairs of path and name in that file."""
    return iter(NAMED.findall(path.read_text("utf-8")))
