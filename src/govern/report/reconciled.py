"""What was served beside what was bound, in words: a row for each cohort, then each kind of trouble."""

from collections.abc import Iterable, Mapping
from typing import Any

from govern.errors import ExitCode
from govern.report.answer import Answer
from govern.report.wrap import table, wrapped

OUTCOMES = {
    "matched": "matched",
    "late": "late",
    "mismatched": "mismatched",
    "missing_version": "no version",
    "unbound": "unbound",
}
TROUBLES = {  # what is so, and what mends it; the cause before what it causes
    "stale_cache": ("from a cache, on a version that was taken back", "empty the cache now"),
    "mismatched": ("with another stamp than was bound", "the application decides by something else"),
    "missing_version": ("without a model version", "stamp every decision: `Resolution.stamp`"),
    "unbound": ("where nothing was bound", "the log names a surface or a time that the ledger does not know"),
    "calibration_missing": ("without the calibration of next", "stamp every decision: `Resolution.stamp`"),
    "cache_without_version": (
        "with a cache key that does not name the version",
        "a rollback does not reach them: make keys by `Resolution.cache_key`",
    ),
}


def reconciled_answer(compared: Any) -> Answer:
    """`compared` is an `operations.reconciling.Compared`."""
    found = compared.found
    window = f" since {found.since}" if found.since else ""
    window += f" until {found.until}" if found.until else ""
    left = f", {found.outside:,} outside of that" if found.outside else ""
    lines = wrapped(f"{compared.log['path']}: {found.n:,} decisions{window}{left}", then="  ")
    for surface in dict.fromkeys(row["surface"] for row in found.cohorts):
        lines += _surface(surface, [row for row in found.cohorts if row["surface"] == surface])
    troubles = {kind: compared.troubles[kind] for kind in TROUBLES if kind in compared.troubles}
    for kind, count in troubles.items():
        lines += trouble_lines(kind, count, found.samples[kind])
    data = {
        "log": dict(compared.log),
        "since": found.since,
        "until": found.until,
        "n": found.n,
        "outside": found.outside,
        "cohorts": found.cohorts,
        "troubles": [
            {"kind": kind, "n": n, "latest": found.samples[kind], "type": compared.lines[kind]}
            for kind, n in troubles.items()
        ],
    }
    if compared.clean:
        return Answer("binding reconcile", (*lines, "every decision was served as bound"), data=data)
    verdict = "failed" if compared.troubles else "inconclusive"
    lines += [] if compared.troubles else ["no decision in this window: nothing is shown by it"]
    advice = ("type", next((compared.lines[kind] for kind in troubles), "govern binding reconcile"))
    return Answer("binding reconcile", tuple(lines), ExitCode.NO, verdict, advice, data=data)


def _surface(surface: str, cohorts: Iterable[Mapping[str, Any]]) -> list[str]:
    """A row for each cohort that is bound by name; keys that nobody bound share one."""
    rows: dict[str, list[int]] = {}
    strangers = 0
    for cohort in cohorts:
        name = cohort["cohort"] if cohort["cohort"] is not None else "(no key)"
        if cohort["unknown_key"]:
            name, strangers = "", strangers + 1
        counts = [cohort["n"], *(cohort[outcome] for outcome in OUTCOMES)]
        rows[name] = [a + b for a, b in zip(rows.get(name, [0] * len(counts)), counts, strict=True)]
    told = f"({strangers:,} unknown key{'s' * (strangers != 1)})"
    cells = [[name or told, *(f"{count:,}" for count in counts)] for name, counts in rows.items()]
    header = [surface, "n", *OUTCOMES.values()]
    return table(header, cells, right=frozenset(range(1, len(header))))


def trouble_lines(kind: str, count: int, latest: Iterable[Mapping[str, Any]]) -> list[str]:
    """A kind of trouble: how often, what mends it, and the latest decisions of it, five at most."""
    told, mend = TROUBLES[kind]
    lines = wrapped(f"{count:,} {told}; {mend}", f"{kind}  ", "  ")
    for row in latest:
        cohort = row["cohort"] if row["cohort"] is not None else "(no key)"
        text = f"{cohort}  {row['decision_id']}: {_beside(kind, row)}"
        lines += wrapped(text, f"  {row['decided_at']}  ", "    ")
    return lines


def _beside(kind: str, row: Mapping[str, Any]) -> str:
    """What the decision carried, and what it should have."""
    if kind == "cache_without_version":
        return f"cache key {row['cache_key']}, version {row['stamped']}"
    if kind == "calibration_missing":
        return f"calibration {row['calibration'] or 'none'}, bound with {row['to_calibration']}"
    if kind == "unbound":
        return f"stamped {row['stamped'] or 'nothing'} on {row['surface']}"
    return f"stamped {row['stamped'] or 'nothing'}{_digest(row)}, bound {_bound(row)}"


def _bound(row: Mapping[str, Any]) -> str:
    """The version that its unit decides in a split; both where no unit says so."""
    if row["rest_version"] is None or row["side"]:
        return str(row["to_version"])
    return str(row["rest_version"]) + ("" if row["side"] is False else f" or {row['to_version']}")


def _digest(row: Mapping[str, Any]) -> str:
    """The version may be the right one and its baseline another."""
    same = row["stamped"] is not None and row["stamped"] in (row["to_version"], row["rest_version"])
    return f" of baseline {row['digest'][:19]}" if same and row["digest"] else ""
