"""A replay pack in words: what was built, and what opening it showed, a row for each cohort."""

from typing import Any

from govern.errors import ExitCode
from govern.report.answer import Answer
from govern.report.wrap import table, wrapped

SHOWN = 5  # broken decisions of a kind
TROUBLES = {
    "mismatched": "with another stamp than was bound",
    "missing_version": "without a model version",
    "calibration_missing": "without the calibration of next",
    "late": "with the stamp of what was bound before",
    "unbound": "where nothing was bound",
    "bundle_missing": "without a bundle",
    "bundle_differs": "with another bundle than the ledger says",
    "file_missing": "without the bytes of a pinned file",
}
REASONS = {
    "on_prev": "rightly on prev",
    "before_move": "from before the cohort's last move",
    "not_on_next": "of cohorts that are not on next now",
}


def built_answer(built: Any, following: str) -> Answer:
    """`built` is an `operations.replaying.Built`; `following` the line that opens it."""
    manifest = built.manifest
    lines = wrapped(_head(manifest), then="  ")
    cells = []
    for cohort in manifest["cohorts"]:
        times = [each.second for each in built.decisions if each.cohort == cohort]
        cells.append([cohort, f"{len(times):,}", times[0], times[-1]])
    lines += table(["cohort", "n", "first", "last"], cells, right=frozenset({1}))
    if built.unseen:
        lines += wrapped(f"no decision on next in the log: {', '.join(built.unseen)}", then="  ")
    if built.lacking:
        lines += wrapped(f"not in this clone, so not in the pack: {', '.join(built.lacking)}", then="  ")
    lines += wrapped(f"written to {built.folder}", then="  ")
    data = {"folder": str(built.folder), **manifest, "unseen": built.unseen, "lacking": built.lacking}
    return Answer("evidence replay", tuple(lines), advice=("next", following), data=data)


def opened_lines(opened: Any) -> list[str]:
    """`opened` is an `operations.replay_opening.Opened`."""
    files = len(opened.manifest["files"])
    lines = wrapped(_head(opened.manifest), then="  ")
    lines += wrapped(f"{files:,} files, every digest is right", then="  ")
    cells = [
        [row["cohort"], *(f"{count:,}" for count in (row["n"], *row["counts"].values()))]
        for row in opened.rows
    ]
    if cells:
        lines += table(["cohort", "n", "complete", "broken"], cells, right=frozenset({1, 2, 3}))
    left = [f"{count:,} {REASONS[reason]}" for reason, count in opened.excluded.items()]
    lines += wrapped(f"left out: {', '.join(left)}", then="  ") if left else []
    for kind, told in TROUBLES.items():
        broken = [each.decision for each in opened.broken if each.trouble == kind]
        if broken:
            lines += wrapped(f"{len(broken):,} {told}", f"{kind}  ", "  ")
        for decision in broken[:SHOWN]:
            stamped = decision["model_version_active"] or "nothing"
            text = f"{decision['cohort_key']}  {decision['decision_id']}: stamped {stamped}"
            lines += wrapped(text, f"  {decision['decided_at']}  ", "    ")
    return lines


def opened_answer(opened: Any, following: str) -> Answer:
    """What opening shows; a pack with a broken decision ends with 1."""
    lines = tuple(opened_lines(opened))
    data = opened_data(opened)
    if opened.broken:
        advice = ("type", "govern explain replay_pack")
        return Answer("evidence replay", lines, ExitCode.NO, "failed", advice, data=data)
    return Answer("evidence replay", lines, advice=("next", following), data=data)


def opened_data(opened: Any) -> dict[str, Any]:
    return {
        **opened.manifest,
        "rows": opened.rows,
        "excluded": opened.excluded,
        "broken": [{**each.decision, "trouble": each.trouble} for each in opened.broken],
    }


def _head(manifest: Any) -> str:
    count = manifest["decisions"]
    return (
        f"pack {manifest['id']} of {manifest['packet']} on {manifest['surface']}:"
        f" {count:,} decision{'s' * (count != 1)} from {manifest['source']},"
        f" ledger commit {manifest['commit'][:7]}"
    )
