"""What a person typed at a question of a drill, read as an answer: each form of question has its own words.

What is no answer is said, with the words that would be one. What was typed unseen is never repeated.
"""

import re
from collections.abc import Mapping
from typing import Any

from govern.domain.drills.steps import OUTCOMES, Step
from govern.errors import UsageError

NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
WINDOW = re.compile(r"P([1-9]\d{0,3}[DW]|T[1-9]\d{0,4}[HMS])")
LONGEST = 1000  # characters of a note, or of an update
MOST = 10**9  # of what is counted
LARGEST = 10**15  # of what is measured: beyond it a whole number is another one to some readers
WORD = {True: ("y", "yes"), False: ("n", "no")}


class MisreadError(UsageError):
    """What was typed is no answer to what was asked: it is asked again."""


def read(
    step: Step, text: str, now: str, metrics: Mapping[str, Any], known: float | None
) -> dict[str, str] | str | int | float | bool | None:
    """The answer. `known` is what a file says of the metric that is asked for. MisreadError."""
    if step.form in ("done", "asked", "acknowledged", "action"):
        return _done(step, text, now)
    if step.form == "yes_no":
        return _yes_or_no(text)
    if step.form == "count":
        return _count(text)
    if step.form == "choice":
        return choice(text, metrics)
    if step.form == "number":
        return _measured(step.subject, text, known)
    if step.form == "target":
        return _number(text) if text else None
    return short(text)


def choice(text: str, metrics: Mapping[str, Any]) -> dict[str, str]:
    """`keep`, `tune`, `rollback` or `wait WINDOW METRIC`, and `because …`, which is its note."""
    said, because, note = (part.strip() for part in text.partition(" because "))
    decision, *more = said.split() or [""]
    decision = decision.lower()
    found = {"decision": decision}
    if decision == "wait" and len(more) == 2 and WINDOW.fullmatch(more[0]) and more[1] in metrics:
        found |= {"window": more[0], "metric": more[1]}
    elif decision not in OUTCOMES or decision == "wait" or more:
        names = list(metrics)
        raise MisreadError(
            f"keep, tune, rollback, or wait with a window and a metric: wait P1D {names[0]};"
            f" metrics of this card: {', '.join(names)}"
        )
    return {**found, "note": short(note)} if because and note else found


def short(text: str) -> str:
    if len(text) > LONGEST:
        raise MisreadError(f"{len(text)} characters: {LONGEST} at most")
    return text


def _done(step: Step, text: str, now: str) -> dict[str, str] | str | None:
    left_out = {"action": "s", "acknowledged": "x"}.get(step.form)
    if text and text == left_out:
        return {} if step.form == "action" else None
    if text:
        more = {"s": ", s skipped, n NOTE, a acknowledged", "x": ", x when nobody did"}.get(
            left_out or "", ""
        )
        raise MisreadError(f"Enter when it is done{more}")
    if step.form in ("asked", "acknowledged") or step.at[-1] == "done_at":
        return now
    return {"seen_at" if step.at == ("side_effect",) else "done_at": now}


def _yes_or_no(text: str) -> bool:
    for meant, words in WORD.items():
        if text.lower() in words:
            return meant
    raise MisreadError(f"`{text}`: y or n" if text else "y or n")


def _measured(metric: str, text: str, known: float | None) -> int | float:
    if not text and known is not None:
        return int(known) if known.is_integer() and abs(known) <= LARGEST else known
    value = _number(text)
    if known is not None and known != value:
        raise MisreadError(f"the file ends with {metric} {known:g}: Enter takes it")
    return value


def _number(text: str) -> int | float:
    if not text:
        raise MisreadError("a number, for example 1.8")
    if not NUMBER.fullmatch(text) or len(text) > 30:
        raise MisreadError(f"`{text}` is no number; for example 1.8")
    value = float(text) if "." in text else int(text)
    if abs(value) > LARGEST:
        raise MisreadError(f"`{text}` is too large")
    return value


def _count(text: str) -> int:
    found = _number(text or "0")
    if not isinstance(found, int) or not 0 <= found <= MOST:
        raise MisreadError(f"`{text}` is no count: 0, 1, 2")
    return found
