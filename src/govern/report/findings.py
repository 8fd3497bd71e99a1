"""Findings as plain text for 80 columns: the place, the source line, a caret, and how to mend it."""

from collections.abc import Collection, Mapping, Sequence
from textwrap import wrap

from govern.domain.findings import Finding

WIDTH = 80
INDENT = 6


def text(findings: Sequence[Finding], sources: Mapping[str, bytes], folder: str = "") -> str:
    """All findings, one block each; paths are shown from `folder` on, as people call their documents."""
    rows = {path: data.decode("utf-8", "replace").split("\n") for path, data in sources.items()}
    return "".join(_block(finding, rows.get(finding.path, []), folder) for finding in findings)


def summary(findings: Sequence[Finding], documents: int) -> tuple[str, tuple[str, str] | None]:
    """What was found in how many documents, and the one line to type next."""
    if not findings:
        return f"{_count(documents, 'document')}, nothing found", None
    counts = [(_of(findings, severity), severity) for severity in ("error", "warning", "note")]
    told = ", ".join(_count(number, severity) for number, severity in counts if number)
    hit = len({finding.path for finding in findings})
    mendable = sum(finding.mendable for finding in findings)
    mends = f"can mend {mendable}" if mendable else "could mend none"
    line = f"{told} in {hit} of {_count(documents, 'document')}. --fix {mends} of them."
    if mendable:
        return line, ("type", "govern validate --fix")
    code = max(findings, key=lambda finding: len(finding.hint)).code  # the one that takes most words
    return line, ("type", f"govern explain {code}       (or any other code)")


def printable(value: str) -> str:
    """Characters that could move or colour a terminal, replaced by a visible stand-in."""
    return "".join(character if character.isprintable() else "\ufffd" for character in value)


def shown(path: str, folder: str) -> str:
    return printable(path.removeprefix(f"{folder}/") if folder else path)


def _of(findings: Collection[Finding], severity: str) -> int:
    return sum(finding.severity == severity for finding in findings)


def _count(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")


def _block(finding: Finding, rows: Sequence[str], folder: str) -> str:
    place = shown(finding.path, folder)
    if finding.line:
        place += f":{finding.line}:{finding.column}"
    lines = [f"{place}  {finding.severity}  {finding.code}  {printable(finding.message)}"]
    column = INDENT
    if 0 < finding.line <= len(rows):
        front = f"{finding.line:>5} | "
        source = printable(rows[finding.line - 1].replace("\t", " "))
        cut, column = _window(source, finding.column - 1, WIDTH - len(front))
        lines.append(f"{front}{cut}".rstrip())
        column += len(front)
        lines += _hint(finding.hint, f"{' ' * column}^ ")
    else:
        lines += _hint(finding.hint, " " * column)
    return "\n".join(lines) + "\n"


def _window(source: str, column: int, width: int) -> tuple[str, int]:
    """The part of a long line around `column`, and where the column stands in it."""
    if len(source) <= width:
        return source, min(column, len(source))
    start = 0 if column + 20 <= width else max(0, min(column - width // 2, len(source) - width))
    return source[start : start + width], column - start


def _hint(hint: str, front: str) -> list[str]:
    """The hint behind its caret; further lines are indented. A caret far to the right keeps its line alone."""
    if not hint:
        return [front.rstrip()] if front.strip() else []
    lines: list[str] = []
    for number, paragraph in enumerate(printable(part) for part in hint.split("\n")):
        first = front if number == 0 else " " * INDENT
        if number == 0 and len(front) > WIDTH - 25:
            lines.append(front.rstrip())
            first = " " * INDENT
        lines += wrap(
            paragraph,
            WIDTH,
            initial_indent=first,
            subsequent_indent=" " * INDENT,
            break_long_words=False,
            break_on_hyphens=False,
        )
    return lines
