"""What a command says: one value, shown as text or as one JSON object. Verdicts first, at most one advice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from govern.domain.decision import Refused
from govern.domain.findings import Finding
from govern.domain.verdict import Verdict
from govern.errors import ExitCode, GovernError
from govern.report.wrap import printable, wrapped

__all__ = ["Answer", "as_json", "as_text", "printable", "refused", "stopped", "verdict_data"]


@dataclass(frozen=True)
class Answer:
    """`lines` are for people; `data` and `findings` for programs. `advice` is (`type`|`next`, a whole line)."""

    command: str
    lines: tuple[str, ...] = ()
    exit: ExitCode = ExitCode.YES
    verdict: str = "passed"
    advice: tuple[str, str] | None = None
    findings: tuple[Finding, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)


def as_text(answer: Answer) -> str:
    lines = list(answer.lines)
    if answer.advice:
        kind, line = answer.advice
        lines.append(f"{kind}: {line}")
    return printable("\n".join(lines)) + "\n" if lines else ""


def as_json(answer: Answer) -> str:
    """The object of every `--format json`."""
    from govern.report.json import envelope

    data = dict(answer.data)
    if answer.advice:
        data.setdefault(*answer.advice)  # "type", "next" or "PERSON types"
    return envelope(answer.command, answer.exit == ExitCode.YES, answer.verdict, answer.findings, data) + "\n"


def stopped(command: str, error: GovernError) -> Answer:
    """A GovernError as an answer: what is wrong, what else is known, what to type."""
    lines = wrapped(f"refused: {error.message}", then="  ")
    lines += [line for note in error.notes for line in wrapped(note, "  ", "    ")]
    advice = ("type", error.type_line or help_line(command))
    data = {"reasons": [error.message, *error.notes]}
    return Answer(command, tuple(lines), error.exit, "refused", advice, data=data)


def refused(command: str, decision: Refused, above: Iterable[str] = ()) -> Answer:
    """A decision's no. Where verdicts stand above, they are the reason; `above` may end with the word itself."""
    lines = list(above)
    data = {"reasons": list(decision.reasons), "verdicts": [verdict_data(v) for v in decision.verdicts]}
    if decision.exit == ExitCode.YES:  # there was nothing to do
        advice = ("next", decision.type_line) if decision.type_line else None
        lines += [line for reason in decision.reasons for line in wrapped(reason, then="  ")]
        return Answer(command, tuple(lines), decision.exit, "passed", advice, data=data)
    if not decision.verdicts:
        lines += [line for reason in decision.reasons for line in wrapped(_told(reason), then="  ")]
    elif not (lines and lines[-1].startswith("refused")):
        lines.append("refused.")
    label = f"{decision.turn} types" if decision.turn else "type"
    advice = (label, decision.type_line or help_line(command))
    return Answer(command, tuple(lines), decision.exit, "refused", advice, data=data)


def _told(reason: str) -> str:
    """A reason as a refusal; what is to be written into a file instead, as it is to be written."""
    return reason if reason.startswith("write: ") else f"refused: {reason}"


def help_line(command: str) -> str:
    """Where nothing better can be typed: what the command takes."""
    return f"govern {command} --help" if command != "govern" else "govern --help"


def verdict_data(verdict: Verdict) -> dict[str, Any]:
    return {
        "check": verdict.check,
        "outcome": verdict.outcome,
        "text": verdict.text,
        "warning": verdict.warning,
        "waived_by": verdict.waived_by,
        "cohorts": dict(verdict.cohorts or {}),
        "rows": [dict(row) for row in verdict.rows],
        "flips": list(verdict.flips),
        "uses": list(verdict.uses),
    }
