"""A file of replay results: what the replayed decisions of one cohort add up to, and everything that is wrong with it.

One row is one decision that was made again by a candidate build. Rows of other cohorts are left out and counted. What
the counts mean for the cohort is decided elsewhere.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from govern.domain.findings import Finding, nearest
from govern.evidence import faults, sources
from govern.evidence.faults import count, fault, first, shown
from govern.evidence.measures import run, sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

REQUIRED = (
    "decision_id", "passed", "route_expected", "route_seen", "route_critical", "owner_mutation",
    "side_effect_class", "side_effect_severity",
)  # fmt: skip
OPTIONAL = ("pack", "build", "cohort_key")
ONE_ROW = "One row is one replayed decision"
TAKES = {  # what a column takes, said where a value cannot be read
    "passed": "0, 1, true or false",
    "route_expected": "the name of a route",
    "route_seen": "the name of a route, and `none` where there was none",
    "route_critical": "0, 1, true or false",
    "owner_mutation": "none, authorized or unauthorized",
}
EFFECT = "CASE WHEN raw.side_effect_class <> 'none' THEN raw.side_effect_class END"
EFFECTS = {  # column: what it takes, and where in `raw` joined with `results` it does not
    "side_effect_class": (
        "a name of letters, digits and _ . : -, and is empty or none where there was no side effect",
        f"{EFFECT} IS NOT NULL AND results.side_effect_class IS NULL",
    ),
    "side_effect_severity": (
        "high, medium or low where there was a side effect, and is empty where there was none",
        f"({EFFECT} IS NULL) <> (raw.side_effect_severity IS NULL)"
        " OR (raw.side_effect_severity IS NOT NULL AND results.side_effect_severity IS NULL)",
    ),
}


@dataclass(frozen=True, slots=True)
class Results:
    """`rows` are those of the whole file, `left_out` the ones of other cohorts; `pack` and `build` stand in the file.

    counts    {n, passed, route_mismatches, owner_mutations, side_effects} of the cohort; empty with a finding
    """

    sha256: str
    rows: int = 0
    left_out: int = 0
    pack: str | None = None
    build: str | None = None
    counts: dict[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def read_results(path: Path, cohort: str, pack: str | None = None, build: str | None = None) -> Results:
    """Read the file at `path` for a cohort; `pack` and `build` are what the file has to be of, where they are given.

    UsageError: no such file, or a suffix that names no form. All else that is wrong comes as findings.
    """
    form = sources.form_of(path, "a file of replay results")
    digest = sources.digest(path)
    source = sources.Source(path, form, digest, required=REQUIRED, optional=OPTIONAL)
    with sources.connect(path) as connection:
        try:
            source = sources.load(connection, source)
        except sources.Unreadable as reason:
            hollow = path.stat().st_size == 0
            stop = _empty(source) if hollow else faults.unreadable(source, str(reason))
            return Results(digest, findings=(stop,))
        if not source.columns:
            return Results(digest, findings=tuple(faults.torn(source)) or (_empty(source),))
        if source.missing:
            return Results(digest, findings=(_missing(source),))
        return _counted(connection, source, cohort, pack, build)


def _counted(
    connection: "DuckDBPyConnection", source: sources.Source, cohort: str, pack: str | None, build: str | None
) -> Results:
    """The results of the rows in `raw`."""
    keyed = "cohort_key" in source.columns
    typed = f"CREATE TABLE results AS {sql('results_typed')}"
    connection.execute(typed, {"keyed": keyed, "cohort": cohort})
    ((rows,),) = connection.execute("SELECT COUNT(*) FROM raw").fetchall()
    (summed,) = run(connection, "results_counts")
    found = [*faults.torn(source)]
    if not rows:
        found += [] if found else [_empty(source)]
    elif not summed["n"]:
        found.append(_nobody(connection, source, cohort))
    found += [*_nameless(connection, source), *_twice(connection, source), *_misread(connection, source)]
    packs, builds = (_named(connection, name) for name in ("pack", "build"))
    found += [*_single(source, "pack", packs, pack), *_single(source, "build", builds, build)]
    if found:
        found.sort(key=lambda finding: finding.code)
        return Results(source.sha256, rows, rows - summed["n"], findings=tuple(found))
    counts = {
        "n": summed["n"],
        "passed": summed["passed"],
        "route_mismatches": {name: summed[name] for name in ("critical", "other")},
        "owner_mutations": {name: summed[name] for name in ("unauthorized", "authorized")},
        "side_effects": run(connection, "results_side_effects"),
    }
    return Results(
        source.sha256, rows, rows - summed["n"], next(iter(packs), None), next(iter(builds), None), counts
    )


def _named(connection: "DuckDBPyConnection", column: str) -> list[str | None]:
    """What the rows of the cohort have there, with None where some have nothing; empty where none has anything."""
    query = f"SELECT DISTINCT {column} FROM results ORDER BY 1 NULLS LAST"
    values = [value for (value,) in connection.execute(query).fetchall()]
    return [] if values == [None] else values


def _empty(source: sources.Source) -> Finding:
    return fault(source, 8, "has no row", ONE_ROW)


def _missing(source: sources.Source) -> Finding:
    """All missing columns at once, each with the existing name it was most likely meant to be."""
    spare = [name for name in source.columns if name not in (*REQUIRED, *OPTIONAL)]
    close = {name: nearest(name, spare) for name in source.missing}
    named = [f"{name} (nearest: {close[name]})" if close[name] else name for name in source.missing]
    hint = f"Rename or add them. {ONE_ROW}"
    if len(source.columns) == 1 and any(mark in source.columns[0] for mark in ";\t|"):
        hint = "The columns of a CSV file are separated by commas"
    return fault(source, 18, f"has no column {', '.join(named)}", hint)


def _nobody(connection: "DuckDBPyConnection", source: sources.Source, cohort: str) -> Finding:
    there = connection.execute(
        "SELECT cohort_key FROM raw WHERE cohort_key IS NOT NULL GROUP BY 1 ORDER BY COUNT(*) DESC, 1"
    ).fetchall()
    others = first([shown(key) for (key,) in there]) or "no key at all"
    return fault(
        source, 21, f"has no row of {cohort}; its rows are of {others}", "Point at the cohort's own file"
    )


def _nameless(connection: "DuckDBPyConnection", source: sources.Source) -> Iterator[Finding]:
    rows = connection.execute("SELECT row_no FROM results WHERE decision_id IS NULL ORDER BY 1").fetchall()
    if rows:
        named = first([f"row {row}" for (row,) in rows])
        yield fault(source, 19, f"no decision_id in {count(len(rows), 'row')}: {named}", ONE_ROW)


def _twice(connection: "DuckDBPyConnection", source: sources.Source) -> Iterator[Finding]:
    rows = connection.execute(
        "SELECT decision_id, list(row_no ORDER BY row_no) FROM results WHERE decision_id IS NOT NULL"
        " GROUP BY 1 HAVING COUNT(*) > 1 ORDER BY MIN(row_no)"
    ).fetchall()
    if rows:
        named = first([f"{shown(decision)} in rows {first(at)}" for decision, at in rows], "; ")
        said = f"decision_id more than once, {count(len(rows), 'decision')}: {named}"
        yield fault(
            source, 15, said, "A decision is replayed once in a pack; a second time it is no new evidence"
        )


def _misread(connection: "DuckDBPyConnection", source: sources.Source) -> Iterator[Finding]:
    """Values that a column does not take, one finding a column."""
    wrong = {column: (takes, f"results.{column} IS NULL") for column, takes in TAKES.items()} | EFFECTS
    for column, (takes, where) in wrong.items():
        rows = connection.execute(
            f"SELECT row_no, raw.{column} FROM raw JOIN results USING (row_no) WHERE {where} ORDER BY row_no"
        ).fetchall()
        if rows:
            named = first([f"row {row}: {shown(value)}" for row, value in rows], "; ")
            said = f"{column} cannot be counted in {count(len(rows), 'row')}: {named}"
            yield fault(source, 19, said, f"{column} takes {takes}")


def _single(
    source: sources.Source, column: str, there: Sequence[str | None], given: str | None
) -> Iterator[Finding]:
    """One pack, one build; and those that were typed, where they were."""
    if len(there) > 1:
        named = first([shown(value) for value in there])
        yield fault(source, 20, f"is of several {column}s: {named}", f"Write a file for each {column}")
    elif there and given is not None and there != [given]:
        said = f"is of the {column} {shown(there[0])}, not of {shown(given)}"
        yield fault(source, 20, said, f"Leave out --{column}, or point at the other file")
