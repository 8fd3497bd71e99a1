"""Text in 80 columns."""

import textwrap

WIDTH = 80


def printable(text: str) -> str:
    """No escape sequence of foreign input reaches a terminal; a line break stays one."""
    return "".join(char if char.isprintable() or char == "\n" else f"\\x{ord(char):02x}" for char in text)


def wrapped(text: str, first: str = "", then: str | None = None) -> list[str]:
    """Lines of at most 80 columns; `first` begins the first, `then` (default: as wide) the others."""
    lines = textwrap.wrap(
        printable(text.replace("\n", " ")),
        WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first) if then is None else then,
        break_on_hyphens=False,
    )
    return lines or [first.rstrip()]


def beside(left: str, right: str) -> str:
    """`left` and, flush with the 80th column where there is room, `right`."""
    return f"{left}{right.rjust(max(len(right) + 1, WIDTH - len(left)))}"


def headed(left: str, right: str) -> list[str]:
    """Both beside each other where there is room, else one below the other."""
    return (
        [beside(left, right)]
        if len(left) + len(right) < WIDTH
        else [*wrapped(left, then="   "), beside("", right)]
    )


def table(header: list[str], rows: list[list[str]], right: frozenset[int] = frozenset()) -> list[str]:
    """Columns as wide as their widest cell; those in `right` are flush right.

    What is wider than 80 columns is set closer; a first cell that leaves no room gets a line of its own.
    """
    cells = [[printable(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    gap = "  " if natural(header, rows) <= WIDTH else " "
    over = sum(widths) + len(gap) * (len(widths) - 1) - WIDTH
    widths[0] = max(widths[0] - max(over, 0), min(widths[0], 8))
    lines = []
    for row in cells:
        if len(row[0]) > widths[0]:
            lines += wrapped(row[0])
            row = ["", *row[1:]]
        padded = (
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        lines.append(gap.join(padded).rstrip())
    return lines


def natural(header: list[str], rows: list[list[str]]) -> int:
    """How wide the table would like to be."""
    columns = range(len(header))
    return sum(max(len(row[column]) for row in (header, *rows)) + 2 for column in columns) - 2
