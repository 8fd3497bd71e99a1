"""What the decision log says was served, beside what the ledger says was bound. Nothing is recorded.

Each kind of trouble has one line to type, which shows what its latest decision should have carried.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from shlex import quote
from typing import Any

from govern.domain.findings import nearest
from govern.domain.selection import is_cohort_key
from govern.errors import UsageError
from govern.evidence.narrowed import of_surface
from govern.evidence.reconcile import TROUBLE, Reconciled, reconcile
from govern.operations.evidence.decision_log import decision_log, input_of
from govern.operations.evidence.timelines import intervals, lags
from govern.operations.workspace import Workspace


@dataclass(frozen=True)
class Compared:
    """`troubles`: by kind how many decisions; `lines`: by kind what to type. `log` as a record would name it."""

    log: Mapping[str, Any]
    found: Reconciled
    troubles: Mapping[str, int]
    lines: Mapping[str, str]

    @property
    def clean(self) -> bool:
        """Something was served, and nothing of it is trouble."""
        return self.found.n > 0 and not self.troubles


def compare(
    workspace: Workspace,
    given: str | None = None,
    *,
    surface: str | None = None,
    since: str | None = None,
    until: str | None = None,
) -> Compared:
    """Every decision of the window beside its binding. UsageError for a surface that the ledger does not know."""
    if surface is not None:
        _require_known(workspace, surface)
    with decision_log(workspace, given) as log:
        named = input_of(workspace, log)
        asked = log if surface is None else of_surface(log, surface)
        lag = lags(workspace.state)
        found = reconcile(asked, intervals(workspace.state), lag=lag, since=since, until=until)
    troubles = {kind: count for kind in TROUBLE if (count := found.total(kind))}
    known = workspace.state.surfaces
    lines = {kind: _line(kind, found.samples[kind][0], set(known)) for kind in troubles}
    return Compared(named, found, troubles, lines)


def _require_known(workspace: Workspace, surface: str) -> None:
    known = workspace.state.surfaces
    if surface not in known:
        there = ", ".join(sorted(known))
        close = nearest(surface, known) or min(known)
        raise UsageError(f"no surface `{surface}`; there are: {there}", type_line=f"--surface {close}")


def _line(kind: str, latest: Mapping[str, Any], known: set[str]) -> str:
    """The line for the latest decision of a kind: what was bound for it, or what a stamp has to hold."""
    if kind in ("missing_version", "cache_without_version"):
        return "govern schema show stamp.v1"
    if latest["surface"] not in known:
        return "govern binding show"
    if kind == "unbound":
        return f"govern binding history --surface {latest['surface']}"
    key = latest["cohort"]  # as a log has it: anything
    cohort = f" --cohort {quote(key)}" if key is not None and is_cohort_key(key) else ""
    return f"govern binding show --surface {latest['surface']}{cohort} --at {latest['decided_at']}"
