"""A file of replay results: its counts beside a plain reading, and a stated outcome for every bad one."""

import gzip
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from govern.errors import UsageError
from govern.evidence.replay_results import REQUIRED, Results, read_results

COLUMNS = (*REQUIRED, "pack", "build", "cohort_key")
GOOD = {
    "decision_id": "d1",
    "passed": "true",
    "route_expected": "primary",
    "route_seen": "primary",
    "route_critical": "true",
    "owner_mutation": "none",
    "side_effect_class": "",
    "side_effect_severity": "",
}
Row = dict[str, Any]


def row(decision: str = "d1", **fields: Any) -> Row:
    return {**GOOD, "decision_id": decision, **fields}


def write_csv(path: Path, rows: list[Row], columns: tuple[str, ...] = REQUIRED) -> Path:
    lines = [",".join(str(each.get(name) or "") for name in columns) for each in rows]
    path.write_text("\n".join([",".join(columns), *lines, ""]), "utf-8")
    return path


def write_json(path: Path, rows: list[Row]) -> Path:
    path.write_text("".join(json.dumps({k: v for k, v in each.items() if v != ""}) + "\n" for each in rows))
    return path


def write_parquet(path: Path, rows: list[Row]) -> Path:
    import duckdb

    lines = write_json(path.with_suffix(".jsonl"), rows)
    with duckdb.connect(":memory:") as connection:
        connection.execute(
            f"COPY (SELECT * FROM read_json('{lines}', format = 'newline_delimited')) TO '{path}'"
        )
    return path


def some(dice: random.Random, count: int) -> list[Row]:
    return [
        row(
            f"d{number}",
            passed=dice.choice([True, True, True, False]),
            route_seen=dice.choice(["primary", "primary", "fallback"]),
            route_critical=dice.choice([True, False]),
            owner_mutation=dice.choice(["none", "none", "authorized", "unauthorized"]),
            cohort_key=dice.choice(["xr-na", "xr-na", "xr-eu"]),
            **dice.choice([
                {},
                {"side_effect_class": "overlap", "side_effect_severity": dice.choice(["low", "medium"])},
                {"side_effect_class": "late-haptics", "side_effect_severity": dice.choice(["low", "high"])},
            ]),
        )
        for number in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_counts_are_those_of_a_plain_reading_in_every_form(form: str, tmp_path: Path) -> None:
    rows = some(random.Random(4), 300)
    path = tmp_path / f"results.{form}"
    if form == "csv":
        plain = [each | {n: str(each[n]).lower() for n in ("passed", "route_critical")} for each in rows]
        write_csv(path, plain, COLUMNS)
    else:
        (write_json if form == "jsonl" else write_parquet)(path, rows)
    mine = [each for each in rows if each["cohort_key"] == "xr-na"]
    wrong = [each for each in mine if each["route_seen"] != each["route_expected"]]
    owners = Counter(each["owner_mutation"] for each in mine)
    effects = Counter(each["side_effect_class"] for each in mine if each["side_effect_class"])
    found = read_results(path, "xr-na")
    assert found.findings == () and (found.rows, found.left_out) == (300, 300 - len(mine))
    assert found.counts == {
        "n": len(mine),
        "passed": sum(each["passed"] for each in mine),
        "route_mismatches": {
            "critical": sum(each["route_critical"] for each in wrong),
            "other": sum(not each["route_critical"] for each in wrong),
        },
        "owner_mutations": {name: owners[name] for name in ("unauthorized", "authorized")},
        "side_effects": [
            {"class": "late-haptics", "severity": "high", "n": effects["late-haptics"]},
            {"class": "overlap", "severity": "medium", "n": effects["overlap"]},
        ],
    }


def test_file_without_cohort_keys_is_all_of_the_cohort_and_may_name_pack_and_build(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "r.csv", [row(f"d{n}", pack="p", build="b 1") for n in range(3)], COLUMNS[:-1]
    )
    found = read_results(path, "xr-na", "p", "b 1")
    assert (found.counts["n"], found.left_out, found.pack, found.build) == (3, 0, "p", "b 1")
    assert read_results(write_csv(tmp_path / "s.csv", [row()]), "xr-na", "p", "b").pack is None


BAD: dict[str, tuple[list[Row], str, str]] = {
    "the same decision twice": ([row(), row()], "GOV-EVD-015", "'d1' in rows 1, 2"),
    "no id": ([row("")], "GOV-EVD-019", "no decision_id in 1 row: row 1"),
    "passed in another word": ([row(passed="maybe")], "GOV-EVD-019", "row 1: 'maybe'"),
    "passed not a number": ([row(passed="nan")], "GOV-EVD-019", "passed cannot be counted in 1 row: row 1: empty"),
    "passed missing": ([row(passed="")], "GOV-EVD-019", "row 1: empty"),
    "no expected route": ([row(route_expected="")], "GOV-EVD-019", "route_expected"),
    "no seen route": ([row(route_seen="")], "GOV-EVD-019", "route_seen"),
    "critical in another word": ([row(route_critical="2")], "GOV-EVD-019", "route_critical"),
    "owner mutation missing": ([row(owner_mutation="")], "GOV-EVD-019", "owner_mutation"),
    "owner mutation in another word": ([row(owner_mutation="rejected")], "GOV-EVD-019", "'rejected'"),
    "side effect without severity": ([row(side_effect_class="x")], "GOV-EVD-019", "side_effect_severity"),
    "severity without side effect": ([row(side_effect_severity="low")], "GOV-EVD-019", "side_effect_severity"),
    "severity in another word": (
        [row(side_effect_class="x", side_effect_severity="awful")], "GOV-EVD-019", "'awful'",
    ),
    "side effect that is a sentence": (
        [row(side_effect_class="the tip hides it", side_effect_severity="low")], "GOV-EVD-019", "side_effect_class",
    ),
    "two packs": ([row(pack="a"), row("d2", pack="b")], "GOV-EVD-020", "several packs: 'a', 'b'"),
    "a row without its pack": ([row(pack="a"), row("d2")], "GOV-EVD-020", "several packs: 'a', empty"),
    "two builds": ([row(build="a"), row("d2", build="b")], "GOV-EVD-020", "several builds"),
    "another pack than the one typed": ([row(pack="other")], "GOV-EVD-020", "of the pack 'other', not of 'p'"),
    "another build than the one typed": ([row(build="other")], "GOV-EVD-020", "of the build 'other', not of 'b'"),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "code", "said"), BAD.values(), ids=BAD.keys())
def test_row_that_cannot_be_counted_is_a_finding_that_names_it(
    rows: list[Row], code: str, said: str, tmp_path: Path
) -> None:
    found = read_results(write_csv(tmp_path / "r.csv", rows, COLUMNS[:-1]), "xr-na", "p", "b")
    assert [(finding.code, said in finding.message) for finding in found.findings] == [(code, True)]
    assert found.counts == {} and found.findings[0].hint


def test_faults_of_other_cohorts_are_not_this_ones(tmp_path: Path) -> None:
    rows = [row(cohort_key="xr-na"), row(cohort_key="xr-eu", passed="?"), row("d3", pack="other")]
    found = read_results(write_csv(tmp_path / "r.csv", rows, COLUMNS), "xr-na", "p", "b")
    assert found.findings == () and (found.counts["n"], found.left_out) == (1, 2)


def test_nobody_of_the_cohort_is_no_data_and_no_pass(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "r.csv", [row(cohort_key="xr-eu")], COLUMNS)
    assert codes(read_results(path, "xr-na")) == ["GOV-EVD-021"]
    assert "its rows are of 'xr-eu'" in read_results(path, "xr-na").findings[0].message


def codes(found: Results) -> list[str]:
    return [finding.code for finding in found.findings]


HEADER = ",".join(REQUIRED)
BYTES: dict[str, tuple[str, bytes, str]] = {
    "empty csv": ("r.csv", b"", "GOV-EVD-008"),
    "header alone": ("r.csv", f"{HEADER}\n".encode(), "GOV-EVD-008"),
    "parquet of no bytes": ("r.parquet", b"", "GOV-EVD-008"),
    "empty json lines": ("r.jsonl", b"", "GOV-EVD-008"),
    "empty zip": ("r.csv.gz", gzip.compress(b"", mtime=0), "GOV-EVD-008"),
    "junk called parquet": ("r.parquet", b"PAR1 and no more", "GOV-EVD-009"),
    "no zip": ("r.csv.gz", b"plain", "GOV-EVD-009"),
    "torn line": ("r.csv", f"{HEADER}\nd1,true,a\n".encode(), "GOV-EVD-009"),
    "torn record": ("r.jsonl", json.dumps(GOOD).encode() + b'\n{"decision_id": "d2', "GOV-EVD-009"),
    "no column": ("r.csv", HEADER.replace("route_seen", "route_sen").encode() + b"\n", "GOV-EVD-018"),
    "semicolons": ("r.csv", HEADER.replace(",", ";").encode() + b"\n", "GOV-EVD-018"),
    "another table": ("r.csv", b"a,b\n1,2\n", "GOV-EVD-018"),
}


@pytest.mark.parametrize(("name", "content", "code"), BYTES.values(), ids=BYTES.keys())
def test_bytes_that_are_no_results_are_one_finding(
    name: str, content: bytes, code: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert codes(read_results(path, "xr-na")) == [code]


def test_nearest_name_is_told_and_where_there_is_no_file_so(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "r.csv", [], (*REQUIRED[:3], "route_sen", *REQUIRED[4:]))
    assert read_results(path, "xr-na").findings[0].message == "has no column route_seen (nearest: route_sen)"
    for name, said in (("r.txt", "is CSV"), ("nowhere.csv", "No such file")):
        with pytest.raises(UsageError, match=said):
            read_results(tmp_path / name, "xr-na")
