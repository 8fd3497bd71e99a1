"""Who is, was or became bound to what: the timelines of the fold, read for people who look back.

The instants are those at which a binding took effect; what everyone knew then is asked of a past ledger.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from govern.domain.binding import at
from govern.domain.findings import nearest
from govern.domain.records import Record
from govern.domain.selection import is_cohort_key
from govern.domain.state import Binding, Surface
from govern.domain.windows import instant, written
from govern.errors import UsageError
from govern.operations.naming import dictionary, records
from govern.operations.workspace import Workspace

END_OF_TIME = "9999-12-31T23:59:59Z"


@dataclass(frozen=True)
class Change:
    """Cohorts that got one binding by one record (`cohorts` empty: the surface's default)."""

    surface: str
    cohorts: tuple[str, ...]
    before: Binding | None
    binding: Binding


@dataclass(frozen=True)
class Decided:
    """How a binding came to be: its record's commit and lead, and the approvals that the lead rests on."""

    commit: str
    lead: Record
    approvals: tuple[Record, ...]


def surfaces(workspace: Workspace, wanted: str | None) -> list[tuple[str, Surface]]:
    """The surface that is wanted, or all, by id. UsageError for one that the ledger does not know."""
    known = workspace.state.surfaces
    if wanted is None:
        return sorted(known.items())
    if wanted not in known:
        close = nearest(wanted, known)
        raise UsageError(
            f"no surface `{wanted}`; there are: {', '.join(sorted(known))}",
            type_line=f"govern binding show --surface {close or min(known)}",
        )
    return [(wanted, known[wanted])]


def cohort_note(workspace: Workspace, surface: Surface, cohort: str) -> str | None:
    """What to say of a key that nobody bound by name on this surface; UsageError for what is no key."""
    if not is_cohort_key(cohort):
        raise UsageError(
            f"`{cohort}` is not a cohort key: it has no space, quote or comma",
            type_line="govern binding show",
        )
    if cohort in surface.cohorts:
        return None
    known = {*surface.cohorts, *dictionary(workspace)}
    close = None if cohort in known else nearest(cohort, known)
    note = f"nobody bound `{cohort}` by name: such a key is on the default"
    return note + (f"; nearest known key: {close}" if close else "")


def timeline(surface: Surface, cohort: str | None) -> list[Binding]:
    """Every binding that held for a cohort, oldest first: the default until it was first bound by name."""
    own = surface.cohorts.get(cohort, []) if cohort is not None else []
    first = own[0].at if own else END_OF_TIME
    return [binding for binding in surface.default if binding.at < first] + own


def groups(surface: Surface, when: str) -> list[tuple[tuple[str, ...], Binding]]:
    """Who shares a binding at `when`: first the default (no cohorts), then those bound by name."""
    default = at(surface, None, when)
    found: list[tuple[tuple[str, ...], Binding]] = [((), default)] if default else []
    by_binding: dict[tuple[object, ...], tuple[list[str], Binding]] = {}
    for cohort, own in sorted(surface.cohorts.items()):
        if own[0].at <= when and (now := at(surface, cohort, when)) is not None:
            key = (now.record, now.to.digest, now.percent, now.otherwise and now.otherwise.digest)
            by_binding.setdefault(key, ([], now))[0].append(cohort)
    return found + [(tuple(cohorts), binding) for cohorts, binding in by_binding.values()]


def changes(surface_id: str, surface: Surface, cohort: str | None) -> list[Change]:
    """Every change of a surface, or of what held for one cohort, oldest first."""
    if cohort is not None:
        line, own = timeline(surface, cohort), surface.cohorts.get(cohort, [])
        pairs = zip([None, *line], line, strict=False)
        return [Change(surface_id, (cohort,) if new in own else (), old, new) for old, new in pairs]
    found: dict[tuple[object, ...], Change] = {}
    for name, before, new in _moves(surface):
        key = (new.record, new.to.digest, new.percent, before and before.to.digest, name is None)
        known = found.get(key, Change(surface_id, (), before, new))
        cohorts = known.cohorts if name is None else (*known.cohorts, name)
        found[key] = Change(surface_id, cohorts, before, new)
    return sorted(found.values(), key=lambda change: change.binding.at)


def _moves(surface: Surface) -> Iterator[tuple[str | None, Binding | None, Binding]]:
    yield from ((None, old, new) for old, new in zip([None, *surface.default], surface.default, strict=False))
    for cohort, own in sorted(surface.cohorts.items()):
        first = at(surface, None, own[0].at)
        yield from ((cohort, old, new) for old, new in zip([first, *own], own, strict=False))


def decided(workspace: Workspace, binding: Binding) -> Decided:
    """The decision behind a binding, out of the ledger."""
    known = records(workspace)
    commit, _ = known[binding.record]
    lead = commit.records[0]
    used = [known[name][1] for name in lead.uses if name in known]
    approvals = tuple(record for record in used if record.event.startswith("approval_given/"))
    return Decided(commit.oid, lead, approvals)


def moment(text: str | None) -> tuple[str, bool] | None:
    """The instant that is meant and whether it is a whole day; None where it is no time (a commit)."""
    if text is None:
        return (END_OF_TIME, False)
    try:
        when = instant(text)
    except ValueError:
        return None
    return (f"{text}T23:59:59Z", True) if len(text) == 10 else (written(when), False)
