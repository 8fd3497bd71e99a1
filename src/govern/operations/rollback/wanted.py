"""What a person under stress typed to go back, as a value and as the line that says it."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from govern.errors import UsageError


@dataclass(frozen=True)
class Wanted:
    """What was typed. `where` are attributes; nothing at all means everybody whom the only packet put on next.

    A line that mends what was typed keeps its `verb`.
    """

    packet: str | None = None
    surface: str | None = None
    cohorts: tuple[str, ...] = ()
    where: Mapping[str, str] | None = None
    model_version: str | None = None
    trigger: str | None = None
    reason: str | None = None
    note: str | None = None
    since: str | None = None
    to: str | None = None
    break_glass: str | None = None
    verb: Literal["execute", "plan"] = "execute"


class NoReasonError(UsageError):
    """No trigger fired, and no reason was given: the one question that may be asked."""


def line(wanted: Wanted, reason: str | None = None) -> str:
    """The command as it should be typed."""
    where = ",".join(f"{name}={value}" for name, value in (wanted.where or {}).items())
    options: dict[str, str | None] = {
        "--surface": wanted.surface,
        "--cohort": ",".join(wanted.cohorts) if not where else None,
        "--where": where,
        "--model-version": wanted.model_version,
        "--trigger": wanted.trigger,
        "--reason": reason or wanted.reason,
        "--note": wanted.note,
        "--since": wanted.since,
        "--to": wanted.to,
        "--break-glass": wanted.break_glass,
    }
    words = [*([wanted.packet] if wanted.packet else [])]
    words += [word for name, value in options.items() if value for word in (name, value)]
    return shlex.join(["govern", "rollback", wanted.verb, *words])
