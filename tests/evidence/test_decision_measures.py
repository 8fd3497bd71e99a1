"""Every measure on decisions beside a plain reading of the same rows, and every log that gives none."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from statistics import mean, median
from typing import Any

import pytest

from decision_logs import COLUMNS, decision, write_csv, write_json
from govern.domain.measures import ON_DECISIONS, UNITS
from govern.domain.windows import instant, written
from govern.errors import DocumentError
from govern.evidence.decision_measures import COLUMNS as READ
from govern.evidence.decision_measures import Asked, measure
from govern.evidence.decisions import open_log
from govern.evidence.measures import KpiSpec, sql
from govern.evidence.timeline import Interval
from govern.evidence.windowed import Served

LANE = ("route", "owner_mutation", "first_interaction", "side_effect_class")
MORE = ("latency_ms", "error_class", "held_at", "released_at", "reopened_at", "score", "cluster_id", *LANE)
WINDOWS = ["2026-11-16/P1D", "2026-11-17/P1D", "2026-11-18T00:00:00Z/PT12H"]
BOUNDS = [
    ("2026-11-16T00:00:00Z", "2026-11-17T00:00:00Z"),
    ("2026-11-17T00:00:00Z", "2026-11-18T00:00:00Z"),
    ("2026-11-18T00:00:00Z", "2026-11-18T12:00:00Z"),
]
COHORTS = ("pc", "xr", "silent")
EVERY = {**dict.fromkeys(COHORTS, WINDOWS), None: WINDOWS}
BOUND = tuple(Interval("chat", c, "2026-11-01T00:00:00Z", None, "p", "m7", "sha256:7", None) for c in COHORTS)
SERVED = Served("chat", "m7", "m6", COHORTS, BOUND, known_effects=("declared",))
KPIS = {
    name: KpiSpec(name.replace("_", "-"), name, UNITS[kind][0], (0, 2) if kind == "score" else None)
    for name, kind in ON_DECISIONS.items()
}
WATCHED = (
    "fallback_route_persistence",
    "first_interaction_regressions",
    "owner_mutation_rejections",
    "side_effect_emergence",
)


def logged(**fields: Any) -> dict[str, Any]:
    own = {name: fields.pop(name) for name in MORE if name in fields}
    usual = {"decision_id": "d1", "decided_at": BOUNDS[0][0], "surface": "chat", "model_version_active": "m7"}
    return decision(**(usual | {"cohort_key": "pc"} | fields)) | dict.fromkeys(MORE) | own


def some(dice: random.Random, count: int) -> list[dict[str, Any]]:
    """Decisions of all sorts, on both versions and neither, at the bounds of windows and outside."""
    begin = instant("2026-11-15T12:00:00Z")
    edges = [at for bounds in BOUNDS for at in bounds]
    rows = []
    for number in range(count):
        at = dice.choice([written(begin + timedelta(minutes=dice.randrange(5000))), dice.choice(edges)])
        held = dice.choice([None, written(instant(at) + timedelta(minutes=dice.randrange(2000)))])
        rows.append(logged(
            decision_id=f"d{number}", decided_at=at, surface=dice.choice(["chat", "chat", "chat", "other"]),
            cohort_key=dice.choice(["pc", "pc", "xr", "tv", None]), policy_pass=dice.choice([True, True, False, None]),
            model_version_active=dice.choice(["m7", "m7", "m6", "m5", None]),
            latency_ms=dice.choice([None, dice.randrange(900) / 8]),
            error_class=dice.choice([None, None, "mismatch", "policy_dislocation", "other"]), held_at=held,
            released_at=held and dice.choice([None, written(instant(held) + timedelta(minutes=dice.randrange(999)))]),
            reopened_at=dice.choice([None, written(instant(at) + timedelta(minutes=dice.randrange(2000)))]),
            score=dice.choice([None, dice.randrange(200) / 100]), cluster_id=dice.choice([None, "a", "b"]),
            route=dice.choice([None, "fallback", "primary", "primary"]),
            owner_mutation=dice.choice([None, "none", "none", "authorized", "unauthorized", "rejected"]),
            first_interaction=dice.choice([None, None, "ok", "regressed"]),
            side_effect_class=dice.choice([None, None, "none", "declared", "late-haptics", "overlap"]),
        ))  # fmt: skip
    return rows


def watched(name: str, rows: list[dict[str, Any]]) -> tuple[int, float | None]:
    """n and value of a health signal of a lane."""
    said = {
        "fallback_route_persistence": [row["route"] == "fallback" for row in rows if row["route"]],
        "owner_mutation_rejections": [
            row["owner_mutation"] == "rejected" for row in rows if row["owner_mutation"]
        ],
        "first_interaction_regressions": [
            row["first_interaction"] == "regressed" for row in rows if row["first_interaction"]
        ],
        "side_effect_emergence": [row["side_effect_class"] not in (None, "none", "declared") for row in rows],
    }[name]
    share = name in ("fallback_route_persistence", "side_effect_emergence")
    return len(said), None if not said else sum(said) / len(said) if share else sum(said)


def plain(name: str, rows: Iterable[dict[str, Any]], until: str) -> tuple[int, float | None]:
    """n and value in the SQL's own unit, read as a person would."""
    rows = list(rows)
    if name in WATCHED:
        return watched(name, rows)
    if name == "policy_dislocation_rate":
        hits = [
            row["policy_pass"] is False or row["error_class"] == "policy_dislocation"
            for row in rows
            if row["policy_pass"] is not None or row["error_class"] == "policy_dislocation"
        ]
    elif name == "mismatch_rate":
        hits = [row["error_class"] == "mismatch" for row in rows]
    elif name == "reopen_rate":
        hits = [row["reopened_at"] is not None and row["reopened_at"] < until for row in rows]
    elif name in ("missing_model_version_count", "stamp_mismatch_rate"):
        good = (None, "m7")[name == "stamp_mismatch_rate"]
        hits = [
            (row["model_version_active"] != "m7") if good else row["model_version_active"] is None
            for row in rows
        ]
    else:
        values = {
            "hold_age": [held(row, until) for row in rows if row["held_at"] and row["held_at"] < until],
            "mean_score": [row["score"] for row in rows if row["score"] is not None],
            "response_latency_median": [row["latency_ms"] for row in rows if row["latency_ms"] is not None],
        }[name]
        middle = mean if name == "mean_score" else median
        return len(values), middle(values) if values else None
    if name == "missing_model_version_count":
        return len(hits), sum(hits) if hits else None
    return len(hits), sum(hits) / len(hits) if hits else None


def held(row: dict[str, Any], until: str) -> float:
    return (instant(min(row["released_at"] or until, until)) - instant(row["held_at"])).total_seconds()


@pytest.mark.parametrize("name", ON_DECISIONS)
@pytest.mark.parametrize("seed", [1, 2])
def test_measure_is_what_a_plain_reading_gives(name: str, seed: int, tmp_path: Path) -> None:
    rows = some(random.Random(seed), 800)
    with open_log(write_csv(tmp_path / "log.csv", rows, (*COLUMNS, *MORE))) as log:
        found = measure(log, SERVED, [Asked(KPIS[name], EVERY)]).rows
    factor = {"percent": 100, "points": 50, "per_1000": 1000}.get(KPIS[name].unit, 1)
    whole = name in ("missing_model_version_count", "stamp_mismatch_rate", *WATCHED)
    seen = set()
    for row in found:
        since, until = BOUNDS[WINDOWS.index(row["window"])]
        version = {"next": "m7", "prev": "m6"}[row["arm"]]
        mine = [
            r for r in rows
            if r["surface"] == "chat" and since <= r["decided_at"] < until
            and r["cohort_key"] in (COHORTS if row["cohort"] is None else (row["cohort"],))
            and (whole or r["model_version_active"] == version)
        ]  # fmt: skip
        n, value = plain(name, mine, until)
        assert row["n"] == n == row["counts"]["n"]
        assert row["value"] == (None if value is None else pytest.approx(value * factor, abs=1e-9))
        seen.add((row["cohort"], row["window"], row["arm"]))
    assert {(c, w, "next") for c in (*COHORTS, None) for w in WINDOWS} <= seen
    assert any(arm == "prev" for *_, arm in seen) != whole


def test_all_kpis_together_give_what_each_gives_alone(tmp_path: Path) -> None:
    rows = some(random.Random(3), 400)
    asked = [Asked(kpi, EVERY) for kpi in KPIS.values()]
    with open_log(write_csv(tmp_path / "log.csv", rows, (*COLUMNS, *MORE))) as log:
        together = measure(log, SERVED, asked)
        alone = [row for each in asked for row in measure(log, SERVED, [each]).rows]
    assert together.rows == alone
    with open_log(write_json(tmp_path / "log.jsonl", random.Random(4).sample(rows, len(rows)))) as log:
        assert measure(log, SERVED, asked) == together
    inside = sum(
        r["surface"] == "chat" and r["cohort_key"] in COHORTS and BOUNDS[0][0] <= r["decided_at"] < BOUNDS[2][1]
        for r in rows
    )  # fmt: skip
    assert together.excluded["outside"] == len(rows) - inside


def test_rows_are_by_cluster_when_the_kpi_asks(tmp_path: Path) -> None:
    rows = [
        logged(decision_id=f"d{n}", cluster_id=c, latency_ms=n) for n, c in enumerate(["a", "a", "b", None])
    ]
    with open_log(write_csv(tmp_path / "log.csv", rows, (*COLUMNS, *MORE))) as log:
        asked = Asked(KPIS["response_latency_median"], {"pc": WINDOWS[:2]}, by_cluster=True)
        found = [
            (r.get("cluster"), r["window"], r["n"], r["value"]) for r in measure(log, SERVED, [asked]).rows
        ]
    assert sorted(found, key=str) == [
        ("a", WINDOWS[0], 2, 0.5), ("b", WINDOWS[0], 1, 2.0), (None, WINDOWS[1], 0, None),
    ]  # fmt: skip


BAD: dict[str, tuple[str, dict[str, Any], str]] = {
    "latency in words": ("response_latency_median", {"latency_ms": "fast"}, "latency_ms"),
    "latency NaN": ("response_latency_median", {"latency_ms": "NaN"}, "latency_ms"),
    "latency infinite": ("response_latency_median", {"latency_ms": "+Inf"}, "latency_ms"),
    "latency below nothing": ("response_latency_median", {"latency_ms": -1}, "latency_ms"),
    "score beyond its range": ("mean_score", {"score": 2.5}, "score"),
    "score below its range": ("mean_score", {"score": -0.1}, "score"),
    "score NaN": ("mean_score", {"score": "nan"}, "score"),
    "hold that is no time": ("hold_age", {"held_at": "yesterday"}, "held_at"),
    "released before it was held": (
        "hold_age", {"held_at": "2026-11-16T09:00:00Z", "released_at": "2026-11-16T08:00:00Z"}, "held_at",
    ),
    "reopened at no time": ("reopen_rate", {"reopened_at": "soon"}, "reopened_at"),
    "route that is neither": ("fallback_route_persistence", {"route": "Fallback"}, "route"),
    "owner mutation in another word": ("owner_mutation_rejections", {"owner_mutation": "denied"}, "owner_mutation"),
    "first interaction in another word": (
        "first_interaction_regressions", {"first_interaction": "bad"}, "first_interaction",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "fields", "column"), BAD.values(), ids=BAD.keys())
def test_value_that_cannot_be_counted_is_an_error_that_names_kpi_column_and_decision(
    name: str, fields: dict[str, Any], column: str, tmp_path: Path
) -> None:
    rows = [logged(decision_id="good"), logged(decision_id="bad-one", **fields)]
    with open_log(write_csv(tmp_path / "log.csv", rows, (*COLUMNS, *MORE))) as log:
        with pytest.raises(DocumentError) as caught:
            measure(log, SERVED, [Asked(KPIS[name], EVERY)])
        assert caught.value.message.startswith(f"KPI {KPIS[name].id}: {column} of ")
        assert caught.value.message.endswith("cannot be counted in 1 decision: 'bad-one'")
        other = "policy_dislocation_rate"
        assert measure(log, SERVED, [Asked(KPIS[other], EVERY)]).rows, (
            "a KPI that does not read it is not stopped"
        )
    outside = [
        logged(decision_id="good"),
        logged(decision_id="old", decided_at="2026-11-01T00:00:00Z", **fields),
    ]
    with open_log(write_csv(tmp_path / "old.csv", outside, (*COLUMNS, *MORE))) as log:
        assert measure(log, SERVED, [Asked(KPIS[name], EVERY)]).rows


@pytest.mark.parametrize("name", READ)
def test_log_without_the_column_is_an_error_that_names_it(name: str, tmp_path: Path) -> None:
    with open_log(write_csv(tmp_path / "log.csv", [logged()])) as log, pytest.raises(DocumentError) as caught:
        measure(log, SERVED, [Asked(KPIS[name], EVERY)])
    assert f"KPI {KPIS[name].id}: " in caught.value.message
    assert f"has no column {', '.join(READ[name])}" in caught.value.message


def test_log_with_the_column_in_half_of_its_files_is_an_error(tmp_path: Path) -> None:
    write_csv(tmp_path / "log/a.csv", [logged()], (*COLUMNS, "latency_ms"))
    write_csv(tmp_path / "log/b.csv", [logged(decision_id="d2")])
    with open_log(tmp_path / "log") as log, pytest.raises(DocumentError, match="has no column latency_ms"):
        measure(log, SERVED, [Asked(KPIS["response_latency_median"], EVERY)])


def test_torn_line_and_empty_parquet_give_nothing(tmp_path: Path) -> None:
    whole = write_json(tmp_path / "log.jsonl", [logged(decision_id=f"d{n}") for n in range(100)])
    whole.write_text(whole.read_text("utf-8") + '{"decision_id": "torn', "utf-8")
    (tmp_path / "log.parquet").write_bytes(b"")
    for name in ("log.jsonl", "log.parquet"):
        with open_log(tmp_path / name) as log, pytest.raises(DocumentError):
            measure(log, SERVED, [Asked(KPIS["policy_dislocation_rate"], EVERY)])


@pytest.mark.parametrize(("kpi", "said"), [
    (KpiSpec("x", "mean_score_delta", "points", (0, 1)), "no measure `mean_score_delta` on decisions"),
    (KpiSpec("x", "policy_dislocation_rat", "percent"), "nearest: policy_dislocation_rate"),
    (KpiSpec("x", "hold_age", "percent"), "it has s or ms"),
    (KpiSpec("x", "mean_score", "points"), "and it has none"),
])  # fmt: skip
def test_kpi_that_means_nothing_on_decisions_is_an_error(kpi: KpiSpec, said: str, tmp_path: Path) -> None:
    with open_log(write_csv(tmp_path / "log.csv", [logged()])) as log, pytest.raises(DocumentError) as caught:
        measure(log, SERVED, [Asked(kpi, EVERY)])
    assert said in caught.value.message


def test_value_is_in_the_unit_of_the_kpi(tmp_path: Path) -> None:
    at = datetime.fromisoformat(BOUNDS[0][0])
    row = logged(
        latency_ms=1500, held_at=BOUNDS[0][0], released_at=written(at + timedelta(seconds=90)), score=1.5
    )
    units = {"response_latency_median": ("s", 1.5), "hold_age": ("ms", 90_000), "mean_score": ("points", 75)}
    with open_log(write_csv(tmp_path / "log.csv", [row], (*COLUMNS, *MORE))) as log:
        for name, (unit, value) in units.items():
            kpi = KpiSpec("x", name, unit, (0, 2) if name == "mean_score" else None)
            assert measure(log, SERVED, [Asked(kpi, {"pc": WINDOWS[:1]})]).rows[0]["value"] == value


def test_each_measure_says_first_what_it_is() -> None:
    for name in ON_DECISIONS:
        assert sql(name).startswith(f"-- {name}: ")
