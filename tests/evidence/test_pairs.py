"""A measurement of shadow pairs: right on real data, equal in every form and order, exact in the ledger."""

import csv
import json
import math
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from govern.domain.document import lines, rows_of
from govern.domain.evidence.pairs import figures
from govern.domain.measures import MEASURES, UNITS
from govern.evidence.measures import KpiSpec, sql
from govern.evidence.pairs import measure

RANGE = (0.0, 1.0)
KPIS = [
    KpiSpec("mean", "mean_score_delta", "points", RANGE),
    KpiSpec("top", "median_abs_score_delta_top_decile", "points", RANGE),
    KpiSpec("wins", "net_win_rate", "percent"),
    KpiSpec("flips", "policy_flip_rate", "percent", RANGE),
    KpiSpec("gates", "promotion_gate_flip_count", "count"),
    KpiSpec("places", "rank_delta_magnitude", "ranks"),
    KpiSpec("inversions", "rank_inversion_count", "count"),
]
COLUMNS = (
    "option_id", "cluster_id", "cohort_key", "score_prev", "score_next", "rank_delta", "policy_pass_prev",
    "policy_pass_next", "decision_bound_model", "dimension:tone_prev", "dimension:tone_next",
    "dimension:length_prev", "dimension:length_next", "notes",
)  # fmt: skip
ROWS = [
    ("a", "k1", "pc", 0.9, 0.6, 3, 1, 0, "prev", "plain", "hedged", 120, 80, "x"),
    ("b", "k1", "pc", 0.5, 0.2, -2, 1, 1, "prev", "plain", "plain", 120, 120, None),
    ("c", "k2", "pc", 0.3, 0.4, 0, 0, 1, "prev", "plain", None, 120, 120.5, "y, \"z\"\n"),
    ("d", "k2", "pc", 0.1, 0.1, 1, 0, 0, "prev", None, None, None, None, None),
    ("e", "k1", "ALL", 1, 0, 4, 1, 1, "prev", "plain", "plain", 1, 1, None),
    ("f", "k1", "ALL", 0, 0, 0, 1, 1, "prev", "plain", "plain", 1, 1, None),
    ("g", "k1", "ALL", None, 0, 0, 1, 1, "prev", "plain", "plain", 1, 1, None),
    ("h", "k1", "ALL", math.nan, 0, 0, 1, 1, "prev", "plain", "plain", 1, 1, None),
]  # fmt: skip


def write_csv(path: Path, rows=ROWS) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    return path


def write_json(path: Path, rows=ROWS) -> Path:
    path.write_text("".join(json.dumps(dict(zip(COLUMNS, row, strict=True))) + "\n" for row in rows))
    return path


def write_parquet(path: Path, rows=ROWS) -> Path:
    import duckdb

    kinds = {float: "DOUBLE", str: "VARCHAR"}
    numbers = {name for name in COLUMNS if name.startswith(("score", "rank", "dimension:length"))}
    types = [kinds[float] if name in numbers else kinds[str] for name in COLUMNS]
    types = [
        "BOOLEAN" if name.startswith("policy") else kind for name, kind in zip(COLUMNS, types, strict=True)
    ]
    declared = ", ".join(f'"{name}" {kind}' for name, kind in zip(COLUMNS, types, strict=True))
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"CREATE TABLE pairs ({declared})")
        connection.executemany(f"INSERT INTO pairs VALUES ({', '.join('?' * len(COLUMNS))})", rows)
        connection.execute(f"COPY pairs TO '{path}' (FORMAT parquet)")
    return path


def by_kpi(found, cohort):
    return {row["kpi"]: (row["value"], row["counts"]) for row in found.table if row["cohort"] == cohort}


def oracle(folder: Path) -> dict[str, dict[str, dict[str, str]]]:
    """Figures by file and cohort, computed elsewhere; the cohort ALL is the pooled row."""
    files: dict[str, dict[str, dict[str, str]]] = {}
    with (folder / "expected_by_cohort.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            files.setdefault(row["file"], {})[row["cohort_key"]] = row
    return files


@pytest.mark.parametrize("pack", ["pairs_llmdrift", "pairs_xstest", "pairs_alpaca"])
def test_figures_equal_the_oracle_when_the_data_is_real(pack, shared_data):
    for name, expected in oracle(shared_data / pack).items():
        found = measure(shared_data / pack / name, kpis=KPIS, losses=5)
        assert found.findings == [] and found.excluded == {}
        got = {cohort["cohort_key"]: cohort for cohort in found.cohorts} | {"ALL": found.pooled}
        assert got.keys() == expected.keys()
        for cohort, row in expected.items():
            for count in ("n", "worse", "better", "pass_to_fail", "fail_to_pass"):
                assert got[cohort][count] == int(row[count]), (name, cohort, count)
            for mean in ("mean_prev", "mean_next", "delta", "pass_rate_prev", "pass_rate_next"):
                # the oracle is rounded to six decimals, so half of the last one, and a hair for binary floats
                assert got[cohort][mean] == pytest.approx(float(row[mean]), rel=0, abs=5e-7 + 1e-15), (
                    name,
                    cohort,
                )
        again = [figures(row) for row in rows_of(lines(found.table)) if row["kpi"] is None and row["cohort"]]
        assert again == [{k: v for k, v in cohort.items() if k != "cohort_key"} for cohort in found.cohorts]


def test_a_hand_made_file_when_all_is_measured(tmp_path):
    found = measure(write_csv(tmp_path / "pairs.csv"), kpis=KPIS, losses=1)
    assert found.findings == [] and found.rows == 8
    assert found.excluded == {"score_missing": 1, "score_not_finite": 1}
    assert found.cohorts[1] == {
        "cohort_key": "pc", "n": 4, "excluded": 0, "mean_prev": 0.45, "mean_next": 0.325, "delta": -0.125,
        "pass_rate_prev": 0.5, "pass_rate_next": 0.5, "worse": 2, "same": 1, "better": 1,
        "pass_to_fail": 1, "fail_to_pass": 1, "rank_inversions": 2, "bound_prev": 4, "bound_next": 0,
    }  # fmt: skip
    assert by_kpi(found, "pc") == {
        None: (None, {
            "sum_prev": "1.8", "sum_next": "1.3", "worse": 2, "same": 1, "better": 1, "pass_to_fail": 1,
            "fail_to_pass": 1, "pass_to_pass": 1, "fail_to_fail": 1, "rank_inversions": 2, "bound_prev": 4,
            "bound_next": 0,
        }),
        "mean": (-12.5, {"edges": {"14": 2_000_000, "20": 1_000_000, "22": 1_000_000}}),
        "top": (30.0, {"k": 1}),
        "wins": (-25.0, {"worse": 2, "same": 1, "better": 1}),
        "flips": (25.0, {"worse": 1, "same": 2, "better": 1}),
        "gates": (2, {"k": 2}),
        "places": (1.5, {"sum_abs_rank_delta": "6"}),
        "inversions": (2, {"k": 2}),
    }  # fmt: skip
    # a cohort named ALL is a cohort; the pooled rows have none
    assert [cohort["cohort_key"] for cohort in found.cohorts] == ["ALL", "pc"]
    assert (found.pooled["n"], found.pooled["excluded"], found.pooled["delta"]) == (6, 2, -0.25)
    assert by_kpi(found, None)["mean"][0] == -25.0


def test_items_when_there_are_flips_and_ties(tmp_path):
    found = measure(write_csv(tmp_path / "pairs.csv"), kpis=[], losses=1)
    assert found.items == [
        {"cohort": "ALL", "option_id": "e", "cluster_id": "k1", "delta": -1.0, "flip": None, "loss": True,
         "dimensions": {}},
        # a and b lose the same 0.3; the flip comes first, and 0.9 - 0.6 is no more than 0.5 - 0.2
        {"cohort": "pc", "option_id": "a", "cluster_id": "k1", "delta": -0.3, "flip": "pass_to_fail",
         "loss": True, "dimensions": {"length": [120.0, 80.0], "tone": ["plain", "hedged"]}},
        {"cohort": "pc", "option_id": "c", "cluster_id": "k2", "delta": 0.1, "flip": "fail_to_pass",
         "loss": False, "dimensions": {"length": [120.0, 120.5], "tone": ["plain", None]}},
    ]  # fmt: skip


@pytest.mark.parametrize(("losses", "expected"), [(0, []), (1, ["b"]), (2, ["a", "b"]), (9, ["a", "b", "c"])])
def test_largest_losses_when_asked_for_some(losses, expected, tmp_path):
    rows = [
        (o, "k", "pc", 1, 1 - loss, 0, 1, 1, "prev", *[None] * 5)
        for o, loss in zip("abcd", (0.2, 0.4, 0.1, 0), strict=True)
    ]
    found = measure(write_csv(tmp_path / "pairs.csv", rows), kpis=[], losses=losses)
    assert sorted(item["option_id"] for item in found.items) == expected


def test_the_form_of_the_file_changes_nothing(tmp_path):
    expected = measure(write_csv(tmp_path / "pairs.csv"), kpis=KPIS, losses=5)
    for path in (write_parquet(tmp_path / "pairs.parquet"), write_json(tmp_path / "pairs.jsonl")):
        found = measure(path, kpis=KPIS, losses=5)
        assert replace(found, sha256=expected.sha256) == expected
        assert lines(found.table) == lines(expected.table) and lines(found.items) == lines(expected.items)


def test_the_order_of_the_rows_changes_no_byte(tmp_path):
    chance = random.Random(7)
    rows = [
        (
            f"o{i}",
            f"k{i % 3}",
            f"c{i % 4}",
            chance.random(),
            chance.random(),
            i,
            i % 2,
            i % 3 % 2,
            "prev",
            *[None] * 5,
        )
        for i in range(400)
    ]
    expected = measure(write_csv(tmp_path / "pairs.csv", rows), kpis=KPIS, losses=5)
    for _ in range(3):
        chance.shuffle(rows)
        found = measure(write_csv(tmp_path / "pairs.csv", rows), kpis=KPIS, losses=5)
        assert replace(found, sha256=expected.sha256) == expected


def test_table_and_items_when_written_to_the_ledger_and_read_again(tmp_path):
    found = measure(write_csv(tmp_path / "pairs.csv"), kpis=KPIS, losses=5)
    assert sorted(map(str, rows_of(lines(found.table)))) == sorted(
        map(str, rows_of(lines(reversed(found.table))))
    )
    assert all(row in found.table for row in rows_of(lines(found.table)))
    assert all(item in found.items for item in rows_of(lines(found.items)))


@pytest.mark.parametrize(
    ("kpi", "value"),
    [
        (KpiSpec("k", "mean_score_delta", "points", (0, 1)), -12.5),
        (KpiSpec("k", "mean_score_delta", "points", (-1, 4)), -2.5),
        (KpiSpec("k", "mean_score_delta", "score", (0, 1)), -0.125),
        (KpiSpec("k", "mean_score_delta", "score"), -0.125),
        (KpiSpec("k", "net_win_rate", "points"), -25.0),
        (KpiSpec("k", "net_win_rate", "ratio"), -0.25),
    ],
)
def test_value_when_the_kpi_has_a_unit(kpi, value, tmp_path):
    assert by_kpi(measure(write_csv(tmp_path / "pairs.csv"), kpis=[kpi], losses=5), "pc")["k"][0] == value


@pytest.mark.parametrize(
    ("scores", "value", "k"),
    [
        ([(1, 0.5)], 0.5, 1),
        ([(i / 10, 0) for i in range(10)], 0.9, 1),  # ten pairs: the best one
        ([(i / 20, 0) for i in range(11)], 0.475, 2),  # eleven: two, the mean of the middle ones
        ([(1, 0.1), (1, 0.4), (1, 0.8), (0, 1)], 0.6, 3),  # all that tie with the last one
    ],
)
def test_median_of_the_top_decile_when_pairs_are_few_or_tie(scores, value, k, tmp_path):
    rows = [(f"o{i}", "k", "pc", p, n, 0, 1, 1, "prev", *[None] * 5) for i, (p, n) in enumerate(scores)]
    kpi = KpiSpec("k", "median_abs_score_delta_top_decile", "score", (0, 1))
    found = measure(write_csv(tmp_path / "pairs.csv", rows), kpis=[kpi], losses=5)
    assert by_kpi(found, "pc")["k"] == (value, {"k": k})


def test_counts_when_scores_are_marks(tmp_path):
    rows = [(f"o{i}", "k", "pc", i % 2, 0, 0, 1, 1, "prev", *[None] * 5) for i in range(6)]
    found = measure(write_csv(tmp_path / "pairs.csv", rows), kpis=KPIS[:1], losses=5)
    assert by_kpi(found, "pc")["mean"] == (-50.0, {"worse": 3, "same": 3, "better": 0})


@pytest.mark.parametrize("name", ["a b.csv", "it's.csv", "pairs[1].csv", "Ünï.CSV"])
def test_figures_when_the_path_is_unusual(name, tmp_path):
    assert measure(write_csv(tmp_path / name), kpis=[], losses=5).pooled["n"] == 6


def test_shipped_measures_have_a_file_and_a_unit():
    for measure_name, kind in MEASURES.items():
        assert sql(measure_name).startswith(f"-- {measure_name}: ") and "Unit: " in sql(measure_name)
        assert UNITS[kind]


def test_importing_the_room_loads_no_engine():
    script = "import sys, govern.evidence.pairs; sys.exit('duckdb' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
