"""A rule given on the command line in place of a trigger's document: the options of it, and what they must say."""

import math
from typing import Annotated

import typer

from govern.domain.firing import Rule
from govern.errors import UsageError

SIGNS = {">": "above", ">=": "at_least", "<": "below", "<=": "at_most"}

Op = Annotated[
    str | None,
    typer.Option(help="A rule of your own: above, at_least, below, at_most, or the sign.", metavar="OP"),
]
Threshold = Annotated[float | None, typer.Option(help="Its limit.", metavar="NUMBER")]
Consecutive = Annotated[int | None, typer.Option(help="Bad windows in a row that fire.", metavar="COUNT")]
Bad = Annotated[int | None, typer.Option(help="With --of: bad windows that fire.", metavar="K")]
Of = Annotated[int | None, typer.Option(help="Among how many windows they lie.", metavar="N")]


def rule_given(
    op: str | None,
    threshold: float | None,
    consecutive: int | None,
    bad: int | None,
    of: int | None,
    *,
    example: str,
) -> Rule:
    """The rule; without a threshold one of 0, for others to be tried in its place. `example` is a whole line."""
    word = SIGNS.get(op or "", op or "")
    if word not in SIGNS.values():
        raise UsageError(f"no --op `{op}`: {', '.join(SIGNS.values())}", type_line="--op above")
    if threshold is not None and not math.isfinite(threshold):
        raise UsageError("--threshold takes a number", type_line="--threshold 45")
    count = _count(consecutive, bad, of, example)
    limit = 0.0 if threshold is None else threshold
    return Rule(word, int(limit) if limit.is_integer() else limit, count, of=of)


def _count(consecutive: int | None, bad: int | None, of: int | None, example: str) -> int:
    """How many bad windows fire."""
    said = "a rule counts --consecutive Y, or --bad K --of N"
    if consecutive is not None and (bad is not None or of is not None):
        raise UsageError(f"{said}, not both", type_line=example)
    if consecutive is None and bad is None:
        raise UsageError(said, type_line="--consecutive 3" if of is None else "--bad 1")
    if consecutive is None and of is None:
        raise UsageError(f"{said}: among how many do they lie?", type_line=f"--of {max(1, bad or 1)}")
    count = consecutive if consecutive is not None else bad
    if count is None or count < 1:
        raise UsageError("--consecutive and --bad count from 1 on", type_line=example)
    if of is not None and of < count:
        raise UsageError(
            f"--of is no less than --bad: {count} cannot lie among {of}", type_line=f"--of {count}"
        )
    return count
