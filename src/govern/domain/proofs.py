"""What has been shown: that a baseline is good, and that the way back works. Both events, and how they fold."""

from collections.abc import Iterable

from govern.domain.baseline import Target
from govern.domain.records import Event, Record
from govern.domain.state import State


def baseline_verified(target: Target, method: str, day: str, evidence: str | None = None) -> Event:
    """`method`: declared, staging, rehearsal or window; `day` a date."""
    body = {"digest": target.digest, "method": method, "day": day}
    return Event(
        f"baselines/{target.baseline}",
        "baseline_verified/1",
        body | ({"evidence": evidence} if evidence else {}),
    )


def rehearsal_held(
    packet: str,
    form: str,
    cohorts: Iterable[str],
    *,
    same: bool,
    seconds: float | None = None,
    note: str | None = None,
    card: str | None = None,
) -> Event:
    """`same`: every cohort came back to the frozen baseline, byte for byte. `card`: what was drilled, in a drill."""
    body = {"form": form, "cohorts": sorted(cohorts), "same": same}
    body |= {"seconds": seconds} if seconds is not None else {}
    body |= {"note": note} if note else {}
    body |= {"card": card} if card else {}
    return Event(f"packets/{packet}", "rehearsal_held/1", body)


def fold_verified(state: State, record: Record) -> None:
    state.verified.setdefault(record.stream.partition("/")[2], []).append(record)


def fold_rehearsed(state: State, record: Record) -> None:
    state.touch(record.stream.partition("/")[2]).rehearsals.append(record)


def standing(state: State, target: Target) -> str:
    """observed, or verified: a method beyond `declared` has shown this very baseline to be good."""
    methods = {
        r.body["method"] for r in state.verified.get(target.baseline, ()) if r.body["digest"] == target.digest
    }
    return "verified" if methods - {"declared"} else "observed"
