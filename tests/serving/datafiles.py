"""Datafiles for tests: two surfaces, cohorts in every position, keys that look like each other."""

import json
from copy import deepcopy
from typing import Any

from govern.serving import Resolver

LEDGER = "sha256:" + "a" * 64
KEYS = ("pc-na", "pc-eu", "pc", "safe:privacy_fictional", "constructor", "__proto__", "7", "Pc-Na")


def bytes_of(datafile: Any) -> bytes:
    return json.dumps(datafile).encode()


def baseline(mark: str, model_version: str) -> dict[str, Any]:
    components = {"model": {"version": model_version, "files": {"weights.txt": "sha256:" + mark * 64}}}
    return {"digest": "sha256:" + mark * 64, "components": components, "model_version": model_version}


def bound(to: str, calibration: str | None, **more: Any) -> dict[str, Any]:
    """A whole cohort on `to`; `more` says what differs."""
    entry = {"to": to, "percent": 100, "else": "ranking-b6", "packet": "ranker-v12", "phase": "wide"}
    return entry | {"calibration": calibration, "else_calibration": "cal-8", **more}


def whole() -> dict[str, Any]:
    """Nobody is split: `ranking` with cohorts on next, taken back and pinned, `answers` with a default alone."""
    cohorts = {key: bound("ranking-b7", "cal-9") for key in KEYS}
    cohorts["xr-na"] = bound("ranking-b6", "cal-8", **{"else": "ranking-b7", "else_calibration": "cal-9"})
    cohorts["xr-eu"] = bound("ranking-b5", None, packet=None, phase=None)
    return {
        "format": "govern-bindings/1",
        "ledger": LEDGER,
        "n": 12,
        "surfaces": {
            "answers": {"default": "answers-a1", "calibration": None, "cohorts": {}},
            "ranking": {"default": "ranking-b6", "calibration": "cal-8", "cohorts": cohorts},
        },
        "baselines": {
            "answers-a1": baseline("1", "answers@1"),
            "ranking-b5": baseline("5", "ranker@1.7.0"),
            "ranking-b6": baseline("6", "ranker@1.8.2"),
            "ranking-b7": baseline("7", "ranker@1.9.0"),
        },
    }


def split(percent: float = 33.33) -> dict[str, Any]:
    """As `whole`, and a share of `pc-na` is on next."""
    return changed("surfaces.ranking.cohorts.pc-na.percent", percent)


def changed(path: str, value: Any, datafile: dict[str, Any] | None = None) -> dict[str, Any]:
    """The datafile with another value at `path`; a value of `...` takes the field out."""
    made = deepcopy(datafile or whole())
    *steps, last = path.split(".")
    place = made
    for step in steps:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return made


TWO_CALIBRATIONS = changed("surfaces.ranking.cohorts.pc-eu.calibration", "cal-10")
UNCALIBRATED = changed("surfaces.ranking.cohorts.pc.calibration", None, TWO_CALIBRATIONS)
ASKED: list[dict[str, Any]] = [  # evaluation contexts
    {},
    *({"cohort_key": key} for key in (*KEYS, "xr-na", "xr-eu")),
    *(
        {"cohort_key": key}
        for key in ("", " ", "p", "pc-", "pc-n", " pc-na", "pc-na ", "PC-NA", "ä", "toString")
    ),
    *({"cohort_key": key} for key in (7, 0, 1.5, True, False, ["pc-na"], [], {"pc-na": 1}, {})),
    {"Cohort_key": "pc-na"},
]


def resolved(resolver: Resolver, surface: str, context: dict[str, Any]) -> dict[str, Any]:
    """What the Resolver gives, in the form of a variant."""
    found = resolver.resolve(surface, context.get("cohort_key"))
    return {
        "baseline": found.baseline,
        "model_version": found.model_version,
        "calibration_packet_id": found.calibration_packet_id,
        "digest": found.digest,
    }
