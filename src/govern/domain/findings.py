"""A fault in a document or in the history, as a value. Nothing here decides or prints."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake. `path` is repository-relative, `line` and `column` count from 1 (0: no place)."""

    code: str
    severity: Severity
    message: str
    path: str = ""
    line: int = 0
    column: int = 0
    hint: str = ""
    mendable: bool = False  # `validate --fix` can compute what should stand there

    @property
    def order(self) -> tuple[str, int, int, str]:
        return (self.path, self.line, self.column, self.code)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` was most likely meant to be."""
    candidates = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), list(candidates), n=1, cutoff=0.6)
    return candidates[close[0]] if close else None


def has_errors(findings: Iterable[Finding]) -> bool:
    return any(finding.severity == "error" for finding in findings)
