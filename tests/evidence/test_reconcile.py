"""What was served beside what was bound: every decision has one outcome, the same that a plain reading gives."""

import hashlib
import json
import random
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from decision_logs import decision, write_csv, write_every_form
from govern.errors import DocumentError, UsageError
from govern.evidence.decisions import open_log
from govern.evidence.reconcile import reconcile
from govern.evidence.timeline import Interval
from govern.serving.split import places, side

STAMPS = json.loads((Path(__file__).parents[1] / "cases/evidence/decisions/stamps.json").read_text("utf-8"))
OUTCOMES = ("matched", "mismatched", "late", "missing_version", "unbound")
MARKS = (
    "no_key", "unknown_key", "split_checked", "split_unknown", "no_digest", "calibration_missing",
    "cache_without_version", "stale_cache",
)  # fmt: skip


def place(packet: str, unit: str) -> int:
    return int.from_bytes(hashlib.sha256(f"v1:{packet}:{unit}".encode()).digest()[:8], "big") % 10_000


UNITS = {  # a unit on either side of 5 percent
    "NEXT": next(unit for unit in map(str, range(1000)) if place("ranker-v12", unit) < 500),
    "PREV": next(unit for unit in map(str, range(1000)) if place("ranker-v12", unit) >= 500),
}


def interval(entry: dict) -> Interval:
    rest = entry.get("rest")
    return Interval(
        entry["surface"], entry["cohort"], entry["since"], entry.get("until"), entry.get("packet"),
        entry["to"], f"sha256:{entry['to']}", entry.get("calibration"),
        rest, rest and f"sha256:{rest}", entry.get("percent", 100), entry["cause"],
    )  # fmt: skip


INTERVALS = [interval(entry) for entry in STAMPS["intervals"]]


def row_of(case: dict) -> dict:
    given = case["row"] | ({"unit_key": UNITS[case["row"]["unit_key"]]} if "unit_key" in case["row"] else {})
    version = given.get("model_version_active")
    digest = {"baseline_digest": f"sha256:{version}"} if version else {}
    return decision(case["name"], **digest | given)


ROWS = [row_of(case) for case in STAMPS["cases"]]


@pytest.mark.parametrize("case", STAMPS["cases"], ids=lambda case: case["name"])
def test_outcome_and_marks_when_a_stamp_is_compared(case, tmp_path):
    with open_log(write_csv(tmp_path / "log.csv", [row_of(case)])) as log:
        (row,) = reconcile(log, INTERVALS, lag=STAMPS["lag"]).cohorts
    assert [name for name in OUTCOMES if row[name]] == [case["outcome"]]
    assert {name for name in MARKS if row[name]} == set(case.get("marks", []))
    assert row["n"] == 1 and (row["surface"], row["cohort"]) == tuple(
        row_of(case)[k] for k in ("surface", "cohort_key")
    )


def test_counts_are_the_same_when_form_or_order_differ(tmp_path):
    dice = random.Random(1)
    logs = [str(write_csv(tmp_path / "sorted.csv", ROWS))]
    logs += write_every_form(tmp_path, dice.sample(ROWS, len(ROWS))).values()
    found = []
    for path in logs:
        with open_log(path) as log:
            found.append(reconcile(log, dice.sample(INTERVALS, len(INTERVALS)), lag=STAMPS["lag"]))
    assert all(one == found[0] for one in found)
    assert found[0].n == len(ROWS) == sum(found[0].total(outcome) for outcome in OUTCOMES)
    keys = [(row["surface"], row["cohort"]) for row in found[0].cohorts]
    assert keys == [
        ("answers", "pc-na"), ("ranking", "pc-na"), ("ranking", "pc-sa"), ("ranking", "xr-na"), ("ranking", None),
        ("search", "pc-na"),
    ]  # fmt: skip


def test_samples_are_the_latest_of_their_kind_when_there_is_trouble(tmp_path):
    rows = [
        decision(f"d{n}", decided_at=f"2026-11-18T12:00:0{n // 2}Z", model_version_active="m5", cache_key="q")
        for n in range(8)
    ]
    with open_log(write_csv(tmp_path / "log.csv", [*rows, decision("ok", model_version_active="m7")])) as log:
        found = reconcile(log, INTERVALS, lag=STAMPS["lag"])
    named = {kind: [row["decision_id"] for row in rows] for kind, rows in found.samples.items()}
    latest = ["d6", "d7", "d4", "d5", "d2"]
    assert named == {"mismatched": latest, "cache_without_version": latest, "calibration_missing": ["ok"]}
    first = found.samples["mismatched"][0]
    assert (first["decided_at"], first["cohort"], first["stamped"], first["to_version"], first["rest_version"]) == (
        "2026-11-18T12:00:03Z", "pc-na", "m5", "m7", None,
    )  # fmt: skip


def test_window_is_half_open_when_one_is_given(tmp_path):
    times = [
        "2026-11-18T11:59:59.9Z",
        "2026-11-18T12:00:00Z",
        "2026-11-18T12:59:59.9Z",
        "2026-11-18T13:00:00Z",
    ]
    rows = [decision(str(n), decided_at=at, model_version_active="m7") for n, at in enumerate(times)]
    with open_log(write_csv(tmp_path / "log.csv", rows)) as log:
        found = reconcile(log, INTERVALS, lag={}, since="2026-11-18T12:00:00Z", until="2026-11-18T13:00:00Z")
        assert (found.n, found.outside) == (2, 2)
        assert [(row["first"], row["last"]) for row in found.cohorts] == [
            ("2026-11-18T12:00:00Z", "2026-11-18T12:59:59Z")
        ]
        for until in ("2026-11-18T12:00:00Z", "2026-11-18T11:00:00Z"):
            with pytest.raises(UsageError, match=f"the window ends at {until}, not after its start"):
                reconcile(log, INTERVALS, lag={}, since="2026-11-18T12:00:00Z", until=until)


def test_refusal_when_the_log_has_faults(tmp_path):
    with (
        open_log(write_csv(tmp_path / "log.csv", [])) as log,
        pytest.raises(DocumentError, match="a log with faults"),
    ):
        reconcile(log, INTERVALS, lag={})


def test_everything_is_unbound_when_there_is_no_interval(tmp_path):
    with open_log(write_csv(tmp_path / "log.csv", [decision("a")])) as log:
        assert reconcile(log, [], lag={}).total("unbound") == 1


@pytest.mark.parametrize("percent", [0.005, 0.07, 33.33, 99.99])
def test_sides_are_those_of_serving_when_a_cohort_is_split(percent, tmp_path):
    on_next = {str(unit): side("p", str(unit)) < places(percent) for unit in range(3000)}
    rows = [
        decision(
            unit, unit_key=unit, model_version_active="m7" if right else "m6", calibration_packet_id="cal"
        )
        for unit, right in on_next.items()
    ]
    start = {
        "surface": "ranking",
        "cohort": "pc-na",
        "since": "2026-11-01",
        "packet": "p",
        "cause": "advance",
    }
    split = interval(start | {"to": "m7", "rest": "m6", "percent": percent})
    with open_log(write_csv(tmp_path / "log.csv", rows)) as log:
        assert reconcile(log, [split], lag={}).total("matched") == len(rows)


# A plain reading of the rules, one decision at a time, to compare with on random histories.


def plain(row: dict, intervals: list[Interval], lag: dict[str, int]) -> str:
    """The outcome of a decision."""
    own = [one for one in intervals if (one.surface, one.cohort) == (row["surface"], row["cohort_key"])]
    default = [one for one in intervals if (one.surface, one.cohort) == (row["surface"], None)]
    track = sorted(own, key=lambda one: one.since)
    first = track[0].since if track else "9"
    track = sorted((one for one in default if one.since < first), key=lambda one: one.since) + track
    at = row["decided_at"]
    held = [one for one in track if one.since <= at]
    if not held:
        return "unbound"
    now, version = held[-1], row["model_version_active"]
    if version is None:
        return "missing_version"
    right = {now.to_version}
    if now.percent < 100:
        right = {now.to_version, now.rest_version}
        if row["unit_key"]:
            on_to = place(now.packet, row["unit_key"]) < now.percent * 100
            right = {now.to_version if on_to else now.rest_version}
    if version in right:
        return "matched"
    for one, following in pairwise(held):
        left = datetime.fromisoformat(following.since) + timedelta(seconds=lag[row["surface"]])
        if version in one.versions and datetime.fromisoformat(at) < left:
            return "late"
    return "mismatched"


@pytest.mark.parametrize("seed", range(6))
def test_every_decision_is_counted_once_when_histories_are_random(seed, tmp_path):
    dice = random.Random(seed)
    spread = dice.choice([1, 60, 3600, 86400 * 3])  # seconds between moves: many a day, or one in days

    def at() -> str:
        moment = datetime(2026, 11, 16) + timedelta(seconds=dice.randrange(30) * spread)  # noqa: DTZ001
        return f"{moment:%Y-%m-%dT%H:%M:%SZ}"

    intervals = []
    for surface in ("ranking", "answers"):
        for cohort in (None, "a", "b"):
            for since in {at() for _ in range(dice.randrange(1, 6))}:
                percent = dice.choice([100, 100, 50, 12.5])
                versions = dice.sample(["m1", "m2", "m3"], 2)
                start = {
                    "surface": surface,
                    "cohort": cohort,
                    "since": since,
                    "packet": "p",
                    "cause": "advance",
                }
                rest = {"rest": versions[1], "percent": percent} if percent < 100 else {}
                intervals.append(interval(start | {"to": versions[0]} | rest))
    lag = {"ranking": spread, "answers": 2 * spread}
    rows = [
        decision(
            str(n), decided_at=at(), surface=dice.choice(["ranking", "answers"]),
            unit_key=dice.choice([None, "u", "v"]), cohort_key=dice.choice([None, "a", "b", "c"]),
            model_version_active=dice.choice([None, "m1", "m2", "m3"]),
        )
        for n in range(400)
    ]  # fmt: skip
    with open_log(write_csv(tmp_path / "log.csv", rows)) as log:
        found = reconcile(log, intervals, lag=lag)
    counted = Counter((row["surface"], row["cohort_key"], plain(row, intervals, lag)) for row in rows)
    assert counted == {
        (row["surface"], row["cohort"], outcome): row[outcome]
        for row in found.cohorts
        for outcome in OUTCOMES
        if row[outcome]
    }
    assert found.n == len(rows) and all(
        row["n"] == sum(row[outcome] for outcome in OUTCOMES) for row in found.cohorts
    )
