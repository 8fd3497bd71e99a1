"""Marking what a version decided during an incident: how much it is, the sidecar that says it, and the proof.

A sidecar names decisions; the log is never written to. Which decisions belong to an incident follows from what was
served, not from when the way back was recorded. When an incident begins is decided elsewhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from govern.errors import UsageError
from govern.evidence import sidecars
from govern.evidence.decisions import Log
from govern.evidence.measures import sql
from govern.evidence.sources import digest
from govern.evidence.timeline import fill, moment, text_of

SHOWN = 3  # decisions named where some are missing


@dataclass(frozen=True, slots=True)
class Incident:
    """What is to be marked: decisions of `cohorts` on `version` of a surface. Instants as `domain.windows`.

    UsageError: an incident that ends before it starts.

    since     the start of the first breaching window
    until     when the way back was in force, as far as it is known; later decisions on the version are stale ones
              and belong to the incident too
    bound     by cohort from when it was bound to the version, where that is later than `since`
    again     by cohort from when it was bound to the version once more: what follows is no part of the incident
    everyone  the surface's default went back too: keys that were never bound and requests without one
    """

    context: str
    surface: str
    cohorts: Sequence[str]
    version: str
    digest: str
    since: str
    until: str | None = None
    bound: Mapping[str, str] = field(default_factory=dict)
    again: Mapping[str, str] = field(default_factory=dict)
    everyone: bool = False

    def __post_init__(self) -> None:
        if self.until and moment(self.until) < moment(self.since):
            raise UsageError(f"the incident ends at {self.until}, before its start at {self.since}")


@dataclass(frozen=True, slots=True)
class Tally:
    """Decisions in the range of an incident. A decision on the version without a stamp of it (its baseline's digest
    tells) is in `no_version` too."""

    in_window: int = 0
    on_version: int = 0
    to_relabel: int = 0
    no_version: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """The range of an incident, half-open, and its decisions by cohort. Keyless ones are counted apart."""

    since: str
    until: str
    cohorts: Mapping[str, Tally]
    no_key: Tally

    @property
    def to_relabel(self) -> int:
        return sum(tally.to_relabel for tally in (*self.cohorts.values(), self.no_key))


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A sidecar as it lies on the disk; `cohorts` are its rows by cohort (None: no key)."""

    path: Path
    rows: int
    sha256: str
    cohorts: Mapping[str | None, int]


@dataclass(frozen=True, slots=True)
class Verified:
    """A sidecar beside the log: none left out when `missing` is 0, and nothing else marked when `extra` is 0.

    cohorts     by cohort (None: no key) {due, marked}
    extends_to  the end of the range, where stale serving went on after the incident's `until`
    """

    sha256: str
    missing: int
    extra: int
    missing_ids: tuple[str, ...]
    extra_ids: tuple[str, ...]
    cohorts: Mapping[str | None, Mapping[str, int]]
    extends_to: str | None

    @property
    def complete(self) -> bool:
        return not self.missing and not self.extra


@dataclass(frozen=True, slots=True)
class Exported:
    """Outcomes by {surface, cohort, context (null: none), n, passed, failed, unknown}, from which sidecars."""

    path: Path
    rows: int
    sha256: str
    sidecars: Mapping[str, str]
    outcomes: list[dict[str, Any]]


def plan(log: Log, incident: Incident) -> Plan:
    """What marking would do: the range to the last decision still served on the version, and counts by cohort.

    Nothing is written.
    """
    end = end_of(log, incident)
    rows = ask(log, incident, sql("relabel_counts"), until=end)
    tallies = {row.pop("cohort"): Tally(**row) for row in rows}
    no_key = tallies.pop(None, Tally())
    named = {cohort: tallies.get(cohort, Tally()) for cohort in sorted({*incident.cohorts, *tallies})}
    return Plan(incident.since, text_of(end), named, no_key)


def strays(log: Log, incident: Incident, until: str, known: Iterable[str]) -> dict[str | None, int]:
    """Decisions on the version in the range that are of no cohort, by key (None: no key); `known` are bound keys.

    None where everyone went back: then they are of the incident.
    """
    if incident.everyone:
        return {}
    fill(
        log.connection, "known", "cohort_key VARCHAR", [(key,) for key in sorted({*known, *incident.cohorts})]
    )
    span = {"since": moment(incident.since), "until": moment(until)}
    stamp = {"version": incident.version, "digest": incident.digest}
    rows = log.ask(sql("relabel_strays"), surface=incident.surface, **span, **stamp)
    return {row["cohort"]: row["n"] for row in rows}


def end_of(log: Log, incident: Incident) -> datetime:
    """The end of the range: the first whole second after the last decision served on the version, or `until`."""
    until = moment(incident.until or incident.since)
    (served,) = ask(log, incident, "SELECT MAX(decided_at) AS last FROM scope WHERE on_version AND ours")
    last: datetime | None = served["last"]
    return until if last is None else max(until, last.replace(microsecond=0) + timedelta(seconds=1))


def write_sidecar(log: Log, incident: Incident, path: Path, *, relabeled_at: str) -> Sidecar:
    """Write the sidecar of an incident to `path`, Parquet or CSV by its suffix; the log is not touched.

    A sidecar of the same decisions that lies there already stays as it is, whenever it was written. UsageError: one
    of other decisions, or no place for it.
    """
    sidecars.require_place(log, path)
    if path.exists():
        found = verify(log, incident, path)
        if not found.complete:
            lacks = f"{found.missing:,} decisions of this incident are not in it, {found.extra:,} others are"
            raise UsageError(f"{path}: another sidecar lies there; name another file", notes=(lacks,))
        counts = {cohort: row["marked"] for cohort, row in found.cohorts.items()}
        return Sidecar(path, sum(counts.values()), found.sha256, counts)
    counts = {row["cohort"]: row["due"] for row in ask(log, incident, sql("relabel_due"))}
    stamp = {"context": incident.context, "relabeled_at": relabeled_at}
    given = asked_of(log, incident) | stamp
    made = sidecars.make(log, scoped(sql("relabel_rows")), path.suffix, given, sidecars.OF_IDS)
    return Sidecar(path, sum(counts.values()), sidecars.lay(made, path), counts)


def verify(log: Log, incident: Incident, path: Path) -> Verified:
    """Prove a sidecar against the log: every decision of the incident is in it once, and nothing else.

    UsageError: no sidecar at `path`.
    """
    end = end_of(log, incident)
    (sha256,) = sidecars.read(log, [path])
    rows = ask(log, incident, sql("relabel_proof"), context=incident.context)
    cohorts = {row["cohort"]: {"due": row["due"], "marked": row["marked"]} for row in rows}
    marked = sum(row["marked"] for row in rows)
    missing = sum(row["due"] for row in rows) - marked
    extra = log.ask("SELECT COUNT(*) AS rows FROM sidecar")[0]["rows"] - marked
    context = {"context": incident.context, "shown": SHOWN}
    named = {
        kind: tuple(row["decision_id"] for row in ask(log, incident, sql(f"relabel_{kind}"), **context))
        for kind, n in (("missing", missing), ("extra", extra))
        if n
    }
    late = incident.until is not None and end > moment(incident.until)
    return Verified(
        sha256=sha256,
        missing=missing,
        extra=extra,
        missing_ids=named.get("missing", ()),
        extra_ids=named.get("extra", ()),
        cohorts=cohorts,
        extends_to=text_of(end) if late else None,
    )


def export(log: Log, paths: Sequence[Path], path: Path, surface: str | None = None) -> Exported:
    """Write every outcome of the log, or of one surface, to `path`, each with the context of the sidecars, or none.

    UsageError: a file of other bytes lies there, or no place for it, or one of `paths` is no sidecar.
    """
    sidecars.require_place(log, path)
    digests = sidecars.read(log, list(paths))
    made = sidecars.make(log, sql("relabel_export"), path.suffix, {"surface": surface})
    exported = f"WITH exported AS ({sql('relabel_export')})"
    outcomes = log.ask(f"{exported} {sql('relabel_outcomes')}", surface=surface)
    if path.exists() and digest(path) != digest(made):
        raise UsageError(f"{path}: another file lies there; name another one")
    sha256 = sidecars.lay(made, path)
    rows = sum(row["n"] for row in outcomes)
    return Exported(path, rows, sha256, dict(zip(map(str, paths), digests, strict=True)), outcomes)


def ask(log: Log, incident: Incident, query: str, **parameters: object) -> list[dict[str, Any]]:
    """The rows of a query over `scope`, the decisions that the incident may touch."""
    return log.ask(scoped(query), **asked_of(log, incident), **parameters)


def scoped(query: str) -> str:
    return f"WITH scope AS ({sql('relabel_scope')}) {query}"


def asked_of(log: Log, incident: Incident) -> dict[str, object]:
    """The parameters of `scope`; its cohorts become the table `affected`."""
    spans = (incident.bound, incident.again)
    rows = [
        (cohort, *(moment(span[cohort]) if cohort in span else None for span in spans))
        for cohort in sorted(set(incident.cohorts))
    ]
    fill(log.connection, "affected", "cohort_key VARCHAR, bound TIMESTAMP, again TIMESTAMP", rows)
    return {
        "surface": incident.surface,
        "since": moment(incident.since),
        "version": incident.version,
        "digest": incident.digest,
        "everyone": incident.everyone,
    }
