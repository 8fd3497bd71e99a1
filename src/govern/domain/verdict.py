"""The answer of one check at a phase border."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Outcome = Literal["passed", "failed", "inconclusive", "error", "not_applicable"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`failed` was measured bad, `inconclusive` is not enough data, `error` could not be measured.

    None of the three passes. `text` and `flips` are for people and never recorded; `cohorts` holds the
    cohorts that keep the check from passing, so that a refusal can name those that pass.
    """

    check: str
    outcome: Outcome
    text: str
    cohorts: Mapping[str, Outcome] | None = None  # per cohort where the check judges cohorts
    rows: tuple[Mapping[str, Any], ...] = ()  # the derivation: values, limits, n, counts
    flips: tuple[str, ...] = ()  # what would turn it
    uses: tuple[str, ...] = ()
    warning: bool = False  # passed, with something to say
    waived_by: str | None = None
    final: bool = False  # not passed, and no waiver can pass over it
    todo: str | None = None  # the command line that brings it further
    turn: str | None = None  # the person who has to type it, where it is not the actor
    lacks: tuple[str, str] | None = None  # kind and id of a document that is named and not on the branch

    @property
    def passes(self) -> bool:
        return self.outcome in ("passed", "not_applicable") or self.waived_by is not None
