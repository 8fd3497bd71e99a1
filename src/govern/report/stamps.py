"""A sample of stamps in words: a row for each cohort, what was left out, and the latest of each fault."""

from typing import Any

from govern.domain.evidence.rows import STAMPED
from govern.report.reconciled import trouble_lines
from govern.report.wrap import table, wrapped

HEADS = {
    "matched": "matched",
    "late": "late",
    "mismatched": "mismatched",
    "missing_version": "no version",
    "calibration_missing": "no calibration",
}
REASONS = {
    "elsewhere": "of others or without their key",
    "outside_window": "outside the window",
    "not_sampled": "not sampled",
}


def stamp_lines(sampled: Any) -> list[str]:
    """`sampled` is an `operations.stamps.Sampled`."""
    cohorts: dict[str, dict[str, int]] = {}
    for row in sampled.rows:
        counts = cohorts.setdefault(row["cohort"], dict.fromkeys((*STAMPED, "n", "prev"), 0))
        for name in STAMPED:
            counts[name] += row["counts"][name]
        counts["n"] += row["n"]
        counts["prev"] += row["n"] if row["arm"] == "prev" else 0
    lines = wrapped(_head(sampled), then="  ")
    cells = [
        [cohort, *(f"{counts[name]:,}" for name in ("n", *HEADS))]
        for cohort, counts in sorted(cohorts.items())
    ]
    header = ["cohort", "n", *HEADS.values()]
    lines += table(header, cells, right=frozenset(range(1, len(header))))
    prev = [f"{cohort} {counts['prev']:,}" for cohort, counts in sorted(cohorts.items()) if counts["prev"]]
    lines += wrapped(f"rightly on prev: {', '.join(prev)}", then="  ") if prev else []
    for kind, latest in sampled.faults.items():
        lines += trouble_lines(kind, sum(counts[kind] for counts in cohorts.values()), latest)
    if sampled.unseen:
        lines += wrapped(f"no decision rightly on next was seen: {', '.join(sampled.unseen)}", then="  ")
    return lines


def _head(sampled: Any) -> str:
    """How much was looked at, how far, and what was not."""
    latest = f"the {sampled.scope.latest:,} newest of each cohort" if sampled.scope.latest else "all"
    left = [f"{count:,} {REASONS[reason]}" for reason, count in sampled.excluded.items()]
    text = f"{sampled.n:,} stamps on {sampled.scope.surface} until {sampled.scope.until}, {latest}"
    return text + (f"; left out {', '.join(left)}" if left else "")


def packet_lines(folder: str, digest: str) -> list[str]:
    """Where the packet for a partner lies, and what its sender tells on another way."""
    return [*wrapped(f"written to {folder}; the digest of its MANIFEST.json:", then="  "), f"  {digest}"]


def stamp_data(sampled: Any) -> dict[str, Any]:
    return {
        "packet": sampled.packet.id,
        "surface": sampled.scope.surface,
        "border": sampled.border,
        "until": sampled.scope.until,
        "sample": sampled.scope.latest,
        "n": sampled.n,
        "rows": sampled.rows,
        "excluded": sampled.excluded,
        "latest": dict(sampled.faults),
        "unseen": sampled.unseen,
    }
