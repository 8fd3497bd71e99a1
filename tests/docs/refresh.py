"""Writes into the pages what their commands print today: into all, or into those named on the command line.

`make docs` runs it; read the difference before you commit.

A command that ends in another way than the page says stops it: then the story has changed, and a person writes it.
"""

import os
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from docs.console import TYPED, Step, differs, steps  # after the folder of the tests is on the path
from docs.pages import PAGES, name
from docs.starts import begun

WIDTH = 80
INDENT = " " * 6


def refreshed(page: Path, folder: Path) -> str:
    """The page with the output of each step that prints something else now."""
    text = page.read_text("utf-8")
    terminals = begun(text, folder)
    lines, kept, place = text.splitlines(), list[str](), 0
    for step in steps(text):
        code, printed = terminals.run(step)
        if code != step.exit:
            shown = "\n".join(printed)
            raise SystemExit(f"{name(page)}:{step.line} ends with {code}: the story has changed\n{shown}")
        typed = _end_of(lines, step)
        end = next(n for n in range(typed, len(lines)) if lines[n] == "```" or TYPED.fullmatch(lines[n]))
        kept += lines[place:typed]
        kept += _shown(code, printed) if differs(step, code, printed) else lines[typed:end]
        place = end
    return "\n".join([*kept, *lines[place:]]) + "\n"


def _end_of(lines: list[str], step: Step) -> int:
    """The first line below what is typed."""
    return next(number + 1 for number in range(step.line - 1, len(lines)) if not lines[number].endswith("\\"))


def _shown(code: int, printed: list[str]) -> Iterator[str]:
    """Output as a page shows it: folded at 80 columns, with how the command ended."""
    for line in printed:
        folded = textwrap.wrap(
            line, 78, subsequent_indent=INDENT, break_long_words=False, break_on_hyphens=False
        )
        *more, last = folded if len(line) > WIDTH else [line.rstrip()]
        yield from (f"{part} \\" for part in more)
        yield last
    if code:
        yield f"[exit {code}]"


def main() -> None:
    from workspaces import isolated

    wished = {Path(word).name for word in sys.argv[1:]}
    for page in PAGES:
        if wished and page.name not in wished:
            continue
        with tempfile.TemporaryDirectory() as folder:
            wanted = isolated(Path(folder) / "home")
            os.environ.clear()
            os.environ.update(wanted)
            if "<!-- run from " in page.read_text("utf-8"):
                print(name(page))
                page.write_text(refreshed(page, Path(folder)), "utf-8")


if __name__ == "__main__":
    main()
