"""Check a signer packet: python3 check.py [FOLDER]. Nothing but Python's own library; nothing is written.

First every file against the digests of MANIFEST.json, then every stamp against the bindings that held for its cohort
at that moment. Ends with 0 where all is well, 1 where not.
"""

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

MANIFEST = "MANIFEST.json"
RIGHT = ("matched", "late")
WRONG = ("mismatched", "missing_version", "calibration_missing", "unbound")
Json = dict[str, Any]


def digest(path: Path) -> str:
    return "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()


def changed(folder: Path, named: Json) -> Iterator[str]:
    """What is wrong with the files themselves."""
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    for name in sorted(set(named) | there - {MANIFEST}):
        if name not in there:
            yield name + " is missing"
        elif name not in named:
            yield name + " is not in the manifest"
        elif digest(folder / name) != named[name]:
            yield name + " was changed"


def fits(stamp: Json, target: Json) -> bool:
    """Whether the stamp names the target; the digest counts where it is stamped."""
    same: bool = stamp["model_version_active"] == target["model_version"]
    return same and stamp["baseline_digest"] in (None, target["digest"])


def instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")


def targets(interval: Json) -> list[Json]:
    return [side for side in (interval["to"], interval["rest"]) if side]


def outcome(stamp: Json, intervals: list[Json], lag: int) -> str:
    """How a stamp compares with what was bound for its cohort; `intervals` are in the order of time."""
    at, version = stamp["decided_at"], stamp["model_version_active"]
    held = [one for one in intervals if one["since"] <= at]
    if not held or (held[-1]["until"] or "9") <= at:
        return "unbound"
    now = held.pop()
    if version is None:
        return "missing_version"
    if any(fits(stamp, target) for target in targets(now)):
        asked = now["to"]["calibration"] if now["on_next"] and fits(stamp, now["to"]) else None
        return "matched" if asked in (None, stamp["calibration_packet_id"]) else "calibration_missing"
    for former in reversed(held):
        if version in [target["model_version"] for target in targets(former)]:
            return "late" if instant(at) < instant(former["until"]) + timedelta(seconds=lag) else "mismatched"
    return "mismatched"


def main(folder: Path) -> int:
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        wrong = list(changed(folder, manifest["files"]))
        if wrong:
            print("\n".join(wrong))
            return 1
        bindings = json.loads((folder / "bindings.json").read_text("utf-8"))
        cohorts, lag = bindings["cohorts"], bindings["serving_lag_seconds"]
        counts: dict[str, Counter[str]] = {cohort: Counter() for cohort in cohorts}
        with (folder / "stamps.jsonl").open(encoding="utf-8") as lines:
            for stamp in map(json.loads, lines):
                key = stamp["cohort_key"]
                counts.setdefault(key, Counter())[outcome(stamp, cohorts.get(key, []), lag)] += 1
    except (AttributeError, LookupError, OSError, TypeError, ValueError) as error:
        print(f"this is no whole signer packet: {type(error).__name__} {error}")
        return 1
    for cohort, found in sorted(counts.items()):
        told = ", ".join(f"{found[name]} {name}" for name in (*RIGHT, *WRONG) if found[name])
        print(f"{cohort}: {told or 'no decision'}")
    total = sum(counts.values(), Counter())
    good = total["matched"] > 0 and not any(total[name] for name in WRONG)
    print(f"ledger commit {manifest['commit']}")
    print(f"manifest {digest(folder / MANIFEST)}")
    print("every stamp is right" if good else "NOT every stamp is right" if total else "there is no stamp")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent))
