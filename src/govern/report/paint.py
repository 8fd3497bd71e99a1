"""Colour on a terminal: the words that decide, and the line to type. Plain text everywhere else."""

import re

LOUD = re.compile(
    r"\b(FAILED|ERROR|OVERDUE|NOT PUBLISHED|DID NOT COME BACK|SIMULATED)\b|^refused\b|\berror\b(?=  GOV-)"
)
GOOD = re.compile(r"^ passed\b|\bPUBLISHED\b|^passed\b|\bALLOWED: yes\b")
CAREFUL = re.compile(r"^ not yet\b|\bwarning\b|\binconclusive\b|^ waived\b")
TO_TYPE = re.compile(r"^(?:\w+ types|type|next): (.*)$")


def painted(text: str, *, stderr: bool = False) -> None:
    """Print `text` on the terminal with its verdicts in colour; NO_COLOR is honoured by rich itself."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True, stderr=stderr)
    for line in text.splitlines():
        styled = Text(line)
        for pattern, style in ((LOUD, "bold red"), (GOOD, "green"), (CAREFUL, "yellow")):
            styled.highlight_regex(pattern, style)
        if found := TO_TYPE.match(line):
            styled.stylize("bold", *found.span(1))
        console.print(styled)
