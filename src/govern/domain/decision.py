"""The outcome of a command: events to record, or a refusal that says what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from govern.domain.records import Event
from govern.domain.verdict import Verdict
from govern.errors import ExitCode


@dataclass(frozen=True, slots=True)
class Accepted:
    """`events` are recorded in this order, the first is the lead. `inputs` are tables named by digest."""

    events: tuple[Event, ...]
    asked: Mapping[str, Any]  # the command with everything the first decision fixed
    verdicts: tuple[Verdict, ...] = ()
    say: tuple[str, ...] = ()
    next: str | None = None
    inputs: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    reasons: tuple[str, ...]
    type_line: str | None = None
    verdicts: tuple[Verdict, ...] = ()
    exit: ExitCode = ExitCode.NO
    turn: str | None = None  # who types the line, where it is another person
    lacks: tuple[str, str] | None = (
        None  # kind and id of a document that is not on the branch, or not as asked
    )


Decision = Accepted | Refused


class Refusal(Exception):  # noqa: N818  # control flow inside one decision, never an error of the program
    """Raised inside a decision, turned into its `Refused` value at the decision's edge."""

    def __init__(
        self,
        *reasons: str,
        type_line: str | None = None,
        exit: ExitCode = ExitCode.NO,  # noqa: A002
        turn: str | None = None,
        lacks: tuple[str, str] | None = None,
    ) -> None:
        super().__init__(*reasons)
        self.refused = Refused(reasons, type_line, exit=exit, turn=turn, lacks=lacks)
